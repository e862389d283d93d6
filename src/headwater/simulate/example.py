"""The bundled example export, laid where it can be read like any other file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

#: The zone of the wall-clock times in the export.
TIMEZONE = "Europe/Amsterdam"


@contextmanager
def example_export() -> Iterator[tuple[Path, str]]:
    """The synthetic export of a parcel shipper's support, and the time zone of its times."""
    with as_file(files("headwater.simulate") / "data" / "shipper.csv.gz") as path:
        yield path, TIMEZONE

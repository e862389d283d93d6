"""Write the export that `headwater demo` reads: src/headwater/simulate/data/shipper.csv.gz."""

from __future__ import annotations

import gzip
from pathlib import Path

from headwater.simulate.shipper import simulate

TARGET = Path(__file__).resolve().parents[1] / "src/headwater/simulate/data/shipper.csv.gz"


def content() -> str:
    """What the file holds, uncompressed."""
    return simulate().text


def write(target: Path = TARGET) -> None:
    """Write the file; no time stands in it, so that the same content gives the same file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(content().encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    write()
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")

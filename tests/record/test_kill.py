"""Programs that are killed or stopped in the middle of a load."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from records import HEADER, PLACES, contents, export, load

pytestmark = pytest.mark.slow
ROWS = 25_000
MAPPING = """
rows = "touch"
[columns]
contact_id = "id"
started_at = "start"
ended_at = "end"
agent_id = "who"
customer_id = "from"
topic = "topic"
ended_by = "how"
"""


def big_export(folder: Path) -> Path:
    path = folder / "big.csv"
    rows = (
        f"B{n},2024-04-01 09:00,2024-04-01 10:00,Agent {n % 9},c{n},t{n % 5},resolved\n" for n in range(ROWS)
    )
    path.write_text(HEADER + "".join(rows))
    (folder / "mapping.toml").write_text(MAPPING)
    return path


def loading(place: str, file: Path) -> subprocess.Popen[str]:
    """`headwater load` as a program of its own, which has begun to read."""
    command = [sys.executable, "-m", "headwater", "load", str(file), "--record", place,
               "--mapping", str(file.parent / "mapping.toml")]  # fmt: skip
    program = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=file.parent,
        env=dict(os.environ),
    )
    assert program.stderr
    assert "reading" in program.stderr.readline()
    return program


@pytest.mark.parametrize("kind", list(PLACES))
def test_killed_at_any_moment_the_record_is_as_before_or_as_after(tmp_path: Path, kind: str) -> None:
    file, moments = big_export(tmp_path), random.Random(7)
    start = PLACES[kind](tmp_path)
    load(start, export(tmp_path, range(50)))
    before = contents(start)
    lasts = _until_done(_copy(tmp_path, kind, "trial"), file)
    for trial in range(5):
        place = _copy(tmp_path, kind, str(trial))
        with loading(place, file) as program:
            # The last third is when rows are put into the record and the change is sealed.
            time.sleep(moments.uniform(0.6, 1.05) * lasts)
            program.send_signal(signal.SIGKILL)
        after = contents(place)
        assert after == before or len(after["contacts"]) == 50 + ROWS == len(after["touches"])


def _copy(folder: Path, kind: str, name: str) -> str:
    """A copy of the record that the tests start from."""
    to = folder / name
    to.mkdir()
    for path in folder.glob("support*"):
        (shutil.copytree if path.is_dir() else shutil.copy)(path, to / path.name)
    return PLACES[kind](to)


def _until_done(place: str, file: Path) -> float:
    """Seconds that a load takes once it has begun to read."""
    with loading(place, file) as program:
        started = time.monotonic()
        program.wait(timeout=60)
    return time.monotonic() - started


@pytest.mark.parametrize("kind", list(PLACES))
def test_a_first_load_that_is_killed_leaves_a_place_that_can_be_used(tmp_path: Path, kind: str) -> None:
    place, file = PLACES[kind](tmp_path), big_export(tmp_path)
    with loading(place, file) as program:
        program.send_signal(signal.SIGKILL)
    load(place, export(tmp_path, range(3)))
    assert len(contents(place)["contacts"]) == 3


@pytest.mark.parametrize("kind", list(PLACES))
def test_ctrl_c_leaves_the_record_as_it_was_and_no_traceback(tmp_path: Path, kind: str) -> None:
    place, file = PLACES[kind](tmp_path), big_export(tmp_path)
    load(place, export(tmp_path, range(3)))
    before = contents(place)
    files = sorted(path.name for path in tmp_path.iterdir())
    program = loading(place, file)
    time.sleep(0.25)
    program.send_signal(signal.SIGINT)
    _, told = program.communicate(timeout=60)
    assert (program.returncode, told.splitlines()[-1]) == (130, "stopped; nothing was left half-written")
    assert contents(place) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == files

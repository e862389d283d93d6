"""Measure time and memory of the commands people wait for. Nothing is written into the checkout."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

HEADWATER = Path(sys.executable).with_name("headwater")
#: ru_maxrss counts kilobytes on Linux and bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds on the clock, seconds of processor, and most bytes of memory at once."""

    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True)
class Job:
    """What is measured, and what it should take."""

    name: str
    arguments: tuple[str, ...]
    target: str
    runs: int


def measured(arguments: Sequence[str], folder: Path) -> Run:
    """Run headwater once in a folder. SystemExit with what it said when it fails."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen([HEADWATER, *arguments], cwd=folder, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(said.read().decode(errors="replace"))
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT)


def made(log: Path, incidents: int) -> int:
    """Make the log and tell its rows. Another process makes it: a child starts with the peak of its parent."""
    command = [sys.executable, str(Path(__file__).with_name("incident_log.py")), str(log), str(incidents)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def jobs(log: Path, incidents: int, runs: int) -> Iterator[Job]:
    """The commands to measure."""
    target = "< 6 s with start" if incidents == 25_000 else ""
    yield Job("headwater --help", ("--help",), "< 0.3 s", 5 * runs)
    yield Job("headwater demo", ("demo",), "", runs)
    yield Job("headwater assess LOG", ("assess", str(log), "--timezone", "Europe/Berlin"), target, runs)


def main() -> None:
    """Measure all, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=25_000, help="size of the log that is assessed")
    parser.add_argument("--runs", type=int, default=3, help="how often each command runs; the median is told")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "incidents.csv"
        rows = made(log, options.incidents)
        size = (
            f"LOG: {options.incidents:,} incidents in {rows:,} rows, {log.stat().st_size / 1e6:.0f} MB of CSV"
        )
        table = Table("what", "wall", "processor", "peak memory", "target", title=_machine(), caption=size)
        for job in jobs(log, options.incidents, options.runs):
            with console.status(job.name):
                runs = [measured(job.arguments, Path(folder)) for _ in range(job.runs)]
            table.add_row(job.name, *_told(runs), job.target)
    console.print(table)


def _told(runs: Sequence[Run]) -> tuple[str, str, str]:
    wall = statistics.median(run.wall for run in runs)
    cpu = statistics.median(run.cpu for run in runs)
    return f"{wall:.2f} s", f"{cpu:.2f} s", f"{max(run.memory for run in runs) / 1e6:.0f} MB"


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores{load}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()

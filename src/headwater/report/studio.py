"""Charts drawn in a second process while the checks still run, so that on two cores the report costs no wait.

What the second process does not deliver, for whatever reason, is drawn here when the page is made.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from contextlib import suppress
from types import TracebackType
from typing import IO

from headwater.checks.finding import Chart, Finding
from headwater.report.svg import Drawing, drawing, warm_up

#: Seconds to wait for the last drawings; then they are drawn here.
PATIENCE = 30


def keyed_charts(finding: Finding) -> dict[str, Chart]:
    """The charts of a finding by the identifiers they have on the page."""
    return {f"{finding.code}-chart-{number}": chart for number, chart in enumerate(finding.charts, start=1)}


class Studio:
    """A second process that draws what it is given, in order."""

    def __init__(self) -> None:
        # A file and not a pipe: a pipe that fills up would block both processes.
        self._answers: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the studio
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Studio:
        # -P: nothing in the current folder can stand in for a module of ours.
        command = [sys.executable, "-P", "-m", "headwater.report.studio"]
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=self._answers, stderr=subprocess.DEVNULL
            )
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdin:
                with suppress(OSError):
                    self._process.stdin.close()
        self._answers.close()

    def ask(self, finding: Finding) -> None:
        """Hand over the charts of a finding."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                for chart in keyed_charts(finding).items():
                    pickle.dump(chart, self._process.stdin)
                self._process.stdin.flush()

    def drawings(self) -> dict[str, Drawing]:
        """All drawings that came, by identifier. Ends the second process."""
        if self._process is None or self._process.stdin is None:
            return {}
        with suppress(OSError, subprocess.TimeoutExpired):
            self._process.stdin.close()
            self._process.wait(PATIENCE)
        self._answers.seek(0)
        drawn: dict[str, Drawing] = {}
        with suppress(EOFError, pickle.UnpicklingError):
            while True:
                key, picture = pickle.load(self._answers)  # noqa: S301 - written by our own process
                drawn[key] = picture
        return drawn


def main() -> None:
    """Draw charts from standard input to standard output until there are no more."""
    warm_up()
    with suppress(EOFError):
        while True:
            key, chart = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own process
            pickle.dump((key, drawing(chart, key)), sys.stdout.buffer)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

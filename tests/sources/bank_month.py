"""A made-up month in the form of the Anonymous Bank's phone log, with the faults that form is known for."""

from __future__ import annotations

from collections.abc import Sequence

HEADER = ("vru+line", "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "vru_time",
          "q_start", "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server")  # fmt: skip
#: Staff who do not exist. The last one occurs only in a row that has slipped.
STAFF = ("MORDECHAI", "ZIPPORAH", "AVISHAG")
SLIPPED = "NEHUSHTAN"
CUSTOMER = "27041955"

Row = tuple[str, ...]


def call(number: int, outcome: str = "AGENT", **cells: str) -> Row:
    """One call; cells may be given as they are to stand in the file."""
    server = STAFF[number % len(STAFF)]
    served = {"ser_start": "10:01:00", "ser_exit": "10:03:00", "ser_time": "120", "server": server}
    nobody = {"ser_start": "0:00:00", "ser_exit": "0:00:00", "ser_time": "0", "server": "NO_SERVER"}
    usual = {
        "vru+line": f"AA{1 + number % 6:02d}{1 + number % 16:02d}", "call_id": str(33000 + number),
        "customer_id": "0" if number % 2 else str(27000000 + number), "priority": "0", "type": "PS",
        "date": "990401", "vru_entry": "10:00:00", "vru_exit": "10:00:10", "vru_time": "10",
        "q_start": "10:00:10", "q_exit": "10:01:00", "q_time": "50", "outcome": outcome,
    } | (served if outcome == "AGENT" else nobody)  # fmt: skip
    row = usual | {name.replace("vru_line", "vru+line"): cell for name, cell in cells.items()}
    return tuple(row[name] for name in HEADER)


def without(row: Row, column: str) -> Row:
    """The row after a cell was lost: all that follow have slipped to the left."""
    at = HEADER.index(column)
    return row[:at] + row[at + 1 :]


def slipped(row: Row, column: str) -> Row:
    """The same, with an empty cell at the end, so that nobody sees it by the number of cells."""
    return (*without(row, column), "")


def month(rows: Sequence[Row]) -> str:
    """The file."""
    return "\r\n".join("\t".join(row) for row in (HEADER, *rows)) + "\r\n"

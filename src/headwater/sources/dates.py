"""In which forms a column writes its times: shapes of text, turned into strptime formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Order = Literal["day first", "month first"]

#: An offset behind a clock time; a date alone ends in two digits too.
OFFSET = r".*:\d{2}([.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)$"
EPOCH = r"^(\d{10}(\.\d+)?|\d{13})$"

_CLOCK = (
    r"(?:(?P<gap>,? +|T)(?P<h>\d{1,2}):\d{2}(?P<s>:\d{2})?(?P<f>\.\d+)?(?P<sp> ?)(?P<ap>[AaPp]\.?[Mm]\.?)?)?"
)
_NUMERIC = re.compile(
    rf"^(?P<a>\d{{1,2}})(?P<sep>[/.\-])(?P<b>\d{{1,2}})(?P=sep)(?P<y>\d{{4}}|\d{{2}}){_CLOCK}$"
)
_YEAR_FIRST = re.compile(rf"^\d{{4}}(?P<sep>[/.])\d{{1,2}}(?P=sep)\d{{1,2}}{_CLOCK}$")
_NAMED = re.compile(
    rf"^\d{{1,2}}(?P<sep>[ \-/])(?P<m>[A-Za-z]{{3,9}})(?P=sep)(?P<y>\d{{4}}|\d{{2}}){_CLOCK}$"
)
_MONTH_NAME = re.compile(rf"^(?P<m>[A-Za-z]{{3,9}}) \d{{1,2}}(?P<c>,?) \d{{4}}{_CLOCK}$")
_MAIL = re.compile(r"^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$")
_ISO = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}.*)?$")
_COMPACT = re.compile(r"^(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])(?P<t>T?)(?P<h>\d{4}(?P<s>\d{2})?)?$")
_DIGITS = re.compile(r"^(\d{10}|\d{13}|\d{10}\.\d+)$")
_SAYS_WHEN = re.compile(rf"{OFFSET}|{EPOCH}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Form:
    """A form of date: the format for either order where day and month are both numbers."""

    formats: tuple[str, ...]
    other_order: tuple[str, ...] = ()


def form_of(text: str) -> Form | None:
    """The form of one cell; None when it is no time in any form we know."""
    if _ISO.match(text) or _DIGITS.match(text):
        return Form(())
    if match := _NUMERIC.match(text):
        sep, year = match["sep"], "%Y" if len(match["y"]) == 4 else "%y"
        tail = _clock(match)
        return Form((f"%d{sep}%m{sep}{year}{tail}",), (f"%m{sep}%d{sep}{year}{tail}",))
    if match := _YEAR_FIRST.match(text):
        return Form((f"%Y{match['sep']}%m{match['sep']}%d{_clock(match)}",))
    if (match := _NAMED.match(text)) and match["m"][:3].lower() in _MONTHS:
        year = "%Y" if len(match["y"]) == 4 else "%y"
        return Form((f"%d{match['sep']}{_month(match)}{match['sep']}{year}{_clock(match)}",))
    if (match := _MONTH_NAME.match(text)) and match["m"][:3].lower() in _MONTHS:
        return Form((f"{_month(match)} %d{match['c']} %Y{_clock(match)}",))
    if match := _COMPACT.match(text):
        clock = ("%H%M%S" if match["s"] else "%H%M") if match["h"] else ""
        return Form((f"%Y%m%d{match['t']}{clock}",))
    return Form(("%a, %d %b %Y %H:%M:%S %z",)) if _MAIL.match(text) else None


def _month(match: re.Match[str]) -> str:
    return "%b" if len(match["m"]) == 3 else "%B"


def _clock(match: re.Match[str]) -> str:
    if match["h"] is None:
        return ""
    seconds = (":%S" if match["s"] else "") + (".%f" if match["f"] else "")
    hour = f"%I:%M{seconds}{match['sp']}%p" if match["ap"] else f"%H:%M{seconds}"
    return match["gap"] + hour


def says_when(text: str) -> bool:
    """True for a time that carries its offset, or counts from 1970."""
    return _SAYS_WHEN.search(text) is not None


def named(columns: Sequence[str], most: int = 40) -> str:
    """The columns of a file for a message. A first row of data may hold names of people: it is not shown."""
    numbers = sum(name.replace(".", "").isdigit() for name in columns)
    if numbers > 1 or any(form_of(name) is not None for name in columns):
        return "no column names: its first row looks like data"
    return ", ".join(columns[:most])


def in_other_order(fmt: str) -> str:
    """A format with day and month changed round, where both are numbers and lead it."""
    return re.sub(r"^%([dm])([/.\-])%([dm])", r"%\3\2%\1", fmt)


def share_of_times(cells: Iterable[str]) -> float:
    """The share of cells that are times in some form we know."""
    known = [form_of(cell) is not None for cell in cells]
    return sum(known) / len(known) if known else 0.0


def formats_for(cells: Iterable[str], order: Order) -> tuple[str, ...]:
    """The formats needed to read the cells, commonest first; ISO forms and epochs need none."""
    counts: dict[str, int] = {}
    for cell in cells:
        form = form_of(cell)
        if form is not None:
            for fmt in form.other_order if order == "month first" and form.other_order else form.formats:
                counts[fmt] = counts.get(fmt, 0) + 1
    return tuple(sorted(counts, key=lambda fmt: -counts[fmt]))

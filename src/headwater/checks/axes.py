"""How a column of a table stands on the axis of a chart: its kind, its unit, its labels."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from textwrap import wrap
from typing import Any, TypeGuard

from headwater import words
from headwater.checks.finding import DataTable, Scalar

Spec = dict[str, Any]

#: Width of the plot on the narrowest screen, and of a letter: both decide what fits beside what.
PLOT_PIXELS = 260
LETTER_PIXELS = 6.4
LINE_PIXELS = 15
#: Width of the narrowest drawing, axis and plot together.
PAGE_PIXELS = 310
#: Length at which titles are broken into lines.
TITLE_LETTERS = 44

_LABEL_LETTERS = 22
_BY_TENS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_BY_HOURS = (1, 2, 3, 4, 6, 8, 12, 24, 48, 84, 168)
_LENGTHS_OF_TIME = ((3 * words.DAY, words.DAY, "days"), (3 * words.HOUR, words.HOUR, "hours"),
                    (5 * words.MINUTE, words.MINUTE, "minutes"))  # fmt: skip
_NUMBER = re.compile(r"[\d.,]+")
_HOUR = re.compile(r"(?:\w+ )?\d?\d:\d\d")
_SECONDS_IN = {"seconds": 1.0, "s": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class Field:
    """One column of a table as a chart sees it.

    Lengths of time are divided so that ticks come out round. A `category` is words even where it looks
    like numbers or dates.
    """

    name: str
    heading: str
    unit: str
    raw: tuple[Scalar, ...]
    divisor: float = 1.0
    category: bool = False

    @cached_property
    def kind(self) -> str:
        """The Vega-Lite type: quantitative for numbers, temporal for ISO dates, otherwise ordinal."""
        known = [value for value in self.raw if value is not None and not self.category]
        if all(is_number(value) for value in known) and (known or (self.unit and not self.category)):
            return "quantitative"
        if known and all(isinstance(value, str) and _DATE.fullmatch(value) for value in known):
            return "temporal"
        return "ordinal"

    @property
    def values(self) -> list[Scalar]:
        """The values as they stand in the data of the chart."""
        return [self.scaled(value) for value in self.raw]

    @property
    def distinct(self) -> list[str]:
        """The labels of a category, each once, in the order of the table."""
        return list(dict.fromkeys(map(label, self.raw)))

    @property
    def numbers(self) -> list[float]:
        """The known numbers as they stand in the data of the chart."""
        return [float(value) for value in self.values if is_number(value)]

    def scaled(self, value: Scalar) -> Scalar:
        """A value of this column as it stands in the data of the chart."""
        if self.kind == "temporal" and isinstance(value, str):
            return _as_utc(value)
        return value / self.divisor if self.divisor != 1.0 and is_number(value) else value

    def place(self, value: Scalar) -> float | None:
        """Where a value stands on a line of numbers or moments; None for words and missing values."""
        value = self.scaled(value)
        if self.kind == "temporal" and isinstance(value, str):
            return datetime.fromisoformat(value).timestamp()
        return float(value) if is_number(value) else None

    def channel(self, **more: Any) -> Spec:
        """The encoding of this column on a position or colour."""
        scale: Spec = {"scale": {"type": "utc"}} if self.kind == "temporal" else {}
        order: Spec = {"sort": None} if self.kind == "ordinal" else {}
        return {"field": self.name, "type": self.kind} | scale | order | more


def is_number(value: Scalar) -> TypeGuard[int | float]:
    """True for int and float, not for bool, text or a missing value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def fields(table: DataTable, *names: str | None) -> list[Field]:
    """The named columns, in one unit so that they can share an axis; None names are left out.

    LookupError when the table has no such column.
    """
    places = [_place(table, name) for name in names if name is not None]
    raws = [tuple(row[place] for row in table.rows) for place in places]
    units = [table.units[place] for place in places]
    divisor, unit_name = _length_of_time([table.columns[place] for place in places], units, raws)
    return [
        Field(
            _unique_slug(table.columns, place) + (f"_{unit_name}" if divisor != 1.0 else ""),
            _heading(table.columns[place], unit_name or unit),
            unit,
            raw,
            divisor,
        )
        for place, raw, unit in zip(places, raws, units, strict=True)
    ]


def axis(field: Field, *, titled: bool, room: float = PLOT_PIXELS) -> Spec:
    """The axis of a column: untitled where the heading stands above the plot; `room` is its width in pixels."""
    title: Spec = {"title": broken(field.heading) if titled else None}
    if field.kind == "ordinal":
        return title | ordinal_labels(field, room)
    apart = {"labelOverlap": "greedy", "labelSeparation": 8}
    if field.kind == "temporal":
        return title | apart | {"format": _date_format(field), "tickCount": 6}
    steps = {"tickMinStep": 1} if all(number == round(number) for number in field.numbers) else {}
    return title | apart | steps | {"format": number_format(field)}


def broken(title: str) -> list[str]:
    """A title in lines that fit the narrowest screen."""
    return wrap(title, TITLE_LETTERS)


def number_format(field: Field) -> str:
    """The d3 format for the numbers of a column, by its unit."""
    if field.unit != "share":
        return ",.2~f" if max(map(abs, field.numbers), default=0.0) < 20 else ",.1~f"
    return ".1~%" if max(field.numbers, default=0.0) >= 0.02 else ".2~%"


def ordinal_labels(field: Field, room: float = PLOT_PIXELS) -> Spec:
    """Labels under columns: every one where they fit; numbers and hours thinned, words wrapped or slanted."""
    texts = field.distinct
    each = room / max(len(texts), 1)
    longest = max(map(len, texts), default=0)
    if longest * LETTER_PIXELS <= each:
        return {"labelAngle": 0}
    hours = all(_HOUR.fullmatch(text) for text in texts)
    if hours or all(_NUMBER.fullmatch(text) for text in texts) or len(texts) > 24:
        shown = texts[:: stride(len(texts), longest, hours=hours)]
        return {"labelAngle": 0, "labelOverlap": "greedy", "values": shown}
    if max(len(word) for text in texts for word in text.split()) * LETTER_PIXELS <= each:
        return {"labelAngle": 0} | wrapped_labels(texts, int(each / LETTER_PIXELS))[0]
    return {"labelAngle": -40} | wrapped_labels(texts)[0]


def wrapped_labels(texts: Sequence[str], letters: int = _LABEL_LETTERS) -> tuple[Spec, int]:
    """An axis whose labels are broken into lines instead of cut, and the most lines a label has."""
    broken = {text: wrap(text, letters) or [""] for text in texts}
    most = max((len(lines) for lines in broken.values()), default=1)
    if most == 1:
        return {}, 1
    return {"labelExpr": f"({json.dumps(broken)})[datum.label] || datum.label"}, most


def width_beside(texts: Sequence[str]) -> float:
    """The width in pixels that the longest line of wrapped labels takes beside the plot."""
    lines = [line for text in texts for line in wrap(text, _LABEL_LETTERS)]
    return max(map(len, lines), default=0) * LETTER_PIXELS


def labels_beside(texts: Sequence[str]) -> tuple[Spec, int]:
    """Wrapped labels beside rows, each block of lines centred on its row, and the most lines."""
    shown, most = wrapped_labels(texts)
    blocks = {text: len(wrap(text, _LABEL_LETTERS)) for text in texts}
    raised = [
        {"test": f"indexof({json.dumps([t for t, n in blocks.items() if n == lines])}, datum.label) >= 0",
         "value": -7 * (lines - 1)}
        for lines in sorted(set(blocks.values()) - {0, 1})
    ]  # fmt: skip
    return shown | ({"labelOffset": {"condition": raised, "value": 0}} if raised else {}), most


def stride(count: int, letters: int, *, hours: bool = False) -> int:
    """Of how many labels one is shown, so that each has room and they fall on whole tens, hours or days."""
    fitting = PLOT_PIXELS / ((letters + 2) * LETTER_PIXELS)
    return next((step for step in (_BY_HOURS if hours else _BY_TENS) if count / step <= fitting), count)


def label(value: Scalar) -> str:
    """A value as the label of a category."""
    return words.quantity(value) if is_number(value) else str(value)


def _date_format(field: Field) -> str:
    days = sorted(str(value)[:10] for value in field.raw if value is not None)
    if days[0][:4] != days[-1][:4]:
        return "%b %Y"
    return "%-d %b" if days[0] != days[-1] else "%H:%M"


def _place(table: DataTable, name: str) -> int:
    if name not in table.columns:
        raise LookupError(f"no column {name!r} in {table.caption!r}; it has {', '.join(table.columns)}")
    return table.columns.index(name)


def _unique_slug(headings: Sequence[str], place: int) -> str:
    slugs = [re.sub(r"\W+", "_", heading.lower()).strip("_") or "value" for heading in headings]
    return slugs[place] + (f"_{place}" if slugs.count(slugs[place]) > 1 else "")


def _length_of_time(
    headings: Sequence[str], units: Sequence[str], raws: Sequence[tuple[Scalar, ...]]
) -> tuple[float, str]:
    """What lengths of time are divided by, and the unit that makes; as they are where a heading names theirs."""
    sizes = {_SECONDS_IN.get(unit, 0.0) for unit in units}
    size = sizes.pop()
    named = any(
        re.search(rf"\b{unit}\b", heading.lower()) for unit, heading in zip(units, headings, strict=True)
    )
    if sizes or not size or named:
        return 1.0, ""
    longest = size * max((abs(value) for raw in raws for value in raw if is_number(value)), default=0)
    fitting = ((length / size, name) for least, length, name in _LENGTHS_OF_TIME if longest >= least)
    return next(fitting, (1 / size, "seconds"))


def _heading(heading: str, unit: str) -> str:
    if unit in ("", "share", "number", "s") or unit.lower() in heading.lower():
        return heading
    return f"{heading} ({unit})"


def _as_utc(moment: str) -> str:
    moment = moment.replace(" ", "T")
    if len(moment) == len("2026-01-31"):
        return moment + "T00:00:00Z"
    return moment if re.search(r"(Z|[+-]\d\d:?\d\d)$", moment) else moment + "Z"

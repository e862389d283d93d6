"""Charts of checks: builders of plain Vega-Lite specifications with their data inside.

Column arguments name columns of the table, which is both the data of the chart and the table behind
it. Axis titles are column headings, number formats follow the columns' units, and the order of the
table is the order on the axes. A specification carries neither colours nor width: the report sets both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from headwater import words
from headwater.checks.axes import (
    LETTER_PIXELS,
    LINE_PIXELS,
    PAGE_PIXELS,
    PLOT_PIXELS,
    TITLE_LETTERS,
    Field,
    Spec,
    axis,
    broken,
    fields,
    is_number,
    label,
    labels_beside,
    number_format,
    width_beside,
    wrapped_labels,
)
from headwater.checks.finding import Chart, DataTable, Scalar

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: What stands in the place of a missing value.
NO_DATA = "no data"


def curve(
    *,
    title: str,
    alt: str,
    table: DataTable,
    x: str,
    y: str,
    low: str | None = None,
    high: str | None = None,
    series: str | None = None,
    marks: Sequence[tuple[Scalar, str]] = (),
    step: bool = False,
) -> Chart:
    """A line with its interval as a band; `series` splits it into lines of their own.

    `marks` are upright rules with a label each. `step` keeps the line level between its points, as a
    Kaplan-Meier curve is. A missing value breaks the line.
    """
    (across,), (up, *band) = fields(table, x), fields(table, y, low, high)
    split = fields(table, series) if series else []
    position = {"x": across.channel(axis=axis(across, titled=True), scale=_as_it_is(across))}
    colour, dash = _apart(split[0], "bottom" if marks else "top") if split else ({}, {})
    shape = {"interpolate": "step-after"} if step else {}
    layers: list[Spec] = []
    if len(band) == 2:
        span = {"y": band[0].channel(title=None), "y2": {"field": band[1].name}}
        layers.append({"mark": {"type": "area", **shape}, "encoding": position | colour | span})
    height = {"y": up.channel(axis=axis(up, titled=False))}
    lonely = len(up.raw) <= (len(split[0].distinct) if split else 1)
    layers.append(
        {"mark": {"type": "line", "point": lonely, **shape}, "encoding": position | colour | dash | height}
    )
    rules, rows = _marks(across, marks)
    data = _rows(across, up, *band, *split)
    spec = _spec(title, up.heading, data, layers + rules, height=250, space=max(15 * rows - 10, 0))
    return Chart(title, alt, spec, table)


def bars(
    *,
    title: str,
    alt: str,
    table: DataTable,
    category: str,
    value: str,
    low: str | None = None,
    high: str | None = None,
) -> Chart:
    """Horizontal bars in the order of the table, each with its interval as a line and its value in words."""
    (down,), (along, *ends) = fields(table, category), fields(table, value, low, high)
    names = [label(name) for name in down.raw]
    said = [words.value(raw, along.unit) if is_number(raw) else NO_DATA for raw in along.raw]
    tips = [max(0.0, *numbers) if numbers else 0.0 for numbers in _numbers_by_row(along, *ends)]
    labels, lines = labels_beside(names)
    plain = {"title": None, "ticks": False, "domain": False}
    y = {"y": down.channel(axis=labels | plain)}
    scale = {"domainMax": _headroom(tips, said), "nice": False}
    x = along.channel(axis=axis(along, titled=False) | _to_the_whole(along), scale=scale)
    layers: list[Spec] = [{"mark": {"type": "bar", "height": 22}, "encoding": y | {"x": x}}]
    if len(ends) == 2:
        reach = {"x": ends[0].channel(title=None), "x2": {"field": ends[1].name}}
        rule = {"mark": {"type": "rule", "style": "interval"}, "encoding": y | reach}
        layers.append({"transform": [_present(*ends)], **rule})
    place = {"x": {"field": "label_at", "type": "quantitative"}, "text": {"field": "in_words"}}
    layers.append({"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": y | place})
    rows = [
        row | {down.name: name, "label_at": tip, "in_words": text}
        for row, name, tip, text in zip(_rows(along, *ends), names, tips, said, strict=True)
    ]
    height = max(len(rows), 1) * max(32, LINE_PIXELS * lines + 12)
    return Chart(title, alt, _spec(title, along.heading, rows, layers, height=height), table)


def columns(*, title: str, alt: str, table: DataTable, x: str, y: str, line: str | None = None) -> Chart:
    """Upright columns, as in a histogram; `line` names a second column drawn as a line over them.

    A line in another unit than the columns gets an axis of its own on the right.
    """
    across = _as_words(*fields(table, x))
    (up, *over), apart = _heights(table, y, line)
    names = [field.heading for field in (up, *over)]
    names = (
        [f"{name}, {side}" for name, side in zip(names, ("left", "right"), strict=True)] if apart else names
    )
    position = {"x": across.channel(axis=axis(across, titled=True))}
    height = {"y": up.channel(axis=axis(up, titled=False))}
    layers: list[Spec] = [{"mark": "bar", "encoding": position | height | (_key(names, 0) if over else {})}]
    side = {"orient": "right", "grid": False} if apart else {}
    for field in over:
        height = {"y": field.channel(axis=axis(field, titled=False) | side)}
        encoding = position | height | _key(names, 1)
        layers.append({"mark": {"type": "line", "point": True}, "encoding": encoding})
    spec = _spec(title, "" if over else up.heading, _rows(across, up, *over), layers, height=230)
    return Chart(title, alt, spec | ({"resolve": {"scale": {"y": "independent"}}} if apart else {}), table)


def heatmap(*, title: str, alt: str, table: DataTable, x: str, y: str, value: str) -> Chart:
    """A grid of cells, the stronger the higher the value; cells without a value say "no data"."""
    across, down = (_as_words(*fields(table, name)) for name in (x, y))
    (inside,) = fields(table, value)
    names, lines = labels_beside(down.distinct)
    room = PAGE_PIXELS - width_beside(down.distinct)
    position = {
        "x": across.channel(sort=across.distinct, axis=axis(across, titled=True, room=room)),
        "y": down.channel(sort=down.distinct, axis=names | {"title": None}),
    }
    layers: list[Spec] = []
    if inside.numbers:
        shade = {"opacity": _shade(inside, room)}
        layers.append({"transform": [_present(inside)], "mark": "rect", "encoding": position | shade})
    if len(inside.numbers) < len(inside.raw):
        layers.append(_missing(inside, position))
    height = max(len(down.distinct), 1) * max(26, LINE_PIXELS * lines + 8)
    rows = _rows(across, down, inside)
    return Chart(title, alt, _spec(title, inside.heading, rows, layers, height=height), table)


def _spec(
    title: str, above: str, rows: list[Spec], layers: list[Spec], *, height: int, space: int = 0
) -> Spec:
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": broken(above), "offset": 10 + space},
        "data": {"values": rows},
        "height": height,
        "layer": layers,
    }


def _rows(*columns: Field) -> list[Spec]:
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*(c.values for c in columns), strict=True)]


def _numbers_by_row(*columns: Field) -> Iterable[list[float]]:
    for row in zip(*(column.values for column in columns), strict=True):
        yield [float(value) for value in row if is_number(value)]


def _present(*columns: Field) -> Spec:
    return {"filter": " && ".join(f"isValid(datum['{column.name}'])" for column in columns)}


def _headroom(tips: Sequence[float], said: Sequence[str]) -> float:
    """The end of an axis that leaves room for the longest value in words after the longest bar."""
    longest = max(tips, default=0.0) or 1.0
    letters = max(map(len, said), default=0)
    return longest * (1 + (letters * LETTER_PIXELS + 8) / (0.6 * PLOT_PIXELS))


def _as_it_is(field: Field) -> Spec:
    """A scale that begins and ends with the data."""
    if field.kind == "quantitative":
        return {"zero": False, "nice": False}
    return {"type": "utc"} if field.kind == "temporal" else {}


def _as_words(field: Field) -> Field:
    """A column whose values are categories, even where they are numbers or dates."""
    return replace(field, raw=tuple(map(label, field.values)), divisor=1.0, category=True)


def _to_the_whole(field: Field) -> Spec:
    """Few ticks; those of shares end at 100%, though the axis goes on to make room for labels."""
    whole = field.unit == "share" and max(field.numbers, default=0.0) <= 1
    return {"tickCount": 4} | ({"labelExpr": "datum.value > 1.0001 ? '' : datum.label"} if whole else {})


def _shade(inside: Field, room: float) -> Spec:
    """Cells from pale to full, with a legend of as many columns as there is room for."""
    legend: Spec = {"title": None, "orient": "top", "symbolType": "square", "format": number_format(inside)}
    largest = max(inside.numbers, key=abs)
    each = len(words.share(largest) if inside.unit == "share" else words.count(largest)) * LETTER_PIXELS + 26
    if 6 * each > room:
        legend |= {"columns": max(int(room / each), 1)}
    return inside.channel(legend=legend, scale={"range": [0.1, 1], "zero": False})


def _missing(inside: Field, position: Spec) -> Spec:
    legend = {"title": None, "orient": "bottom"}
    shape = {"shape": {"datum": NO_DATA, "scale": {"range": ["cross"]}, "legend": legend}}
    return {
        "transform": [{"filter": f"!isValid(datum['{inside.name}'])"}],
        "mark": {"type": "point", "style": "missing", "filled": False},
        "encoding": position | shape,
    }


def _heights(table: DataTable, y: str, line: str | None) -> tuple[list[Field], bool]:
    """The columns that stand upright, in one unit where they have one, and whether they have not."""
    together, (up,) = fields(table, y, line), fields(table, y)
    apart = len({field.unit for field in together}) > 1
    return ([up, *fields(table, line)], True) if apart else (together, False)


def _apart(split: Field, orient: str) -> tuple[Spec, Spec]:
    """Lines told apart by colour, and by dashes for those who do not see colours."""
    legend = _legend(list(dict.fromkeys(map(label, split.raw)))) | {"orient": orient, "symbolType": "stroke"}
    channel = {"field": split.name, "type": "nominal", "sort": None, "legend": legend}
    return {"color": channel}, {"strokeDash": channel}


def _key(names: Sequence[str], number: int) -> Spec:
    return {"color": {"datum": names[number], "sort": None, "legend": _legend(names)}}


def _legend(names: Sequence[str]) -> Spec:
    legend: Spec = {"title": None, "orient": "top", "symbolType": "square"}
    legend |= wrapped_labels(names, TITLE_LETTERS)[0]
    widths = [len(name) * LETTER_PIXELS + 30 for name in names]
    rows = {"columns": max(int(PLOT_PIXELS / max(widths)), 1)} if sum(widths) > PLOT_PIXELS else {}
    return legend | rows


def _marks(across: Field, marks: Sequence[tuple[Scalar, str]]) -> tuple[list[Spec], int]:
    """The layers of rules and their labels, and how many rows of labels stand above the plot."""
    places = [place for place in map(across.place, across.raw) if place is not None]
    first, last = (min(places), max(places)) if places else (0.0, 1.0)
    ends: list[float] = []
    layers = []
    for at, text in sorted(marks, key=lambda mark: across.place(mark[0]) or 0.0):
        place = across.place(at)
        share = 0.5 if place is None else (place - first) / (last - first or 1.0)
        align = "left" if share < 0.1 else "right" if share > 0.9 else "center"
        width = len(text) * LETTER_PIXELS + 8
        start = share * PLOT_PIXELS - {"left": 0, "center": width / 2, "right": width}[align]
        row = next((i for i, end in enumerate(ends) if end <= start), len(ends))
        ends[row : row + 1] = [start + width]
        layers.append(_mark(across, across.scaled(at), text, {"align": align, "dy": -6 - LINE_PIXELS * row}))
    return list(chain.from_iterable(layers)), len(ends)


def _mark(across: Field, value: Scalar, text: str, place: Spec) -> list[Spec]:
    data = {"values": [{across.name: value, "text": text}]}
    x = {"x": across.channel()}
    above = {"y": {"value": 0}, "text": {"field": "text"}}
    return [
        {"data": data, "mark": {"type": "rule", "style": "note"}, "encoding": x},
        {"data": data, "mark": {"type": "text", "baseline": "bottom", **place}, "encoding": x | above},
    ]

"""From cells to values: text, times, numbers and words of the record, as expressions on the engine."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from headwater.record.tables import Column
from headwater.sources.dates import EPOCH, OFFSET
from headwater.sources.engine import from_micros, in_zone, join_words, parse_moment, parse_wall_clock
from headwater.sources.mapping import MISSING, VALUES, Field, Mapping

_SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "milliseconds": 0.001, "clock": 1.0}
_ISO = r"^\d{4}-\d{1,2}-\d{1,2}"
_UNSET = (
    r"^(0+|(0000|0001|1753|9999)-.*|1(899-12-3[01]|900-01-0[01]|970-01-0[12]).*|"
    r"0?[01][/.\-]0?[01][/.\-](0000|0001|1900|1970)( .*)?|31[/.\-]12[/.\-]9999.*|12[/.\-]31[/.\-]9999.*)$"
)
#: Whole numbers above this cannot be told apart as floating-point numbers.
_MOST = 2.0**53
_YES, _NO = ("true", "yes", "y", "1", "t"), ("false", "no", "n", "0", "f")
#: Words for kinds of value that a source does not know better; others stay null.
_FALLBACK = {"status": "unknown", "ended_by": "unknown", "kind": "activity", "about": "overall"}


def cell(stage: ir.Table, column: Column, field: Field, mapping: Mapping) -> ir.Value:
    """The cell or joined cells of a field; null where they mean unknown or the field does not apply."""
    if field.value is not None:
        return ibis.literal(field.value)
    parts = [_known(stage[name], (*mapping.missing, *field.missing)) for name in field.columns]
    value = parts[0] if len(parts) == 1 else _joined(parts, field.join, whole=_is_whole(column))
    for name, cells in field.when.items():
        value = ibis.ifelse(
            _trimmed(stage[name]).lower().isin([c.lower() for c in cells]), value, ibis.null()
        )
    return value


def _is_whole(column: Column) -> bool:
    return column.kind != "text" or column.name.endswith("_id")


def _known(column: ir.Value, missing: Sequence[str]) -> ir.Value:
    # An array, as engines make a join of a long IN list, and a chain of joins of many columns.
    unknown = ibis.array(sorted({"", *MISSING, *(word.strip().lower() for word in missing)}))
    if column.type().is_string():
        text = _trimmed(column)
        return ibis.ifelse(unknown.contains(text.lower()), ibis.null(), text)
    return ibis.ifelse(unknown.contains(as_text(column).lower()), ibis.null(), column)


def as_text(cells: ir.Value) -> ir.Value:
    """A cell as it would stand in a CSV: whole numbers without a point, whatever type holds them."""
    if cells.type().is_string():
        return cells
    text = cells.cast("string")
    return text.re_replace(r"\.0+$", "") if cells.type().is_floating() or cells.type().is_decimal() else text


def _trimmed(column: ir.Value) -> ir.Value:
    text = column.cast("string")
    return ibis.ifelse(text.contains("  "), text.re_replace(r"\s+", " "), text).strip()


def _joined(parts: Sequence[ir.Value], glue: str, *, whole: bool) -> ir.Value:
    """The parts in one text; where a `whole` is needed, one unknown part makes it unknown."""
    words = [as_text(part) for part in parts]
    text = join_words(ibis.array(words), glue).nullif("")
    return ibis.ifelse(ibis.and_(*(word.notnull() for word in words)), text, ibis.null()) if whole else text


def typed(cells: ir.Value, column: Column, field: Field, mapping: Mapping) -> ir.Value:
    """The value of a cell in the type of its column; null where it cannot be read."""
    if column.kind == "time":
        return moment(cells, field.formats or mapping.formats, mapping.timezone)
    if column.kind == "date":
        return moment(cells, field.formats or mapping.formats, "UTC").date()
    if column.kind in ("number", "integer"):
        value = number(cells, mapping.decimal, _SECONDS[field.unit or "seconds"])
        return (
            value if column.kind == "number" else ibis.ifelse(value.abs() < _MOST, value, ibis.null()).round()
        )
    if column.kind == "flag":
        return flag(cells)
    words = mapping.values.get(column.name, {})
    if column.name in VALUES:
        return _word(as_text(cells), column.name, words)
    return _renamed(as_text(cells), words)


def moment(cells: ir.Value, formats: Sequence[str], zone: str) -> ir.Value:
    """A moment in UTC: times with an offset by their offset, wall-clock times in `zone` (UTC if empty)."""
    kind = cells.type()
    if kind.is_timestamp() and kind.timezone:
        return cells.cast("timestamp('UTC', 6)")
    if kind.is_timestamp() or kind.is_date():
        return in_zone(zone or "UTC", cells.cast("timestamp(6)"))
    text = as_text(cells)
    shaped = _by_shape(text, zone or "UTC")
    if not formats:
        return ibis.cases(*shaped)
    told = _by_format(text, formats, zone or "UTC")
    # A format that begins with the year can say what would otherwise be read as ISO or as an epoch.
    if any(fmt[:2] in ("%Y", "%y") for fmt in formats):
        return ibis.coalesce(told, ibis.cases(*shaped))
    return ibis.cases(*shaped, else_=told)


def _by_format(text: ir.Value, formats: Sequence[str], zone: str) -> ir.Value:
    if any("%p" in fmt for fmt in formats):
        text = text.re_replace(r"([AaPp])\.[Mm]\.$", r"\1M")
    naive = [fmt for fmt in formats if "%z" not in fmt]
    zoned = [fmt for fmt in formats if "%z" in fmt]
    tries = [in_zone(zone, parse_wall_clock(text, naive))] if naive else []
    tries += [parse_moment(text, zoned)] if zoned else []
    return ibis.coalesce(*tries)


def _by_shape(text: ir.Value, zone: str) -> list[tuple[ir.Value, ir.Value]]:
    """What needs no format: ISO times with and without an offset, and seconds or milliseconds since 1970."""
    tight = text.re_replace(r"\s*(UTC|GMT)$", "Z").re_replace(r"\s+([+-]\d\d)", r"\1")
    zoned = tight.re_replace(r"([T ]\d{1,2}:\d\d)([Z+-])", r"\1:00\2").replace(",", ".")
    seconds = text.try_cast("float64") / ibis.ifelse(text.length() == 13, 1000.0, 1.0)
    micros = ibis.ifelse(seconds.abs() < _MOST / 1_000_000, seconds * 1_000_000, ibis.null()).round()
    return [
        (text.re_search(_ISO + OFFSET), zoned.try_cast("timestamp('UTC', 6)")),
        (text.re_search(_ISO), in_zone(zone, text.replace(",", ".").try_cast("timestamp(6)"))),
        (text.re_search(EPOCH), from_micros(micros)),
    ]


def not_before_time(value: ir.Value) -> ir.Value:
    """Null for the dates with which systems fill an empty cell: 1970-01-01 and before, years from 2100 on."""
    first = ibis.literal("1970-01-03T00:00:00+00:00", "timestamp('UTC', 6)")
    last = ibis.literal("2100-01-01T00:00:00+00:00", "timestamp('UTC', 6)")
    return ibis.ifelse((value >= first) & (value < last), value, ibis.null())


def is_unset_time(cells: ir.Value) -> ir.Value:
    """True for cells that say «no time» in one of the usual ways: 0, 0000-00-00, 1970-01-01, 9999-12-31."""
    return as_text(cells).re_search(_UNSET)


def number(cells: ir.Value, decimal: str, factor: float) -> ir.Value:
    """A number; with colons it is a clock duration (h:mm:ss or mm:ss) in seconds, whatever the unit."""
    if cells.type().is_floating():
        return cells.cast("float64").nullif(float("nan")) * factor
    if cells.type().is_numeric():
        return cells.cast("float64") * factor
    text = cells.cast("string")
    if decimal == ",":
        plain = text.replace(" ", "").replace(".", "").replace(",", ".")
    else:
        grouped = text.re_search(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
        plain = ibis.ifelse(grouped, text.replace(",", ""), text)
    is_number = plain.re_search(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$")
    value = ibis.ifelse(is_number, plain.try_cast("float64") * factor, ibis.null())
    is_clock = text.re_search(r"^-?\d+(:\d{2}){1,2}(\.\d+)?$")
    return ibis.ifelse(is_clock, clock_parts(text), value)


def clock_parts(text: ir.Value) -> ir.Value:
    """Seconds of a duration written h:mm:ss or mm:ss."""
    sign = ibis.ifelse(text.startswith("-"), -1.0, 1.0)
    parts = text.replace("-", "").split(":")
    last, middle, first = (parts[parts.length() - back].try_cast("float64") for back in (1, 2, 3))
    return sign * (last + 60 * middle + 3600 * ibis.ifelse(parts.length() > 2, first, 0.0))


def flag(cells: ir.Value) -> ir.Value:
    """True or false by the usual words; null for anything else."""
    text = cells.cast("string").lower()
    return ibis.cases((text.isin(_YES), ibis.literal(True)), (text.isin(_NO), ibis.literal(False)))  # noqa: FBT003


def _word(text: ir.Value, name: str, words: Dict[str, str]) -> ir.Value:
    """The record's word for the source's word; its own words mean themselves."""
    table = {ours: ours for ours in VALUES[name]} | dict(words)
    known = _renamed(text, table, keep=False)
    fallback = _FALLBACK.get(name)
    return (
        known
        if fallback is None
        else ibis.coalesce(known, ibis.ifelse(text.notnull(), fallback, ibis.null()))
    )


def _renamed(text: ir.Value, words: Dict[str, str], *, keep: bool = True) -> ir.Value:
    if not words:
        return text if keep else ibis.null("string")
    return text.lower().cases(*words.items(), else_=text if keep else ibis.null("string"))

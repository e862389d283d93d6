"""What the columns of a file hold: how many values, how many different ones, and a sample."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from headwater.sources.dates import Order, form_of, share_of_times
from headwater.sources.mapping import MISSING
from headwater.sources.stage import LINE, Stage

SAMPLE = 2_000
_LEADING = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-]\d"
#: Characters that a beginning of that shape can have.
_LONGEST_LEADING = 7


@dataclass(frozen=True)
class ColumnFacts:
    """One column. `kind` is what nearly all of its known cells are."""

    name: str
    kind: str  # time, number, flag, text or empty
    known: int
    distinct: int
    sample: tuple[str, ...]

    @property
    def looks_unique(self) -> bool:
        """True when (nearly) every known cell differs from all others."""
        return self.known > 0 and self.distinct >= 0.98 * self.known


def facts(stage: Stage) -> dict[str, ColumnFacts]:
    """Facts about every column of a stage, from one pass over it and one sample."""
    table = stage.table
    texts = {f"c{n}": _known(table[name]) for n, name in enumerate(stage.columns)}
    wide = table.select(LINE, **texts)
    counts = wide.aggregate(
        **{f"n_{key}": wide[key].count() for key in texts},
        **{f"d_{key}": wide[key].nunique() for key in texts},
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    step = max(1, stage.rows // SAMPLE)
    sample = (
        wide.filter(wide[LINE] % step == 0).limit(SAMPLE).to_pyarrow()
        if step > 1
        else wide.limit(SAMPLE).to_pyarrow()
    )
    found = {}
    for number, name in enumerate(stage.columns):
        key = f"c{number}"
        cells = tuple(cell for cell in sample[key].to_pylist() if cell is not None)
        kind = _kind(table[name], cells)
        found[name] = ColumnFacts(name, kind, counts[f"n_{key}"], counts[f"d_{key}"], cells)
    return found


def _known(column: ir.Value) -> ir.Value:
    text = column.cast("string").strip()
    return ibis.ifelse(text.lower().isin(["", *MISSING]), ibis.null(), text)


def _kind(column: ir.Value, cells: tuple[str, ...]) -> str:
    kind = column.type()
    if kind.is_timestamp() or kind.is_date():
        return "time"
    if not cells:
        return "empty"
    if kind.is_numeric():
        return "number"
    if share_of_times(cells) > 0.5:
        return "time"
    digits = sum(
        1 for cell in cells if cell.replace(".", "").replace(",", "").replace(":", "").lstrip("-").isdigit()
    )
    return "number" if digits > 0.9 * len(cells) else "text"


@dataclass(frozen=True)
class OrderEvidence:
    """How many cells can only be day first, only month first, or either."""

    day_first: int
    month_first: int
    either: int

    @property
    def order(self) -> Order:
        """The order that most of the telling cells show; day first when none tells."""
        return "month first" if self.month_first > self.day_first else "day first"


def order_evidence(table: ir.Table, columns: Iterable[str]) -> OrderEvidence:
    """Evidence from all cells of some columns about the order of day and month."""
    texts = [table[column].strip() for column in columns if table[column].type().is_string()]
    if not texts:
        return OrderEvidence(0, 0, 0)
    # Thousands of rows share a few hundred beginnings; only those are taken apart.
    parts = [table.select(text=text.substr(0, _LONGEST_LEADING)) for text in texts]
    starts = ibis.union(*parts) if len(parts) > 1 else parts[0]
    starts = starts.group_by("text").agg(n=starts.count())
    first = starts.text.re_extract(_LEADING, 1).try_cast("int64")
    second = starts.text.re_extract(_LEADING, 2).try_cast("int64")
    row = starts.aggregate(
        day=starts.n.sum(where=(first > 12) & (second <= 12)),
        month=starts.n.sum(where=(second > 12) & (first <= 12)),
        either=starts.n.sum(where=(first <= 12) & (second <= 12)),
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    return OrderEvidence(row["day"] or 0, row["month"] or 0, row["either"] or 0)


def decimal_of(cells: Dict[str, ColumnFacts], names: list[str]) -> str:
    """The decimal sign of number columns: a comma when cells hold commas that cannot part thousands."""
    for name in names:
        for cell in cells[name].sample:
            whole, comma, rest = cell.rpartition(",")
            if comma and rest.isdigit() and (len(rest) != 3 or "." in whole):
                return ","
    return "."


def has_forms(cells: tuple[str, ...]) -> bool:
    """True when some cell is a time in a form that needs a format."""
    return any((form := form_of(cell)) is not None and form.formats for cell in cells)

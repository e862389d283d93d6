"""The order of a log: within a contact the file's own order holds, also where a clock jumped.

Logs write what happened one after the other, oldest or newest first. Where a row's time lies before
that of the row before it, the clock is wrong and not the order.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from headwater.sources.engine import whole_seconds
from headwater.sources.mapping import Mapping
from headwater.sources.stage import LINE

#: A file keeps an order when at most this share of its steps in time goes the other way.
ODD_STEPS = 0.05


@dataclass(frozen=True)
class Sequence:
    """How many steps from row to row of a contact go forward in time, and how many back."""

    forward: int
    back: int

    @property
    def oldest_first(self) -> bool:
        """True when the file runs forward in time."""
        return self.back <= ODD_STEPS * (self.forward + self.back)

    @property
    def newest_first(self) -> bool:
        """True when the file runs backward in time."""
        return not self.oldest_first and self.forward <= ODD_STEPS * (self.forward + self.back)

    @property
    def odd(self) -> int:
        """Rows against the order of the file; 0 when it keeps none."""
        if self.oldest_first:
            return self.back
        return self.forward if self.newest_first else 0


def sequence(rows: ir.Table, mapping: Mapping) -> Sequence | None:
    """The sequence of a log's rows; None for rows that are no log."""
    if mapping.rows not in ("event", "state"):
        return None
    seconds = whole_seconds(rows["at"])
    step = seconds - seconds.lag(1).over(group_by=rows.contact_id, order_by=rows[LINE])
    steps = rows.select(step=step)
    row = steps.aggregate(up=(steps.step > 0).sum(), down=(steps.step < 0).sum()).to_pyarrow().to_pylist()[0]
    return Sequence(row["up"] or 0, row["down"] or 0)


def in_sequence(rows: ir.Table, seen: Sequence | None) -> ir.Table:
    """Rows of a log with times that keep the order of its file; `__line` then counts in that order."""
    if seen is None or not (seen.oldest_first or seen.newest_first):
        return rows
    place = rows[LINE] if seen.oldest_first else 2**31 - 1 - rows[LINE]
    rows = rows.mutate(**{LINE: place})
    if not seen.odd:
        return rows
    window = ibis.cumulative_window(group_by=rows.contact_id, order_by=rows[LINE])
    return rows.mutate(at=rows["at"].max().over(window))

"""The sums behind rework: everything that is counted over contacts, in one pass on the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from headwater.measures.elapsed import WAITING, epoch
from headwater.measures.journeys import journeys
from headwater.measures.stations import Between
from headwater.record.record import Record

#: Contacts passed on at least this often are counted together.
MOST_HANDOFFS = 6
NO_HOLDER = -1
#: Of these the sum of squares is needed too.
_MEANS = ("handoffs", "elapsed")
#: Parts of a whole, of which the sums of products are needed too.
_RATIOS = {
    **dict.fromkeys(("waiting", *WAITING), "active"),
    **dict.fromkeys(("handled_passed", "handled_again"), "handled"),
}


@dataclass(frozen=True)
class Totals:
    """Sums over contacts by number of hand-offs, NO_HOLDER where nobody is known to have held them."""

    groups: Mapping[int, Mapping[str, float]]

    def __getitem__(self, name: str) -> float:
        return float(sum(group[name] for group in self.groups.values()))

    def count(self, name: str) -> int:
        """A sum that counts contacts."""
        return round(self[name])


def rework_totals(record: Record, between: Between, followed: float) -> Totals:
    """Counts of contacts (see `_counts`) and sums of numbers (see `_sums`) over all answered contacts.

    A contact is followed when it was first finished at least `followed` seconds before the last thing that
    happened in the record.
    """
    table = journeys(record, between)
    waiting = table.waiting_customer + table.waiting_other + table.waiting_untold
    table = table.mutate(
        group=ibis.least(table.handoffs.fill_null(NO_HOLDER), MOST_HANDOFFS),
        waiting=waiting,
        active=table.elapsed - table.done,
        followed=table.finished_at <= last_moment(record) - followed,
    )
    sums = {name: flag.fill_null(False).sum() for name, flag in _counts(table).items()}  # noqa: FBT003
    rows = (
        table.group_by("group").agg(contacts=table.count(), **sums, **_sums(table)).to_pyarrow().to_pylist()
    )
    return Totals(
        {row.pop("group"): {name: float(value or 0) for name, value in row.items()} for row in rows}
    )


def last_moment(record: Record) -> float:
    """Epoch seconds of the last thing that happened in the record; 0 in an empty one."""
    contacts, touches, events = (record.table(name) for name in ("contacts", "touches", "events"))
    moments = [
        table.aggregate(last=epoch(moment).max()).to_pyarrow()["last"][0].as_py()
        for table, moment in (
            (contacts, contacts.opened_at),
            (contacts, contacts.closed_at),
            (touches, touches.started_at),
            (events, events["at"]),
        )
    ]
    return max((moment for moment in moments if moment is not None), default=0.0)


def _counts(table: ir.Table) -> dict[str, ir.BooleanValue]:
    finished, reopened = table.finished_at.notnull(), table.reopened > 0
    told, counted = table.recorded_reopens.notnull(), table.recorded_reopens > 0
    passed_told = table.recorded_handoffs.notnull() & table.handoffs.notnull()
    return {
        "finished_by_state": table.finishes > 0,
        "finished_by_touch": table.resolved_touches > 0,
        "several_touches": table.touches > 1,
        "reopened": reopened,
        "finished": finished,
        "finished_reopened": finished & reopened,
        "followed": table.followed,
        "followed_reopened": table.followed & reopened,
        "counter": told,
        "counter_reopened": counted,
        "counter_alone": counted & ~reopened,
        "counter_alone_paused": counted & ~reopened & (table.paused > 0),
        "history_alone": told & ~counted & reopened,
        "held": table.handoffs.notnull(),
        "passed": table.handoffs > 0,
        "returned": table.returned,
        "again": reopened | table.returned.fill_null(False),  # noqa: FBT003
        "passed_counter": table.recorded_handoffs.notnull(),
        "passed_counted": table.recorded_handoffs > 0,
        "passed_both": passed_told,
        "passed_fewer": passed_told & (table.handoffs < table.recorded_handoffs),
        "passed_more": passed_told & (table.handoffs > table.recorded_handoffs),
        "lasted": table.elapsed.notnull(),
        "unfinished": ~table.ended,
        "worked": table.handled.notnull(),
    }


def _sums(table: ir.Table) -> dict[str, ir.FloatingScalar]:
    names = {*_MEANS, *_RATIOS, *_RATIOS.values()}
    sums = {name: table[name].cast("float64").sum() for name in sorted(names)}
    sums |= {f"{name}^2": (table[name].cast("float64") ** 2).sum() for name in sorted(names)}
    return sums | {f"{part}*{whole}": (table[part] * table[whole]).sum() for part, whole in _RATIOS.items()}

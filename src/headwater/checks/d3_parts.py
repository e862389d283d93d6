"""The table and the charts of D3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from headwater import words
from headwater.checks import charts
from headwater.checks.finding import Chart, DataTable, Scalar
from headwater.checks.returning import FEWEST_CONTACTS, days_of, enough, limits_of, three_ways
from headwater.measures.product_limit import Share, Within, within
from headwater.measures.repeats import Part, Requests, parts
from headwater.record.record import Record

WINDOWS = (1, 7, 14, 30)
#: Days at which the curve is drawn: dense where most returns happen.
CURVE = (0.25, *range(1, 8), 9, 11, 14, 18, 22, 26, 30)
MOST_PARTS = 10


@dataclass(frozen=True)
class Answer:
    """What the parts of the finding are made from: rates `at` each number of days, and the window asked for."""

    asked: Requests
    observed: ir.Table
    at: dict[float, Within]
    window: int
    level: float

    @property
    def ready(self) -> Within | None:
        """The asked window, or the longest shorter one that was watched; None where there is none."""
        told = [days for days in (*WINDOWS, self.window) if days <= self.window and enough(self.at[days])]
        return self.at[max(told)] if told else None


def windows_table(answer: Answer) -> DataTable:
    """The rate within each window, counted in three ways."""
    rows = []
    for days in sorted({*WINDOWS, answer.window}):
        best, naive, followed = three_ways("", "", answer.at[days], answer.level)
        rows.append((days_of(days), best.value, best.low, best.high, naive.value, followed.value, followed.n))
    return DataTable(
        "Contacts followed by another, in three ways of counting",
        (
            "Within",
            "Came back",
            "From",
            "To",
            "Counted naively",
            "Of those watched so long",
            "Watched so long",
        ),
        tuple(rows),
        ("", "share", "share", "share", "share", "share", "contacts"),
    )


def curve(answer: Answer) -> Chart:
    """The share that came back by days since the contact, with its interval."""
    told = [point for days, point in sorted(answer.at.items()) if days in CURVE and enough(point)]
    rows = [
        (0.0, 0.0, 0.0, 0.0),
        *((point.days, *_limited(point.kaplan_meier, answer.level)) for point in told),
    ]
    names = ("Days since the contact", "Came back", "From", "To")
    caption = "Share that came back, by days since the contact"
    table = DataTable(caption, names, tuple(rows), ("days", "share", "share", "share"))
    last = told[-1]
    return charts.curve(
        title="How soon customers come back",
        alt=f"A rising curve: {words.share(last.kaplan_meier.value)} of contacts are followed by another "
        f"within {days_of(last.days)}.",
        table=table,
        x=names[0],
        y="Came back",
        low="From",
        high="To",
        marks=[(float(days), days_of(days)) for days in (7, 14) if days <= last.days],
    )


def by_part(record: Record, answer: Answer, ready: Within, smallest: int) -> Iterator[tuple[str, Chart]]:
    """A chart for each of topic, queue and channel that has at least two groups large enough to show."""
    for column in ("topic", "queue", "channel"):
        shown = large_enough(parts(record, answer.observed, column), smallest)
        if len(shown) > 1:
            yield column, _bars(column, _rates(answer, column, shown, ready.days), ready.days)


def large_enough(groups: Sequence[Part], smallest: int) -> list[Part]:
    """The largest groups that may be shown, at most ten.

    Each has at least 30 contacts, and at least `smallest` customers and agents, so that no group stands
    for a person. What is hidden can be worked out from the total: the smallest shown groups are hidden too
    until what is hidden has so many people in it.
    """
    allowed = [part for part in groups if part.contacts >= FEWEST_CONTACTS and _crowd(part, smallest)]
    shown = allowed[:MOST_PARTS]
    while shown and not _safe([part for part in groups if part not in shown], smallest):
        shown = shown[:-1]
    return shown


def _safe(hidden: Sequence[Part], smallest: int) -> bool:
    # One large group is asked for and not a large sum: the same few agents may stand behind all of them.
    return not hidden or any(_crowd(part, smallest) for part in hidden)


def _crowd(part: Part, smallest: int) -> bool:
    """True when enough people stand behind the group; agents count where any are known."""
    return part.customers >= smallest and (not part.agents or part.agents >= smallest)


def most_returns(chart: Chart) -> str:
    """The group with most returns, by the rows of a chart of `by_part`."""
    returns = {str(row[0]): float(row[1] or 0) * float(row[4] or 0) for row in chart.table.rows}
    return max(returns, key=lambda name: returns[name])


def _rates(answer: Answer, column: str, shown: list[Part], days: float) -> list[tuple[Scalar, ...]]:
    observed = answer.observed
    chosen = observed.filter(observed[column].isin([part.name for part in shown]))
    rates = within(chosen.mutate(part=chosen[column]), (), [days])
    shares = sorted(
        ((name, at[0].kaplan_meier) for name, at in rates.items()), key=lambda pair: (-pair[1].value, pair[0])
    )
    return [(name, *_limited(share, answer.level), share.n) for name, share in shares]


def _bars(column: str, rows: list[tuple[Scalar, ...]], days: float) -> Chart:
    name = column.capitalize()
    caption = f"Contacts followed by another within {days_of(days)}, by {column}"
    table = DataTable(
        caption, (name, "Came back", "From", "To", "Contacts"), tuple(rows), ("", *["share"] * 3, "contacts")
    )
    ends = [f"{words.value(float(row[1] or 0), 'share')} ({row[0]})" for row in (rows[0], rows[-1])]
    return charts.bars(
        title=f"Came back within {days_of(days)}, by {column}",
        alt=f"{caption}: from {ends[0]} down to {ends[1]}.",
        table=table,
        category=name,
        value="Came back",
        low="From",
        high="To",
    )


def _limited(share: Share, level: float) -> tuple[float, float, float]:
    limits = limits_of(share, "kaplan-meier", level)
    return share.value, limits.low, limits.high

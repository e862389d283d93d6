"""The pictures of D4: how often contacts are passed on, where their time goes, how long they last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite

from headwater import words
from headwater.checks.charts import bars, columns
from headwater.checks.d4_estimates import DAY, Facts, mean_of
from headwater.checks.finding import Chart, DataTable, Estimate, Scalar
from headwater.measures.rework_totals import MOST_HANDOFFS, NO_HOLDER


def charts(facts: Facts, known: Mapping[str, Estimate]) -> Iterator[Chart]:
    """As many of the three as the record has data for."""
    if facts.tells_passing:
        yield _how_often(facts)
    if "waiting_share" in known:
        yield _where_time_goes(facts, known)
    if facts.tells_passing and facts.totals["lasted"]:
        yield _how_long(facts)


def _how_often(facts: Facts) -> Chart:
    groups = _groups(facts)
    rows = tuple((name, int(group["contacts"])) for name, group in groups.items())
    caption = f"Contacts by number of hand-offs (changes of {facts.between})"
    table = DataTable(caption, ("Hand-offs", "Contacts"), rows, ("", "contacts"))
    told = ", ".join(f"{name}: {words.count(contacts)}" for name, contacts in rows)
    return columns(
        title="How often contacts are passed on",
        alt=f"Columns of contacts by number of hand-offs. {told}.",
        table=table, x="Hand-offs", y="Contacts",
    )  # fmt: skip


def _where_time_goes(facts: Facts, known: Mapping[str, Estimate]) -> Chart:
    waiting = known["waiting_share"]
    rows: list[tuple[Scalar, ...]] = [("Open: in work or in a queue", *_rest(waiting))]
    for part, name in (("_customer", "the customer"), ("_other", "others")):
        if f"waiting{part}_share" in known:
            share = known[f"waiting{part}_share"]
            rows.append((f"Waiting for {name}", share.value, share.low, share.high))
    untold = facts.totals["waiting_untold"] / facts.totals["active"]
    if untold > 0:
        rows.append(("Waiting, not told for whom", untold, None, None))
    told = ", ".join(f"{name}: {words.share(share)}" for name, share, *_ in rows if isinstance(share, float))
    table = DataTable(
        "Share of the time between opening and close in which contacts are not finished",
        ("State", "Share of open time", "from", "to"), tuple(rows), ("", "share", "share", "share"),
    )  # fmt: skip
    return bars(
        title="Where the time goes", alt=f"Bars of the share of open time. {told}.",
        table=table, category="State", value="Share of open time", low="from", high="to",
    )  # fmt: skip


def _how_long(facts: Facts) -> Chart:
    rows = tuple(
        (name, *_days(group["elapsed"], group["elapsed^2"], group["lasted"], facts.level))
        for name, group in _groups(facts).items()
        if group["lasted"]
    )
    table = DataTable(
        "Mean length of contacts by number of hand-offs",
        ("Hand-offs", "Mean length", "from", "to"), rows, ("", "days", "days", "days"),
    )  # fmt: skip
    told = ", ".join(f"{name}: {words.value(days, 'days')}" for name, days, *_ in rows)
    return bars(
        title="Contacts by hand-offs and length: together, but not proof that one causes the other",
        alt=f"Bars of the mean length of contacts by number of hand-offs. {told}.",
        table=table, category="Hand-offs", value="Mean length", low="from", high="to",
    )  # fmt: skip


def _groups(facts: Facts) -> dict[str, Mapping[str, float]]:
    known = {number: group for number, group in facts.totals.groups.items() if number != NO_HOLDER}
    return {
        f"{number} or more" if number == MOST_HANDOFFS else str(number): known[number]
        for number in sorted(known)
    }


def _rest(share: Estimate) -> tuple[float | None, ...]:
    return tuple(None if end is None else 1 - end for end in (share.value, share.high, share.low))


def _days(total: float, squares: float, n: float, level: float) -> tuple[float, float | None, float | None]:
    mean, limits = mean_of(total, squares, n, level)
    if not isfinite(limits.high):
        return mean / DAY, None, None
    return mean / DAY, limits.low / DAY, limits.high / DAY

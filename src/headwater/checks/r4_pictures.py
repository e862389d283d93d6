"""Tables and charts of R4: limits of chance and how many lie outside them, with small groups hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from headwater import words
from headwater.checks.charts import bars, curve
from headwater.checks.finding import Chart, DataTable
from headwater.checks.privacy import in_words, visible_totals
from headwater.checks.r4_looks import LIMITS, Look
from headwater.inference.spread import funnel_limits

_POINTS = 25


def tables(looks: Sequence[Look], p_values: Sequence[float], look: Look, k: int) -> tuple[DataTable, ...]:
    """The looks side by side, and how many units of the main one lie outside the limits."""
    return _side_by_side(looks, p_values), _outside(look, k)


def charts(look: Look, k: int) -> Iterator[Chart]:
    """The funnel of chance, without dots for people, and seen against chance where it can be shown."""
    yield _funnel(look)
    _, outside, far, *_ = _shown(look, k)
    if outside is not None:
        yield _seen_and_chance(look, outside, far)


def _shown(look: Look, k: int) -> tuple[int | None, ...]:
    """All units, outside the limits, outside the widened limits; None where few people could be told apart."""
    return visible_totals((look.spread.units, *look.outside, *look.outside_widened), k)


def _side_by_side(looks: Sequence[Look], p_values: Sequence[float]) -> DataTable:
    rows = tuple(
        (
            f"{look.between}s", look.spread.units, look.units.mean, look.spread.tau, look.spread.tau_low,
            look.spread.tau_high, look.reliability, _p(p_value),
        )
        for look, p_value in zip(looks, p_values, strict=True)
    )  # fmt: skip
    return DataTable(
        "How much they differ",
        (
            "Between",
            "Compared",
            "Rate of all",
            "Spread (tau)",
            "from",
            "to",
            "Reliability, median",
            "p-value, adjusted",
        ),
        rows,
        ("", "", "share", "share", "share", "share", "share", ""),
    )


def _outside(look: Look, k: int) -> DataTable:
    names = [f"Outside the {words.share(limit)} limits" for limit in LIMITS]
    chance = [look.spread.units * (1 - limit) for limit in LIMITS]
    groups = ("All compared", *names, *(f"{name}, widened by the spread found" for name in names))
    rows = tuple(
        (group, in_words(seen, k), by_chance)
        for group, seen, by_chance in zip(groups, _shown(look, k), (None, *chance, *chance), strict=True)
    )
    who = f"{look.between}s"
    caption = f"How many {who} lie outside limits of chance"
    return DataTable(caption, ("Group", "Seen", "By chance alone"), rows, ("", "", who))


def _seen_and_chance(look: Look, outside: int, far: int | None) -> Chart:
    who = f"{look.between}s"
    rows: list[tuple[str, float]] = []
    for limit, seen in zip(LIMITS, (outside, far), strict=True):
        if seen is not None:
            name = f"outside the {words.share(limit)} limits"
            rows += [(f"Seen {name}", seen), (f"By chance {name}", look.spread.units * (1 - limit))]
    told = ", ".join(f"{name}: {words.value(number, who)}" for name, number in rows)
    table = DataTable(
        f"{who.capitalize()} outside limits of chance", ("Group", "Number"), tuple(rows), ("", who)
    )
    title = f"How many {who} lie outside limits of chance, and how many would by chance alone"
    return bars(title=title, alt=f"Bars. {told}.", table=table, category="Group", value="Number")


def _funnel(look: Look) -> Chart:
    """Limits of chance by number of contacts, up to twice the usual number, so that nobody's own shows."""
    usual = float(np.median(look.units.n))
    n = np.unique(np.rint(np.linspace(10, max(2 * usual, 100.0), _POINTS)))
    rows = []
    for limit in LIMITS:
        low, high = funnel_limits(look.units.mean, n, limit)
        rows += [
            (int(x), float(y), f"{words.share(limit)} limit, lower") for x, y in zip(n, low, strict=True)
        ]
        rows += [
            (int(x), float(y), f"{words.share(limit)} limit, upper") for x, y in zip(n, high, strict=True)
        ]
    lower, upper = funnel_limits(look.units.mean, float(round(usual)), LIMITS[0])
    columns = ("Comparable contacts", "Rate", "Limit")
    table = DataTable("Limits of chance by number of contacts", columns, tuple(rows), ("", "share", ""))
    alt = (
        f"Lines that narrow to {words.share(look.units.mean)} as contacts grow. With {words.count(usual)} contacts "
        f"chance alone makes rates {words.between(lower, upper, 'share')} in 19 of 20 cases."
    )
    title = f"How far chance alone spreads the rates of {look.between}s who are all alike"
    return curve(title=title, alt=alt, table=table, x=columns[0], y=columns[1], series=columns[2])


def _p(p_value: float) -> str:
    return "under 0.001" if p_value < 0.001 else f"{p_value:.3f}" if p_value < 0.1 else f"{p_value:.2f}"

"""Kaplan-Meier on the engine: shares who came back, with variances clustered by customer.

Works on observations, one row each: `part` (text, the group it belongs to), `cluster` (text), `seconds`
(whole seconds until the event or until nobody looked any more), `event` (1 or 0) and `followed` (seconds
for which it could have been seen). Nothing but one row per group comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from headwater.measures.clock import DAY

#: exp() of less than this underflows, which some engines call an error; S is 0 to 300 digits there.
_LOG_ZERO = -650.0


@dataclass(frozen=True)
class Share:
    """A share with the variance of it, how many observations stand behind it and how many clusters."""

    value: float
    variance: float
    n: int
    clusters: int


@dataclass(frozen=True)
class Within:
    """The share with an event within `days`, estimated in three ways.

    `kaplan_meier` uses everybody for as long as they were watched, `naive` counts those watched too short
    as if nothing would happen to them, `followed` leaves them out (None when nobody was watched so long).
    `watched` is how many were watched so long. Points of a curve have only the first.
    """

    days: float
    kaplan_meier: Share
    watched: int
    naive: Share | None = None
    followed: Share | None = None


def curve(observations: ir.Table) -> ir.Table:
    """One row per part and distinct time: seconds, at_risk, events, survival, lost.

    `survival` is the product limit (Kaplan & Meier 1958) just after the time, `lost` the running sum of
    events / (at_risk (at_risk - events)), Greenwood's sum.
    """
    tally = observations.group_by("part", "seconds").agg(
        leaving=observations.count().cast("float64"), events=observations.event.sum().cast("float64")
    )
    later = ibis.cumulative_window(group_by="part", order_by=ibis.desc("seconds"))
    tally = tally.mutate(at_risk=tally.leaving.sum().over(later))
    staying = tally.at_risk - tally.events
    # The step is written without a division by zero or a logarithm of zero even where nobody stays.
    safe = ibis.ifelse(staying > 0, staying, 1.0)
    steps = tally.mutate(
        log_step=ibis.ifelse(staying > 0, (safe / tally.at_risk).ln(), _LOG_ZERO),
        lost_step=tally.events / (tally.at_risk * safe),
    )
    so_far = ibis.cumulative_window(group_by="part", order_by="seconds")
    summed = steps.mutate(
        log_survival=steps.log_step.sum().over(so_far), lost=steps.lost_step.sum().over(so_far)
    )
    log_survival = summed.log_survival
    return summed.select(
        "part", "seconds", "at_risk", "events", "lost",
        survival=ibis.ifelse(log_survival <= _LOG_ZERO, 0.0, ibis.greatest(log_survival, _LOG_ZERO).exp()),
    )  # fmt: skip


def within(
    observations: ir.Table, days: Sequence[float], curve_days: Sequence[float] = ()
) -> dict[str, tuple[Within, ...]]:
    """For each part, the share with an event within each number of days, ascending.

    For `curve_days` only Kaplan-Meier. Its variance is the infinitesimal jackknife by cluster (Williams
    1995): the sum over clusters of the squared sums of influence values. With one observation per cluster
    it is Greenwood's, but for the factor clusters / (clusters - 1) that all variances here carry.
    """
    limits = {str(place): round(day * DAY) for place, day in enumerate(sorted({*days, *curve_days}))}
    whole = {key for key, limit in limits.items() if limit in [round(day * DAY) for day in days]}
    by_cluster = _by_cluster(observations, limits, whole)
    sums: dict[str, Any] = {"n": by_cluster.n.sum(), "clusters": by_cluster.count()}
    for key in limits:
        sums |= _squares(by_cluster, key, counts=key in whole)
    rows = by_cluster.group_by("part").agg(**sums).to_pyarrow().to_pylist()
    return {
        row["part"]: tuple(
            _within(row, key, limit / DAY, counts=key in whole) for key, limit in limits.items()
        )
        for row in rows
    }


def _by_cluster(observations: ir.Table, limits: dict[str, int], whole: set[str]) -> ir.Table:
    """Sums by part and cluster, with S of the part at each limit beside them."""
    steps = curve(observations)
    levels = steps.group_by("part").agg(
        **{
            f"survival_{key}": steps.survival.min(where=steps.seconds <= limit).fill_null(1.0)
            for key, limit in limits.items()
        },
        **{
            f"lost_{key}": steps.lost.max(where=steps.seconds <= limit).fill_null(0.0)
            for key, limit in limits.items()
        },
    )
    placed = observations.inner_join(steps.drop("survival"), ["part", "seconds"]).inner_join(levels, "part")
    staying = placed.at_risk - placed.events
    own = ibis.ifelse(placed.event == 1, 1.0 / ibis.ifelse(staying > 0, staying, 1.0), 0.0)
    sums: dict[str, Any] = {"n": placed.count().cast("float64")}
    for key, limit in limits.items():
        inside, seen = placed.seconds <= limit, (placed.followed >= limit).cast("float64")
        influence = ibis.least(placed.lost, placed[f"lost_{key}"]) - ibis.ifelse(inside, own, 0.0)
        sums |= {
            f"survival_{key}": placed[f"survival_{key}"].min(),
            f"influence_{key}": (placed[f"survival_{key}"] * influence).sum(),
            f"seen_{key}": seen.sum(),
        }
        if key in whole:
            back = ibis.ifelse(inside, placed.event, 0).cast("float64")
            sums |= {f"back_{key}": back.sum(), f"kept_{key}": (back * seen).sum()}
    return placed.group_by("part", "cluster").agg(**sums)


def _squares(by_cluster: ir.Table, key: str, *, counts: bool) -> dict[str, Any]:
    """The sums over clusters from which shares and their variances follow; with `counts`, of all three."""
    n, survival, influence, seen = (
        by_cluster[name] for name in ("n", f"survival_{key}", f"influence_{key}", f"seen_{key}")
    )
    sums = {"survival": survival.min(), "influence2": (influence * influence).sum(), "seen": seen.sum()}
    if counts:
        back, kept = by_cluster[f"back_{key}"], by_cluster[f"kept_{key}"]
        sums |= {
            "back": back.sum(),
            "kept": kept.sum(),
            "back2": (back * back).sum(),
            "back_n": (back * n).sum(),
            "n2": (n * n).sum(),
            "kept2": (kept * kept).sum(),
            "kept_seen": (kept * seen).sum(),
            "seen2": (seen * seen).sum(),
            "seers": (seen > 0).sum(),
        }
    return {f"{name}_{key}": value for name, value in sums.items()}


def _within(row: dict[str, Any], key: str, days: float, *, counts: bool) -> Within:
    part = {name.removesuffix(f"_{key}"): value for name, value in row.items() if name.endswith(f"_{key}")}
    n, clusters, seen = int(row["n"]), int(row["clusters"]), int(part["seen"])
    survival = Share(1 - part["survival"], part["influence2"] * _few(clusters), n, clusters)
    if not counts:
        return Within(days, survival, seen)
    naive = ratio(part["back"], n, clusters, part["back2"], part["back_n"], part["n2"])
    seers = int(part["seers"])
    followed = ratio(part["kept"], seen, seers, part["kept2"], part["kept_seen"], part["seen2"])
    return Within(days, survival, seen, naive, followed)


def ratio(x: float, n: int, clusters: int, x2: float, xn: float, n2: float) -> Share | None:
    """x / n with its variance as a ratio of totals over clusters; None where n is 0.

    x2, xn and n2 are the sums over clusters of the squares and products of their totals (Cochran 1977, 6.3).
    """
    if n == 0:
        return None
    share = x / n
    return Share(share, max(x2 - 2 * share * xn + share**2 * n2, 0.0) / n**2 * _few(clusters), n, clusters)


def _few(clusters: int) -> float:
    return clusters / (clusters - 1) if clusters > 1 else 1.0

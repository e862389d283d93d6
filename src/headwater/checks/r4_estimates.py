"""The numbers of R4: about all people or teams together, never about one."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, isfinite

import numpy as np

from headwater.checks.finding import Estimate
from headwater.checks.r4_looks import Look
from headwater.inference.interval import Interval
from headwater.inference.proportion import wilson
from headwater.inference.rates import mean_interval
from headwater.inference.spread import n_for_reliability, reliability

SPREAD = "paule-mandel, q-profile"


def estimates(look: Look, going: str, level: float, ending: str = "") -> Iterator[Estimate]:
    """What is known about the units of one look; `going` says in words what the rate is of.

    `ending` is added to the names, so that two looks can stand beside each other.
    """
    units, spread, who = look.units, look.spread, f"{look.between}s"
    contacts = int(units.contacts.sum())
    yield Estimate(
        f"units{ending}", spread.units, None, None, who, contacts, "count", f"{who} compared", level
    )
    rate = wilson(float(units.seen.sum()), float(units.n.sum()), level)
    label = f"of their comparable contacts: {going}"
    yield _estimate("mean_rate" + ending, units.mean, rate, "share", contacts, "wilson", label, level)
    tau, label = Interval(spread.tau_low, spread.tau_high), f"standard deviation of that rate between {who}"
    yield _estimate("tau" + ending, spread.tau, tau, "share", spread.units, SPREAD, label, level)
    label = f"over-dispersion of {who}: mean square of z-scores, outer tenths pulled in (by chance about 0.7)"
    method = "winsorised z-scores, normal interval"
    yield _estimate("phi" + ending, spread.phi, _phi(look, level), "", spread.units, method, label, level)
    label = (
        f"reliability of the rate of one of the {who}, median: the share of its variance that is not chance"
    )
    trust = Interval(*(_median_reliability(look, end) for end in (spread.tau_low, spread.tau_high)))
    name, method = "reliability_median" + ending, "tau squared over tau squared plus chance"
    yield _estimate(name, look.reliability, trust, "share", spread.units, method, label, level)


def contacts_needed(look: Look, target: float, level: float) -> Iterator[Estimate]:
    """How many comparable contacts each unit would need before its rate says something about it."""
    low, value, high = (
        n_for_reliability(tau, look.units.mean, target)
        for tau in (look.spread.tau_high, look.spread.tau, look.spread.tau_low)
    )
    if isfinite(value):
        label = f"comparable contacts per {look.between} at which the rate of one would be reliable"
        upper = high if isfinite(high) else None
        yield Estimate(
            "contacts_needed", value, low, upper, "contacts", look.spread.units, SPREAD, label, level
        )


def _median_reliability(look: Look, tau: float) -> float:
    return float(np.median([reliability(tau, look.units.mean, n) for n in look.units.n]))


def _phi(look: Look, level: float) -> Interval:
    units = look.units
    chance = np.maximum(units.usual * (1 - units.usual), 1e-12) / units.n
    z = (units.rate - units.mean) / np.sqrt(chance)
    squares = np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2
    limits = mean_interval(look.spread.phi, float(squares.var(ddof=1) / squares.size), level)
    return Interval(max(0.0, limits.low), limits.high)


def _estimate(
    name: str, value: float, limits: Interval, unit: str, n: int, method: str, label: str, level: float
) -> Estimate:
    high = None if limits.high == inf else limits.high
    return Estimate(name, value, limits.low, high, unit, n, method, label, level)

"""One look at the differences between people or teams: who can be compared, the spread, the limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headwater.inference.arrays import Floats, floats
from headwater.inference.interval import z_of
from headwater.inference.spread import Spread, funnel_limits, spread_of_rates
from headwater.measures.stations import Between

#: The limits of a funnel plot (Spiegelhalter 2005).
LIMITS = (0.95, 0.998)


@dataclass(frozen=True)
class Units:
    """People or teams that can be compared: what was seen and expected among n comparable contacts of each.

    `contacts` is how many they had in all, `left_out` how many others have too few comparable contacts.
    """

    seen: Floats
    expected: Floats
    n: Floats
    contacts: Floats
    left_out: int

    @property
    def mean(self) -> float:
        """The rate of all comparable contacts together."""
        return float(self.seen.sum() / self.n.sum())

    @property
    def usual(self) -> Floats:
        """The rates that their mix of work lets expect, scaled to what was seen altogether."""
        expected = float(self.expected.sum())
        rates: Floats = self.expected / self.n * (float(self.seen.sum()) / expected if expected > 0 else 1.0)
        return rates

    @property
    def rate(self) -> Floats:
        """Adjusted rates: that of all, plus the difference between seen and expected per contact."""
        adjusted: Floats = self.mean + self.seen / self.n - self.usual
        return adjusted


@dataclass(frozen=True)
class Look:
    """Units of one kind, how much they differ, and how many lie outside which limits."""

    between: Between
    units: Units
    spread: Spread
    outside: tuple[int, ...]
    outside_widened: tuple[int, ...]

    @property
    def reliability(self) -> float:
        """Median over units of the share of a rate's variance that is not chance."""
        return float(np.median(self.spread.reliability))


def comparable_units(holders: pa.Table, at_least: int) -> Units:
    """The units with at least so many comparable contacts, from the table of `differences.by_holder`.

    Contacts of strata that a unit has mostly to itself can hardly be compared with anybody's: n counts each
    by the share of its stratum that others have (scaled so that n is all contacts where mixes are equal).
    Contacts of one customer go well or badly together: n is divided by how much more the residuals' sums by
    customer vary than they would if contacts were independent (design effect, at least 1).
    """
    column = {name: floats(holders[name].to_pylist()) for name in holders.column_names}
    contacts, weight = column["contacts"], column["comparable"]
    others = 1 - contacts / max(float(contacts.sum()), 1.0)
    n = _ratio(weight, others)
    usual = np.clip(_ratio(column["usual"], weight), 0.0, 1.0)
    difference = _ratio(column["seen"] - column["expected"], n)
    n = n / np.maximum(1.0, _ratio(column["clustered"], column["noise"]))
    enough = n >= at_least
    seen = np.clip(n * (usual + difference), 0.0, n)
    return Units(seen[enough], (n * usual)[enough], n[enough], contacts[enough], int((~enough).sum()))


def look_at(between: Between, units: Units, level: float) -> Look:
    """How much at least two units differ."""
    spread = spread_of_rates(units.seen, units.n, units.expected, level)
    return Look(
        between,
        units,
        spread,
        tuple(_outside(units, limit) for limit in LIMITS),
        tuple(_outside_widened(units, spread.tau, limit) for limit in LIMITS),
    )


def _outside(units: Units, limit: float) -> int:
    low, high = funnel_limits(units.mean, np.rint(units.n), limit)
    return int(((units.rate < low) | (units.rate > high)).sum())


def _outside_widened(units: Units, tau: float, limit: float) -> int:
    """Outside limits that reckon with a spread of tau between units (additive over-dispersion)."""
    chance = units.mean * (1 - units.mean) / units.n
    return int((np.abs(units.rate - units.mean) > z_of(limit) * np.sqrt(chance + tau**2)).sum())


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)

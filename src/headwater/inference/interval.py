"""An interval, and the normal quantile behind most of them."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import ndtri

from headwater.errors import SettingError


@dataclass(frozen=True)
class Interval:
    """Lower and upper limit of an estimate, in the unit of the estimate."""

    low: float
    high: float


def tail_of(level: float) -> float:
    """Probability left out at each end of a two-sided interval: 0.025 for 0.95."""
    if not 0.0 < level < 1.0:
        raise SettingError(
            f"a confidence level of {level} is not possible", "Give one between 0 and 1: 0.95."
        )
    return (1.0 - level) / 2.0


def z_of(level: float) -> float:
    """Two-sided standard normal quantile: 1.96 for 0.95."""
    return float(-ndtri(tail_of(level)))

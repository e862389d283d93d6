"""Adjusted p-values for several tests at once.

Each takes p-values in any order and gives adjusted ones in the same order, never below the raw ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from headwater.inference.arrays import Floats, floats


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """False discovery rate, step-up (Benjamini & Hochberg 1995)."""
    values = _checked(p)
    falling = np.argsort(values)[::-1]
    ranks = np.arange(values.size, 0, -1)
    adjusted = np.minimum.accumulate(values[falling] * (values.size / ranks))
    return _put_back(adjusted, falling)


def holm(p: npt.ArrayLike) -> Floats:
    """Familywise error, step-down (Holm 1979)."""
    values = _checked(p)
    rising = np.argsort(values)
    adjusted = np.maximum.accumulate(values[rising] * np.arange(values.size, 0, -1))
    return _put_back(adjusted, rising)


def bonferroni(p: npt.ArrayLike) -> Floats:
    """Familywise error: each p-value times their number (Dunn 1961)."""
    values = _checked(p)
    return np.minimum(1.0, values * values.size)


def _put_back(adjusted: Floats, order: npt.NDArray[np.intp]) -> Floats:
    result = np.empty_like(adjusted)
    result[order] = np.minimum(1.0, adjusted)
    return result


def _checked(p: npt.ArrayLike) -> Floats:
    values = floats(p)
    if not np.all((values >= 0) & (values <= 1)):
        raise ValueError("p-values lie between 0 and 1")
    return values

"""Random-effects summary of several estimates of the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

from headwater.inference.arrays import Floats, floats


@dataclass(frozen=True)
class RandomEffects:
    """Mean effect `mu` with standard error, variance between units `tau2`, Cochran's `q` on `df`."""

    mu: float
    se: float
    tau2: float
    q: float
    df: int


def random_effects(
    effects: npt.ArrayLike, variances: npt.ArrayLike, method: Literal["REML", "DL"] = "REML"
) -> RandomEffects:
    """Mean of effects that differ, each known up to its sampling variance.

    `method` estimates the variance between units: restricted maximum likelihood (Viechtbauer 2005) or
    DerSimonian & Laird (1986). Needs two effects or more and positive variances.
    """
    y, v = floats(effects), floats(variances)
    if y.size < 2 or not np.all(v > 0):
        raise ValueError("random effects need two estimates or more, each with a positive variance")
    q = _q(y, v, 0.0)
    start = _dersimonian_laird(q, v)
    tau2 = start if method == "DL" else _reml(y, v)
    weights = 1 / (v + tau2)
    return RandomEffects(_mean(y, weights), 1 / sqrt(weights.sum()), tau2, q, y.size - 1)


def _mean(y: Floats, weights: Floats) -> float:
    return float(weights @ y / weights.sum())


def _q(y: Floats, v: Floats, tau2: float) -> float:
    weights = 1 / (v + tau2)
    return float(weights @ (y - _mean(y, weights)) ** 2)


def _dersimonian_laird(q: float, v: Floats) -> float:
    weights = 1 / v
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    return max(0.0, (q - (v.size - 1)) / float(scale))


def _reml(y: Floats, v: Floats) -> float:
    from scipy.optimize import minimize_scalar

    def loss(root: float) -> float:
        total = v + root * root
        return float(np.log(total).sum() + np.log((1 / total).sum()) + _q(y, v, root * root))

    top = float(np.ptp(y)) + float(np.sqrt(v.max()))
    grid = np.linspace(0.0, top, 101)
    best = int(np.argmin([loss(root) for root in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, 100)]
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-10 * top})
    return 0.0 if loss(0.0) <= found.fun else float(found.x) ** 2

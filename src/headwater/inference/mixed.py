"""Logistic regression with a random intercept per group: differences between units, case mix removed."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln

from headwater.inference.arrays import Floats, floats

#: Step of the numerical second derivative, and an information too small to mean anything.
_STEP, _FLAT = 1e-4, 1e-6


@dataclass(frozen=True)
class BinomialMixed:
    """A fitted model, on the scale of log odds.

    `coefficients` and `standard_errors` in the order of the columns of x (the errors are nan where the data
    do not determine all coefficients); `sd` of the random intercept; `log_likelihood` (Laplace); `effects`,
    the conditional modes of the groups in the order of `np.unique(group)`.
    """

    coefficients: Floats
    standard_errors: Floats
    sd: float
    log_likelihood: float
    effects: Floats


def binomial_mixed(
    successes: npt.ArrayLike, n: npt.ArrayLike, group: npt.ArrayLike, x: npt.ArrayLike
) -> BinomialMixed:
    """Fit log odds = x b + intercept of the group by maximum likelihood, Laplace approximation.

    One row per cell: `successes` of `n`, its `group` (any labels) and its row of `x`, which has to carry
    its own column of ones. As `glmer` of lme4 with nAGQ = 1 (Bates, Maechler, Bolker & Walker 2015);
    standard errors from the observed information.
    """
    from scipy.optimize import minimize

    labels, place = np.unique(np.asarray(group), return_inverse=True)
    cells = _Cells(floats(successes), floats(n), floats(x), place, labels.size)
    _check(cells)
    start = np.append(cells.plain_fit(), 0.5)
    found = minimize(cells.loss, start, jac=True, method="BFGS", options={"gtol": 1e-6})
    best = floats(found.x)
    effects = floats(best[-1] * cells.modes(best))
    errors = _standard_errors(cells, best)
    return BinomialMixed(best[:-1], errors, abs(float(best[-1])), cells.ways() - cells.loss(best)[0], effects)


@dataclass(frozen=True)
class _Cells:
    """The data; a vector of parameters holds the coefficients and, last, the standard deviation."""

    successes: Floats
    n: Floats
    x: Floats
    place: npt.NDArray[np.intp]
    groups: int

    def sums(self, values: Floats) -> Floats:
        return np.bincount(self.place, values, self.groups).astype(np.float64)

    def plain_fit(self) -> Floats:
        """Coefficients without groups, by iterated weighted least squares, a little shrunk for stability."""
        beta = np.zeros(self.x.shape[1])
        for _ in range(25):
            p = expit(self.x @ beta)
            weights = self.n * p * (1 - p)
            information = self.x.T @ (weights[:, None] * self.x) + 1e-6 * np.eye(beta.size)
            step = np.linalg.solve(information, self.x.T @ (self.successes - self.n * p) - 1e-6 * beta)
            beta = beta + np.clip(step, -2, 2)
        return beta

    def modes(self, at: Floats) -> Floats:
        """Most likely standardised group effects u, given the parameters, by damped Newton steps."""
        fixed, sd = self.x @ at[:-1], at[-1]
        u = np.zeros(self.groups)
        for _ in range(100):
            p = expit(fixed + sd * u[self.place])
            slope = sd * self.sums(self.successes - self.n * p) - u
            step = slope / (1 + sd**2 * self.sums(self.n * p * (1 - p)))
            u = u + np.clip(step, -2, 2)
            if np.abs(step).max() < 1e-11:
                break
        return u

    def loss(self, at: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood (Laplace, without its constant) and the gradient of that."""
        u, sd = self.modes(at), float(at[-1])
        odds = self.x @ at[:-1] + sd * u[self.place]
        p = expit(odds)
        rest, weights = self.successes - self.n * p, self.n * p * (1 - p)
        bend, weight = self.sums(weights * (1 - 2 * p)), self.sums(weights)
        curvature = 1 + sd**2 * weight
        data = float((self.successes * odds - self.n * np.logaddexp(0, odds)).sum())
        value = data - float(u @ u + np.log(curvature).sum()) / 2
        # The modes move with the parameters, and the curvature with both.
        turn = sd**2 * (1 - 2 * p) * weights / curvature[self.place]
        drag = sd**4 * weights * (bend / curvature**2)[self.place]
        by_sd = 2 * sd * weight + sd**2 * bend * (u + sd * (self.sums(rest) - sd * weight * u) / curvature)
        slope = np.append(
            self.x.T @ (rest - (turn - drag) / 2), u @ self.sums(rest) - (by_sd / curvature).sum() / 2
        )
        return -value, -slope

    def ways(self) -> float:
        """The constant of the log-likelihood: in how many orders the successes can have come, in logs."""
        orders = gammaln(self.n + 1) - gammaln(self.successes + 1) - gammaln(self.n - self.successes + 1)
        return float(orders.sum())


def _standard_errors(cells: _Cells, best: Floats) -> Floats:
    """From the inverse of the observed information."""
    steps = _STEP * np.eye(best.size)
    columns = [(cells.loss(best + step)[1] - cells.loss(best - step)[1]) / (2 * _STEP) for step in steps]
    information = (np.array(columns) + np.array(columns).T) / 2
    fixed = best.size - 1
    if np.linalg.eigvalsh(information)[0] <= 0:
        # With no spread between groups the likelihood can be flat in the standard deviation.
        information = information[:fixed, :fixed]
    if np.linalg.eigvalsh(information)[0] <= _FLAT:
        return np.full(fixed, nan)
    return floats(np.sqrt(np.diag(np.linalg.inv(information)))[:fixed])


def _check(cells: _Cells) -> None:
    if not np.all((cells.successes >= 0) & (cells.successes <= cells.n)):
        raise ValueError("successes lie between 0 and n")
    if cells.x.ndim != 2 or not cells.x.shape[0] == cells.n.size == cells.successes.size == cells.place.size:
        raise ValueError("successes, n, group and x need one row per cell")

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_values import column, reference, rows

from headwater.inference.arrays import Floats
from headwater.inference.meta import random_effects


def log_risk_ratios() -> tuple[Floats, Floats]:
    """Thirteen trials of a vaccine (Colditz 1994): log risk ratio and its variance."""
    table = rows("bcg/dat_bcg.csv")
    a, b, c, d = (np.array(column(table, name)) for name in ("tpos", "tneg", "cpos", "cneg"))
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


@pytest.mark.parametrize("method", ["DL", "REML"])
def test_the_vaccine_trials_give_what_metafor_gives(method: Literal["DL", "REML"]) -> None:
    expected = reference("bcg")
    found = random_effects(*log_risk_ratios(), method=method)
    assert found.tau2 == pytest.approx(expected[method]["tau2"], abs=5.1e-5)
    assert found.mu == pytest.approx(expected[method]["mu"], abs=5.1e-5)
    assert found.se == pytest.approx(expected[method]["se"], abs=5.1e-5)
    assert (found.q, found.df) == pytest.approx((expected["Q"], expected["df"]), abs=5e-4)


@pytest.mark.parametrize("method", ["DL", "REML"])
def test_with_equal_variances_tau_squared_is_the_surplus(method: Literal["DL", "REML"]) -> None:
    # Closed form for equal variances v: sample variance less v. Here 1, 2, 3, 4, 5 (2.5) and v = 1.
    found = random_effects([1, 2, 3, 4, 5], [1.0] * 5, method=method)
    assert (found.mu, found.tau2, found.q) == pytest.approx((3, 1.5, 10), abs=1e-6)
    assert found.se == pytest.approx((2.5 / 5) ** 0.5, abs=1e-6)


@pytest.mark.parametrize("method", ["DL", "REML"])
def test_effects_closer_than_chance_have_no_spread(method: Literal["DL", "REML"]) -> None:
    assert random_effects([1.0, 1.01, 0.99], [1.0] * 3, method=method).tau2 == 0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(0.01, 5)), min_size=2, max_size=12))
def test_moving_all_effects_moves_the_mean_and_nothing_else(units: list[tuple[float, float]]) -> None:
    y, v = np.array(units).T
    here, there = random_effects(y, v), random_effects(y + 7, v)
    assert there.mu == pytest.approx(here.mu + 7, abs=1e-4)
    assert there.tau2 == pytest.approx(here.tau2, abs=1e-4)
    assert y.min() - 1e-9 <= here.mu <= y.max() + 1e-9


def test_one_estimate_is_no_sample() -> None:
    with pytest.raises(ValueError, match="two estimates or more"):
        random_effects([1.0], [1.0])


def test_an_effect_without_variance_is_refused() -> None:
    with pytest.raises(ValueError, match="positive variance"):
        random_effects([1.0, 2.0], [1.0, 0.0])

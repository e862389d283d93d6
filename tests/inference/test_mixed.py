import numpy as np
import pytest
from scipy.special import expit
from shared_values import reference, rows

from headwater.inference.mixed import BinomialMixed, binomial_mixed


def cattle() -> BinomialMixed:
    """Cases of a lung disease in 15 herds over four periods (Lesnoff et al. 2004)."""
    table = rows("cbpp/cbpp.csv")
    period = np.array([row["period"] for row in table])
    x = np.column_stack([np.ones(period.size), *(period == p for p in "234")])
    cases, size, herd = (
        np.array([int(row[name]) for row in table]) for name in ("incidence", "size", "herd")
    )
    return binomial_mixed(cases, size, herd, x)


def test_the_herds_give_what_glmmtmb_gives() -> None:
    # glmmTMB 1.1.14, cbind(incidence, size - incidence) ~ period + (1 | herd), as printed by its users.
    found = cattle()
    assert found.coefficients == pytest.approx([-1.3985325, -0.9923323, -1.1286713, -1.5803137], abs=3e-6)
    assert found.standard_errors == pytest.approx([0.2324721, 0.3066425, 0.3266378, 0.4274366], abs=3e-6)


def test_the_herds_give_what_lme4_gives() -> None:
    # lme4 1.1-31 stops a little short of the maximum and approximates the errors: three digits agree.
    found, expected = cattle(), reference("cbpp_glmm")
    names = ("intercept", "period2", "period3", "period4")
    assert found.coefficients == pytest.approx([expected[name] for name in names], abs=6e-4)
    assert found.standard_errors == pytest.approx(expected["se"], rel=0.015)
    assert found.sd == pytest.approx(expected["sd_herd"], abs=3e-4)
    assert found.log_likelihood == pytest.approx(-92.0, abs=0.05)
    assert found.effects[:3] == pytest.approx([0.58963, -0.29909, 0.40587], abs=6e-4)


def simulated(sd: float, seed: int) -> tuple[BinomialMixed, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """200 units with 4 cells of 25 each; log odds -0.5 + 0.8 x + unit."""
    random = np.random.default_rng(seed)
    unit, x = np.repeat(np.arange(200), 4), np.tile([0.0, 0.0, 1.0, 1.0], 200)
    effects = random.normal(0, sd, 200)
    successes = random.binomial(25, expit(-0.5 + 0.8 * x + effects[unit]))
    fit = binomial_mixed(successes, np.full(800, 25), unit, np.column_stack([np.ones(800), x]))
    return fit, effects


def test_it_finds_the_spread_that_was_put_in() -> None:
    found, effects = simulated(0.5, seed=5)
    errors = (found.coefficients - [-0.5, 0.8]) / found.standard_errors
    assert np.all(np.abs(errors) < 3)
    # The standard error of a standard deviation from 200 units is sd / sqrt(400).
    assert found.sd == pytest.approx(0.5, abs=3 * 0.5 / 20)
    assert np.corrcoef(found.effects, effects)[0, 1] > 0.9


def test_units_that_do_not_differ_have_next_to_no_spread() -> None:
    found, _ = simulated(0.0, seed=6)
    assert found.sd < 0.1
    assert np.abs(found.effects).max() < 0.1


def test_effects_are_drawn_in_from_the_raw_log_odds() -> None:
    found = binomial_mixed([2, 10, 18], [20, 20, 20], ["c", "b", "a"], np.ones((3, 1)))
    raw = np.log(np.array([18 / 2, 1.0, 2 / 18]))
    assert found.effects[0] > 0.1 > abs(found.effects[1])
    assert np.all(np.abs(found.coefficients[0] + found.effects) <= np.abs(raw) + 1e-6)


def test_without_a_single_success_no_error_is_claimed() -> None:
    found = binomial_mixed([0, 0, 0], [9, 9, 9], [1, 2, 3], np.ones((3, 1)))
    assert np.isnan(found.standard_errors).all()


def test_a_design_that_says_the_same_twice_has_no_errors() -> None:
    found = binomial_mixed([3, 5, 4, 2], [9, 9, 9, 9], [1, 1, 2, 2], np.ones((4, 2)))
    assert np.isnan(found.standard_errors).all()


def test_impossible_counts_and_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and n"):
        binomial_mixed([3], [2], [1], np.ones((1, 1)))
    with pytest.raises(ValueError, match="one row per cell"):
        binomial_mixed([1, 1], [2, 2], [1, 2], np.ones((3, 1)))

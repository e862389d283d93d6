import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_values import reference

from headwater.inference.multiple import benjamini_hochberg, bonferroni, holm

Values = st.lists(st.floats(0, 1), max_size=30)
few = settings(deadline=None, max_examples=100)


def test_benjamini_and_hochbergs_own_example() -> None:
    # 15 p-values of their 1995 paper; adjusted ones from R's p.adjust.
    expected = reference("bh1995")
    adjusted = benjamini_hochberg(expected["p"])
    assert adjusted[:4] == pytest.approx(expected["bh_adj_first4"], abs=1e-12)
    assert int((adjusted <= 0.05).sum()) == expected["reject_bh_05"]


def test_holm_and_bonferroni_on_the_same_example() -> None:
    expected = reference("bh1995")
    assert holm(expected["p"])[:4] == pytest.approx(expected["holm_first4"], abs=1e-12)
    assert int((bonferroni(expected["p"]) <= 0.05).sum()) == expected["reject_bonferroni_05"]


def test_adjusted_by_hand() -> None:
    # In rising order .01 .03 .04 times 3, 3/2, 1 (BH), times 3, 2, 1 (Holm), times 3 (Bonferroni), made monotone.
    p = [0.04, 0.01, 0.03]
    assert benjamini_hochberg(p) == pytest.approx([0.04, 0.03, 0.04])
    assert holm(p) == pytest.approx([0.06, 0.03, 0.06])
    assert bonferroni(p) == pytest.approx([0.12, 0.03, 0.09])


@few
@given(Values)
def test_adjusted_values_are_never_smaller_and_keep_their_order(p: list[float]) -> None:
    raw = np.array(p)
    rising = np.argsort(raw, kind="stable")
    for adjusted in (benjamini_hochberg(p), holm(p), bonferroni(p)):
        assert np.all(adjusted >= raw) and np.all(adjusted <= 1)
        assert np.all(np.diff(adjusted[rising]) >= 0)


@few
@given(Values)
def test_the_false_discovery_rate_asks_least_and_bonferroni_most(p: list[float]) -> None:
    assert np.all(benjamini_hochberg(p) <= holm(p) + 1e-12)
    assert np.all(holm(p) <= bonferroni(p) + 1e-12)


@few
@given(Values)
def test_the_order_given_does_not_matter(p: list[float]) -> None:
    order = np.random.default_rng(len(p)).permutation(len(p))
    assert benjamini_hochberg(np.array(p)[order]) == pytest.approx(benjamini_hochberg(p)[order])


@pytest.mark.parametrize("wrong", [[-0.1], [1.1], [float("nan")]])
def test_what_is_no_probability_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg(wrong)

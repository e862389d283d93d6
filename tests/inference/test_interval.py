import pytest

from headwater.errors import SettingError
from headwater.inference.interval import tail_of, z_of


def test_the_quantiles_are_those_of_the_normal_table() -> None:
    # Any table of the standard normal distribution.
    assert z_of(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert z_of(0.998) == pytest.approx(3.090232, abs=1e-6)


def test_half_of_what_is_left_out_lies_at_each_end() -> None:
    assert tail_of(0.9) == pytest.approx(0.05)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, float("nan")])
def test_an_impossible_level_is_refused_with_the_cure(level: float) -> None:
    with pytest.raises(SettingError, match="Give one between 0 and 1"):
        z_of(level)

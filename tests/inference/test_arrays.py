import numpy as np

from headwater.inference.arrays import floats


def test_what_is_missing_becomes_nan() -> None:
    assert np.isnan(floats([1, None])).tolist() == [False, True]  # type: ignore[arg-type]


def test_counts_become_floats() -> None:
    assert floats([1, 2]).dtype == np.float64

"""The one array type of this package, and the door through which all input comes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def floats(values: npt.ArrayLike) -> Floats:
    """The values as an array of floats; None becomes nan."""
    return np.asarray(values, dtype=np.float64)

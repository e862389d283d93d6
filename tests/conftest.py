"""What many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

#: Real data and published check values lie in a folder of this name beside the checkout, never inside it.
SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; tests that need it are skipped where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder of real data is absent (set HEADWATER_SHARED to where it lies)")
    return SHARED

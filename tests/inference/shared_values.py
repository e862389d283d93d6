"""Check values and data that lie beside the checkout and are not part of it; absent, tests skip."""

import csv
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared"


def shared(path: str) -> Path:
    found = Path(os.environ.get("HEADWATER_SHARED", _BESIDE)) / path
    if not found.exists():
        pytest.skip(f"needs {path} of the shared folder (HEADWATER_SHARED)")
    return found


def reference(group: str) -> dict[str, Any]:
    values = json.loads(shared("reference/reference_values.json").read_text(encoding="utf-8"))
    return dict(values[group])


def rows(path: str) -> list[dict[str, str]]:
    file = shared(f"data/science/{path}")
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(text.splitlines()))


def column(table: list[dict[str, str]], name: str) -> list[float]:
    return [float(row[name]) for row in table]

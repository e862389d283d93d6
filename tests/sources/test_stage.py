"""A stage holds the same rows whether they lie in memory or in the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loading import written

from headwater.record.store import in_memory
from headwater.sources import stage
from headwater.sources.files import look_at
from headwater.sources.stage import LINE, lay

LOG = "".join(f'{{"id": {n}, "topic": "Late"' + (', "extra": 1' if n > 3 else "") + "}\n" for n in range(6))


def rows(path: Path) -> list[dict[str, Any]]:
    store = in_memory()
    table = lay(store.con, look_at(path)).table
    return list(table.order_by(LINE).to_pyarrow().to_pylist())


def test_few_rows_in_memory_and_many_in_the_engine_are_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, LOG, "log.jsonl")
    monkeypatch.setattr("headwater.sources.jsonl.BATCH_ROWS", 2)  # the last batch brings a new column
    few = rows(path)
    monkeypatch.setattr(stage, "IN_MEMORY", 0)
    assert rows(path) == few
    assert [row["extra"] for row in few] == [None, None, None, None, "1", "1"]


def test_one_file_after_another_leaves_nothing_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    con = in_memory().con
    for limit in (stage.IN_MEMORY, 0, stage.IN_MEMORY):
        monkeypatch.setattr(stage, "IN_MEMORY", limit)
        for name, text in (("a.csv", "id,topic\n1,Late\n"), ("b.csv", "number,reason\n2,Lost\n3,Lost\n")):
            laid = lay(con, look_at(written(tmp_path, text, name)))
            assert (laid.columns[0], laid.rows) == (("id", 1) if name == "a.csv" else ("number", 2))

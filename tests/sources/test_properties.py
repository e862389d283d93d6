"""Whatever stands in a file: every row is kept or kept aside, and both readers see the same rows."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import written

from headwater.errors import SourceError
from headwater.record.store import in_memory
from headwater.sources.batch import Refused
from headwater.sources.delimited import read_delimited
from headwater.sources.files import look_at
from headwater.sources.load import Reading, load_files
from headwater.sources.mapping import ROW_KINDS, Mapping, RowKind, parse_mapping
from headwater.sources.reasons import CURES
from headwater.sources.rejected import Rejected
from headwater.sources.vectorised import DoubtError, read_plain

STORE = in_memory()
QUIET = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])

UGLY = st.sampled_from([
    "", " ", "0", "?", "null", "1", "T1", "T2", "-5", "61200", "17:00:00", "1,5", "1e99", "nan", "3.27E+11",
    "2024-03-01",
    "2024-03-01 09:00", "2024-03-01T09:00:00+02:00", "31/02/2024", "13/01/2024", "1970-01-01", "0001-01-01",
    "9999-12-31",
    "1709280000", "Solved", "open", "customer", "true", 'say "hi"', "two\nlines", "a,b", "=1+1", "Ada Quill",
    "Größe", "İ",
    "\u00a0", "x" * 3000,
])  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
CELL = UGLY | WORDS
#: The fields that each kind of row is tried with, over seven columns of anything.
FIELDS: dict[RowKind, tuple[str, ...]] = {
    "contact": (
        "contact_id",
        "opened_at",
        "closed_at",
        "customer_id",
        "status",
        "handle_seconds",
        "recorded_reopens",
    ),
    "touch": ("contact_id", "started_at", "ended_at", "agent_id", "touch_id", "wait_seconds", "ended_by"),
    "event": ("contact_id", "at", "kind", "event_id", "agent_id", "team", "topic"),
    "state": ("contact_id", "at", "status", "team", "agent_id", "closed_at", "recorded_handoffs"),
    "message": ("contact_id", "sent_at", "author", "message_id", "text", "public", "agent_id"),
    "rating": ("contact_id", "asked_at", "score", "answered_at", "rating_id", "scale_max", "scale_min"),
}


def mapping_of(kind: RowKind, zone: str) -> Mapping:
    columns = {name: f"c{place}" for place, name in enumerate(FIELDS[kind])}
    formats = ["%d/%m/%Y"]
    return parse_mapping({"rows": kind, "columns": columns, "timezone": zone, "formats": formats}, "any")


def data_rows(text: str) -> int:
    """Rows that hold anything, by Python's own reader; the first is the header."""
    csv.field_size_limit(10**9)
    return sum(any(row) for row in csv.reader(io.StringIO(text, newline=""))) - 1


@st.composite
def exports(draw: st.DrawFn) -> str:
    """A CSV with seven columns, some rows of another width, some blank lines, any cells."""
    plausible = st.tuples(st.sampled_from(["T1", "T2", "T3"]), st.sampled_from(["2024-03-01", "13/01/2024"]),
                          CELL, CELL, CELL, CELL, CELL)  # fmt: skip
    rows = draw(
        st.lists(plausible | st.lists(CELL, min_size=7, max_size=7) | st.lists(CELL, max_size=9), max_size=12)
    )
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerow([f"c{n}" for n in range(7)])
    for row in rows:
        writer.writerow(row)
        if draw(st.booleans()) and not row:
            stream.write("\n")
    return stream.getvalue()


def kept_and_refused(text: str, mapping: Mapping) -> tuple[int, int, int]:
    """Rows read, rows kept aside by reason, rows written to the list of those kept aside."""
    stream = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, STORE.writing():
        for name in ("headwater_loads", "contacts", "touches", "events", "messages", "ratings", "agents"):
            STORE.con.raw_sql(f"DELETE FROM {name}")
        path = written(Path(folder), text)
        (load,) = _load(path, mapping, Rejected(stream))
    assert set(load.rejected_by_reason) <= set(CURES)
    return (
        load.rows_read,
        load.rejected,
        sum(1 for _ in csv.reader(io.StringIO(stream.getvalue(), newline=""))),
    )


def _load(path: Path, mapping: Mapping, rejected: Rejected) -> Any:
    from contextlib import nullcontext
    from types import SimpleNamespace

    open_already: Any = SimpleNamespace(con=STORE.con, key=STORE.key, writing=nullcontext)
    return load_files(open_already, [path], Reading(mapping=mapping), rejected, lambda _text: None)


@given(exports(), st.sampled_from(list(ROW_KINDS)), st.sampled_from(["", "Europe/Rome"]))
@QUIET
def test_rows_read_are_rows_kept_and_rows_kept_aside(text: str, kind: RowKind, zone: str) -> None:
    read, rejected, listed = kept_and_refused(text, mapping_of(kind, zone))
    assert read == data_rows(text)
    assert rejected == listed <= read


RAW = st.text(
    st.sampled_from('ab,;"\n\r\té ') | st.characters(codec="utf-8", exclude_characters="\0"), max_size=60
)


def rows_of(batches: Any) -> tuple[list[tuple[int, tuple[str, ...]]], list[Refused]]:
    rows: list[tuple[int, tuple[str, ...]]] = []
    refused: list[Refused] = []
    for batch in batches:
        columns = [column.to_pylist() for column in batch.columns.values()]
        rows += list(zip(batch.lines.to_pylist(), zip(*columns, strict=True), strict=True)) if columns else []
        refused += batch.refused
    return rows, refused


def rows_or_refusal(batches: Any) -> object:
    try:
        return rows_of(batches)
    except SourceError as refusal:
        return str(refusal)


@given(
    st.sampled_from(["a,b\n", "a,b,c\r\n", "\n\na;b\n", "a\n"]),
    RAW,
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
)
@settings(deadline=None, max_examples=100)
def test_the_fast_reader_reads_what_the_careful_one_reads_or_leaves_it_to_him(
    header: str, body: str, encoding: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = look_at(written(Path(folder), (header + body).encode(encoding, "replace")))
        try:
            fast = rows_or_refusal(read_plain(file))
        except DoubtError:
            return
        assert fast == rows_or_refusal(read_delimited(file))


@given(st.lists(st.tuples(st.sampled_from(["x", "yy", ""]), st.sampled_from(["1", ""])), max_size=30))
@settings(deadline=None, max_examples=30)
def test_the_fast_reader_does_not_doubt_plain_files(rows: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = "a,b\n" + "".join(f"{a},{b}\n" for a, b in rows)
        file = look_at(written(Path(folder), text))
        lines = [number for number, row in enumerate(rows, 2) if any(row)]
        assert [line for line, _ in rows_of(read_plain(file))[0]] == lines

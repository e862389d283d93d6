"""Reader of JSON lines (and of a JSON array): nested objects become dotted columns, lists stay JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from headwater.errors import SourceError
from headwater.sources.batch import BATCH_CHARACTERS, BATCH_ROWS, Batch, Refused, text_batch
from headwater.sources.delimited import printable
from headwater.sources.files import SourceFile

Flat = dict[str, str | None]


def read_jsonl(file: SourceFile) -> Iterator[Batch]:
    """Rows of a JSON lines file, in batches. SourceError when the last line stops in the middle."""
    rows: list[Flat] = []
    lines: list[int] = []
    refused: list[Refused] = []
    characters = 0
    for line, text in _objects(file):
        row = _parse(text)
        if row is None:
            refused.append(Refused(line, "not JSON", "", printable(text[:80]), printable(text[:2000])))
            continue
        rows.append(row)
        lines.append(line)
        characters += len(text)
        if len(rows) >= BATCH_ROWS or characters > BATCH_CHARACTERS:
            yield _batch(rows, lines, refused)
            rows, lines, refused, characters = [], [], [], 0
    yield _batch(rows, lines, refused)


def _objects(file: SourceFile) -> Iterator[tuple[int, str]]:
    with file.text() as stream:
        first = stream.read(1)
        stream.seek(0)
        if first == "[":
            yield from _array(file, stream.read())
            return
        text = ""
        for line, text in enumerate(stream, 1):
            if text.strip():
                yield line, text.strip()
        if text.strip() and not text.endswith(("\n", "\r")) and _parse(text.strip()) is None:
            raise SourceError(f"{file.name}, line {line}: the file stops in mid-row", "export it again")


def _array(file: SourceFile, text: str) -> Iterator[tuple[int, str]]:
    try:
        items = json.loads(text)
    except ValueError as error:
        raise SourceError(
            f"{file.name} is not whole JSON ({error})", "export it again, as JSON lines"
        ) from error
    for number, item in enumerate(items, 1):
        yield number, json.dumps(item, ensure_ascii=False)


def _parse(text: str) -> Flat | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or printable(text) != text:
        return None
    return dict(_flatten("", value))


def _flatten(prefix: str, value: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flatten(f"{prefix}{key}.", inner)
        else:
            yield prefix + key, _cell(inner)


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else value.replace("\0", "\ufffd")
    return json.dumps(value, ensure_ascii=False)


def _batch(rows: list[Flat], lines: list[int], refused: list[Refused]) -> Batch:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return text_batch(names, [[row.get(name) for name in names] for row in rows], lines, refused)

"""Reader of JSON lines (and of a JSON array): nested objects become dotted columns, lists stay JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from headwater.errors import SourceError
from headwater.sources.batch import BATCH_CHARACTERS, BATCH_ROWS, SHOWN, Batch, Refused, text_batch
from headwater.sources.batch import refused as not_json
from headwater.sources.delimited import printable, stops_in_mid_row
from headwater.sources.files import SourceFile

#: The pieces of a broken line: its strings, and the words and numbers between them.
_PIECES = re.compile(r'"[^"]*"?|[^\s",:{}\[\]]+')
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
            if not file.closed and line == file.lines:
                raise stops_in_mid_row(file, line)
            refused.append(not_json(line, "not JSON", "", "", _PIECES.findall(printable(text[:SHOWN]))))
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
        first = next((text.strip()[0] for text in stream if text.strip()), "")
        stream.seek(0)
        if first == "[":
            yield from _array(file, stream.read())
            return
        for line, text in enumerate(stream, 1):
            if text.strip():
                yield line, text.strip()


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
    if not isinstance(value, dict) or _clean(text) != text:
        return None
    return dict(_flatten("", value))


def _clean(text: str) -> str:
    return text if text.isascii() and "\0" not in text else printable(text)


def _flatten(prefix: str, value: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flatten(f"{prefix}{key}.", inner)
        else:
            yield _clean(prefix + key), _cell(inner)


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else _clean(value)
    return json.dumps(value, ensure_ascii=False)


def _batch(rows: list[Flat], lines: list[int], refused: list[Refused]) -> Batch:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return text_batch(names, [[row.get(name) for name in names] for row in rows], lines, refused)

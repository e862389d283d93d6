"""A drafted mapping as TOML with its reasons as comments, ready to be read and mended."""

from __future__ import annotations

import json
from collections import defaultdict

from headwater.sources.draft import Draft
from headwater.sources.mapping import ROW_KINDS, Field


def to_toml(draft: Draft, file: str) -> str:
    """The draft as the text of a mapping file."""
    mapping = draft.mapping
    lines = [
        f"# Mapping drafted for {file}. Read it, mend it, then: headwater assess {file} --mapping THIS_FILE"
    ]
    if draft.questions:
        lines += ["#", "# Only you can know:", *(f"#   {question}" for question in draft.questions)]
    lines += [
        "", f"name = {_text(mapping.name)}",
        f"rows = {_text(mapping.rows)}  # each row is {ROW_KINDS[mapping.rows][0]}",
        f"timezone = {_text(mapping.timezone)}  # empty: read as UTC",
    ]  # fmt: skip
    if mapping.formats:
        lines.append(f"formats = {_list(mapping.formats)}")
    if mapping.decimal != ".":
        lines.append(f"decimal = {_text(mapping.decimal)}")
    lines += ["", "[columns]"]
    lines += [f"{name} = {_field(field)}  # {draft.reasons[name]}" for name, field in mapping.fields.items()]
    if draft.unused:
        lines.append(f"# not used: {', '.join(draft.unused)}")
    for name, words in mapping.values.items():
        lines += ["", f"[{name}]", *_words(dict(words))]
    return "\n".join(lines) + "\n"


def _words(words: dict[str, str]) -> list[str]:
    groups = defaultdict(list)
    for theirs, ours in words.items():
        groups[ours].append(theirs)
    return [f"{ours} = {_list(theirs)}" for ours, theirs in groups.items()]


def _field(field: Field) -> str:
    extras = []
    if field.missing:
        extras.append(f"missing = {_list(field.missing)}")
    if field.unit:
        extras.append(f"unit = {_text(field.unit)}")
    column = _text(field.columns[0])
    return f"{{ column = {column}, {', '.join(extras)} }}" if extras else column


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(words: tuple[str, ...] | list[str]) -> str:
    return "[" + ", ".join(map(_text, words)) + "]"

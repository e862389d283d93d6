"""Names of people in rows that are kept aside, replaced wherever they stand.

A row that lost or gained a cell holds names in the wrong columns. So a name is looked for in every cell;
and where nobody can say which column a cell belongs to, only what cannot be a name is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from headwater.record.pseudonym import Key, plain_name, plain_on_engine
from headwater.record.tables import Person
from headwater.sources.batch import Refused
from headwater.sources.engine import register, unregister
from headwater.sources.mapping import FIELDS, Mapping
from headwater.sources.stage import Stage
from headwater.words import listed, so_many

HIDDEN = "(hidden)"
#: A word that stands on so many rows of a column without people is a category, and no name.
COMMON = 5
#: A name of more words than this is found only where it fills its cell.
LONGEST_NAME = 4
_TOKENS = "headwater_tokens"
_WORD = re.compile(r"[^\W_][^\s,;:|(){}\[\]<>\"]*")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LONG_NUMBER = re.compile(r"\d{5}")
_CODE = re.compile(r"^(?=.*\d)[^\s@]+$")


def people_columns(mapping: Mapping) -> dict[str, Person]:
    """The columns that hold people, with their kind."""
    return {
        column: person
        for name, part in mapping.fields.items()
        if (person := FIELDS[name].person)
        for column in part.columns
    }


@dataclass(frozen=True)
class Masks:
    """What is known of the words in some rows: `names` with their kind, and the `common` words."""

    names: dict[str, Person]
    common: frozenset[str]
    key: Key

    def masked(self, row: Refused, columns: Sequence[str], people: dict[str, Person]) -> Refused:
        """The row without names."""
        if row.placed:
            cells = tuple(
                self.key.hide(cell, people[column]) if cell and column in people else self.without_names(cell)
                for column, cell in zip(columns, row.cells, strict=True)
            )
            shown = dict(zip(columns, cells, strict=True))
            blamed = [row.column] if row.column in shown else row.column.split(", ")
            value = " ".join(shown[name] for name in blamed if name in shown)
            return replace(row, cells=cells, value=value)
        first_is_id = bool(columns) and columns[0] not in people
        cells = tuple(
            self.guarded(cell, is_id=first_is_id and number == 0) for number, cell in enumerate(row.cells)
        )
        value = self.guarded(row.value, is_id=False) if row.column else row.value
        return replace(row, cells=cells, value=value)

    def without_names(self, cell: str) -> str:
        """The cell with every name in it replaced."""
        if kind := self.names.get(plain_name(cell)):
            return self.key.hide(cell, kind)
        found = sorted(
            (text for text in tokens(cell) if plain_name(text) in self.names), key=len, reverse=True
        )
        for text in found:
            cell = cell.replace(text, self.key.hide(text, self.names[plain_name(text)]))
        return cell

    def guarded(self, cell: str, *, is_id: bool) -> str:
        """A cell of unknown meaning: hidden unless it is a number, a time, a code or a common word."""
        cell = cell.strip('"')
        plain = plain_name(cell)
        if kind := self.names.get(plain):
            return self.key.hide(cell, kind)
        harmless = not _LETTERS.search(cell) and not _LONG_NUMBER.search(cell)
        code = _CODE.match(cell) and (is_id or (_LETTERS.search(cell) and len(cell) <= 40))
        return cell if harmless or code or plain in self.common else HIDDEN


def masks_for(stage: Stage, mapping: Mapping, key: Key, rows: Iterable[Refused]) -> Masks:
    """What the file tells about the words in these rows."""
    words = {plain_name(text) for row in rows for cell in (*row.cells, row.value) for text in tokens(cell)}
    people = people_columns(mapping)
    register(stage.con, _TOKENS, pa.table({"word": pa.array(sorted(words), pa.string())}))
    names: dict[str, Person] = {}
    for column, kind in people.items():
        for word in _standing_in(stage, column, least=1):
            if not _is_small_number(word):
                names.setdefault(word, kind)
    common: set[str] = {plain_name(column) for column in stage.columns}
    if any(not row.placed for row in rows):
        for column in _columns_of_words(stage, mapping):
            common |= set(_standing_in(stage, column, least=COMMON))
    unregister(stage.con, _TOKENS)
    return Masks(names, frozenset(common - set(names)), key)


def _columns_of_words(stage: Stage, mapping: Mapping) -> list[str]:
    """The columns that hold words rather than values, and no people."""
    others = {
        column
        for name, part in mapping.fields.items()
        if FIELDS[name].person or FIELDS[name].kind != "text"
        for column in part.columns
    }
    columns = [column for column in stage.columns if column not in others]
    texts = {f"c{n}": stage.table[column].cast("string") for n, column in enumerate(columns)}
    if not texts:
        return []
    shares = {key: text.re_search(r"\pL{2}").mean() for key, text in texts.items()}
    found = stage.table.aggregate(**shares).to_pyarrow().to_pylist()[0]
    return [column for n, column in enumerate(columns) if (found[f"c{n}"] or 0) > 0.5]


def _standing_in(stage: Stage, column: str, least: int) -> list[str]:
    """Which of the words are whole cells of a column, on `least` rows or more."""
    text = stage.table.select(word=plain_on_engine(stage.table[column].cast("string")))
    text = text.semi_join(stage.con.table(_TOKENS), "word")
    counts = text.group_by("word").agg(n=text.count())
    return [str(word) for word in counts.filter(counts.n >= least).to_pyarrow()["word"].to_pylist()]


def told(stage: Stage, people: Iterable[str], words: dict[str, int], most: int) -> str:
    """Words of a column with their rows, for a message: no names, no word of a few rows (a name may have slipped)."""
    register(stage.con, _TOKENS, pa.table({"word": pa.array(sorted(map(plain_name, words)), pa.string())}))
    names = {word for column in people for word in _standing_in(stage, column, least=1)}
    unregister(stage.con, _TOKENS)
    shown = [word for word, rows in words.items() if rows >= COMMON and plain_name(word) not in names][:most]
    rest = len(words) - len(shown)
    parts = [f"{word} ({words[word]:,})" for word in shown]
    return listed([*parts, *([so_many(rest, "other word", "other words")] if rest else [])])


def tokens(cell: str) -> set[str]:
    """The cell and every run of a few words in it."""
    spans = [match.span() for match in _WORD.finditer(cell)]
    runs = {cell.strip('"')} if cell.strip('" ') else set()
    for length in range(1, LONGEST_NAME + 1):
        for first in range(len(spans) - length + 1):
            runs.add(cell[spans[first][0] : spans[first + length - 1][1]].rstrip(".!?'"))
    return runs


def has_letters(cell: str) -> bool:
    """True for a cell in which two letters follow each other."""
    return _LETTERS.search(cell) is not None


def _is_small_number(word: str) -> bool:
    """True for what stands in a column of people for nobody, or is too short to tell a customer."""
    return not _LETTERS.search(word) and not _LONG_NUMBER.search(word)

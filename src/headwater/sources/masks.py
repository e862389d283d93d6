"""Names of people in rows that are kept aside, replaced wherever they stand.

A row that lost or gained a cell holds names in the wrong columns. So a name is looked for in every cell;
and where nobody can say which column a cell belongs to, only what cannot be a name is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from functools import cached_property

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headwater.record.pseudonym import Key, plain_name, plain_on_engine
from headwater.record.tables import Person
from headwater.sources.batch import Refused
from headwater.sources.engine import make_temp, register, unregister
from headwater.sources.mapping import FIELDS, Mapping
from headwater.sources.stage import Stage
from headwater.words import listed, so_many

HIDDEN = "(hidden)"
#: A word that stands on so many rows of a column without people is a category, and no name.
COMMON = 5
#: A name of more words than this is found only where it fills its cell.
LONGEST_NAME = 4
_TOKENS, BOOK = "headwater_tokens", "people"
#: Common words of one column that are remembered.
_MOST_COMMON = 10_000
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


@dataclass
class Masks:
    """Replaces names in rows of one file. What the file tells about words is looked up once, when it is needed."""

    stage: Stage
    mapping: Mapping
    key: Key

    def shown(self, rows: Sequence[Refused]) -> Iterator[Refused]:
        """The rows without names."""
        cells = {cell for row in rows for cell in (*row.cells, row.value)}
        names = self._names_among(cells)
        # Most cells stand on many rows: each is looked through once.
        clean = {cell: self._without_names(cell, names) for cell in cells}
        for row in rows:
            yield self._placed(row, clean) if row.placed else self._unplaced(row, names)

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        return self.stage.columns

    @cached_property
    def _people(self) -> dict[str, Person]:
        return people_columns(self.mapping)

    @cached_property
    def _book(self) -> ir.Table | None:
        """Every name of the file once, with its kind."""
        parts = [
            self.stage.table.select(
                word=plain_on_engine(self.stage.table[column].cast("string")), kind=ibis.literal(kind)
            )
            for column, kind in self._people.items()
        ]
        if not parts:
            return None
        cells = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
        return make_temp(self.stage.con, BOOK, cells.group_by("word").agg(kind=cells.kind.min()))

    @cached_property
    def _common(self) -> frozenset[str]:
        """Names of columns, and words that stand on many rows of a column without people."""
        words = {plain_name(column) for column in self.stage.columns}
        for column in _columns_of_words(self.stage, self.mapping):
            text = self.stage.table.select(word=plain_on_engine(self.stage.table[column].cast("string")))
            counts = text.group_by("word").agg(n=text.count())
            most = counts.filter(counts.n >= COMMON).order_by(ibis.desc("n")).limit(_MOST_COMMON)
            words |= set(most.to_pyarrow()["word"].to_pylist())
        return frozenset(words)

    def _names_among(self, cells: Iterable[str]) -> dict[str, Person]:
        """The names that stand anywhere in the cells."""
        if self._book is None:
            return {}
        words = {plain_name(text) for cell in cells for text in tokens(cell)}
        register(self.stage.con, _TOKENS, pa.table({"word": pa.array(sorted(words), pa.string())}))
        found = self._book.semi_join(self.stage.con.table(_TOKENS), "word").to_pyarrow().to_pylist()
        unregister(self.stage.con, _TOKENS)
        return {row["word"]: row["kind"] for row in found if not _is_small_number(row["word"])}

    def _placed(self, row: Refused, clean: Dict[str, str]) -> Refused:
        columns = self._columns
        cells = tuple(
            self.key.hide(cell, self._people[column]) if cell and column in self._people else clean[cell]
            for column, cell in zip(columns, row.cells, strict=True)
        )
        shown = dict(zip(columns, cells, strict=True))
        blamed = [row.column] if row.column in shown else row.column.split(", ")
        return replace(row, cells=cells, value=" ".join(shown[name] for name in blamed if name in shown))

    def _unplaced(self, row: Refused, names: Dict[str, Person]) -> Refused:
        first_is_id = bool(self._columns) and self._columns[0] not in self._people
        cells = tuple(
            self._guarded(cell, names, is_id=first_is_id and number == 0)
            for number, cell in enumerate(row.cells)
        )
        value = self._guarded(row.value, names, is_id=False) if row.column else row.value
        return replace(row, cells=cells, value=value)

    def _without_names(self, cell: str, names: Dict[str, Person]) -> str:
        """The cell with every name in it replaced."""
        if kind := names.get(plain_name(cell)):
            return self.key.hide(cell, kind)
        found = sorted((text for text in tokens(cell) if plain_name(text) in names), key=len, reverse=True)
        for text in found:
            cell = cell.replace(text, self.key.hide(text, names[plain_name(text)]))
        return cell

    def _guarded(self, cell: str, names: Dict[str, Person], *, is_id: bool) -> str:
        """A cell of unknown meaning: hidden unless it is a number, a time, a code or a common word."""
        cell = cell.strip('"')
        plain = plain_name(cell)
        if kind := names.get(plain):
            return self.key.hide(cell, kind)
        harmless = not _LETTERS.search(cell) and not _LONG_NUMBER.search(cell)
        code = _CODE.match(cell) and (is_id or (_LETTERS.search(cell) and len(cell) <= 40))
        return cell if harmless or code or plain in self._common else HIDDEN


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


def _cells_among(stage: Stage, column: str) -> list[str]:
    """Which of the tokens are cells of a column."""
    text = stage.table.select(word=plain_on_engine(stage.table[column].cast("string")))
    return list(text.semi_join(stage.con.table(_TOKENS), "word").distinct().to_pyarrow()["word"].to_pylist())


def told(stage: Stage, people: Iterable[str], words: dict[str, int], most: int) -> str:
    """Words of a column with their rows, for a message: no names, no word of a few rows (a name may have slipped)."""
    register(stage.con, _TOKENS, pa.table({"word": pa.array(sorted(map(plain_name, words)), pa.string())}))
    names = {word for column in people for word in _cells_among(stage, column)}
    unregister(stage.con, _TOKENS)
    shown = [word for word, rows in words.items() if rows >= COMMON and plain_name(word) not in names][:most]
    rest = len(words) - len(shown)
    parts = [f"{word} ({words[word]:,})" for word in shown]
    return listed([*parts, *([so_many(rest, "other word", "other words")] if rest else [])])


def tokens(cell: str) -> set[str]:
    """The cell and every run of a few words in it; none where there is nothing that could be a name."""
    if _is_small_number(cell):
        return set()
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

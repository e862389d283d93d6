"""Reader of CSV and its kin: any usual delimiter, quoted line ends, exact line numbers."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from headwater.errors import SourceError
from headwater.sources.batch import BATCH_CHARACTERS, BATCH_ROWS, Batch, Refused, refused, text_batch
from headwater.sources.files import SourceFile

DELIMITERS = ",;\t|"
#: Longest single cell; a longer one is a quote that was never closed.
LONGEST_CELL = 64_000_000
#: A last line that no export holds. If it does not come out as a row of its own, a quote is still open.
END = "\x1eend of file\x1e"


def read_delimited(file: SourceFile, delimiter: str = "") -> Iterator[Batch]:
    """Rows of a delimited file, in batches. SourceError when it has no header or stops in mid-row."""
    csv.field_size_limit(LONGEST_CELL)
    delimiter = delimiter or find_delimiter(head_of(file))
    with file.text() as stream:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=delimiter)
        header, _ = data_header(file, reader)
        yield from _batches(file, reader, lines, header)


def head_of(file: SourceFile) -> list[str]:
    """The first lines of the file, enough to see its header and delimiter."""
    with file.text() as stream:
        return list(islice(stream, 200))


def find_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts the first lines most evenly into more than one cell; a comma if none does."""

    def evenness(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (rows / max(1, sum(widths.values())) if width > 1 else 0.0, width)

    return max(DELIMITERS, key=evenness)


class _Lines:
    """The lines of a file, the last one closed, then the mark of the end. Counts their characters."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream, self.characters = stream, 0

    def __iter__(self) -> Iterator[str]:
        line = "\n"
        for line in self._stream:
            self.characters += len(line)
            yield line
        if not line.endswith(("\n", "\r")):
            yield "\n"
        yield END


def data_header(file: SourceFile, reader: csv._reader) -> tuple[tuple[str, ...], int]:  # type: ignore[name-defined]
    """The column names, and how many lines they and the empty lines before them take."""
    cells = next((row for row in reader if any(cell.strip() for cell in row)), [END])
    if cells == [END]:
        raise SourceError(f"{file.name} holds no rows", "export it again")
    return unique_names(cells), reader.line_num


def unique_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Column names: trimmed, empty ones numbered, repeated ones told apart."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column {number}"
        while name.lower() in (taken.lower() for taken in names):
            name += f" ({number})"
        names.append(name)
    return tuple(names)


@dataclass
class _Batch:
    """The batch that grows, and how far the file was read when it began."""

    header: tuple[str, ...]
    began: int = 0
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def is_full(self, characters: int) -> bool:
        return len(self.rows) + len(self.refused) >= BATCH_ROWS or characters - self.began > BATCH_CHARACTERS

    def done(self) -> Batch:
        return text_batch(self.header, self.rows, self.lines, self.refused)


def _batches(
    file: SourceFile,
    reader: csv._reader,  # type: ignore[name-defined]
    source: _Lines,
    header: tuple[str, ...],
) -> Iterator[Batch]:
    width, check_text = len(header), file.damaged_text or file.has_nul
    batch = _Batch(header, source.characters)
    line, row, start = reader.line_num + 1, [END], 0
    try:
        for row in reader:
            start, line = line, reader.line_num + 1
            if not any(row) or row == [END]:
                continue
            if len(row) == width and not (check_text and not _is_text(row)):
                batch.rows.append(row)
                batch.lines.append(start)
            else:
                _keep_or_refuse(file, batch, row, start, line - 1)
            if batch.is_full(source.characters):
                yield batch.done()
                batch = _Batch(header, source.characters)
    except csv.Error as error:
        raise SourceError(
            f"{file.name}, line {line}: {error}", "a quote is opened and never closed"
        ) from error
    if row != [END]:
        raise SourceError(
            f"{file.name}, line {start}: a quote is opened and never closed, so the file stops in mid-row",
            "export it again; if the quote belongs to the text, it must be doubled",
        )
    yield batch.done()


def _keep_or_refuse(file: SourceFile, batch: _Batch, row: list[str], line: int, last_line: int) -> None:
    """A row of another width, or with bytes that are no text. Empty cells too many do no harm."""
    width = len(batch.header)
    if not _is_text(row):
        number, cell = next((n, c) for n, c in enumerate(row) if not _is_text([c]))
        column = batch.header[number] if number < width else ""
        batch.refused.append(refused(line, "not text", column, printable(cell), [printable(c) for c in row]))
    elif len(row) > width and not any(row[width:]):
        batch.rows.append(row[:width])
        batch.lines.append(line)
    else:
        batch.refused.append(wrong_width(file, row, width, line, last_line))


def wrong_width(file: SourceFile, row: Sequence[str], width: int, line: int, last_line: int) -> Refused:
    """A row with too few or too many cells.

    SourceError when it is the last one, has begun and stops without a line end: then the file was cut
    off, and nobody knows how much is missing. A lone word there is a footer, and no reason to refuse.
    """
    if 1 < len(row) < width and not file.closed and last_line >= file.lines > 0:
        raise stops_in_mid_row(file, line)
    return refused(line, "wrong number of cells", "", f"{len(row)} cells, the header has {width}", row)


def stops_in_mid_row(file: SourceFile, line: int) -> SourceError:
    """The error for a file that was only half written."""
    return SourceError(
        f"{file.name}, line {line}: the file stops in the middle of its last row, so it is not whole",
        "export it again; if nothing is missing, complete or remove that row",
    )


def _is_text(row: Sequence[str]) -> bool:
    joined = "".join(row)
    return "\0" not in joined and (joined.isascii() or not any("\udc80" <= c <= "\udcff" for c in joined))


def printable(text: str) -> str:
    """Text that can be written to a file: what is no text becomes a replacement sign."""
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)

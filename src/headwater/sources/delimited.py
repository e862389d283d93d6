"""Reader of CSV and its kin: any usual delimiter, quoted line ends, exact line numbers."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from headwater.errors import SourceError
from headwater.sources.batch import BATCH_CHARACTERS, BATCH_ROWS, Batch, Refused, text_batch
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
        reader = csv.reader(_with_end(stream), delimiter=delimiter)
        header, _ = data_header(file, reader)
        yield from _batches(file, reader, header)


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


def _with_end(stream: Iterable[str]) -> Iterator[str]:
    return chain(_closing_last_line(stream), [END])


def _closing_last_line(stream: Iterable[str]) -> Iterator[str]:
    """The lines, the last one closed: otherwise the mark of the end would join it."""
    line = "\n"
    for line in stream:
        yield line
    if not line.endswith(("\n", "\r")):
        yield "\n"


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


def _batches(file: SourceFile, reader: csv._reader, header: tuple[str, ...]) -> Iterator[Batch]:  # type: ignore[name-defined]
    width, check_text = len(header), file.damaged_text or file.has_nul
    rows: list[list[str]] = []
    lines: list[int] = []
    refused: list[Refused] = []
    characters, line = 0, reader.line_num + 1
    last: list[str] = []
    try:
        for row in reader:
            start, line = line, reader.line_num + 1
            last = row
            if not any(row):
                continue
            if len(row) == width and not (check_text and not _is_text(row)):
                rows.append(row)
                lines.append(start)
                characters += sum(map(len, row)) if line - start > 1 else 0
            elif row != [END]:
                _keep_or_refuse(row, width, start, header, rows, lines, refused)
            if len(rows) >= BATCH_ROWS or characters > BATCH_CHARACTERS:
                yield text_batch(header, rows, lines, refused)
                rows, lines, refused, characters = [], [], [], 0
    except csv.Error as error:
        raise SourceError(
            f"{file.name}, line {line}: {error}", "a quote is opened and never closed"
        ) from error
    if last != [END]:
        raise SourceError(
            f"{file.name}, line {start}: a quote is opened and never closed, so the file stops in mid-row",
            "export it again; if the quote belongs to the text, it must be doubled",
        )
    yield text_batch(header, rows, lines, refused)


def _keep_or_refuse(
    row: list[str], width: int, line: int, header: tuple[str, ...],
    rows: list[list[str]], lines: list[int], refused: list[Refused],
) -> None:  # fmt: skip
    """A row of another width, or with bytes that are no text. Empty cells too many do no harm."""
    if not _is_text(row):
        column, cell = next(
            (h, c) for h, c in zip(chain(header, header), row, strict=False) if not _is_text([c])
        )
        refused.append(Refused(line, "not text", column, printable(cell), printable(" | ".join(row))))
    elif len(row) > width and not any(row[width:]):
        rows.append(row[:width])
        lines.append(line)
    else:
        refused.append(Refused(line, "wrong number of cells", "", f"{len(row)} cells, the header has {width}",
                               " | ".join(row)))  # fmt: skip


def _is_text(row: Sequence[str]) -> bool:
    joined = "".join(row)
    return "\0" not in joined and (joined.isascii() or not any("\udc80" <= c <= "\udcff" for c in joined))


def printable(text: str) -> str:
    """Text that can be written to a file: what is no text becomes a replacement sign."""
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)

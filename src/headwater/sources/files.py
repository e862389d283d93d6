"""What a file really is, whatever its name says: form, compression, encoding, and whether it is whole.

One pass over the bytes before anything is read, so that a truncated or foreign file is refused before
a single row of it is used.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, cast

from headwater.errors import SourceError

Form = Literal["delimited", "jsonl", "xes", "xlsx", "parquet"]
Packing = Literal["", "gz", "zip"]

CHUNK = 1 << 20
_FOREIGN = {
    b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture",
    b"\xd0\xcf\x11\xe0": "an old or locked Excel or Word file", b"<!DO": "a web page", b"<htm": "a web page",
    b"<!do": "a web page", b"SQLi": "a SQLite database", b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive", b"BZh9": "a bzip2 archive", b"\x28\xb5\x2f\xfd": "a Zstandard archive",
}  # fmt: skip
#: Bytes that stand for no sign in the old Western encoding (Windows-1252).
_UNDEFINED = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_DATA_ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".xes", ".log")


@dataclass(frozen=True)
class SourceFile:
    """A file that can be read: its form, how it is packed, its encoding, and its fingerprint.

    `lines` counts physical lines; 0 where they were not counted (binary forms, UTF-16). `closed` is
    False when the last line has no line end: the file may have been cut there.
    """

    path: Path
    form: Form
    packing: Packing = ""
    member: str = ""
    encoding: str = "utf-8"
    damaged_text: bool = False
    has_nul: bool = False
    lines: int = 0
    has_quotes: bool = True
    closed: bool = True
    size: int = 0
    modified_ns: int = 0
    fingerprint: str = ""

    @property
    def name(self) -> str:
        """The name to show for it: the file's own, with the member of an archive."""
        return f"{self.path.name}:{self.member}" if self.member else self.path.name

    @contextmanager
    def binary(self) -> Iterator[IO[bytes]]:
        """The unpacked bytes."""
        with _unpacked(self.path, self.packing, self.member) as stream:
            yield stream

    @contextmanager
    def text(self) -> Iterator[io.TextIOWrapper]:
        """The text, line ends as they are; bytes that are no text come as surrogates."""
        with self.binary() as stream:
            try:
                yield io.TextIOWrapper(stream, self.encoding, "surrogateescape", newline="")
            except UnicodeError as error:
                raise SourceError(
                    f"{self.name} is cut off or damaged: it is no {self.encoding} text to its end",
                    "export or copy it again",
                ) from error

    def check_unchanged(self) -> None:
        """SourceError when the file is not what it was when it was looked at."""
        now = self.path.stat()
        if (now.st_size, now.st_mtime_ns) != (self.size, self.modified_ns):
            raise SourceError(
                f"{self.path.name} changed while it was read ({self.size:,} bytes, now {now.st_size:,})",
                "wait until the export is finished, or copy the file and read the copy",
            )


def look_at(path: Path, encoding: str = "") -> SourceFile:
    """Find out what a file is. SourceError when it is missing, empty, truncated, or not data."""
    try:
        facts = path.stat()
        if path.is_dir():
            raise SourceError(f"{path} is a folder, not a file", "name the files in it")
        if not path.is_file():
            raise SourceError(f"{path} is no ordinary file", "copy what it holds to a file and name that")
        with path.open("rb") as stream:
            head = stream.read(16)
    except FileNotFoundError:
        raise SourceError(f"there is no file {path}", "check the name and the folder") from None
    except PermissionError:
        raise SourceError(f"{path} may not be read by you", f"allow it: chmod u+r {path.name}") from None
    if not head:
        raise SourceError(f"{path.name} is empty", "export it again")
    _refuse_foreign(path.name, head)
    packing, member = _packing(path, head)
    binary: Form = "parquet" if head.startswith(b"PAR1") else "xlsx"
    file = SourceFile(path, binary, packing, member, size=facts.st_size, modified_ns=facts.st_mtime_ns)
    if binary == "parquet" or (packing == "zip" and not member):
        return replace(file, fingerprint=_fingerprint(path))
    return _look_at_text(file, encoding)


def _refuse_foreign(name: str, head: bytes) -> None:
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise SourceError(
                f"{name} is {what}, not a table of contacts", "export as CSV, JSON lines, Excel or Parquet"
            )
    if head[8:12] == b"DUCK":
        raise SourceError(f"{name} is a DuckDB database", f"if it is a record, write duckdb://{name}")


def _packing(path: Path, head: bytes) -> tuple[Packing, str]:
    if head.startswith(b"\x1f\x8b"):
        return "gz", ""
    if not head.startswith(b"PK"):
        return "", ""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if not n.startswith("__MACOSX") and not n.endswith("/")]
            locked = any(member.flag_bits & 1 for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"{path.name} is a broken zip archive ({error})", "export or copy it again"
        ) from error
    if locked:
        raise SourceError(f"{path.name} is locked with a password", "unpack it and name the file in it")
    if "xl/workbook.xml" in names:
        return "zip", ""
    data = [name for name in names if name.lower().endswith(_DATA_ENDINGS)]
    if len(data) != 1:
        held = ", ".join(names[:5]) or "nothing"
        raise SourceError(
            f"{path.name} holds {len(data)} data files ({held})",
            "unpack it and name the files that belong together",
        )
    return "zip", data[0]


@contextmanager
def _unpacked(path: Path, packing: str, member: str) -> Iterator[IO[bytes]]:
    try:
        if packing == "gz":
            with gzip.open(path, "rb") as stream:
                yield cast("IO[bytes]", stream)
        elif packing == "zip":
            with zipfile.ZipFile(path) as archive, archive.open(member) as inner:
                yield io.BufferedReader(cast("io.RawIOBase", inner), CHUNK)
        else:
            with path.open("rb") as plain:
                yield plain
    except (EOFError, NotImplementedError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise SourceError(
            f"{path.name} is cut off or damaged: unpacking it fails ({error})", "export or copy it again"
        ) from error


def _look_at_text(file: SourceFile, told: str) -> SourceFile:
    """One pass over the unpacked bytes: whole? which encoding? NUL bytes? and the fingerprint."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")("surrogateescape")
    nuls = broken = beyond_ascii = line_ends = undefined = 0
    has_quotes = False
    head = last = b""
    with file.binary() as stream:
        while chunk := stream.read(CHUNK):
            head, last = head or chunk, chunk
            digest.update(chunk)
            nuls += chunk.count(0)
            line_ends += chunk.count(b"\n")
            has_quotes = has_quotes or b'"' in chunk
            if not chunk.isascii():
                undefined += sum(map(chunk.count, _UNDEFINED))
                good, bad = _beyond_ascii(decoder.decode(chunk))
                beyond_ascii, broken = beyond_ascii + good, broken + bad
    # A letter of several bytes that the file begins and does not end.
    broken += _beyond_ascii(decoder.decode(b"", final=True))[1]
    if file.packing:
        _refuse_foreign(file.name, head)
    encoding = told or _encoding(file.path, head, nuls, broken, beyond_ascii)
    utf16, closed = encoding.startswith("utf-16"), last.endswith(b"\n")
    return replace(
        file,
        form=_form(file, head.decode(encoding, "replace")),
        encoding=encoding,
        damaged_text=(broken if encoding.startswith("utf-8") else undefined) > 0,
        has_nul=nuls > 0 and not utf16,
        lines=0 if utf16 else line_ends + (not closed),
        has_quotes=has_quotes,
        closed=closed or utf16,
        fingerprint=digest.hexdigest(),
    )


def _beyond_ascii(text: str) -> tuple[int, int]:
    """How many signs beyond ASCII a piece of UTF-8 holds, and how many bytes that are no sign."""
    broken = len(text) - len(text.encode("utf-8", "ignore").decode("utf-8"))
    return len(text) - len(text.encode("ascii", "ignore")) - broken, broken


def _encoding(path: Path, head: bytes, nuls: int, broken: int, beyond_ascii: int) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    sample = head[:4096]
    if nuls and sample.count(0) > len(sample) // 4:
        even, odd = (sample[start::2].count(0) / max(1, len(sample[start::2])) for start in (0, 1))
        if abs(even - odd) > 0.5:
            return "utf-16-le" if odd > even else "utf-16-be"
        raise SourceError(
            f"{path.name} is not text: it is full of NUL bytes", "export as CSV, JSON lines or Excel"
        )
    # A few broken bytes among much good UTF-8 are damage; otherwise the file is in the old Western encoding.
    return "utf-8" if broken == 0 or beyond_ascii > 10 * broken else "cp1252"


def _form(file: SourceFile, head: str) -> Form:
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        if "<log" in start:
            return "xes"
        raise SourceError(
            f"{file.name} is XML, but not an XES event log", "export as CSV, JSON lines or Excel"
        )
    name = file.name.lower().removesuffix(".gz")
    if start.startswith("{") or (start.startswith("[") and name.endswith((".json", ".jsonl"))):
        return "jsonl"
    return "delimited"


def _fingerprint(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""Reader of XES event logs (IEEE 1849): one row per event, attributes of the case beside its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from headwater.errors import SourceError
from headwater.sources.batch import BATCH_ROWS, Batch, text_batch
from headwater.sources.files import CHUNK, SourceFile

_VALUES = {"string", "date", "int", "float", "boolean", "id"}


@dataclass
class _Log:
    """What the parser has gathered: the open case, the open event, and the events that are complete."""

    case: dict[str, str] = field(default_factory=dict)
    event: dict[str, str] | None = None
    line: int = 0
    rows: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    path: list[str] = field(default_factory=list)


def read_xes(file: SourceFile) -> Iterator[Batch]:
    """Events of a log, in batches. SourceError with the line when the XML is broken or cut off."""
    log, parser = _Log(), expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: _start(log, parser, name, attributes)
    parser.EndElementHandler = lambda name: _end(log, name)
    with file.binary() as stream:
        try:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk)
                if len(log.rows) >= BATCH_ROWS:
                    yield _take(log)
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position only
        except expat.ExpatError as error:
            raise SourceError(
                f"{file.name}, line {error.lineno}: broken XML ({expat.ErrorString(error.code)})",
                "export it again",
            ) from error
    yield _take(log)


def _start(log: _Log, parser: expat.XMLParserType, name: str, attributes: dict[str, str]) -> None:
    if name == "trace":
        log.case = {}
    elif name == "event":
        log.event, log.line = {}, parser.CurrentLineNumber
    elif name in _VALUES and "key" in attributes and log.path and log.path[-1] in ("trace", "event"):
        holder, prefix = (log.case, "case:") if log.event is None else (log.event, "")
        holder[prefix + attributes["key"]] = attributes.get("value", "")
    log.path.append(name)


def _end(log: _Log, name: str) -> None:
    log.path.pop()
    if name == "event" and log.event is not None:
        log.rows.append(log.case | log.event)
        log.lines.append(log.line)
        log.event = None


def _take(log: _Log) -> Batch:
    names = list(dict.fromkeys(name for row in log.rows for name in row))
    batch = text_batch(names, [[row.get(name) for name in names] for row in log.rows], log.lines)
    log.rows, log.lines = [], []
    return batch

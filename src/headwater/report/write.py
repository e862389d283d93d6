"""Writing results so that a reader finds the old file or the whole new one, never half of it."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from headwater.errors import OutputError

_HINTS = {
    errno.ENOSPC: "free some space, or choose another folder with --out",
    errno.EDQUOT: "free some space, or choose another folder with --out",
    errno.EACCES: "choose a folder you may write to with --out",
    errno.EPERM: "choose a folder you may write to with --out",
    errno.EROFS: "choose a folder you may write to with --out",
    errno.ENOENT: "create the folder, or choose another with --out",
    errno.EISDIR: "a folder has that name: move it, or choose another folder with --out",
}


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file through a temporary one beside it; text is written as UTF-8.

    OutputError when it cannot be written: no permission, no space, no such folder. Whatever happens,
    an older file stays as it was and no temporary file stays behind.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _write(temporary, data)
        temporary.replace(path)
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "choose another folder with --out")
        raise OutputError(f"{path} cannot be written: {_why(error)}", hint) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()

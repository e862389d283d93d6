"""Names become stable pseudonyms by a keyed hash: the same name, the same pseudonym, in one record only."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir

from headwater.errors import RecordError

LENGTH = 16
_BLANKS = " \t\n\r\x0b\x0c"


@dataclass(frozen=True)
class Key:
    """The secret of one record. Who has it can test a name against the pseudonyms; who has not cannot."""

    secret: str

    @property
    def mark(self) -> str:
        """A short hash by which a record knows its own key."""
        return hashlib.sha256(b"headwater key mark" + self.secret.encode()).hexdigest()[:16]

    def hide(self, name: str, kind: str) -> str:
        """The pseudonym of a name; `kind` (agent or customer) keeps the two apart."""
        digest = hashlib.sha256((self._salt(kind) + plain_name(name)).encode()).hexdigest()
        return f"{kind}-{digest[:LENGTH]}"

    def hide_on_engine(self, name: ir.StringValue, kind: str) -> ir.StringValue:
        """The same for a column, computed by the engine; unknown stays unknown."""
        digest = (ibis.literal(self._salt(kind)) + plain_on_engine(name)).hexdigest("sha256")
        return ibis.literal(f"{kind}-") + digest.substr(0, LENGTH)

    def _salt(self, kind: str) -> str:
        # A secret prefix is a sound keyed hash here because only a quarter of the digest is shown:
        # without the rest nobody can extend it.
        return f"{self.secret}|{kind}|"


def plain_name(name: str) -> str:
    """A name as it is compared: small letters, one blank between words.

    Letter by letter, as engines do it; Python's own `lower` minds the letters around (final sigma).
    """
    letters = name.lower() if name.isascii() else "".join("i" if c == "İ" else c.lower() for c in name)
    return (re.sub(" +", " ", letters) if "  " in letters else letters).strip(_BLANKS)


def plain_on_engine(name: ir.StringValue) -> ir.StringValue:
    """The same for a column."""
    return ibis.ifelse(name.contains("  "), name.re_replace(" +", " "), name).strip().lower()


def new_key() -> Key:
    """A fresh random key of 256 bits."""
    return Key(secrets.token_hex(32))


def key_at(path: Path, *, create: bool) -> Key:
    """The key in a file that only its owner may read. RecordError when it is missing and may not be made."""
    try:
        return Key(path.read_text("ascii").strip())
    except FileNotFoundError:
        if not create:
            raise RecordError(
                f"the key {path.name} of this record is missing",
                "put it back from a backup, or start a new record",
            ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"the key {path} cannot be read ({error})", "check its permissions") from error
    key = new_key()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(key.secret + "\n")
    except OSError as error:
        raise RecordError(
            f"the key {path} cannot be written ({error.strerror})", "choose another place"
        ) from error
    return key

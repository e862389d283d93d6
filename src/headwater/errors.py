"""Every error that Headwater raises on purpose. All descend from `HeadwaterError`.

A message states a fact; the hint after it says what to do. Where a file is to blame, the message
names file, line and value. The command line prints fact and hint without a traceback and exits 1.

HeadwaterError
├── SettingError     (ValueError)      a setting is wrong or missing
├── MappingError     (ValueError)      a mapping cannot be understood, or does not fit the file
├── SourceError      (ValueError)      a file or system cannot be read
├── RecordError      (RuntimeError)    a record cannot be opened, read or written
├── OutputError      (OSError)         a result cannot be written
└── CheckError       (LookupError)     there is no such check, or it was given wrong parameters
"""


class HeadwaterError(Exception):
    """Something that Headwater cannot do, with the reason and the cure."""

    def __init__(self, fact: str, hint: str = "") -> None:
        super().__init__(fact)
        self.fact = fact
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.fact}\n  {self.hint}" if self.hint else self.fact


class SettingError(HeadwaterError, ValueError):
    """A setting is wrong or missing."""


class MappingError(HeadwaterError, ValueError):
    """A mapping cannot be understood, or does not fit the file."""


class SourceError(HeadwaterError, ValueError):
    """A file or system cannot be read."""


class RecordError(HeadwaterError, RuntimeError):
    """A record cannot be opened, read or written."""


class OutputError(HeadwaterError, OSError):
    """A result cannot be written."""


class CheckError(HeadwaterError, LookupError):
    """There is no such check, or it was given wrong parameters."""

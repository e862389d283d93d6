"""Draft a mapping for one file, for people to read and mend."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from headwater.record.store import in_memory
from headwater.sources.draft import draft
from headwater.sources.draft_toml import to_toml
from headwater.sources.files import look_at
from headwater.sources.mapping import check_zone
from headwater.sources.recognise import recognised
from headwater.sources.stage import lay


def sketch(path: Path, timezone: str = "") -> str:
    """A mapping for the file as TOML, its reasons in comments. MappingError when none can be drafted."""
    with closing(in_memory()) as store:
        stage = lay(store.con, look_at(path))
        text = to_toml(draft(stage, check_zone(timezone)), path.name)
        known = recognised(stage.columns)
    if known is None:
        return text
    note = f"# {path.name} fits the bundled profile {known.name} ({known.title}); without --mapping that is used."
    return f"{note}\n{text}"

"""Which bundled profile a file belongs to, by its columns."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from headwater.errors import MappingError
from headwater.sources.bind import fits
from headwater.sources.mapping import Mapping, parse_mapping


@cache
def profiles() -> dict[str, Mapping]:
    """The bundled profiles by name. Adding one is adding a TOML file."""
    folder = files("headwater.sources") / "profiles"
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))
    parsed = (parse_mapping(tomllib.loads(entry.read_text("utf-8")), entry.name) for entry in found)
    return {mapping.name: mapping for mapping in sorted(parsed, key=lambda mapping: mapping.name)}


def profile(name: str) -> Mapping:
    """The profile of that name. MappingError when there is none."""
    if name not in profiles():
        raise MappingError(f"there is no profile {name!r}", f"profiles: {', '.join(profiles())}")
    return profiles()[name]


def recognised(columns: Sequence[str]) -> Mapping | None:
    """The profile whose columns the file has; of several, the one that asks for most."""
    fitting = [mapping for mapping in profiles().values() if fits(mapping, columns)]
    return max(fitting, key=lambda mapping: len(mapping.recognise), default=None)

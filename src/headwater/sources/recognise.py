"""Which bundled profile a file belongs to, by its columns."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from headwater.errors import MappingError
from headwater.sources.bind import fits
from headwater.sources.columns import order_evidence
from headwater.sources.dates import Order, in_other_order
from headwater.sources.mapping import FIELDS, Mapping, parse_mapping
from headwater.sources.stage import Stage


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


def in_order(mapping: Mapping, stage: Stage) -> Mapping:
    """The profile with day and month in the order that the file's own dates show: exports follow their locale."""
    times = [
        field.columns[0]
        for name, field in mapping.fields.items()
        if FIELDS[name].kind == "time" and len(field.columns) == 1 and not field.formats
    ]
    swapped = tuple(map(in_other_order, mapping.formats))
    if not times or swapped == mapping.formats:
        return mapping
    seen = order_evidence(stage.table, times)
    if seen.order == mapping_order(mapping) or not (seen.day_first or seen.month_first):
        return mapping
    told = f"Dates were read {seen.order}, as {', '.join(times)} show."
    return replace(mapping, formats=swapped, assumed=(*mapping.assumed, told))


def mapping_order(mapping: Mapping) -> Order:
    """The order of day and month that the first format of a mapping tells."""
    return "month first" if mapping.formats[0].startswith("%m") else "day first"


def recognised(columns: Sequence[str]) -> Mapping | None:
    """The profile whose columns the file has; of several, the one that asks for most."""
    fitting = [mapping for mapping in profiles().values() if fits(mapping, columns)]
    return max(fitting, key=lambda mapping: len(mapping.recognise), default=None)

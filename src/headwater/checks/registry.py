"""The list of checks. Adding one is one line here; other packages add theirs by entry point."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from headwater.checks.check import Check
from headwater.errors import CheckError

#: Each module defines CHECK.
BUILT_IN = (
    "headwater.checks.d3_repeat_contact",
    "headwater.checks.d4_rework",
    "headwater.checks.r1_first_contact_resolution",
    "headwater.checks.r4_differences",
    "headwater.checks.s1_staffing",
)


@cache
def all_checks() -> dict[str, Check]:
    """Every check by its code: the built-in ones, then those of other packages."""
    modules = [import_module(name) for name in BUILT_IN]
    modules += [point.load() for point in entry_points(group="headwater.checks")]
    return {module.CHECK.code: module.CHECK for module in modules}


def find(code: str) -> Check:
    """The check with that code, whatever its case. CheckError when there is none."""
    check = all_checks().get(code.upper())
    if check is None:
        raise CheckError(f"there is no check {code!r}", f"checks: {', '.join(all_checks())}")
    return check

"""Run checks over a record: parameters first, then needs, then the checks themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from headwater.checks.check import Check, Context
from headwater.checks.finding import Finding
from headwater.checks.registry import all_checks, find
from headwater.errors import CheckError
from headwater.record.record import Record

Given = Mapping[str, Mapping[str, str]]


def chosen(codes: Iterable[str]) -> tuple[Check, ...]:
    """The checks with these codes; all of them when there are none. CheckError for an unknown code."""
    codes = tuple(codes)
    return tuple(find(code) for code in codes) if codes else tuple(all_checks().values())


def parameters(checks: Iterable[Check], given: Given) -> dict[str, dict[str, Any]]:
    """The parameters of each check: what is given, else its defaults.

    CheckError for a check or parameter that does not exist, and for a value of the wrong kind.
    """
    for code in given:
        find(code)
    return {check.code: check.defaults | _parsed(check, given.get(check.code, {})) for check in checks}


def _parsed(check: Check, given: Mapping[str, str]) -> dict[str, Any]:
    known = {parameter.name: parameter for parameter in check.parameters}
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(known)}"
            raise CheckError(f"{check.code} has no parameter {name!r}", hint)
    return {name: known[name].parse(text) for name, text in given.items()}


def run(
    checks: Iterable[Check], record: Record, context: Context, params: Mapping[str, Mapping[str, Any]],
    progress: Callable[[str], None],
) -> Iterator[Finding]:  # fmt: skip
    """The findings of the checks, in their order, each when it is there."""
    for check in checks:
        progress(f"checking {check.code} {check.name.replace('-', ' ')}")
        lacking = [need for need in check.needs if not record.has(*need.columns)]
        if lacking:
            yield _cannot_tell(check, tuple(need.what for need in lacking))
        else:
            yield check.run(record, params[check.code], context)


def _cannot_tell(check: Check, needs: tuple[str, ...]) -> Finding:
    return Finding(
        code=check.code,
        name=check.name,
        question=check.question,
        verdict="cannot_tell",
        headline="This record cannot tell: it holds nothing about " + "; nor about ".join(needs) + ".",
        needs=needs,
    )

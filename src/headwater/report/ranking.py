"""What to do first: findings by the cost that is certain, and the one sentence that matters most."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from headwater import words
from headwater.checks.finding import Estimate, Finding

_ORDER = ("found", "not_found", "cannot_tell")


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order in which to act: what was found, what was not, what cannot be told.

    What was found stands by the low end of its cost per week, "at least this much", so that a sure
    small cost goes before a large guess. All are compared in one unit, as comparing some pairs by
    hours and others by contacts can run in a circle: hours, unless more of them know their contacts.
    Those without that unit follow by the other one, those without a cost come last, equals keep
    their order.
    """
    findings = tuple(findings)
    by_hours = [certain(f.cost.hours) for f in findings if f.verdict == "found"]
    by_contacts = [certain(f.cost.contacts) for f in findings if f.verdict == "found"]
    hours_first = _known(by_hours) >= _known(by_contacts)

    def place(finding: Finding) -> tuple[int, float, float]:
        if finding.verdict != "found":
            return _ORDER.index(finding.verdict), 0.0, 0.0
        costs = (certain(finding.cost.hours), certain(finding.cost.contacts))
        first, second = (-1.0 if cost is None else cost for cost in (costs if hours_first else costs[::-1]))
        return 0, -first, -second

    return tuple(sorted(findings, key=place))


def certain(cost: Estimate | None) -> float | None:
    """What a cost is at least: the low end of its interval, the value of a plain count, never below 0."""
    if cost is None:
        return None
    least = cost.value if cost.low is None else cost.low
    return max(least, 0.0) if least is not None and isfinite(least) else None


def with_verdict(findings: Iterable[Finding], verdict: str) -> tuple[Finding, ...]:
    """The findings of one verdict, in the order in which to act."""
    return tuple(finding for finding in ranked(findings) if finding.verdict == verdict)


def sentence_that_matters_most(findings: Iterable[Finding]) -> str:
    """The headline of what to do first; without a finding, what that silence means."""
    findings = ranked(findings)
    if findings and findings[0].verdict == "found":
        return findings[0].headline
    answered = sum(finding.verdict == "not_found" for finding in findings)
    if not answered:
        return "This data cannot yet answer any of the questions; what would answer them stands below."
    silent = len(findings) - answered
    rest = f", and {_questions(silent)} could not be answered from this data" if silent else ""
    return f"No problem was found in {_questions(answered)} that could be answered{rest}."


def _questions(number: int) -> str:
    return f"{words.count(number)} question{'' if number == 1 else 's'}"


def _known(costs: Iterable[float | None]) -> int:
    return sum(cost is not None for cost in costs)

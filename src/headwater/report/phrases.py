"""Sentences that HTML and terminal share: what was read, what it costs, how sure it is."""

from __future__ import annotations

import re

from headwater import words
from headwater.checks.finding import Cost, DataTable, Estimate, Finding, Scalar
from headwater.report.assessment import Assessment

#: Verdicts in words.
VERDICTS = {
    "found": "Found in this data",
    "not_found": "Not found in this data",
    "cannot_tell": "This data cannot tell",
}
_COUNTED = ("contacts", "touches", "events", "messages", "ratings", "agents")
_SAID_IN_CELLS = ("share", "seconds", "s", "minutes", "hours", "days")
_UNTIED = re.compile(r"(?<=\d) (?=(?:s|min|hours?|days?|weeks?|contacts?|observations?)\b)")
_NAMES = re.compile(
    r"\b(bayes|clopper|dersimonian|efron|fieller|garwood|greenwood|kaplan|laird|mandel|meier|newcombe|paule|pearson|"
    r"poisson|wilson)\b"
)


def period(assessment: Assessment) -> str:
    """The days from the first to the last contact, empty when nothing was read."""
    if assessment.since is None or assessment.until is None:
        return ""
    return words.days(assessment.since, assessment.until)


def what_was_read(assessment: Assessment) -> str:
    """One sentence: how many contacts and what else, from how many rows."""
    counts = [_counted(name, assessment.counts.get(name, 0)) for name in _COUNTED]
    filled = [text for text in counts if text]
    rows = f"{words.count(assessment.rows_read)} row{'' if assessment.rows_read == 1 else 's'}"
    return f"{words.listed(filled) if filled else 'No contacts'}, read from {rows}."


def kept_aside(assessment: Assessment) -> str:
    """One sentence on the rows that could not be used."""
    if not assessment.rejected:
        return "Every row could be used."
    rows = "1 row was" if assessment.rejected == 1 else f"{words.count(assessment.rejected)} rows were"
    share = assessment.rejected / max(assessment.rows_read, assessment.rejected)
    return f"{rows} kept aside ({words.share(share)} of what was read) because they could not be trusted."


def reasons(assessment: Assessment) -> list[tuple[str, str]]:
    """Why rows were kept aside, commonest first: reason and count."""
    commonest = sorted(assessment.rejected_by_reason.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(reason, words.count(number)) for reason, number in commonest if number]


def cost(cost: Cost) -> str:
    """What a finding costs, most likely: "about 47 hours of work and 290 contacts a week"."""
    parts = [_amount(cost.hours, "hours of work"), _amount(cost.contacts, "contacts")]
    if cost.money is not None and cost.money.value is not None:
        parts.append(f"{words.about(cost.money.value)} {_currency(cost.money)}".strip())
    known = [part for part in parts if part]
    return f"about {words.listed(known)} a week" if known else ""


def certainty(cost: Cost) -> str:
    """How sure the cost is: "very likely between 32 and 61 hours a week"."""
    for estimate, unit in ((cost.hours, "hours"), (cost.contacts, "contacts")):
        if estimate is not None and estimate.low is not None and estimate.high is not None:
            return f"very likely between {words.about(estimate.low)} and {words.rough(estimate.high, unit)} a week"
    return ""


def interval(estimate: Estimate) -> str:
    """The interval of an estimate, with its level where that is not the usual 95%."""
    said = words.between(estimate.low, estimate.high, estimate.unit)
    if not said:
        return words.UNKNOWN
    return said if estimate.level == 0.95 else f"{said}, at {words.share(estimate.level)}"


def observations(number: int) -> str:
    """How many observations stand behind a number."""
    return f"{words.count(number)} observation{'' if number == 1 else 's'}"


def method(name: str) -> str:
    """The name of a method as people write it: "kaplan-meier" is Kaplan-Meier."""
    return capitalised(_NAMES.sub(_proper, name.replace("_", " ")))


def _proper(match: re.Match[str]) -> str:
    return "DerSimonian" if match[0] == "dersimonian" else match[0].capitalize()


def missing(finding: Finding) -> str:
    """What data would tell, in one sentence."""
    return (
        f"Missing: {'; '.join(need.strip().rstrip('.') for need in finding.needs)}." if finding.needs else ""
    )


def sentence(text: str) -> str:
    """The text as a sentence: a capital letter first and a full stop last."""
    text = capitalised(text.strip())
    return text if not text or text[-1] in ".!?" else f"{text}."


def tied(text: str) -> str:
    """The text with its numbers tied to their units, so that no line breaks between them."""
    return _UNTIED.sub("\u00a0", text)


def capitalised(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def first_sentence(text: str) -> str:
    """The first sentence of a text."""
    return re.split(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z\"“])", text.strip(), maxsplit=1)[0]


def key_estimates(finding: Finding, most: int = 4) -> tuple[Estimate, ...]:
    """What the answer rests on: the first estimates that are known and carry an interval, one of each label.

    Where a number was counted in several ways under one label, the first way is the one that is meant.
    """
    sure = {e.label: e for e in reversed(finding.estimates) if e.value is not None and e.low is not None}
    labels = dict.fromkeys(e.label for e in finding.estimates if e.label in sure)
    return tuple(sure[label] for label in labels)[:most]


def cells(table: DataTable) -> list[list[str]]:
    """The rows of a table as text. Units that a heading tells are not said again in each row."""
    columns = list(enumerate(zip(table.columns, table.units, strict=True)))
    return [
        [
            _cell(row[place], _unit_in_cells(heading, unit), exact=place == 0)
            for place, (heading, unit) in columns
        ]
        for row in table.rows
    ]


def is_long(table: DataTable) -> bool:
    """True when a table has so many and so narrow rows that it reads better in several columns on paper."""
    return len(table.rows) > 24 and len(table.columns) <= 3


def headings(table: DataTable) -> list[str]:
    """The column headings of a table, with the unit where neither heading nor cells tell it."""
    return [
        capitalised(
            heading if _names(heading, unit) or _unit_in_cells(heading, unit) else f"{heading} ({unit})"
        )
        for heading, unit in zip(table.columns, table.units, strict=True)
    ]


def is_numeric(table: DataTable, column: int) -> bool:
    """True when a column of a table holds numbers, which stand to the right; the first names the rows."""
    if column == 0:
        return False
    known = [row[column] for row in table.rows if row[column] is not None]
    return bool(known) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in known
    )


def _cell(value: Scalar, unit: str, *, exact: bool) -> str:
    if value is None:
        return words.UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if exact and unit in ("seconds", "s"):
        return words.duration(value, exact=True)
    return words.value(value, unit)


def _names(heading: str, unit: str) -> bool:
    return unit in ("", "number") or unit.lower() in heading.lower()


def _unit_in_cells(heading: str, unit: str) -> str:
    """The unit that cells say themselves: of shares and lengths of time, unless the heading names it."""
    if unit in ("hours", "days") and _names(heading, unit):
        return ""
    return unit if unit in _SAID_IN_CELLS else ""


def _counted(name: str, number: int) -> str:
    one = {"touches": "touch"}.get(name, name.removesuffix("s"))
    return f"{words.count(number)} {one if number == 1 else name}" if number else ""


def _amount(estimate: Estimate | None, unit: str) -> str:
    return "" if estimate is None or estimate.value is None else words.rough(estimate.value, unit)


def _currency(money: Estimate) -> str:
    return money.unit.partition(" ")[0]

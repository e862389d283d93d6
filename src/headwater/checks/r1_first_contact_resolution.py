"""R1: is the issue resolved at first contact, by the customer's measure?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import ibis.expr.types as ir

from headwater import words
from headwater.checks import charts
from headwater.checks.check import Check, Context, Need, Parameter, Params
from headwater.checks.finding import Chart, Cost, DataTable, Estimate, Finding, Scalar, Verdict
from headwater.checks.returning import (
    FEWEST_CONTACTS,
    MATCH,
    SAME,
    WINDOW,
    caveats,
    enough,
    share_of,
    three_ways,
    too_few,
    window_of,
)
from headwater.inference.proportion import wilson
from headwater.measures.product_limit import Within, within
from headwater.measures.repeats import Requests, requests, share_of_busiest
from headwater.measures.resolution import Issues, common_definitions, issues, tally
from headwater.measures.watching import watched
from headwater.record.record import Record

DEFINITIONS = {
    "closed_within_15_minutes": "closed within 15 minutes",
    "one_touch": "one touch",
    "zero_replies": "no further reply by the customer",
}
WHY_THEY_DIFFER = (
    "Common definitions look at one contact and at what the desk did with it, not at whether the customer had to "
    "come back. Closed within 15 minutes measures speed, and still counts when the contact is reopened; one touch "
    "includes what nobody answered; no further reply includes customers who gave up, rang, or wrote anew."
)
METHOD = (
    "An issue is a chain of answered contacts {same}, each opened within {days} of the {clock} of the one before. "
    "Its first contact was enough when no other followed within {days} and it was not reopened; share by "
    "Kaplan-Meier (1958), with intervals by the infinitesimal jackknife clustered by customer (Williams 1995). "
    "Left out: contacts that the customer or nobody ended, those still open, and those in the first {days} of the "
    "record, which may not be the first of their issue. Common definitions: Wilson (1927) intervals over all "
    "resolved or closed contacts."
)
LEFT_OUT = {
    "early": "came at the beginning of the record, where a contact before them may be missing",
    "not_ours": "were closed by the customer, a timer or a system",
    "open": "are not finished yet",
}
REMEDY = (
    "Let whoever takes an issue finish it: the authority to decide what customers ask for most, the knowledge and "
    "the systems at hand, and no limit on handle time that a solution does not fit into. Ask of the issues that "
    "came back what was missing the first time, and change that. Stop reporting how fast contacts are closed as "
    "first-contact resolution."
)


@dataclass(frozen=True)
class _Counted:
    """What a common definition calls solved, of how many contacts, and how many of those came back anyway."""

    name: str
    solved: int
    n: int
    back: Within | None


@dataclass(frozen=True)
class _Answer:
    """What all parts of the finding are made from."""

    asked: Requests
    found: Issues
    observed: ir.Table
    at: Within
    counted: tuple[_Counted, ...]
    clock: str
    level: float

    @property
    def days(self) -> str:
        return words.value(self.at.days, "days")


def run(record: Record, params: Params, context: Context) -> Finding:
    """How many issues were over after the first contact, and what common definitions would say."""
    window, expected = window_of(params["window"]), share_of("expected", params["expected"])
    watch = watched(record, context.timezone)
    if watch is None or not record.has("contacts.customer_id"):
        need = "Which contacts are of the same customer (contacts.customer_id)."
        return _cannot((need,), tuple(_counted(record, None, window)), context.level)
    asked = requests(record, watch, params["match"], FEWEST_CONTACTS)
    found = issues(record, asked, params["clock"], window, window)
    observed = found.observations.cache()
    at = within(observed, [window]).get("all", (None,))[0]
    counted = tuple(_counted(record, observed, window))
    missing = too_few(at)
    if at is None or missing:
        return _cannot(missing, counted, context.level, tuple(_left_out(found)))
    answer = _Answer(asked, found, observed, at, counted, params["clock"], context.level)
    return _finding(answer, expected, context.timezone)


def _finding(answer: _Answer, expected: float, timezone: str) -> Finding:
    label = f"issues for which the first contact was enough: no other followed within {answer.days}"
    own = tuple(three_ways("fcr", label, answer.at, answer.level, stayed=True))
    told = tuple(_told(answer, timezone))
    clock = {"opened": "opening", "closed": "closing"}[answer.clock]
    method = METHOD.format(same=SAME[answer.asked.match], days=answer.days, clock=clock)
    if not enough(answer.at):
        need = (
            f"At least {FEWEST_CONTACTS} finished issues watched for {answer.days} after their first contact."
        )
        return _cannot((need,), answer.counted, answer.level, told, own, method)
    verdict, headline = _verdict(answer, own[0], expected)
    table = _table(answer, own[0])
    return Finding(
        CHECK.code,
        CHECK.name,
        CHECK.question,
        verdict,
        headline,
        estimates=(*own, *_common(answer.counted, answer.level)),
        tables=(table,) if answer.counted else (),
        charts=(_chart(table),) if answer.counted else (),
        cost=Cost(
            basis="The contacts that follow are the repeat contacts of D3 and cost what they cost there."
        ),
        remedy=REMEDY if verdict == "found" else "",
        needs=(f"More issues; this record has {words.count(own[0].n)}.",) if verdict == "cannot_tell" else (),
        caveats=told,
        method=method,
    )


def _cannot(
    needs: tuple[str, ...],
    counted: tuple[_Counted, ...],
    level: float,
    told: tuple[str, ...] = (),
    own: tuple[Estimate, ...] = (),
    method: str = "",
) -> Finding:
    headline = (
        "The record cannot tell whether issues are resolved at first contact, by the customer's measure."
    )
    if counted:
        headline += " What is usually reported is given, but does not answer the question."
    return Finding(
        CHECK.code, CHECK.name, CHECK.question, "cannot_tell", headline, (*own, *_common(counted, level)),
        needs=needs, caveats=told if own or not counted else (WHY_THEY_DIFFER, *told), method=method,
    )  # fmt: skip


def _counted(record: Record, observed: ir.Table | None, window: int) -> Iterator[_Counted]:
    """The common definitions that the record allows, with how many of their solved issues came back."""
    definitions = common_definitions(record)
    for name, (solved, n) in tally(definitions).items():
        if n < FEWEST_CONTACTS:
            continue
        back = None
        if observed is not None:
            called_solved = observed.semi_join(definitions.filter(definitions[name]), "contact_id")
            back = within(called_solved, [window]).get("all", (None,))[0]
        usable = back is not None and not too_few(back) and enough(back)
        yield _Counted(name, solved, n, back if usable else None)


def _common(counted: tuple[_Counted, ...], level: float) -> Iterator[Estimate]:
    for definition in counted:
        limits = wilson(definition.solved, definition.n, level)
        yield Estimate(
            f"fcr_{definition.name}", definition.solved / definition.n, limits.low, limits.high, "share",
            definition.n, "wilson", f"resolved contacts with {DEFINITIONS[definition.name]}", level,
        )  # fmt: skip


def _verdict(answer: _Answer, fcr: Estimate, expected: float) -> tuple[Verdict, str]:
    """Found when the whole interval lies below what is expected, not found when it lies above."""
    value, low, high = fcr.value or 0.0, fcr.low or 0.0, fcr.high or 0.0
    said = (
        f"By the customer's measure the first contact was enough for {words.share(value)} of issues "
        f"({words.between(low, high, 'share')})"
    )
    usual = [f"{words.share(c.solved / c.n)} ({DEFINITIONS[c.name]})" for c in answer.counted]
    others = f" Common definitions would say {words.listed(usual)}." if usual else ""
    if high < expected:
        back = f"the others came back or were reopened within {answer.days}"
        return "found", f"{said}; {back}.{others}"
    if low > expected:
        return "not_found", f"{said}, more than the {words.share(expected)} expected.{others}"
    return (
        "cannot_tell",
        f"{said}: too uncertain to set against the {words.share(expected)} expected.{others}",
    )


def _table(answer: _Answer, fcr: Estimate) -> DataTable:
    rows: list[tuple[Scalar, ...]] = [
        (f"Customer did not come back within {answer.days}", fcr.value, fcr.low, fcr.high, fcr.n, None)
    ]
    for definition, estimate in zip(answer.counted, _common(answer.counted, answer.level), strict=True):
        back = definition.back.kaplan_meier.value if definition.back else None
        name = DEFINITIONS[definition.name].capitalize()
        rows.append((name, estimate.value, estimate.low, estimate.high, estimate.n, back))
    return DataTable(
        "Resolved at first contact, by the customer's measure and by common definitions",
        ("Definition", "Share", "From", "To", "Contacts", f"Of these, came back within {answer.days}"),
        tuple(rows),
        ("", "share", "share", "share", "contacts", "share"),
    )


def _chart(table: DataTable) -> Chart:
    said = [f"{row[0]}: {words.share(float(row[1] or 0))}" for row in table.rows]
    return charts.bars(
        title="First-contact resolution depends on who defines it",
        alt=f"{words.listed(said)}.",
        table=table,
        category="Definition",
        value="Share",
        low="From",
        high="To",
    )


def _told(answer: _Answer, timezone: str) -> Iterator[str]:
    if answer.counted:
        yield WHY_THEY_DIFFER
    yield from _left_out(answer.found)
    yield from caveats(answer.asked, share_of_busiest(answer.observed), timezone)
    yield "Messages that go back and forth inside one contact do not count as coming back."


def _left_out(found: Issues) -> Iterator[str]:
    for reason, why in LEFT_OUT.items():
        if number := found.left_out.get(reason, 0):
            yield f"{words.value(number, 'first contacts')} {why} and are left out."


CHECK = Check(
    code="R1",
    name="first-contact-resolution",
    question="Is the issue resolved at first contact, by the customer's measure?",
    needs=(
        Need(
            (
                "contacts.customer_id", "contacts.closed_at", "contacts.recorded_replies",
                "touches.touch_id", "messages.author",
            ),
            "which contacts are of the same customer; without that only what common definitions would say "
            "(closing times, touches or messages)",
        ),
    ),
    parameters=(
        MATCH,
        WINDOW,
        Parameter(
            "clock", str, "closed", "",
            "Whether the window runs from the closing of a contact or from its opening.",
            "closing: before it nobody claims that the issue is resolved; a contact without a closing time counts "
            "from its opening",
            ("closed", "opened"),
        ),
        Parameter(
            "expected", float, 0.70, "share",
            "The share of issues that should be over after the first contact.",
            "SQM Group, a vendor, prints industry averages from surveys from 61 % (telephone companies) to 78 % "
            "(retail); 70 % lies between them: a convention, not evidence",
        ),
    ),
    run=run,
)  # fmt: skip

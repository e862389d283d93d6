"""R4: are differences between people, or teams, more than chance? Never which of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np

from headwater import words
from headwater.checks.check import Check, Context, Need, Parameter, Params
from headwater.checks.finding import Cost, Estimate, Finding, Verdict
from headwater.checks.r4_estimates import contacts_needed, estimates
from headwater.checks.r4_looks import Look, comparable_units, look_at
from headwater.checks.r4_outcomes import Outcome, outcome_of
from headwater.checks.r4_pictures import charts, tables
from headwater.checks.returning import MATCH, WINDOW, share_of
from headwater.inference.multiple import benjamini_hochberg
from headwater.measures.differences import by_holder
from headwater.measures.stations import Between, recorded_holders
from headwater.record.record import Record

ALPHA = 0.05
WHO = "who held each contact: the agent or the team"
WHAT = "what became of contacts: their customers, or every change of status with its time"
METHOD = (
    "Each contact counts for who held it when it was finished. Expected numbers by indirect standardisation over "
    "topic, queue and channel; contacts whose mix a unit has mostly to itself are counted only as far as others "
    "have them too, and contacts of one customer as far as they tell separately. Limits of a funnel plot, plain and "
    "with additive over-dispersion (Spiegelhalter 2005, Qual Saf Health Care 14:347); spread by Paule & Mandel (1982) "
    "with Q-profile limits (Viechtbauer 2007); reliability by empirical Bayes; p-values adjusted over the looks "
    "(Benjamini & Hochberg 1995)."
)
STOP_RANKING = (
    "Do not rank, reward or warn anybody by this rate: what it shows about one person is mostly luck. Ask the "
    "question of the work instead: which topics, queues and rules bring customers back."
)
REMEDY = (
    "Look for what differs in the work before looking at people: which cases, queues and hours they get, what they "
    "may decide, which tools and knowledge they have, from whom they take over. Ask those who do the work, in a "
    "clinic about cases and not about numbers, and change for all what helps some. A ranking would teach people to "
    "pass hard cases on."
)


def run(record: Record, params: Params, context: Context) -> Finding:
    """Whether units differ by more than chance and mix of work, and how far their rates can be trusted."""
    target, at_least = share_of("reliability", params["reliability"]), int(params["at_least"])
    wanted, holders = cast(Between, params["between"]), recorded_holders(record)
    if not holders:
        return _cannot("The record does not tell who held its contacts.", (WHO,))
    outcome = outcome_of(record, params, context)
    if outcome is None:
        return _cannot(
            "The record shows no customers coming back and no contacts reopened, so there is nothing to compare.",
            (WHAT,),
        )
    k, main = context.smallest_group, wanted if wanted in holders else holders[0]
    order = sorted(holders, key=lambda each: each != main)
    units = {each: comparable_units(by_holder(record, outcome.table, each), at_least) for each in order}
    looks = [look_at(each, found, context.level) for each, found in units.items() if found.n.size >= k]
    look = next((look for look in looks if look.between == main), None)
    if look is None:
        need = f"At least {k} {main}s with {at_least} comparable contacts each, finished {params['window']} days ago."
        return _cannot(
            f"Too few {main}s have enough contacts to tell their differences from chance.", (need,)
        )
    p_values = [float(p) for p in benjamini_hochberg([look.spread.p_value for look in looks])]
    p_value = p_values[looks.index(look)]
    verdict, headline, needs = _verdict(outcome, look, p_value, target)
    return Finding(
        CHECK.code,
        CHECK.name,
        CHECK.question,
        verdict,
        headline,
        estimates=tuple(_estimates(outcome, looks, look, target if p_value < ALPHA else None, context.level)),
        tables=tables(looks, p_values, look, k),
        charts=tuple(charts(look, k)),
        cost=Cost(basis="A difference between people is not waste by itself, so it has no cost."),
        remedy=REMEDY if verdict == "found" else STOP_RANKING,
        needs=needs,
        caveats=(*outcome.caveats, *_caveats(record, look, p_value, wanted)),
        method=METHOD,
    )


def _cannot(headline: str, needs: tuple[str, ...]) -> Finding:
    return Finding(
        CHECK.code, CHECK.name, CHECK.question, "cannot_tell", headline, needs=needs, method=METHOD
    )


def _verdict(
    outcome: Outcome, look: Look, p_value: float, target: float
) -> tuple[Verdict, str, tuple[str, ...]]:
    who, spread, units = f"{look.between}s", look.spread, look.units
    if p_value >= ALPHA:
        return (
            "not_found",
            f"{outcome.how_often} differs between {spread.units} {who} by no more than chance and their mix of work "
            "explain: a ranking of them would reward luck.",
            (),
        )
    if look.reliability < target:
        needed = next(contacts_needed(look, target, 0.95), None)
        number = words.about(needed.value) if needed and needed.value else "many more"
        median = words.count(np.median(units.n))
        return (
            "cannot_tell",
            f"{outcome.how_often} differs between {who} by more than chance, but too few contacts stand behind each "
            "to say anything about one of them, so nobody may be compared.",
            (f"About {number} comparable contacts for each of the {who}; the median is {median}.",),
        )
    low, high = max(0.0, units.mean - spread.tau), min(1.0, units.mean + spread.tau)
    return (
        "found",
        f"{outcome.how_often} differs between {who} by more than chance and their mix of work explain: for about two "
        f"in three the rate lies {words.between(low, high, 'share')}.",
        (),
    )


def _estimates(
    outcome: Outcome, looks: list[Look], look: Look, target: float | None, level: float
) -> Iterator[Estimate]:
    yield from estimates(look, outcome.going, level)
    if target is not None:
        yield from contacts_needed(look, target, level)
    for other in looks:
        if other is not look:
            yield from estimates(other, outcome.going, level, f"_{other.between}")


def _caveats(record: Record, look: Look, p_value: float, wanted: Between) -> Iterator[str]:
    who, units = f"{look.between}s", look.units
    if wanted != look.between:
        yield f"The record does not tell any {wanted}; compared are {who}."
    missing = [name for name in ("topic", "queue", "channel") if not record.has(f"contacts.{name}")]
    if missing:
        yield f"The mix of work leaves out {words.listed(missing)}, which the record does not know."
    yield (
        "What is not recorded (how hard a case is, the hour, what a customer had been through before) can make a "
        "difference that nobody at work can help; and contacts count for who held them last, whoever had them before."
    )
    if p_value >= ALPHA:
        most = words.share(look.spread.tau_high)
        yield f"More contacts might still show a real spread; a standard deviation above {most} is unlikely."
    kept = float(units.n.sum() / units.contacts.sum())
    if kept < 0.9:
        yield (
            f"Only about {words.share(kept)} of their contacts help to compare: in the others work of one kind, or one "
            "customer, goes mostly to the same desk. A difference that comes with such a desk cannot be seen."
        )
    if units.left_out:
        yield f"Left out are {who} with fewer comparable contacts than it takes (parameter at_least)."


CHECK = Check(
    "R4",
    "differences",
    "Are differences between people more than chance?",
    needs=(
        Need(("touches.agent_id", "touches.team", "events.actor_id", "events.to_value"), WHO),
        Need(("contacts.customer_id", "events.kind", "touches.ended_by"), WHAT),
    ),
    parameters=(
        Parameter(
            "between",
            str,
            "agent",
            "",
            "Whose rates are compared; the other is looked at too, where the record knows it.",
            "people are what gets ranked",
            ("agent", "team"),
        ),
        Parameter(
            "outcome",
            str,
            "repeat",
            "",
            "What is compared: customers who come back, or contacts that are reopened.",
            "coming back is the customer's own measure; without known customers, reopening stands for it",
            ("repeat", "reopened"),
        ),
        MATCH,
        WINDOW,
        Parameter(
            "at_least",
            int,
            30,
            "contacts",
            "Comparable contacts that somebody must have to be in it.",
            "Headwater's choice: with fewer, chance alone spreads a rate over most of the scale",
        ),
        Parameter(
            "reliability",
            float,
            0.7,
            "share",
            "Reliability from which rates of people can be said to differ.",
            "0.7 is the usual least for comparing groups; decisions about one person would need 0.9 or more",
        ),
    ),
    run=run,
)

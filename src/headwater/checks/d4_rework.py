"""D4: how much work is done again. Reopened, passed round, waiting."""

from __future__ import annotations

from typing import cast

from headwater import words
from headwater.checks.check import Check, Context, Need, Parameter, Params
from headwater.checks.d4_charts import charts
from headwater.checks.d4_estimates import DAY, Facts, lasting, passed, reopened, reworked, worked
from headwater.checks.d4_sentences import Known, caveats, headline
from headwater.checks.finding import Cost, Estimate, Finding, Verdict
from headwater.measures.rework_totals import rework_totals
from headwater.measures.stations import Between, recorded_holders
from headwater.measures.watching import Watch, watched
from headwater.record.record import Record

CODE, NAME = "D4", "rework"
QUESTION = "How much work is rework: reopened, passed round, waiting?"
HOUR = 3600.0
STATES = "every change of status of a contact, with its time"
HOLDERS = "which team or agent held a contact, and since when"
REMEDY = (
    "Look at the commonest causes among the contacts that came back, and change what sends them round. Let "
    "one desk own a contact until the customer's matter is settled, and ask colleagues for help instead of "
    "passing it on. Route by cause, so that the first desk is the right one. Give that desk the access, "
    "knowledge and authority to settle what it now passes on. Where contacts wait for customers, ask for "
    "everything once, in the first reply; where they wait for others, agree with those how soon they answer."
)
METHOD = (
    "A reopening is a finished contact (resolved or closed) whose next state is open; where no states are "
    "logged, a touch that starts after one that ended resolved. A hand-off is a change from one known holder "
    "to the next; a return is the same holder again after another. Waiting is the time from a waiting state "
    "to the next state, as a share of the time between opening and last close in which the contact is not "
    "finished. Intervals: Wilson (1927) for shares of contacts, linearised ratio of sums (Cochran 1977, "
    "section 6.3) for shares of time, normal for means."
)


def run(record: Record, params: Params, context: Context) -> Finding:
    """How much work is done again, by each usual definition that the record can tell."""
    wanted = cast(Between, params["between"])
    between = _holder(record, wanted)
    followed = float(params["followed"]) * DAY
    facts = Facts(rework_totals(record, between, followed), between, context.level)
    groups = (reworked(facts), reopened(facts, followed), passed(facts), lasting(facts), worked(facts))
    known = {estimate.name: estimate for group in groups for estimate in group}
    verdict, needs = _verdict(facts, known, float(params["worth_acting"]))
    return Finding(
        CODE,
        NAME,
        QUESTION,
        verdict,
        headline(facts, known),
        estimates=tuple(known.values()),
        charts=tuple(charts(facts, known)),
        cost=_cost(facts, known, watched(record, context.timezone), context),
        remedy=REMEDY if verdict == "found" else "",
        needs=needs,
        caveats=tuple(caveats(facts, known, wanted)),
        method=METHOD,
    )


def _holder(record: Record, wanted: Between) -> Between:
    known = recorded_holders(record)
    return wanted if wanted in known or not known else known[0]


def _verdict(facts: Facts, known: Known, worth_acting: float) -> tuple[Verdict, tuple[str, ...]]:
    """Found as soon as one kind alone reaches the limit; not found only when every kind is known."""
    names = ("reworked_contacts", "reopened_contacts_recorded")
    shares = [known[name] for name in names if name in known]
    if any((share.low or 0.0) / share.n >= worth_acting for share in shares):
        return "found", ()
    told = {STATES: facts.tells_reopening, HOLDERS: facts.tells_passing}
    if missing := tuple(need for need, tells in told.items() if not tells):
        return "cannot_tell", missing
    if all((share.high or 0.0) / share.n < worth_acting for share in shares):
        return "not_found", ()
    n = words.count(facts.totals["contacts"])
    limit = words.share(worth_acting)
    return "cannot_tell", (f"more contacts: {n} leave it open whether the share is above {limit}",)


def _cost(facts: Facts, known: Known, watch: Watch | None, context: Context) -> Cost:
    if watch is None or "reworked_contacts" not in known:
        return Cost()
    # Contacts outside the steady stretch are in the counts, and no weeks of it belong to them.
    per_week = max(0.0, 1 - watch.outside / facts.totals["contacts"]) / watch.weeks
    again = known["reworked_contacts"]
    contacts = _scaled(again, per_week, "reworked_per_week", "contacts", f"{again.label}, per week")
    basis = f"contacts worked on again, over {words.quantity(watch.weeks)} weeks"
    if "repeated_hours_share" not in known:
        return Cost(contacts, basis=f"{basis}; handle time is not known, so no hours")
    share = known["repeated_hours_share"]
    label = "handle time spent on them from then on, per week"
    hours = _scaled(share, per_week * facts.totals["handled"] / HOUR, "rework_hours_per_week", "hours", label)
    if context.cost_per_hour is None:
        return Cost(contacts, hours, basis=f"{basis}, and {label}")
    price = f"{label}, in {context.currency}" if context.currency else label
    money = _scaled(hours, context.cost_per_hour, "rework_money_per_week", context.currency, price)
    return Cost(contacts, hours, money, f"{basis}, and {label}")


def _scaled(estimate: Estimate, by: float, name: str, unit: str, label: str) -> Estimate:
    value, low, high = (None if x is None else x * by for x in (estimate.value, estimate.low, estimate.high))
    return Estimate(name, value, low, high, unit, estimate.n, estimate.method, label, estimate.level)


CHECK = Check(
    CODE,
    NAME,
    QUESTION,
    needs=(
        Need(
            ("events.kind", "touches.started_at", "contacts.recorded_reopens", "contacts.recorded_handoffs"),
            f"{STATES}, and {HOLDERS}",
        ),
    ),
    parameters=(
        Parameter(
            "between",
            str,
            "team",
            "",
            "Whose changes are hand-offs: those of the team or of the agent.",
            "Headwater's choice: passing between colleagues of one desk seldom makes a customer start again",
            ("team", "agent"),
        ),
        Parameter(
            "followed",
            float,
            14.0,
            "days",
            "How long after being finished a contact counts as settled.",
            "Headwater's choice: a reopen rate needs a maturity window, and no length of it is standard",
        ),
        Parameter(
            "worth_acting",
            float,
            0.05,
            "share",
            "Share of contacts worked on again from which it is a finding.",
            "Headwater's choice: one contact in twenty; no published limit exists",
        ),
    ),
    run=run,
)

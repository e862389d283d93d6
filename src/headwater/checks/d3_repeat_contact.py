"""D3: how often must a customer come back about the same thing?"""

from __future__ import annotations

from collections.abc import Iterator

from headwater import words
from headwater.checks.check import Check, Context, Need, Parameter, Params
from headwater.checks.d3_parts import CURVE, WINDOWS, Answer, by_part, curve, most_returns, windows_table
from headwater.checks.finding import Cost, Estimate, Finding, Verdict
from headwater.checks.returning import (
    FEWEST_CONTACTS,
    MATCH,
    SAME,
    WINDOW,
    caveats,
    days_of,
    enough,
    limits_of,
    share_of,
    three_ways,
    too_few,
    window_of,
)
from headwater.inference.rates import ratio_interval
from headwater.measures.product_limit import Share, Within, within
from headwater.measures.repeats import (
    handle_time_of_repeats,
    in_order,
    observations,
    requests,
    share_of_busiest,
)
from headwater.measures.watching import watched
from headwater.record.record import Record

METHOD = (
    "Time from the {clock} of each answered contact to the next answered contact {same}, over all queues and "
    "channels; Kaplan-Meier (1958), since later contacts were watched for less time, with intervals by the "
    "infinitesimal jackknife clustered by customer (Williams 1995). Beside it the naive share and the share of "
    "those watched for the whole window, with Wilson intervals clustered by customer (Korn & Graubard 1998)."
)
REMEDY = (
    "Look at what the returns are about{most} and fix it where it arises: the process, the letter, the product, "
    "the missing authority to settle a matter at once. Let the team that took a matter keep it until the customer "
    "says that it is solved, and give it the time that this takes."
)


def run(record: Record, params: Params, context: Context) -> Finding:
    """How many contacts are followed by another of the same customer about the same matter."""
    window, worth = window_of(params["window"]), share_of("worth_acting", params["worth_acting"])
    watch = watched(record, context.timezone)
    if watch is None:
        return _cannot(too_few(None))
    asked = requests(record, watch, params["match"], FEWEST_CONTACTS)
    ordered = in_order(asked.table, params["clock"])
    observed = observations(ordered, ordered.next_opened, watch, max(*WINDOWS, window)).cache()
    rates = within(observed, [*WINDOWS, window], CURVE)
    at = {rate.days: rate for rate in rates.get("all", ())}
    if missing := too_few(at.get(window)):
        return _cannot(missing)
    answer = Answer(asked, observed, at, window, context.level)
    method = METHOD.format(
        clock={"opened": "opening", "closed": "closing"}[params["clock"]], same=SAME[asked.match]
    )
    return _finding(record, answer, worth, context, method)


def _finding(record: Record, answer: Answer, worth: float, context: Context, method: str) -> Finding:
    ready, estimates = answer.ready, tuple(_estimates(answer))
    told = tuple(caveats(answer.asked, share_of_busiest(answer.observed), context.timezone))
    if ready is None:
        return _cannot((_longer(answer),), estimates, told, method)
    verdict, headline = _verdict(answer, ready, worth)
    shown = dict(by_part(record, answer, ready, context.smallest_group))
    most = f", most often {most_returns(shown['topic'])}," if "topic" in shown else ""
    return Finding(
        CHECK.code,
        CHECK.name,
        CHECK.question,
        verdict,
        headline,
        estimates,
        tables=(windows_table(answer),),
        charts=(curve(answer), *shown.values()),
        cost=_cost(record, answer, ready, context),
        remedy=REMEDY.format(most=most) if verdict == "found" else "",
        needs=_needs(answer, ready) if verdict == "cannot_tell" else (),
        caveats=(*_short(answer), *told),
        method=method,
    )


def _cannot(
    needs: tuple[str, ...],
    estimates: tuple[Estimate, ...] = (),
    told: tuple[str, ...] = (),
    method: str = "",
) -> Finding:
    headline = "The record cannot tell how often customers come back."
    return Finding(
        CHECK.code, CHECK.name, CHECK.question, "cannot_tell", headline, estimates,
        needs=needs, caveats=told, method=method,
    )  # fmt: skip


def _estimates(answer: Answer) -> Iterator[Estimate]:
    for days in sorted({*WINDOWS, answer.window}):
        label = f"contacts followed by another {SAME[answer.asked.match]} within {days_of(days)}"
        yield from three_ways(f"repeat_rate_{days}d", label, answer.at[days], answer.level)


def _verdict(answer: Answer, ready: Within, worth: float) -> tuple[Verdict, str]:
    """Found when the whole interval lies above what is worth acting on, not found when it lies below."""
    rate, limits = ready.kaplan_meier, limits_of(ready.kaplan_meier, "kaplan-meier", answer.level)
    said = (
        f"{words.share(rate.value)} of contacts by known customers "
        f"({words.between(limits.low, limits.high, 'share')}) are followed by another "
        f"{SAME[answer.asked.match]} within {days_of(ready.days)}"
    )
    if limits.low > worth:
        return "found", f"{said}."
    # The rate of a shorter window is a lower bound: it can show that there is much, never that there is little.
    if limits.high < worth and ready.days == answer.window:
        return "not_found", f"Only {said}."
    return "cannot_tell", (
        f"{said}: too uncertain to tell whether the rate within {days_of(answer.window)} is above the "
        f"{words.share(worth)} from which it is worth acting."
    )


def _cost(record: Record, answer: Answer, ready: Within, context: Context) -> Cost:
    """Repeat contacts per week, the hours they take and what those cost, as far as the record tells."""
    rate, soon = ready.kaplan_meier, f"within {days_of(ready.days)}"
    per_week = rate.n / answer.asked.watch.weeks
    limits = limits_of(rate, "kaplan-meier", answer.level)
    contacts = Estimate(
        "repeat_contacts_per_week", rate.value * per_week, limits.low * per_week, limits.high * per_week,
        "contacts per week", rate.n, "kaplan-meier rate times contacts per week",
        f"contacts that come again {soon}, per week", answer.level,
    )  # fmt: skip
    basis = (
        f"{words.quantity(per_week)} contacts per week by known customers, times the share followed by another "
        f"{soon}."
    )
    work = handle_time_of_repeats(record, answer.observed, ready.days)
    if work is None or work.n < FEWEST_CONTACTS or rate.value == 0 or work.value <= 0:
        return Cost(contacts, basis=f"{basis} Handle times that would tell the hours are not known.")
    hours = _hours(rate, work, per_week, answer.level)
    basis += f" A repeat contact takes {words.duration(work.value)} on average ({words.count(work.n)} known)."
    return Cost(contacts, hours, _money(hours, context), basis)


def _hours(rate: Share, work: Share, per_week: float, level: float) -> Estimate:
    value = rate.value * per_week * work.value / words.HOUR
    relative = rate.variance / rate.value**2 + work.variance / work.value**2
    limits = ratio_interval(value, value**2 * relative, level)
    return Estimate(
        "repeat_hours_per_week", value, limits.low, limits.high, "hours per week", work.n,
        "rate times contacts per week times mean handle time, delta method on the log scale",
        "work on repeat contacts, per week", level,
    )  # fmt: skip


def _money(hours: Estimate, context: Context) -> Estimate | None:
    if context.cost_per_hour is None:
        return None
    value, low, high = (
        None if hour is None else hour * context.cost_per_hour
        for hour in (hours.value, hours.low, hours.high)
    )
    return Estimate(
        "repeat_money_per_week", value, low, high, f"{context.currency} per week".strip(), hours.n,
        f"{hours.method}, times cost per hour", "cost of the work on repeat contacts, per week", hours.level,
    )  # fmt: skip


def _short(answer: Answer) -> Iterator[str]:
    untold = [days_of(days) for days in sorted({*WINDOWS, answer.window}) if not enough(answer.at[days])]
    if untold:
        yield (
            f"Too few contacts were watched for {words.listed(untold)} to tell the rate within so long: the record "
            f"covers {days_of(answer.asked.watch.days)}."
        )


def _needs(answer: Answer, ready: Within) -> tuple[str, ...]:
    if ready.days < answer.window:
        return (_longer(answer),)
    return (f"More contacts of known customers; this record has {words.count(ready.kaplan_meier.n)}.",)


def _longer(answer: Answer) -> str:
    return (
        f"A longer record: at least {FEWEST_CONTACTS} contacts of known customers that were opened more than "
        f"{days_of(answer.window)} before its end."
    )


CHECK = Check(
    code="D3",
    name="repeat-contact",
    question="How often must a customer come back about the same thing?",
    needs=(Need(("contacts.customer_id",), "which contacts are of the same customer"),),
    parameters=(
        MATCH,
        WINDOW,
        Parameter(
            "clock", str, "opened", "",
            "Whether time runs from the opening of a contact or from its closing.",
            "opening: it is known for every contact, and what happens before the closing counts too",
            ("opened", "closed"),
        ),
        Parameter(
            "worth_acting", float, 0.05, "share",
            "The share of contacts followed by another from which it is worth acting.",
            "convention, no evidence sets it: set it to what an investigation would cost you",
        ),
    ),
    run=run,
)  # fmt: skip

"""S1: are there enough people when customers come? The part that the record of contacts can tell."""

from __future__ import annotations

from headwater.checks.check import Check, Context, Need, Parameter, Params
from headwater.checks.finding import Cost, Estimate, Finding
from headwater.checks.s1_estimates import (
    Columns,
    abandonment,
    by_day,
    columns,
    counts,
    patience,
    per_week,
    service_levels,
    waits,
)
from headwater.checks.s1_hours import Week, hours_of_week
from headwater.checks.s1_pictures import charts, tables
from headwater.checks.s1_verdict import GIVEN_UP, NAMED, Judged, Seen, caveats, judge
from headwater.errors import CheckError
from headwater.measures.waiting import arrivals, by_hour, by_second
from headwater.record.record import Record

WAITS = "how long customers waited before somebody answered (log of the phone or chat system)"

REMEDY = (
    "Bring people and arrivals together: move breaks, meetings and written work out of the hours in which "
    "customers give up, staff those hours for the work that arrives (for each quarter of an hour, with time "
    "off and absence in it), offer a call-back at a set time instead of a queue, and take away the demand "
    "that need not come at all. A long queue is not cured by haste: shorter talks that do not solve "
    "the problem come back as more contacts."
)
METHOD = (
    "Each contact counts by its first touch. Shares: Wilson intervals with the number of contacts reduced "
    "to what the differences between days allow (Korn & Graubard 1998). Patience: Kaplan-Meier with answers "
    "as censoring, and total waiting time over abandonments (Brown et al. 2005, JASA 100:36-50). Hours of "
    "the week: exact binomial tests with over-dispersion between weeks, each without its worst day, "
    "Benjamini-Hochberg over all hours."
)
NOTHING = Judged(
    "cannot_tell",
    "How long customers wait for somebody, and how many give up, is not in this record.",
    (WAITS, GIVEN_UP),
)


def run(record: Record, params: Params, context: Context) -> Finding:
    """The finding of S1 about `record`."""
    within = _number(params, "within", 86_400)
    worth_acting, target = _number(params, "worth_acting", 1), _number(params, "target", 1)
    written = [name.strip() for name in str(params["written_channels"]).split(",")]
    waiting = arrivals(record, written)
    rows = columns(by_hour(record, waiting, context.timezone, within))
    if not rows["day"].size:
        return _finding(NOTHING)
    seen = _look(rows, columns(by_second(waiting)), within, context.level)
    judged = judge(seen, worth_acting, target, within)
    return _finding(judged, seen, context.level)


def _number(params: Params, name: str, most: float) -> float:
    value = float(params[name])
    if not 0 <= value <= most:
        raise CheckError(f"{name} = {value} is not possible", f"give a number from 0 to {most}")
    return value


def _finding(judged: Judged, seen: Seen | None = None, level: float = 0.95) -> Finding:
    return Finding(
        code=CHECK.code,
        name=CHECK.name,
        question=CHECK.question,
        verdict=judged.verdict,
        headline=judged.headline,
        estimates=seen.estimates if seen else (),
        tables=tables(seen.week, seen.estimates) if seen else (),
        charts=charts(seen.week, seen.seconds, seen.estimates, level) if seen else (),
        cost=_cost(seen) if seen else Cost(),
        remedy=REMEDY if judged.verdict == "found" else "",
        needs=judged.needs,
        caveats=caveats(seen) if seen else (),
        method=METHOD,
    )


def _look(rows: Columns, seconds: Columns, within: float, level: float) -> Seen:
    days, week = by_day(rows), hours_of_week(rows, level)
    estimates = [*counts(rows)]
    if rows["abandoned"].sum():
        estimates += [*abandonment(days, level), per_week(rows, level), *_hours(week, level)]
    estimates += [*service_levels(days, within, level), *waits(days, seconds, level)]
    return Seen(rows, seconds, week, (*estimates, *patience(seconds, level)))


def _hours(week: Week, level: float) -> list[Estimate]:
    method = "wilson, dispersion between weeks, adjusted for many looks (Benjamini-Yekutieli)"
    return [
        Estimate(
            f"abandoned_share_worst_hours_{place}", stretch.share, stretch.limits.low, stretch.limits.high,
            "share", stretch.offered, method, f"gave up on {stretch.name}", level,
        )
        for place, stretch in enumerate(week.stretches[:NAMED], start=1)
    ]  # fmt: skip


def _cost(seen: Seen) -> Cost:
    basis = (
        "Each is a customer who must try again or goes without; the hours of work this makes are not known."
    )
    weekly = seen.number("abandoned_per_week")
    return Cost(contacts=weekly, basis=basis) if weekly else Cost()


CHECK = Check(
    code="S1",
    name="staffing",
    question="Are there enough people when customers come?",
    needs=(Need(("touches.wait_seconds",), WAITS),),
    parameters=(
        Parameter(
            "within", float, 20.0, "seconds", "Answered within this counts as answered in time.",
            "trade convention (80 % in 20 s); no study sets it",
        ),
        Parameter(
            "worth_acting", float, 0.05, "share",
            "The share of contacts giving up above which the finding is worth acting on.",
            "trade convention (about 5 %); no study sets it",
        ),
        Parameter(
            "target", float, 0.0, "share",
            "The service level (of all who came) that you promise; 0 where you promise none.",
            "none by default: 80 % in 20 s is a convention and not evidence",
        ),
        Parameter(
            "written_channels", str, "email,web,letter,post,social", "",
            "Channels in which nobody waits on the line, left out here; separated by commas.",
            "judgement: answering in seconds means nothing there",
        ),
    ),
    run=run,
)  # fmt: skip

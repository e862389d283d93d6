"""What D3 and R1 share: shares of returns as estimates, and what the reader must know about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from headwater import words
from headwater.checks.check import Parameter
from headwater.checks.finding import Estimate
from headwater.errors import CheckError
from headwater.inference.interval import Interval
from headwater.inference.proportion import wilson_clustered
from headwater.inference.survival import survival_interval
from headwater.measures.clock import zone_of
from headwater.measures.product_limit import Share, Within
from headwater.measures.repeats import BUSY_SHARE, Match, Requests

#: Fewer contacts than this, or fewer customers, carry no rate; a window needs as many watched to its end.
FEWEST_CONTACTS, FEWEST_CUSTOMERS = 30, 10
LONGEST_WINDOW = 90
#: The share of contacts without a customer id from which the rest may well be other customers.
MANY_UNIDENTIFIED = 0.2

SAME: dict[Match, str] = {
    "topic": "from the same customer about the same topic",
    "queue": "from the same customer in the same queue",
    "customer": "from the same customer (about anything)",
}
LEFT_OUT = {
    "catch_all": "stand on a customer id that occurs too often to be one customer",
    "thanks": "say nothing but thanks",
    "automatic": "are automatic mail",
    "outside": "came when the record had hardly begun or was thinning out",
    "unmatched": "have no {match}",
}

MATCH = Parameter(
    "match", str, "topic", "",
    "What makes two contacts of one customer the same issue: the topic, the queue, or nothing more.",
    "definitions of first-contact resolution speak of the same customer and the same issue; convention",
    ("topic", "queue", "customer"),
)  # fmt: skip
WINDOW = Parameter(
    "window", int, 7, "days",
    "How soon another contact counts as coming back.",
    "same issue within 7 days (Call Centre Helper); windows of 1 to 30 days are in use (SQM)",
)  # fmt: skip


def window_of(days: int) -> int:
    """The window, if it is one that can be used. CheckError when not."""
    if not 1 <= days <= LONGEST_WINDOW:
        raise CheckError(f"window = {days} is not possible", f"give whole days from 1 to {LONGEST_WINDOW}")
    return days


def share_of(name: str, value: float) -> float:
    """The parameter's value, if it is a share. CheckError when not."""
    if not 0 < value < 1:
        raise CheckError(f"{name} = {value} is not a share", "give a number between 0 and 1: 0.05 for 5 %")
    return value


def enough(within: Within) -> bool:
    """True when enough contacts were watched for the whole window to say anything about it."""
    return within.watched >= FEWEST_CONTACTS


def too_few(within: Within | None) -> tuple[str, ...]:
    """What is missing when there are too few contacts or customers for any rate; empty when there are not."""
    n, customers = (within.kaplan_meier.n, within.kaplan_meier.clusters) if within else (0, 0)
    if n >= FEWEST_CONTACTS and customers >= FEWEST_CUSTOMERS:
        return ()
    return (
        f"At least {FEWEST_CONTACTS} answered contacts of at least {FEWEST_CUSTOMERS} known customers; the "
        f"record has {words.value(n, 'contacts')} of {words.value(customers, 'customers')}.",
    )


def limits_of(share: Share, method: str, level: float) -> Interval:
    """The interval of a share that came back, clustered by customer."""
    if method == "kaplan-meier":
        stayed = survival_interval(1 - share.value, share.variance, level, share.clusters)
        return Interval(1 - stayed.high, 1 - stayed.low)
    # A share of none or all has no variance of its own; only customers count as independent then.
    n = share.n if 0 < share.value < 1 else share.clusters
    return wilson_clustered(share.value, share.variance, n, level)


def three_ways(
    name: str, label: str, within: Within, level: float, *, stayed: bool = False
) -> Iterator[Estimate]:
    """Estimates `name`, `name`_naive and `name`_followed; without values where the window was not watched.

    `stayed` turns shares that came back into shares that did not.
    """
    told = enough(within)
    for ending, method, share in (
        ("", "kaplan-meier", within.kaplan_meier),
        ("_naive", "naive", within.naive),
        ("_followed", "followed", within.followed),
    ):
        said = label if told else f"{label}: the record is too short to tell"
        if not told or share is None:
            yield Estimate(name + ending, None, None, None, "share", within.watched, method, said, level)
            continue
        value, limits = share.value, limits_of(share, method, level)
        if stayed:
            value, limits = 1 - value, Interval(1 - limits.high, 1 - limits.low)
        yield Estimate(name + ending, value, limits.low, limits.high, "share", share.n, method, said, level)


def caveats(asked: Requests, busiest: float, timezone: str) -> Iterator[str]:
    """What limits the answer: which contacts are not in it, and what a return need not mean."""
    unidentified = asked.left_out.get("unidentified", 0)
    if unidentified:
        part = unidentified / asked.answered
        yield f"{_counted(unidentified, part)} name no customer and cannot be followed." + (
            " Known customers may differ from the others, so the rate speaks for known customers only."
            if part >= MANY_UNIDENTIFIED
            else ""
        )
    if asked.match != asked.asked:
        yield (
            f"Too few contacts have a {asked.asked}, so contacts are matched more coarsely: "
            f"{SAME[asked.match]}. Matters that have nothing to do with each other then count as one."
        )
    for reason, why in LEFT_OUT.items():
        if number := asked.left_out.get(reason, 0):
            what = _counted(number, number / asked.answered)
            yield f"{what} {why.format(match=asked.match)} and are left out."
    if busiest >= BUSY_SHARE:
        yield (
            f"One customer id stands on {words.share(busiest)} of the contacts looked at: "
            "check that it is one customer."
        )
    end = datetime.fromtimestamp(asked.watch.end - 1, UTC).astimezone(zone_of(timezone))
    yield (
        f"Returns can be seen until {words.day(end)}. Kaplan-Meier counts every contact for as long as it was "
        "watched, so that the newest weeks do not look better than they are."
    )
    yield "Another contact can be wanted by the customer: that it came does not prove that something failed."


def days_of(days: float) -> str:
    """A number of days in words."""
    return words.value(days, "days")


def _counted(number: int, part: float) -> str:
    return f"{words.value(number, 'contacts')} ({words.share(part)} of those answered)"

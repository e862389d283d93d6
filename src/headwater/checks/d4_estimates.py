"""The numbers of D4, from the sums that the engine counted. Each says by its label what it counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

from headwater import words
from headwater.checks.finding import Estimate
from headwater.inference.interval import Interval
from headwater.inference.proportion import wilson, wilson_clustered
from headwater.inference.rates import mean_interval
from headwater.measures.rework_totals import Totals
from headwater.measures.stations import Between

DAY = 86400.0


@dataclass(frozen=True)
class Facts:
    """The sums, who holds contacts (teams or agents), and how sure to be."""

    totals: Totals
    between: Between
    level: float

    @property
    def a_holder(self) -> str:
        """The holder with its article: a team, an agent."""
        return "a team" if self.between == "team" else "an agent"

    @property
    def tells_reopening(self) -> bool:
        """True when a reopened contact would show it: by its states, or by a touch after a resolved one."""
        by_touch = self.totals["several_touches"] and self.totals["finished_by_touch"]
        return bool(self.totals["finished_by_state"] or by_touch)

    @property
    def tells_passing(self) -> bool:
        """True when a contact that was passed on would show it; a log of one row per contact cannot."""
        history = self.totals["several_touches"] or self.totals["finished_by_state"]
        return bool(self.totals["held"] and history)

    def share(self, name: str, part: str, whole: str, label: str, method: str) -> Iterator[Estimate]:
        """The share of one count of contacts in another; nothing where there is no whole."""
        x, n = self.totals.count(part), self.totals.count(whole)
        if n:
            limits = wilson(x, n, self.level)
            yield self._estimate(name, x / n, limits, "share", n, f"{method}; wilson", label)

    def number(self, name: str, part: str, whole: str, label: str, method: str) -> Iterator[Estimate]:
        """A count of contacts, with n times the interval of its share."""
        x, n = self.totals.count(part), self.totals.count(whole)
        if n:
            limits = wilson(x, n, self.level)
            limits = Interval(n * limits.low, n * limits.high)
            yield self._estimate(name, x, limits, "contacts", n, f"{method}; wilson times n", label)

    def ratio(self, name: str, part: str, whole: str, count: str, label: str) -> Iterator[Estimate]:
        """The share of one sum of seconds in another, linearised (Cochran 1977, section 6.3)."""
        a, b, n = self.totals[part], self.totals[whole], self.totals.count(count)
        if b > 0 and n > 1:
            value = a / b
            squares = self.totals[f"{part}^2"] + value**2 * self.totals[f"{whole}^2"]
            squares -= 2 * value * self.totals[f"{part}*{whole}"]
            variance = n / (n - 1) * max(squares, 0.0) / b**2
            limits = wilson_clustered(value, variance, n, self.level)
            yield self._estimate(name, value, limits, "share", n, "ratio of sums, linearised", label)

    def mean(
        self, name: str, part: str, count: str, unit: str, label: str, size: float
    ) -> Iterator[Estimate]:
        """The mean of a number over contacts, divided by the `size` of the unit."""
        n = self.totals.count(count)
        if n > 1:
            mean, limits = mean_of(self.totals[part], self.totals[f"{part}^2"], n, self.level)
            limits = Interval(limits.low / size, limits.high / size)
            yield self._estimate(name, mean / size, limits, unit, n, "mean, normal interval", label)

    def _estimate(
        self, name: str, value: float, limits: Interval, unit: str, n: int, method: str, label: str
    ) -> Estimate:
        return Estimate(name, value, limits.low, limits.high, unit, n, method, label, self.level)


def mean_of(total: float, squares: float, n: float, level: float) -> tuple[float, Interval]:
    """Mean of n numbers that cannot be negative, and its interval; without limits for a single number."""
    mean = total / n
    variance = max(squares - n * mean**2, 0.0) / (n - 1) / n if n > 1 else nan
    limits = mean_interval(mean, variance, level)
    return mean, Interval(max(0.0, limits.low), limits.high)


def reworked(facts: Facts) -> Iterator[Estimate]:
    """Contacts worked on again: by reopening, by return, or whichever of them the history tells."""
    kinds = {
        "opened again after they were finished": facts.tells_reopening,
        f"given back to {facts.a_holder} after another had them": facts.tells_passing,
    }
    told = " or ".join(kind for kind, tells in kinds.items() if tells)
    if told:
        yield from facts.number("reworked_contacts", "again", "contacts", f"contacts {told}", "history")
        yield from facts.share("reworked_share", "again", "contacts", f"of contacts, {told}", "history")


def reopened(facts: Facts, followed: float) -> Iterator[Estimate]:
    """Reopenings by history and by the source's own counter."""
    if facts.tells_reopening:
        method = "finished contact whose next state is open"
        label = "contacts opened again after they were resolved or closed"
        yield from facts.number("reopened_contacts", "reopened", "contacts", label, method)
        label = "of contacts that were ever resolved or closed, opened again"
        yield from facts.share("reopened_share", "finished_reopened", "finished", label, method)
        label = f"the same, of those finished at least {words.duration(followed)} before the record ends"
        yield from facts.share("reopened_share_followed", "followed_reopened", "followed", label, method)
    label = "contacts opened again by the source's own counter"
    method = "recorded counter"
    yield from facts.number("reopened_contacts_recorded", "counter_reopened", "counter", label, method)


def passed(facts: Facts) -> Iterator[Estimate]:
    """Hand-offs and returns by history, reassignments by the source's own counter."""
    if facts.tells_passing:
        who, a_holder = facts.between, facts.a_holder
        label = f"changes of {who} per contact"
        yield from facts.mean("handoffs_per_contact", "handoffs", "held", "hand-offs", label, 1.0)
        method = f"changes of {who} in the history"
        label = f"of contacts, passed to another {who} at least once"
        yield from facts.share("reassigned_share", "passed", "held", label, method)
        method = f"{a_holder} has it, then another, then the first again"
        name = f"contacts_returned_to_{a_holder.replace(' ', '_')}"
        label = f"contacts that came back to {a_holder} after another had them"
        yield from facts.number(name, "returned", "held", label, method)
        label = f"of contacts, came back to {a_holder} after another had them"
        yield from facts.share("returned_share", "returned", "held", label, method)
    label, method = "of contacts, reassigned at least once by the source's own counter", "recorded counter"
    yield from facts.share("reassigned_share_recorded", "passed_counted", "passed_counter", label, method)


def lasting(facts: Facts) -> Iterator[Estimate]:
    """How long contacts last, and how much of the time they are open they wait."""
    label = "from opening to the last close, mean"
    yield from facts.mean("elapsed_days_mean", "elapsed", "lasted", "days", label, DAY)
    whom = {"": "anybody", "_customer": "the customer", "_other": "others than the customer"}
    for part, name in whom.items():
        if facts.totals[f"waiting{part}"] > 0:
            label = f"of the time contacts are open, spent waiting for {name}"
            yield from facts.ratio(f"waiting{part}_share", f"waiting{part}", "active", "lasted", label)


def worked(facts: Facts) -> Iterator[Estimate]:
    """Handle time spent on rework, where handle time is known and rework can be seen."""
    if facts.tells_reopening or facts.tells_passing:
        label = "of all handle time, spent after a contact was first passed on or reopened"
        yield from facts.ratio("rework_hours_share", "handled_passed", "handled", "worked", label)
        label = f"of all handle time, spent after a contact was first reopened or back at {facts.a_holder}"
        yield from facts.ratio("repeated_hours_share", "handled_again", "handled", "worked", label)

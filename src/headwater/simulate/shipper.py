"""Thirteen weeks of support at a parcel shipper that does not exist, with everything in it planted.

Late parcels and old tracking make most of the work, customers come back when their matter is not solved,
contacts wander between teams and come open again, and on Monday mornings one person answers the phone where
two are needed. The people who answer do not differ at all: whatever differs between them is chance.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil, log

import numpy as np
from numpy.random import Generator

from headwater.simulate.shipper_truth import TRUTH, Reason, Truth
from headwater.simulate.touch_export import Contact, Touch, rows_of, spoilt, text_of

HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
WEEKS = 13
SEED = 11
EMAIL, CHAT, PHONE = "Email", "Chat", "Phone"
#: Arrivals relative to each other: by weekday from Monday, and by hour.
BY_DAY = (1.35, 1.2, 1.1, 1.05, 1.0, 0.55, 0.6)
BY_HOUR = (*[0.1] * 7, 0.4, 1.0, 1.6, 1.7, 1.4, 1.1, 1.1, 1.2, 1.1, 1.0, 0.9, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True)
class Export:
    """The export as CSV text, what is planted in it, and how many of its rows are spoiled on purpose."""

    text: str
    truth: Truth
    spoiled: int


@dataclass(frozen=True)
class _Issue:
    reason: Reason
    customer: str


@dataclass
class _Shop:
    """Everything that moves while the simulation runs. Moments are whole seconds since the first midnight."""

    truth: Truth
    rng: Generator
    to_come: list[tuple[int, int, _Issue]] = field(default_factory=list)
    arrivals: int = 0
    free_at: dict[str, int] = field(default_factory=dict)
    duty: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def after(self, mean_seconds: float) -> int:
        return ceil(self.rng.exponential(mean_seconds))

    def one_of(self, names: tuple[str, ...]) -> str:
        return names[int(self.rng.integers(len(names)))]

    def arrive(self, at: int, issue: _Issue) -> None:
        self.arrivals += 1
        heapq.heappush(self.to_come, (at, self.arrivals, issue))


def simulate(truth: Truth = TRUTH, seed: int = SEED) -> Export:
    """The export that this truth and seed make; the same on every run."""
    shop = _Shop(truth, np.random.default_rng(seed))
    for at, issue in _issues(shop):
        shop.arrive(at, issue)
    rows = [row for contact in _contacts(shop) for row in rows_of(contact, until=WEEKS * WEEK)]
    extra = spoilt(rows, shop.rng)
    for row in extra:
        rows.insert(int(shop.rng.integers(len(rows))), row)
    return Export(text_of(rows), truth, len(extra))


def _issues(shop: _Shop) -> Iterator[tuple[int, _Issue]]:
    """First contacts: when, and about what. No customer has two issues for the same reason."""
    truth, rng = shop.truth, shop.rng
    kinds = rng.choice(len(truth.reasons), truth.issues, p=[reason.issues for reason in truth.reasons])
    weights = _arrival_weights(truth)
    hours = rng.choice(len(weights), truth.issues, p=weights)
    seconds = rng.integers(HOUR, size=truth.issues)
    customers = [iter(rng.permutation(8 * truth.issues) + 100_000) for _ in truth.reasons]
    for kind, hour, second in zip(kinds, hours, seconds, strict=True):
        customer = f"C{next(customers[kind])}"
        known = not shop.chance(truth.without_customer)
        yield int(hour) * HOUR + int(second), _Issue(truth.reasons[kind], customer if known else "")


def _arrival_weights(truth: Truth) -> list[float]:
    """The share of first contacts that come in each hour of the whole time."""
    week = [
        day * hour * (truth.rush if _short_handed(truth, DAY * weekday + HOUR * clock) else 1.0)
        for weekday, day in enumerate(BY_DAY)
        for clock, hour in enumerate(BY_HOUR)
    ]
    return [weight / (WEEKS * sum(week)) for weight in week * WEEKS]


def _short_handed(truth: Truth, at: int) -> bool:
    weekday, first, until = truth.short_handed
    return at // DAY % 7 == weekday and first <= at % DAY // HOUR < until


def _open(at: int) -> bool:
    """Phone and chat: Monday to Friday 8 to 20, Saturday 9 to 17."""
    day, hour = at // DAY % 7, at % DAY // HOUR
    return 8 <= hour < 20 if day < 5 else day == 5 and 9 <= hour < 17


def _working(at: int) -> int:
    """The same moment, or one in the first hour of the next working day, which is every day 8 to 20."""
    while not 8 <= at % DAY // HOUR < 20:
        at += HOUR
    return at


def _contacts(shop: _Shop) -> Iterator[Contact]:
    """All contacts in order of arrival; customers who come back join those to come."""
    number = 100_000
    while shop.to_come:
        at, _, issue = heapq.heappop(shop.to_come)
        if at < WEEKS * WEEK:
            number += 1
            channel, reason = _channel(shop, at), issue.reason
            touches = list(_touches(shop, at, channel, reason))
            _come_back(shop, at, touches[0], issue)
            yield Contact(
                f"T-{number}", issue.customer, channel, reason.queue, reason.name, at, tuple(touches)
            )


def _channel(shop: _Shop, at: int) -> str:
    if not _open(at):
        return EMAIL
    draw = shop.rng.random()
    return PHONE if draw < 0.72 else CHAT if draw < 0.82 else EMAIL


def _come_back(shop: _Shop, at: int, first: Touch, issue: _Issue) -> None:
    truth = shop.truth
    if first.outcome == "Abandoned":
        if shop.chance(truth.tries_again):
            shop.arrive(first.end + shop.after(truth.tries_again_hours * HOUR), issue)
    elif shop.chance(issue.reason.repeats):
        shop.arrive(at + shop.after(issue.reason.returns_after_days * DAY), issue)


def _touches(shop: _Shop, at: int, channel: str, reason: Reason) -> Iterator[Touch]:
    """The touches of one contact, in order; a single one that ends Abandoned if nobody answered in time."""
    truth = shop.truth
    wait, agent = _first_answer(shop, at, channel)
    patience = shop.after(truth.patience_seconds)
    if channel != EMAIL and patience < wait:
        yield Touch(at + patience, at + patience, "Abandoned", wait=patience)
        return
    team, start = truth.front, at + wait
    for then, outcome in _path(shop, reason):
        handle = _handle(shop, reason)
        if channel == PHONE and start == at + wait:
            shop.free_at[agent] = start + handle
        told = wait if channel != EMAIL and start == at + wait else None
        yield Touch(start, start + handle, outcome, agent, team, told, handle)
        team, start = then, _working(start + handle + shop.after(_pause(truth, channel, outcome)))
        agent = _anybody(shop, team, start)


def _path(shop: _Shop, reason: Reason) -> Iterator[tuple[str, str]]:
    """For each touch of a contact the team that comes after it, and how the touch ends."""
    truth, team = shop.truth, shop.truth.front
    if shop.chance(truth.passed_on):
        team = reason.team
        yield team, "Escalated" if shop.chance(truth.escalated_of_passed) else "Transferred"
        if shop.chance(truth.returned_of_passed):
            team = truth.front
            yield team, "Transferred"
    if shop.chance(truth.pending):
        yield team, "Pending"
    yield team, "Resolved"
    if shop.chance(truth.reopened):
        yield team, "Resolved"


def _pause(truth: Truth, channel: str, outcome: str) -> float:
    """Mean seconds between a touch with that outcome and the next one."""
    if outcome == "Resolved":
        return truth.reopened_after_days * DAY
    if outcome == "Pending":
        return DAY
    return 4 * HOUR if channel == EMAIL else 240


def _handle(shop: _Shop, reason: Reason) -> int:
    """Handle time in seconds: lognormal, the same for everybody."""
    spread = shop.truth.handle_spread
    return ceil(shop.rng.lognormal(log(reason.minutes * 60) - spread**2 / 2, spread))


def _first_answer(shop: _Shop, at: int, channel: str) -> tuple[int, str]:
    """How long the customer would have to wait, and for whom. The phone is answered in order of arrival."""
    if channel != PHONE:
        start = _working(at + shop.after(4 * HOUR)) if channel == EMAIL else at + shop.after(12)
        return start - at, _anybody(shop, shop.truth.front, start)
    on_phone = _on_duty(shop, at)[: _answering(shop.truth, at)]
    agent = min(on_phone, key=lambda name: shop.free_at.get(name, 0))
    return max(0, shop.free_at.get(agent, 0) - at), agent


def _answering(truth: Truth, at: int) -> int:
    """How many answer the phone: two by day, one when short-handed, in the evening and on Saturday."""
    evening, saturday = at % DAY // HOUR >= 18, at // DAY % 7 == 5
    return 1 if _short_handed(truth, at) or evening or saturday else 2


def _on_duty(shop: _Shop, at: int) -> tuple[str, ...]:
    """The two people of the front line who have the phone on that day."""
    day = at // DAY
    if day not in shop.duty:
        front = shop.truth.names[shop.truth.front]
        shop.duty[day] = tuple(front[i] for i in shop.rng.permutation(len(front))[:2])
    return shop.duty[day]


def _anybody(shop: _Shop, team: str, at: int) -> str:
    """Somebody of the team who does not have the phone on that day."""
    busy = _on_duty(shop, at)
    return shop.one_of(tuple(name for name in shop.truth.names[team] if name not in busy))

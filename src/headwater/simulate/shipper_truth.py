"""What is true at the parcel shipper that does not exist: everything its simulated export has in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp


@dataclass(frozen=True)
class Reason:
    """Why customers make contact.

    `issues` is its share of first contacts. After each answered contact the customer comes back with
    probability `repeats`, after an exponential time of mean `returns_after_days` from its opening. `team`
    takes over what the front line passes on. `minutes` is the mean handle time of a touch.
    """

    name: str
    queue: str
    team: str
    issues: float
    repeats: float
    returns_after_days: float
    minutes: float


@dataclass(frozen=True)
class Truth:
    """What is planted. Every probability holds alike for every agent, day and channel.

    `agents` are the teams with their sizes, the front line first. `short_handed` is a weekday (0 is Monday)
    with its first hour and the hour after the last: then `rush` times as many come as at that hour of
    another day, and one person answers the phone instead of two.
    """

    reasons: tuple[Reason, ...]
    issues: int
    agents: tuple[tuple[str, int], ...]
    without_customer: float
    passed_on: float
    escalated_of_passed: float
    returned_of_passed: float
    pending: float
    reopened: float
    reopened_after_days: float
    patience_seconds: float
    tries_again: float
    tries_again_hours: float
    handle_spread: float
    short_handed: tuple[int, int, int]
    rush: float

    @property
    def front(self) -> str:
        """The team that takes every contact first."""
        return self.agents[0][0]

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Codes of the agents of each team, numbered through all teams."""
        last, found = 0, {}
        for team, size in self.agents:
            found[team] = tuple(f"Agent {number:02}" for number in range(last + 1, last + size + 1))
            last += size
        return found

    @property
    def handoffs_per_contact(self) -> float:
        """Mean number of times that an answered contact changes team."""
        return self.passed_on * (1 + self.returned_of_passed)

    @property
    def returned(self) -> float:
        """Share of answered contacts that come back to a team after another had them."""
        return self.passed_on * self.returned_of_passed

    def share_of_contacts(self, name: str) -> float:
        """Share of answered contacts about this reason: an issue makes 1 / (1 - repeats) of them on average."""
        parts = {reason.name: reason.issues / (1 - reason.repeats) for reason in self.reasons}
        return parts[name] / sum(parts.values())

    def repeat_rate(self, days: float, name: str | None = None) -> float:
        """Share of answered contacts followed by another about the same issue within so many days."""
        of = [reason for reason in self.reasons if name in (None, reason.name)]
        weights = [self.share_of_contacts(reason.name) for reason in of]
        back = [reason.repeats * (1 - exp(-days / reason.returns_after_days)) for reason in of]
        return sum(w * b for w, b in zip(weights, back, strict=True)) / sum(weights)


TRUTH = Truth(
    reasons=(
        Reason("Late parcel", "Parcels", "Depot desk", 0.44, 0.38, 2.5, 5.5),
        Reason("Tracking not updated", "Parcels", "Depot desk", 0.33, 0.34, 2.0, 4.5),
        Reason("Damaged parcel", "Claims", "Claims", 0.07, 0.28, 4.0, 8.0),
        Reason("Address change", "Parcels", "Depot desk", 0.06, 0.10, 2.0, 3.5),
        Reason("Customs charges", "Claims", "Claims", 0.05, 0.20, 3.5, 7.0),
        Reason("Return label", "Returns", "Claims", 0.05, 0.15, 3.0, 4.0),
    ),
    issues=4700,
    agents=(("Front line", 12), ("Depot desk", 7), ("Claims", 6)),
    without_customer=0.03,
    passed_on=0.24,
    escalated_of_passed=0.15,
    returned_of_passed=0.30,
    pending=0.08,
    reopened=0.05,
    reopened_after_days=1.5,
    patience_seconds=180.0,
    tries_again=0.7,
    tries_again_hours=1.5,
    handle_spread=0.7,
    short_handed=(0, 8, 12),
    rush=2.0,
)

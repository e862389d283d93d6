"""What S1 concludes from its numbers, in words: verdict, headline, caveats."""

from __future__ import annotations

from dataclasses import dataclass

from headwater import words
from headwater.checks.finding import Estimate, Verdict
from headwater.checks.s1_estimates import Columns
from headwater.checks.s1_hours import Week, in_words

#: Stretches of the week that the headline names.
NAMED = 3
#: With fewer days than this, what days differ by is hardly known.
FEW_DAYS = 14

GIVEN_UP = "which contacts gave up before anybody answered (log of the phone or chat system)"
LONGER = "a longer period of the same log"
NOT_SEEN = (
    "Customers who met an engaged line, or left before they reached a queue, are not in the record: more "
    "were turned away than are counted here."
)
NO_ROSTER = (
    "This is the part that the record of contacts can tell. No roster was read: whether people were planned "
    "and missing, or never planned, is not known."
)


@dataclass(frozen=True)
class Seen:
    """What was counted and made of it: rows and seconds from the engine, hours of the week, estimates."""

    rows: Columns
    seconds: Columns
    week: Week
    estimates: tuple[Estimate, ...]

    def number(self, name: str) -> Estimate | None:
        """The estimate of that name, if it could be made."""
        return next((estimate for estimate in self.estimates if estimate.name == name), None)

    def total(self, name: str) -> int:
        """The sum of a counted column."""
        return int(self.rows[name].sum())


@dataclass(frozen=True)
class Judged:
    """The verdict, the sentence that says it, and what is missing where it cannot be told."""

    verdict: Verdict
    headline: str
    needs: tuple[str, ...] = ()


def judge(seen: Seen, worth_acting: float, target: float, within: float) -> Judged:
    """Found when surely more than `worth_acting` give up, or surely fewer than `target` are answered in time.

    Not found when both are surely on the good side; a target of 0 is always met.
    """
    gone, soon = seen.number("abandoned_share"), seen.number("service_level_of_offered")
    low, high = _ends(soon)
    if gone is not None and _ends(gone)[0] > worth_acting:
        return Judged("found", f"{_gave_up(gone)}{_worst(seen.week)}.")
    if high < target:
        return Judged("found", f"{_in_time(soon, within)}, below the target of {words.share(target)}.")
    if gone is None:
        return Judged("cannot_tell", _nobody_left(seen), (GIVEN_UP,))
    if _ends(gone)[1] >= worth_acting:
        return _unsure(_gave_up(gone), worth_acting, seen.week)
    if low < target:
        return _unsure(_in_time(soon, within), target, seen.week)
    below = f"below the {words.share(worth_acting)} that is worth acting on"
    return Judged("not_found", f"Few give up: {_gave_up(gone)}, {below}{_worst(seen.week)}.")


def caveats(seen: Seen) -> tuple[str, ...]:
    """What a reader must know before acting on the numbers."""
    return (NOT_SEEN, NO_ROSTER, *_left_out(seen), *_patterns(seen))


def _unsure(told: str, edge: float, week: Week) -> Judged:
    sentence = (
        f"Whether there are enough people cannot be told yet: {told}, on both sides of {words.share(edge)}"
    )
    return Judged("cannot_tell", f"{sentence}{_worst(week)}.", (LONGER,))


def _gave_up(gone: Estimate) -> str:
    came = f"{words.count(gone.n)} contacts that came to a phone or chat queue"
    return f"{words.share(gone.value or 0.0)} of {came} gave up before anybody answered ({_range(gone)})"


def _in_time(soon: Estimate | None, within: float) -> str:
    value = soon.value if soon else None
    told = f"{words.value(value, 'share')} of contacts are answered within {words.duration(within)}"
    return f"{told} ({_range(soon)})"


def _nobody_left(seen: Seen) -> str:
    middle = seen.number("median_wait_answered")
    waited = words.duration(middle.value or 0.0) if middle else "an unknown time"
    none = f"None of {words.count(seen.total('offered'))} contacts in a phone or chat queue is recorded as"
    why = "more likely a gap in the record than the truth"
    return f"{none} given up, which is {why}; half of those answered waited {waited} or less."


def _worst(week: Week) -> str:
    named = [in_words(stretch) for stretch in week.stretches[:NAMED]]
    return f"; worst on {', '.join(named)}" if named else ""


def _ends(estimate: Estimate | None) -> tuple[float, float]:
    """Limits of a share; where they are not known, all that is possible."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return 0.0, 1.0
    return estimate.low, estimate.high


def _range(estimate: Estimate | None) -> str:
    return words.between(*_ends(estimate), "share")


def _left_out(seen: Seen) -> list[str]:
    told = []
    offered, timed = seen.total("offered"), seen.total("timed")
    at_once = timed - seen.total("timed_answered") - seen.total("queued_abandoned")
    closed = seen.week.closed_contacts
    if timed < offered:
        told.append(
            f"The wait is not known for {words.count(offered - timed)} of {words.count(offered)} contacts: "
            "they count as answered or given up, but not in waits, service levels and patience."
        )
    if at_once:
        told.append(f"{words.count(at_once)} gave up at once (a wait of 0 s): they are not in patience.")
    if closed:
        told.append(
            f"{words.count(closed)} contacts came in hours of the week in which hardly anybody is ever "
            "answered: closed hours, and part of the share that gave up."
        )
    return told


def _patterns(seen: Seen) -> list[str]:
    told = []
    bad, days = seen.week.bad_hours, len(set(seen.rows["day"].tolist()))
    if bad:
        part = sum(hour.abandoned for hour in bad) / seen.total("abandoned")
        times = "one hour of one day" if len(bad) == 1 else f"{words.count(len(bad))} hours of single days"
        told.append(
            f"{words.share(part)} of those who gave up did so in {times}, far worse than the same hour in "
            "other weeks: ask what happened then (outage, mailing, holiday) before changing the roster."
        )
    if days < FEW_DAYS:
        told.append(f"Only {days} days with contacts were read: how much days differ is hardly known.")
    if seen.number("patience_mean_exponential") and not seen.number("patience_median"):
        told.append("Nobody was watched long enough for the median of patience.")
    return told

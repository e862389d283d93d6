"""Numbers as people say them. Used wherever a number meets a reader, so that it reads the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

MINUTE, HOUR, DAY = 60, 3600, 86400

#: Units that each number carries itself, so that an interval says them twice.
_WHOLE = ("share", "seconds", "s", "minutes")
_LENGTHS = {"minutes": MINUTE, "hours": HOUR, "days": DAY}
#: What stands for a number that is not known.
UNKNOWN = "–"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip


def count(number: float) -> str:
    """A whole number with thousands separated: 24,918."""
    return f"{round(number):,}" if math.isfinite(number) else UNKNOWN


def so_many(number: int, one: str, many: str) -> str:
    """A count and what is counted, in one or in many: 1 row steps back, 3 rows step back."""
    return f"{count(number)} {one if number == 1 else many}"


def share(part: float, decimals: int | None = None) -> str:
    """A share from 0 to 1 as a percentage, as fine as matters: 31%, 1.4%, 0.03%.

    Only all is 100% and only none is 0%. `decimals` asks for more when two shares must be told apart.
    """
    if not math.isfinite(part):
        return UNKNOWN
    percent = 100 * abs(part)
    sign = "-" if part < 0 else ""
    if 0 < percent < 0.01:
        return "under 0.01%" if part > 0 else "just below 0%"
    if 99.95 <= percent < 100:
        return f"{sign}over 99.9%"
    if decimals is None:
        return f"{sign}{_bare(percent, _decimals(percent))}%"
    return f"{sign}{percent:.{decimals}f}%"


def quantity(number: float) -> str:
    """A number of any size with the digits that matter: 0.14, 3.2, 47, 1,280."""
    if not math.isfinite(number):
        return UNKNOWN
    size = abs(number)
    if number == round(number) or size >= 19.95:
        return f"{number:,.0f}"
    if size >= 0.995:
        return _bare(number, 1)
    return _bare(number, 1 - math.floor(math.log10(size)))


def about(number: float) -> str:
    """A number that is only known roughly, with three digits at most: 1,480 for 1,476."""
    if not math.isfinite(number) or abs(number) < 1000:
        return quantity(number)
    return count(round(number, 2 - math.floor(math.log10(abs(number)))))


def rough(number: float, unit: str) -> str:
    """A number that is only known roughly, in its unit: 1,480 contacts."""
    said = about(number)
    return f"{said} {_one(unit) if said == '1' else unit}"


def duration(seconds: float, *, exact: bool = False) -> str:
    """A length of time in the unit that fits it: 45 s, 3 min 20 s, 2.5 hours, 41 days.

    `exact` tells the seconds up to an hour and a half, for lists where 13 min 30 s is not 14 min.
    """
    if not math.isfinite(seconds):
        return UNKNOWN
    if seconds < 0:
        return f"-{duration(-seconds, exact=exact)}"
    if seconds < 1.5 * MINUTE:
        return f"{quantity(seconds if seconds < 10 else round(seconds))} s"
    if seconds < 1.5 * HOUR:
        minutes, rest = divmod(round(seconds), MINUTE)
        return (
            f"{minutes} min {rest} s"
            if rest and (exact or minutes < 10)
            else f"{round(seconds / MINUTE)} min"
        )
    if seconds < 2 * DAY:
        return f"{quantity(seconds / HOUR)} hours"
    return f"{quantity(seconds / DAY)} days"


def value(number: float | None, unit: str) -> str:
    """A number in its unit: 31%, 47 hours per week, 1 contact; an unknown number is a dash."""
    if number is None or not math.isfinite(number):
        return UNKNOWN
    if unit == "share":
        return share(number)
    if unit in ("seconds", "s"):
        return duration(number)
    if unit == "minutes" or _is_part(number, unit):
        return duration(number * _LENGTHS[unit])
    bare = quantity(number)
    return bare if unit in ("", "number") else f"{bare} {_one(unit) if bare == '1' else unit}"


def between(low: float | None, high: float | None, unit: str) -> str:
    """An interval in words: "between 28% and 33%", "at least 4 days"; empty when there is none."""
    if low is None or not math.isfinite(low):
        return "" if high is None or not math.isfinite(high) else f"at most {value(high, unit)}"
    if high is None or not math.isfinite(high):
        return f"at least {value(low, unit)}"
    first, second = value(low, unit), value(high, unit)
    if low == high:
        return first
    if unit in _WHOLE or _is_part(low, unit) or _is_part(high, unit):
        first, second = _told_apart(low, high) if unit == "share" and first == second else (first, second)
        return f"close to {first}" if first == second else f"between {first} and {second}"
    first, second = _as_fine_as_needed(low, high)
    named = f" {unit}" if unit not in ("", "number") else ""
    return f"close to {first}{named}" if first == second else f"between {first} and {second}{named}"


def listed(parts: Sequence[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def day(moment: date) -> str:
    """A day: 3 January 2026."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def days(first: date, last: date) -> str:
    """A period of days with nothing said twice: 3 January to 30 June 2026."""
    if (first.year, first.month, first.day) == (last.year, last.month, last.day):
        return day(first)
    if first.year != last.year:
        return f"{day(first)} to {day(last)}"
    if first.month != last.month:
        return f"{day(first).removesuffix(f' {first.year}')} to {day(last)}"
    return f"{first.day} to {day(last)}"


def _bare(number: float, decimals: int) -> str:
    """The number without zeros at its end."""
    said = f"{number:.{decimals}f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def _is_part(number: float, unit: str) -> bool:
    """True for a part of an hour or a day, which people tell in the smaller unit."""
    return unit in _LENGTHS and 0 < abs(number) < 0.995


def _decimals(percent: float) -> int:
    if percent == 0 or percent == 100 or 9.95 <= percent < 99.5:
        return 0
    return 1 if percent >= 0.0995 else 2


def _told_apart(low: float, high: float) -> tuple[str, str]:
    for decimals in (1, 2):
        if share(low, decimals) != share(high, decimals):
            return share(low, decimals), share(high, decimals)
    return share(low), share(high)


def _as_fine_as_needed(low: float, high: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart, four at most."""
    if quantity(low) != quantity(high) or max(abs(low), abs(high)) >= 1000:
        return quantity(low), quantity(high)
    finest = 3 - math.floor(math.log10(max(abs(low), abs(high))))
    for decimals in (finest - 1, finest):
        if round(low, decimals) != round(high, decimals):
            return f"{low:,.{decimals}f}", f"{high:,.{decimals}f}"
    return quantity(low), quantity(high)


def _one(unit: str) -> str:
    first, space, rest = unit.partition(" ")
    return first.removesuffix("s") + space + rest

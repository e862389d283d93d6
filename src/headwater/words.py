"""Numbers as people say them. Used wherever a number meets a reader, so that it reads the same everywhere."""

from __future__ import annotations

MINUTE, HOUR, DAY = 60, 3600, 86400


def count(number: float) -> str:
    """A whole number with thousands separated: 24,918."""
    return f"{round(number):,}"


def share(part: float) -> str:
    """A share from 0 to 1 as a percentage, with one decimal only below ten: 31%, 1.4%."""
    percent = 100 * part
    if percent == 0 or round(percent, 2) >= 9.95:
        return f"{percent:.0f}%"
    return f"{percent:.1f}%" if percent >= 0.1 else f"{percent:.2f}%"


def quantity(number: float) -> str:
    """A number of any size with the digits that matter: 0.14, 3.2, 47, 1,280."""
    size = abs(number)
    if number == round(number) or size >= 20:
        return f"{number:,.0f}"
    return f"{number:.1f}" if size >= 1 else f"{number:.2g}"


def duration(seconds: float) -> str:
    """A length of time in the unit that fits it: 45 s, 3 min 20 s, 2.5 hours, 41 days."""
    if abs(seconds) < 1.5 * MINUTE:
        return f"{quantity(round(seconds, 1) if abs(seconds) < 10 else round(seconds))} s"
    if abs(seconds) < 1.5 * HOUR:
        minutes, rest = divmod(round(seconds), MINUTE)
        return f"{minutes} min {rest} s" if minutes < 10 and rest else f"{round(seconds / MINUTE)} min"
    if abs(seconds) < 2 * DAY:
        return f"{quantity(seconds / HOUR)} hours"
    return f"{quantity(seconds / DAY)} days"


def value(number: float | None, unit: str) -> str:
    """A number in its unit; an unknown number is a dash."""
    if number is None:
        return "–"
    if unit == "share":
        return share(number)
    if unit in ("seconds", "s"):
        return duration(number)
    if unit == "minutes":
        return duration(number * MINUTE)
    if unit == "days":
        return f"{quantity(number)} days"
    if unit in ("", "number"):
        return quantity(number)
    return f"{quantity(number)} {unit}"

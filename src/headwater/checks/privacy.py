"""Small groups of people stay hidden, also from readers who subtract and who know these rules.

Any two visible totals differ by 0 or by at least k. With k under 3 that hides nothing: two hidden people
in two cells are one each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.errors import SettingError

SMALLEST_K = 3


@dataclass(frozen=True)
class Cell:
    """A count of people and what they have in common; None where it is hidden."""

    label: str
    count: int | None


@dataclass(frozen=True)
class Cells:
    """Cells that share out a total; None where the total is hidden too."""

    cells: tuple[Cell, ...]
    total: int | None


def suppressed(counts: Sequence[tuple[str, int]], k: int) -> Cells:
    """Counts of people that add up to a total, with those under k hidden and as many more as it takes.

    A 0 speaks of nobody and stays. The next larger counts are hidden too (complementary suppression),
    equal ones together, until no hidden one can be worked out from the total; if that never comes about,
    the total is hidden as well. SettingError when k is under 3.
    """
    _check(k)
    numbers = [count for _, count in counts]
    limit = _hidden_up_to(numbers, k)
    cells = tuple(Cell(label, None if 0 < count <= limit else count) for label, count in counts)
    told = limit == 0 or _safe([count for count in numbers if 0 < count <= limit], k)
    return Cells(cells, sum(numbers) if told else None)


def visible_totals(totals: Sequence[int], k: int) -> tuple[int | None, ...]:
    """Counts of people in groups within groups: those that can be shown, None in place of the others.

    Each is shown when it is 0 or at least k, and differs by 0 or at least k from all shown before it: put
    the most important first. SettingError when k is under 3.
    """
    _check(k)
    shown: list[int] = []
    result: list[int | None] = []
    for total in totals:
        fits = all(total == other or abs(total - other) >= k for other in (0, *shown))
        result.append(total if fits else None)
        shown += [total] if fits else []
    return tuple(result)


def in_words(count: int | None, k: int) -> str:
    """A count of people as it may be shown."""
    return f"{count:,}" if count is not None else f"not shown (groups under {k})"


def _hidden_up_to(numbers: Sequence[int], k: int) -> int:
    """Counts from 1 to this are hidden; 0 where none is."""
    if not any(0 < number < k for number in numbers):
        return 0
    limits = [k - 1, *sorted({number for number in numbers if number >= k})]
    safe = (limit for limit in limits if _safe([n for n in numbers if 0 < n <= limit], k))
    return next(safe, limits[-1])


def _safe(hidden: Sequence[int], k: int) -> bool:
    # If all were 1, or all k - 1, their sum would give them away.
    total, cells = sum(hidden), len(hidden)
    return cells > 1 and total >= k and total != cells and total != cells * (k - 1)


def _check(k: int) -> None:
    if k < SMALLEST_K:
        raise SettingError(
            f"groups of {k} cannot be kept private", f"set the smallest group to {SMALLEST_K} or more"
        )

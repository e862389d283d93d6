from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.checks.privacy import suppressed, visible_totals
from headwater.errors import SettingError

counts = st.lists(st.integers(0, 40), min_size=1, max_size=8)
ks = st.integers(3, 12)


def shown(numbers: list[int], k: int) -> tuple[list[int | None], int | None]:
    result = suppressed([("group", number) for number in numbers], k)
    return [cell.count for cell in result.cells], result.total


def test_large_groups_and_empty_ones_are_shown() -> None:
    assert shown([12, 0, 5], 5) == ([12, 0, 5], 17)


def test_a_small_group_is_hidden_together_with_the_next_larger() -> None:
    assert shown([30, 3, 9], 5) == ([30, None, None], 42)


def test_equal_groups_are_hidden_together_since_their_order_would_tell() -> None:
    assert shown([9, 3, 9, 30], 5) == ([None, None, None, 30], 51)


def test_a_small_group_alone_hides_the_total_too() -> None:
    assert shown([3, 0], 5) == ([None, 0], None)


def test_groups_of_one_are_not_given_away_by_their_sum() -> None:
    assert shown([1, 1, 1, 1, 1, 20], 5) == ([None] * 6, 25)


def test_labels_stay_in_the_order_given() -> None:
    cells = suppressed([("inside", 30), ("outside", 2)], 5).cells
    assert [cell.label for cell in cells] == ["inside", "outside"]


@given(counts, ks)
@settings(deadline=None, max_examples=100)
def test_visible_groups_are_never_small(numbers: list[int], k: int) -> None:
    cells, total = shown(numbers, k)
    assert all(cell is None or cell == 0 or cell >= k for cell in cells)
    assert total is None or total == 0 or total >= k


@given(counts, ks)
@settings(deadline=None, max_examples=100)
def test_what_is_left_of_a_visible_total_is_never_one_group_and_never_under_k(
    numbers: list[int], k: int
) -> None:
    cells, total = shown(numbers, k)
    if total is not None and None in cells:
        assert cells.count(None) > 1
        assert total - sum(cell for cell in cells if cell is not None) >= k


@pytest.mark.parametrize(("k", "groups", "most"), [(3, 4, 9), (4, 4, 9), (5, 3, 16), (5, 4, 11)])
def test_nobody_who_knows_the_rules_can_work_out_a_hidden_group(k: int, groups: int, most: int) -> None:
    behind = defaultdict(list)
    for numbers in product(range(most + 1), repeat=groups):
        cells, total = shown(list(numbers), k)
        behind[(*cells, total)].append(numbers)
    for (*cells, total), candidates in behind.items():
        if total is None or total <= most:
            for place, cell in enumerate(cells):
                assert cell is not None or len({numbers[place] for numbers in candidates}) > 1


def test_nested_totals_that_differ_by_few_people_are_not_shown_together() -> None:
    assert visible_totals([40, 12, 9, 0], 5) == (40, 12, None, 0)


def test_a_nested_total_under_k_is_not_shown() -> None:
    assert visible_totals([40, 4], 5) == (40, None)


def test_equal_nested_totals_tell_nothing_new() -> None:
    assert visible_totals([12, 12], 5) == (12, 12)


@given(st.lists(st.integers(0, 60), max_size=8), ks)
@settings(deadline=None, max_examples=100)
def test_any_two_visible_totals_differ_by_none_or_by_k(totals: list[int], k: int) -> None:
    visible = [total for total in visible_totals(totals, k) if total is not None]
    assert all(a == b or abs(a - b) >= k for a in visible for b in visible)
    assert all(a == 0 or a >= k for a in visible)


def test_groups_of_two_cannot_be_kept_private() -> None:
    with pytest.raises(SettingError, match="groups of 2"):
        suppressed([("group", 4)], 2)

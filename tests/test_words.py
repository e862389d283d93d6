from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import words

FINITE = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.3141, "31%"),
        (0.0137, "1.4%"),
        (0.09949, "9.9%"),
        (0.0996, "10%"),
        (0.00034, "0.03%"),
        (0.000984, "0.1%"),
        (0.00001, "under 0.01%"),
        (0.994, "99%"),
        (0.996, "99.6%"),
        (0.9999, "over 99.9%"),
        (0.05, "5%"),
        (-0.05, "-5%"),
        (-0.00001, "just below 0%"),
        (float("nan"), "–"),
    ],
)
def test_a_share_is_as_fine_as_matters(part, said):
    assert words.share(part) == said


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
@settings(deadline=None)
def test_only_none_is_zero_and_only_all_is_a_hundred(part):
    assert words.share(part) not in ("0%", "0.0%", "0.00%", "100%", "100.0%")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (0.14, "0.14"),
        (0.1, "0.1"),
        (0.00001, "0.00001"),
        (1.04, "1"),
        (3.24, "3.2"),
        (19.96, "20"),
        (47.4, "47"),
        (1280.4, "1,280"),
        (-0.3, "-0.3"),
        (0.9999, "1"),
        (float("inf"), "–"),
    ],
)
def test_a_quantity_shows_the_digits_that_matter(number, said):
    assert words.quantity(number) == said


@given(FINITE)
@settings(deadline=None)
def test_a_quantity_is_never_written_with_an_exponent_or_a_long_tail(number):
    said = words.quantity(number)
    assert "e" not in said
    assert len(said.partition(".")[2].lstrip("0")) <= 2


@given(FINITE)
@settings(deadline=None)
def test_a_quantity_is_within_five_percent_of_the_number(number):
    assert float(words.quantity(number).replace(",", "")) == pytest.approx(number, rel=0.05)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.04, "0.04 s"),
        (45, "45 s"),
        (90, "1 min 30 s"),
        (200, "3 min 20 s"),
        (180, "3 min"),
        (599.7, "10 min"),
        (3599, "60 min"),
        (7200, "2 hours"),
        (9000, "2.5 hours"),
        (2 * 86400, "2 days"),
        (40.9 * 86400, "41 days"),
        (-200, "-3 min 20 s"),
        (float("nan"), "–"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_fits(seconds, said):
    assert words.duration(seconds) == said


def test_an_exact_duration_keeps_its_seconds():
    assert [words.duration(seconds, exact=True) for seconds in (810, 840, 5000)] == [
        "13 min 30 s",
        "14 min",
        "83 min 20 s",
    ]


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        (None, "share", "–"),
        (0.31, "share", "31%"),
        (200.0, "seconds", "3 min 20 s"),
        (2.0, "minutes", "2 min"),
        (1.0, "contacts", "1 contact"),
        (1.0, "hours per week", "1 hour per week"),
        (47.2, "hours per week", "47 hours per week"),
        (0.026, "days", "37 min"),
        (0.5, "hours", "30 min"),
        (1.0, "days", "1 day"),
        (0.0, "days", "0 days"),
        (0.14, "number", "0.14"),
        (1280.0, "EUR per week", "1,280 EUR per week"),
    ],
)
def test_a_value_carries_its_unit(number, unit, said):
    assert words.value(number, unit) == said


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (0.28, 0.33, "share", "between 28% and 33%"),
        (0.3092, 0.3108, "share", "between 30.9% and 31.1%"),
        (0.31001, 0.31002, "share", "close to 31%"),
        (0.31, 0.31, "share", "31%"),
        (32.4, 61.0, "hours per week", "between 32 and 61 hours per week"),
        (200, 230, "seconds", "between 3 min 20 s and 3 min 50 s"),
        (1.05, 1.11, "hand-offs per contact", "between 1.05 and 1.11 hand-offs per contact"),
        (0.3101, 0.3104, "number", "between 0.3101 and 0.3104"),
        (0.5, 5.0, "days", "between 12 hours and 5 days"),
        (0.02, 0.03, "days", "between 29 min and 43 min"),
        (40.1, 40.4, "days", "between 40.1 and 40.4 days"),
        (5.0, 5.0000001, "days", "close to 5 days"),
        (1, 1, "days", "1 day"),
        (4, None, "days", "at least 4 days"),
        (None, 4, "days", "at most 4 days"),
        (None, None, "days", ""),
        (float("nan"), float("nan"), "days", ""),
    ],
)
def test_an_interval_is_told_in_words(low, high, unit, said):
    assert words.between(low, high, unit) == said


@pytest.mark.parametrize(
    ("number", "said"), [(1476.2, "1,480"), (288.4, "288"), (0.14, "0.14"), (999_999, "1,000,000"), (0, "0")]
)
def test_a_rough_number_has_three_digits_at_most(number, said):
    assert words.about(number) == said


@given(st.floats(0, 1e6), st.floats(0, 1e6))
@settings(deadline=None)
def test_an_interval_never_shows_the_same_number_twice(low, high):
    said = words.between(min(low, high), max(low, high), "days")
    first, _, second = said.removeprefix("between ").removesuffix(" days").partition(" and ")
    assert first != second


def test_words_are_listed_with_commas_and_one_and():
    assert [words.listed(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 1, 3), date(2026, 6, 30), "3 January to 30 June 2026"),
        (date(2026, 1, 3), date(2026, 1, 30), "3 to 30 January 2026"),
        (date(2025, 12, 3), date(2026, 1, 30), "3 December 2025 to 30 January 2026"),
        (datetime(2026, 1, 3, 8), datetime(2026, 1, 3, 17), "3 January 2026"),
    ],
)
def test_a_period_says_nothing_twice(first, last, said):
    assert words.days(first, last) == said

from dataclasses import replace

import pytest

from headwater.checks.finding import Cost, DataTable, Estimate
from headwater.report import phrases

from . import samples


def estimate(value, low=None, high=None, **changes):
    return replace(Estimate("e", value, low, high, "share", 10, "m", "label"), **changes)


def test_the_cost_is_told_in_hours_contacts_and_money_where_they_are_known():
    cost = Cost(estimate(1476.2), estimate(46.8), estimate(1893.0, unit="EUR per week"))
    assert phrases.cost(cost) == "about 47 hours of work, 1,480 contacts and 1,890 EUR a week"
    assert phrases.cost(Cost(contacts=estimate(1.0))) == "about 1 contact a week"
    assert phrases.cost(Cost()) == ""


def test_certainty_speaks_of_hours_before_contacts_and_is_silent_for_plain_counts():
    sure, counted = estimate(47.0, 32.2, 61.4), estimate(300.0)
    assert phrases.certainty(Cost(sure, sure)) == "very likely between 32 and 61 hours a week"
    assert phrases.certainty(Cost(contacts=sure)) == "very likely between 32 and 61 contacts a week"
    assert phrases.certainty(Cost(counted, counted)) == ""


def test_of_numbers_counted_in_several_ways_only_the_first_is_a_key_number():
    first = estimate(0.3, 0.2, 0.4, name="rate")
    other = estimate(0.1, 0.0, 0.2, name="other", label="something else")
    finding = replace(samples.rework(), estimates=(estimate(0.2), first, estimate(0.25, 0.2, 0.3), other))
    assert phrases.key_estimates(finding) == (first, other)


def test_kept_rows_are_told_by_number_share_and_reason():
    sample = samples.assessment(rejected=1, rejected_by_reason={"a": 1, "b": 0}, rows_read=4)
    assert phrases.kept_aside(sample).startswith("1 row was kept aside (25% of what was read)")
    assert phrases.reasons(sample) == [("a", "1")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("kaplan-meier", "Kaplan-Meier"),
        ("wilson, clustered by day", "Wilson, clustered by day"),
        ("dersimonian_laird", "DerSimonian Laird"),
        ("count", "Count"),
    ],
)
def test_methods_are_written_as_people_write_them(name, said):
    assert phrases.method(name) == said


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Do this. Then that.", "Do this."),
        ("Use tools, e.g. Forms. Then that.", "Use tools, e.g. Forms."),
        ("Answer within 2.5 hours", "Answer within 2.5 hours"),
    ],
)
def test_the_first_sentence_ends_where_the_second_begins(text, first):
    assert phrases.first_sentence(text) == first


def test_fragments_become_sentences():
    assert phrases.sentence("contacts a team got back") == "Contacts a team got back."
    assert phrases.sentence("Is it so?") == "Is it so?"
    assert phrases.sentence(" ") == ""


def test_cells_say_units_that_headings_do_not():
    table = DataTable("t", ("Wait", "Share", "n", "ok"), ((810.0, 0.314, 1200, True), (None, None, None, False)),
                      ("seconds", "share", "contacts", ""))  # fmt: skip
    assert phrases.headings(table) == ["Wait", "Share", "N (contacts)", "Ok"]
    assert phrases.cells(table) == [["13 min 30 s", "31%", "1,200", "yes"], ["–", "–", "–", "no"]]


def test_days_are_said_in_the_heading_or_in_the_cells_but_not_in_both():
    table = DataTable("t", ("Days since", "Length"), ((3, 0.025), (30, 41.2)), ("days", "days"))
    assert phrases.headings(table) == ["Days since", "Length"]
    assert phrases.cells(table) == [["3", "36 min"], ["30", "41 days"]]


def test_numbers_are_tied_to_their_units():
    assert phrases.tied("within 30 days, 3 min 20 s") == "within 30\u00a0days, 3\u00a0min 20\u00a0s"


def test_an_interval_at_an_unusual_level_says_so():
    assert phrases.interval(estimate(0.3, 0.2, 0.4, level=0.9)) == "between 20% and 40%, at 90%"
    assert phrases.interval(estimate(0.3)) == "–"

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.checks.finding import Cost, Estimate, Finding
from headwater.report.ranking import certain, ranked, sentence_that_matters_most

from . import samples


def per_week(value, low=None, high=None):
    return Estimate("cost", value, low, high, "per week", 100, "test", "cost")


def finding(code, verdict="found", hours=None, contacts=None):
    return Finding(
        code, "name", f"{code}?", verdict, f"{code} says so.", cost=Cost(contacts=contacts, hours=hours)
    )


def codes(findings):
    return [finding.code for finding in ranked(findings)]


COSTS = st.none() | st.floats(0, 1000).map(lambda low: per_week(low + 5, low, low + 10))
FINDINGS = st.lists(
    st.builds(
        finding,
        st.integers(1, 99).map("D{}".format),
        st.sampled_from(["found", "not_found", "cannot_tell"]),
        COSTS,
        COSTS,
    ),
    max_size=6,
)


def test_a_sure_small_cost_goes_before_a_large_guess():
    guess, sure = per_week(90.0, 2.0, 400.0), per_week(30.0, 25.0, 35.0)
    assert codes([finding("D1", hours=guess), finding("D2", hours=sure)]) == ["D2", "D1"]


def test_found_goes_before_not_found_before_cannot_tell():
    findings = [finding("D1", "cannot_tell"), finding("D2", "not_found"), finding("D3")]
    assert codes(findings) == ["D3", "D2", "D1"]


def test_findings_are_compared_in_the_unit_that_most_of_them_know():
    findings = [
        finding("D1", hours=per_week(50.0, 40.0, 60.0), contacts=per_week(10.0, 8.0, 12.0)),
        finding("D2", contacts=per_week(90.0, 80.0, 99.0)),
    ]
    assert codes(findings) == ["D2", "D1"]


def test_hours_decide_where_all_know_their_hours():
    findings = [
        finding("D1", hours=per_week(9.0, 8.0, 12.0), contacts=per_week(90.0, 80.0, 99.0)),
        finding("D2", hours=per_week(50.0, 40.0, 60.0), contacts=per_week(9.0, 8.0, 12.0)),
    ]
    assert codes(findings) == ["D2", "D1"]


def test_a_finding_without_cost_comes_after_one_that_costs_little():
    assert codes([finding("D1"), finding("D2", hours=per_week(0.1, 0.0, 0.2))]) == ["D2", "D1"]


def test_a_plain_count_is_certain_as_it_stands_and_no_cost_is_below_nothing():
    assert certain(per_week(12.0)) == 12.0
    assert certain(per_week(3.0, -4.0, 9.0)) == 0.0
    assert certain(per_week(float("nan"))) is None
    assert certain(per_week(None)) is None


@given(FINDINGS)
@settings(deadline=None, max_examples=100)
def test_ranking_loses_and_adds_nothing(findings):
    assert sorted(map(id, ranked(findings))) == sorted(map(id, findings))


@given(FINDINGS)
@settings(deadline=None, max_examples=100)
def test_ranking_twice_changes_nothing(findings):
    assert ranked(ranked(findings)) == ranked(findings)


@given(FINDINGS, st.floats(1, 500))
@settings(deadline=None, max_examples=100)
def test_a_higher_certain_cost_never_moves_a_finding_down(findings, more):
    findings = [replace(f, cost=Cost(hours=f.cost.hours or per_week(1.0, 1.0, 1.0))) for f in findings]
    for place, one in enumerate(findings):
        cost = one.cost.hours
        dearer = replace(one, cost=Cost(hours=replace(cost, low=cost.low + more)))
        changed = [*findings[:place], dearer, *findings[place + 1 :]]
        assert _place(changed, dearer) <= _place(findings, one)


def _place(findings, one):
    return next(i for i, other in enumerate(ranked(findings)) if other is one)


def test_the_order_does_not_depend_on_the_order_given():
    findings = samples.assessment().findings
    expected = codes(findings)
    assert all(codes(order) == expected for order in permutations(findings))


def test_the_sentence_that_matters_most_is_the_headline_of_what_to_do_first():
    findings = samples.assessment().findings
    assert sentence_that_matters_most(findings) == samples.staffing().headline


def test_silence_is_told_as_silence():
    one, other, blind = finding("D1", "not_found"), finding("D2", "not_found"), finding("D3", "cannot_tell")
    assert sentence_that_matters_most([one, other, blind]) == (
        "No problem was found in 2 questions that could be answered, and 1 question could not be answered from "
        "this data."
    )
    assert "cannot yet answer any" in sentence_that_matters_most([blind])

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.checks.finding import Cost, DataTable, Estimate
from headwater.report.findings_json import findings_json, schema
from headwater.report.plain import script_safe

from . import samples

ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)
ESTIMATES = st.builds(
    Estimate,
    name=st.just("rate"),
    value=st.none() | ANY_FLOAT,
    low=st.none() | ANY_FLOAT,
    high=st.none() | ANY_FLOAT,
    unit=st.text(),
    n=st.integers(0),
    method=st.text(),
    label=st.text(),
)


def loaded(assessment):
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    return json.loads(findings_json(assessment), parse_constant=refuse)


def validate(document):
    jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker()).validate(document)


def test_the_schema_itself_is_valid():
    jsonschema.Draft202012Validator.check_schema(schema())


def test_a_full_assessment_fits_the_schema():
    validate(loaded(samples.assessment()))


def test_an_empty_assessment_fits_the_schema():
    empty = samples.assessment(since=None, until=None, counts={}, rows_read=0, rejected=0, findings=())
    document = loaded(empty)
    validate(document)
    assert document["record"]["from"] is None
    assert document["record"]["contacts"] == 0


@given(st.lists(ESTIMATES, max_size=3))
@settings(deadline=None, max_examples=100)
def test_any_number_fits_the_schema(estimates):
    cost = Cost(hours=estimates[0]) if estimates else Cost()
    finding = replace(samples.rework(), estimates=tuple(estimates), cost=cost)
    validate(loaded(samples.assessment(findings=(finding,))))


def test_a_number_that_is_not_finite_becomes_null():
    odd = replace(samples.rework().estimates[0], value=float("nan"), low=float("-inf"), high=float("inf"))
    document = loaded(samples.assessment(findings=(replace(samples.rework(), estimates=(odd,)),)))
    estimate = document["findings"][0]["estimates"][0]
    assert (estimate["value"], estimate["low"], estimate["high"]) == (None, None, None)


def test_numpy_numbers_in_a_table_stay_numbers():
    table = DataTable("t", ("a", "b"), ((np.int64(3), np.float64(0.5)),), ("", ""))
    document = loaded(samples.assessment(findings=(replace(samples.rework(), tables=(table,)),)))
    assert document["findings"][0]["tables"][0]["rows"] == [[3, 0.5]]


def test_the_keys_stand_in_the_order_that_was_promised():
    document = loaded(samples.assessment())
    assert list(document["findings"][0])[:6] == [
        "code",
        "name",
        "question",
        "verdict",
        "headline",
        "estimates",
    ]
    assert list(document["findings"][0]["cost"]) == [
        "contacts_per_week",
        "hours_per_week",
        "money_per_week",
        "basis",
    ]
    assert list(document["record"]["rejected_by_reason"]) == sorted(samples.assessment().rejected_by_reason)


def test_findings_stand_in_the_order_in_which_to_act():
    assert [finding["code"] for finding in loaded(samples.assessment())["findings"]] == [
        "S1", "D4", "D3", "R1", "R4", "T1",
    ]  # fmt: skip


def test_the_same_assessment_gives_the_same_text_with_readable_letters():
    finding = replace(samples.rework(), headline="Müller ruft wieder an – 17 % kommen zurück.")
    text = findings_json(samples.assessment(findings=(finding,)))
    assert text == findings_json(samples.assessment(findings=(finding,)))
    assert "Müller ruft wieder an – 17 %" in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("change", [("verdict", "maybe"), ("code", "d3"), ("headline", "")])
def test_the_schema_refuses_what_is_no_finding(change):
    document = loaded(samples.assessment())
    document["findings"][0][change[0]] = change[1]
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def test_json_in_a_script_cannot_end_the_script():
    text = script_safe({"a": "</script><!--", "b": "&"})
    assert "<" not in text
    assert json.loads(text) == {"a": "</script><!--", "b": "&"}

"""Checks are found, given their parameters, and say what they lack; before anything expensive starts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headwater.checks import registry
from headwater.checks.check import Check, Context, Need, Parameter, Params
from headwater.checks.finding import Finding
from headwater.checks.run import chosen, parameters, run
from headwater.errors import CheckError
from headwater.record.record import Record
from headwater.testing import record_of

CONTACT = {"contact_id": "1", "opened_at": "2025-03-03T09:00"}


def answer(_record: Record, params: Params, _context: Context) -> Finding:
    return Finding("X1", "example", "Is it so?", "found", f"It is, {params['times']} times.")


EXAMPLE = Check(
    "X1", "example", "Is it so?",
    needs=(Need(("ratings.score",), "what customers say"),),
    parameters=(Parameter("times", int, 3, "", "How often.", "convention"),
                Parameter("mood", str, "calm", "", "Which.", "convention", ("calm", "bright"))),
    run=answer,
)  # fmt: skip


def test_without_codes_every_check_is_chosen() -> None:
    assert [check.code for check in chosen(())] == list(registry.all_checks())


def test_an_unknown_check_is_refused_with_the_list_of_checks() -> None:
    with pytest.raises(CheckError, match=r"there is no check 'D99'(.|\n)*D3"):
        chosen(["D99"])


def test_parameters_are_given_or_default() -> None:
    assert parameters([EXAMPLE], {}) == {"X1": {"times": 3, "mood": "calm"}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"match": "fishes"}, "choose one of: topic, queue, customer"),
        ({"mach": "topic"}, "did you mean match"),
        ({"window": "soon"}, "is not a whole number"),
    ],
)
def test_a_wrong_parameter_is_refused_with_the_cure(given: dict[str, str], message: str) -> None:
    with pytest.raises(CheckError) as refusal:
        parameters(chosen(["D3"]), {"D3": given})
    assert message in str(refusal.value)


def test_parameters_of_a_check_that_does_not_exist_are_refused() -> None:
    with pytest.raises(CheckError):
        parameters(chosen(["D3"]), {"D33": {"match": "topic"}})


def test_a_check_whose_data_is_absent_says_what_would_tell() -> None:
    record = record_of(contacts=[CONTACT])
    (finding,) = run([EXAMPLE], record, Context(), parameters([EXAMPLE], {}), lambda _text: None)
    assert (finding.verdict, finding.needs) == ("cannot_tell", ("what customers say",))


def test_a_check_whose_data_is_there_is_run() -> None:
    rating: dict[str, Any] = {"contact_id": "1", "asked_at": "2025-03-03T10:00", "score": 4.0}
    record = record_of(contacts=[CONTACT], ratings=[rating])
    (finding,) = run([EXAMPLE], record, Context(), {"X1": {"times": 2}}, lambda _text: None)
    assert finding.headline == "It is, 2 times."


def test_another_package_adds_a_check_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = SimpleNamespace(load=lambda: SimpleNamespace(CHECK=EXAMPLE))
    monkeypatch.setattr(
        registry, "entry_points", lambda group: [point] if group == "headwater.checks" else []
    )
    registry.all_checks.cache_clear()
    try:
        assert registry.find("x1") is EXAMPLE
    finally:
        registry.all_checks.cache_clear()


@pytest.mark.parametrize("check", registry.all_checks().values(), ids=lambda check: check.code)
def test_every_check_declares_itself_fully(check: Check) -> None:
    assert check.question.endswith("?")
    assert all(parameter.help.endswith(".") and parameter.source for parameter in check.parameters)
    assert all(isinstance(parameter.default, parameter.type) for parameter in check.parameters)

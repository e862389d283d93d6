"""Whole assessments of real exports: the numbers that must come out, through the loader and the checks.

The data lies outside the project and is never copied into it; where it is absent these tests are skipped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.assess import assess
from headwater.settings import resolve

pytestmark = pytest.mark.slow


class Told:
    """The findings.json of an assessment, by check and estimate."""

    def __init__(self, path: Path) -> None:
        self.data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        self.record: dict[str, Any] = self.data["record"]
        self.findings = {finding["code"]: finding for finding in self.data["findings"]}

    def estimate(self, code: str, name: str) -> dict[str, Any]:
        return next(entry for entry in self.findings[code]["estimates"] if entry["name"] == name)

    def value(self, code: str, name: str) -> float:
        return float(self.estimate(code, name)["value"])


def assessed(source: Path, out: Path, **flags: Any) -> Told:
    result = assess((str(source),), resolve({"out": str(out), **flags}, {}, out), lambda _text: None)
    return Told(result.files["findings"])


@pytest.fixture(scope="module")
def uci(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return assessed(
        shared / "data/ops/uci_incident/incident_event_log_venu.zip", tmp_path_factory.mktemp("uci")
    )


@pytest.fixture(scope="module")
def helpdesk(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return assessed(
        shared / "data/ops/helpdesk_italian/helpdesk_pm4py.xes.gz", tmp_path_factory.mktemp("helpdesk")
    )


@pytest.fixture(scope="module")
def bank(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return assessed(
        shared / "data/ops/anonymous_bank/february.txt",
        tmp_path_factory.mktemp("bank"),
        set=("D3.match=customer",),
    )


def test_every_row_of_the_incident_log_is_read_and_becomes_its_incidents(uci: Told) -> None:
    assert (uci.record["rows_read"], uci.record["rejected"], uci.record["contacts"]) == (141_712, 0, 24_918)


def test_reopened_incidents_are_told_by_history_and_by_counter(uci: Told) -> None:
    assert uci.value("D4", "reopened_contacts") == 273
    assert uci.value("D4", "reopened_contacts_recorded") == 275
    told = " ".join([uci.findings["D4"]["headline"], *uci.findings["D4"]["caveats"]])
    assert "273" in told
    assert "275" in told


def test_reassigned_incidents_by_the_recorded_counter(uci: Told) -> None:
    assert uci.value("D4", "reassigned_share_recorded") == pytest.approx(0.4563, abs=0.0001)


def test_the_helpdesk_log_keeps_its_events_and_the_length_of_its_cases(helpdesk: Told) -> None:
    assert (helpdesk.record["rows_read"], helpdesk.record["events"], helpdesk.record["contacts"]) == (
        21_348,
        21_348,
        4_580,
    )
    assert helpdesk.value("D4", "elapsed_days_mean") == pytest.approx(40.86, abs=0.01)


def test_every_call_of_the_bank_is_kept_with_its_outcome(bank: Told) -> None:
    assert (bank.record["rows_read"], bank.record["contacts"], bank.record["rejected"]) == (33_344, 33_344, 0)
    assert bank.value("S1", "answered") == 27_162
    assert bank.value("S1", "abandoned") == 5_904
    assert bank.value("S1", "offered") == 33_344 - 278  # PHANTOM rows are no calls


@pytest.mark.parametrize(
    ("window", "naive", "followed", "n_followed", "kaplan_meier"),
    [
        (1, 0.38200, 0.38625, 11_301, 0.38578),
        (7, 0.59002, 0.60899, 8_808, 0.61377),
        (14, 0.65220, 0.69392, 5_541, 0.70789),
    ],
)
def test_repeat_calls_of_the_bank(
    bank: Told, window: int, naive: float, followed: float, n_followed: int, kaplan_meier: float
) -> None:
    """methods.md 2.2: any later call of the same identified customer that an agent answered."""
    assert bank.estimate("D3", f"repeat_rate_{window}d")["n"] == 11_725
    assert bank.value("D3", f"repeat_rate_{window}d_naive") == pytest.approx(naive, abs=5e-6)
    assert bank.value("D3", f"repeat_rate_{window}d_followed") == pytest.approx(followed, abs=5e-6)
    assert bank.estimate("D3", f"repeat_rate_{window}d_followed")["n"] == n_followed
    assert bank.value("D3", f"repeat_rate_{window}d") == pytest.approx(kaplan_meier, abs=5e-6)
    assert bank.estimate("D3", f"repeat_rate_{window}d")["method"].startswith("kaplan-meier")


def test_patience_of_the_banks_callers(bank: Told) -> None:
    assert bank.value("S1", "patience_mean_exponential") == pytest.approx(347.71, abs=0.01)
    assert bank.value("S1", "patience_median") == 280


def test_no_name_of_the_banks_staff_is_in_any_output(shared: Path, bank: Told, tmp_path: Path) -> None:
    source = shared / "data/ops/anonymous_bank/february.txt"
    lines = source.read_text("ascii").splitlines()[1:]
    names = {line.split("\t")[16] for line in lines} - {"NO_SERVER"}
    assessed(source, tmp_path)
    written = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert [
        name for name in names if f">{name}<" in written or f'"{name}"' in written or f" {name} " in written
    ] == []

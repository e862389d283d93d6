"""Findings as JSON, for programs. The shape is `findings.schema.json` beside this module."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from headwater.checks.finding import Cost, DataTable, Estimate, Finding
from headwater.report.assessment import Assessment
from headwater.report.plain import plain
from headwater.report.ranking import ranked, sentence_that_matters_most

_TABLES = ("contacts", "touches", "events", "messages", "ratings", "agents")


def findings_json(assessment: Assessment) -> str:
    """The text of `findings.json`: findings in the order in which to act, keys always in the same order."""
    return json.dumps(plain(_assessment(assessment)), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `findings.json`."""
    text = files("headwater.report").joinpath("findings.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _assessment(assessment: Assessment) -> dict[str, Any]:
    return {
        "headwater": assessment.version,
        "synthetic": assessment.synthetic,
        "record": _record(assessment),
        "settings": dict(sorted(assessment.settings.items())),
        "first": sentence_that_matters_most(assessment.findings),
        "findings": [_finding(finding) for finding in ranked(assessment.findings)],
    }


def _record(assessment: Assessment) -> dict[str, Any]:
    return {
        "place": assessment.place,
        **{name: assessment.counts.get(name, 0) for name in _TABLES},
        "from": assessment.since,
        "until": assessment.until,
        "rows_read": assessment.rows_read,
        "rejected": assessment.rejected,
        "rejected_by_reason": dict(sorted(assessment.rejected_by_reason.items())),
        "assumptions": assessment.assumptions,
        "warnings": assessment.warnings,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "question": finding.question,
        "verdict": finding.verdict,
        "headline": finding.headline,
        "estimates": [_estimate(estimate) for estimate in finding.estimates],
        "tables": [_table(table) for table in finding.tables],
        "cost": _cost(finding.cost),
        "remedy": finding.remedy,
        "needs": finding.needs,
        "caveats": finding.caveats,
        "method": finding.method,
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "name": estimate.name,
        "label": estimate.label,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "level": estimate.level,
        "unit": estimate.unit,
        "n": estimate.n,
        "method": estimate.method,
    }


def _table(table: DataTable) -> dict[str, Any]:
    return {"caption": table.caption, "columns": table.columns, "units": table.units, "rows": table.rows}


def _cost(cost: Cost) -> dict[str, Any]:
    per_week = {"contacts": cost.contacts, "hours": cost.hours, "money": cost.money}
    known = {f"{name}_per_week": e and _estimate(e) for name, e in per_week.items()}
    return {**known, "basis": cost.basis}

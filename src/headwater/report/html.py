"""The report as one HTML file: nothing in it is loaded from elsewhere, and nothing in it runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from headwater import words
from headwater.checks.finding import Chart, Finding
from headwater.report import phrases
from headwater.report.assessment import Assessment
from headwater.report.glossary import Links
from headwater.report.plain import script_safe
from headwater.report.ranking import ranked, sentence_that_matters_most, with_verdict
from headwater.report.studio import keyed_charts
from headwater.report.svg import WIDE, Drawing, drawing


def assessment_html(assessment: Assessment, drawn: Mapping[str, Drawing] | None = None) -> str:
    """The text of `assessment.html`; charts that are not among the `drawn` are drawn now."""
    links = Links()
    return _environment().get_template("assessment.html").render(
        assessment=assessment,
        lead=sentence_that_matters_most(assessment.findings),
        findings=ranked(assessment.findings),
        found=with_verdict(assessment.findings, "found"),
        not_found=with_verdict(assessment.findings, "not_found"),
        cannot_tell=with_verdict(assessment.findings, "cannot_tell"),
        pictures={finding.code: _pictures(finding, drawn or {}) for finding in assessment.findings},
        css=_style(),
        links=links,
        linked=links.linked,
    )  # fmt: skip


def _pictures(finding: Finding, drawn: Mapping[str, Drawing]) -> list[dict[str, Any]]:
    charts = keyed_charts(finding).items()
    return [_picture(key, chart, drawn.get(key) or drawing(chart, key)) for key, chart in charts]


def _picture(key: str, chart: Chart, drawn: Drawing) -> dict[str, Any]:
    return {
        "id": key,
        "chart": chart,
        "wide": drawn.wide,
        "narrow": drawn.narrow,
        "problem": drawn.problem,
        "specification": script_safe(dict(chart.spec) | {"width": WIDE}),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("headwater.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(words=words, phrases=phrases)
    return environment


@cache
def _style() -> str:
    return files("headwater.report").joinpath("templates/style.css").read_text(encoding="utf-8")

"""The report as one HTML file: nothing in it is loaded from elsewhere, and nothing in it runs."""

from __future__ import annotations

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
from headwater.report.svg import WIDE, drawing


def assessment_html(assessment: Assessment) -> str:
    """The text of `assessment.html`."""
    links = Links()
    return _environment().get_template("assessment.html").render(
        assessment=assessment,
        lead=sentence_that_matters_most(assessment.findings),
        findings=ranked(assessment.findings),
        found=with_verdict(assessment.findings, "found"),
        not_found=with_verdict(assessment.findings, "not_found"),
        cannot_tell=with_verdict(assessment.findings, "cannot_tell"),
        pictures={finding.code: _pictures(finding) for finding in assessment.findings},
        css=_style(),
        links=links,
        linked=links.linked,
    )  # fmt: skip


def _pictures(finding: Finding) -> list[dict[str, Any]]:
    return [_picture(chart, f"{finding.code}-chart-{n}") for n, chart in enumerate(finding.charts, start=1)]


def _picture(chart: Chart, key: str) -> dict[str, Any]:
    drawn = drawing(chart, key)
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

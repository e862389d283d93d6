"""Charts are the same whoever draws them, and never missing because the second process failed."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.report import studio
from headwater.report.html import assessment_html
from headwater.report.studio import Studio, keyed_charts
from headwater.report.svg import drawing

from .samples import assessment

pytestmark = pytest.mark.slow
ASSESSMENT = assessment()
FINDING = next(finding for finding in ASSESSMENT.findings if finding.charts)


def test_the_second_process_draws_what_the_first_would() -> None:
    with Studio() as there:
        there.ask(FINDING)
        drawn = there.drawings()
    assert drawn == {key: drawing(chart, key) for key, chart in keyed_charts(FINDING).items()}


def test_a_page_is_whole_when_the_second_process_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(studio.subprocess, "Popen", refuse)
    with Studio() as there:
        there.ask(FINDING)
        page = assessment_html(ASSESSMENT, there.drawings())
    assert page == assessment_html(ASSESSMENT)


def test_a_page_is_whole_when_the_second_process_dies() -> None:
    with Studio() as there:
        assert there._process is not None
        there._process.kill()
        there._process.wait()
        there.ask(FINDING)
        page = assessment_html(ASSESSMENT, there.drawings())
    assert page == assessment_html(ASSESSMENT)

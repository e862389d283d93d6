import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from headwater.report.terminal import print_summary

from . import samples


def printed(assessment, files=None, **console):
    out = io.StringIO()
    print_summary(assessment, Console(file=out, width=80, **console), files)
    return out.getvalue()


def words_of(text):
    return " ".join(text.split())


def test_no_line_is_wider_than_eighty_columns():
    assert max(map(len, printed(samples.assessment()).splitlines())) <= 80


def test_a_pipe_gets_neither_colours_nor_boxes():
    text = printed(samples.assessment())
    assert "\x1b" not in text
    assert not set(text) & set("│─┃━┏┓┗┛╭╮╰╯|")


def test_everything_that_was_read_assumed_and_found_is_told():
    sample = samples.assessment()
    text = words_of(printed(sample, {"Report": Path("out/assessment.html")}))
    told = [
        "3 January to 30 June 2026: 24,918 contacts",
        "45 rows were kept aside (0.03% of what was read)",
        "the contact ends before it starts (31)",
        *sample.assumptions,
        *sample.warnings,
        "Missing: how long somebody worked on each contact (handle time); the limits that were in force",
        "Report: out/assessment.html",
        "Synthetic example data",
    ]
    assert [sentence for sentence in told if sentence not in text] == []


def test_each_finding_is_told_with_its_code_its_answer_and_its_cost():
    text = words_of(printed(samples.assessment()))
    assert "S1 found Are there enough people when customers come? 18% of customers give up" in text
    assert (
        "Costs about 47 hours of work and 288 contacts a week, very likely between 41 and 53 hours a week."
        in text
    )
    assert "R4 not found" in text
    assert "T1 cannot tell" in text


def test_what_matters_most_stands_before_the_answers():
    text = words_of(printed(samples.assessment()))
    assert text.index(samples.staffing().headline) < text.index("S1 found")


def test_an_empty_assessment_shows_no_empty_headings():
    empty = samples.assessment(
        findings=(), assumptions=(), warnings=(), rejected=0, rejected_by_reason={}, since=None, until=None,
        counts={}, rows_read=0, synthetic=False,
    )  # fmt: skip
    assert printed(empty).splitlines()[:2] == ["No contacts, read from 0 rows.", "Every row could be used."]
    assert ":" not in printed(empty)


def test_text_from_data_cannot_steer_the_terminal_or_the_markup():
    hostile = replace(samples.rework(), headline="\x1b[2J[bold red]17%[/] of contacts\x07")
    text = printed(samples.assessment(findings=(hostile,)), force_terminal=True)
    assert "\x1b[2J" not in text
    assert "\x07" not in text
    assert "[bold red]17%[/] of contacts" in text

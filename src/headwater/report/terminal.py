"""The summary that the command line prints. Reads well in 80 columns, in a pipe and in a log."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from headwater.checks.finding import Finding
from headwater.report import phrases
from headwater.report.assessment import Assessment
from headwater.report.ranking import ranked, sentence_that_matters_most, with_verdict

_STYLES = {"found": "bold", "not_found": "", "cannot_tell": "dim"}
_SHORT = {"found": "found", "not_found": "not found", "cannot_tell": "cannot tell"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def print_summary(assessment: Assessment, console: Console, files: Mapping[str, Path] | None = None) -> None:
    """Print what was read, what matters most, each answer, and where the files are.

    `files` maps what a file holds, in words, to where it lies.
    """
    _print_reading(assessment, console)
    console.print()
    _print(console, sentence_that_matters_most(assessment.findings), style="bold")
    if assessment.findings:
        console.print()
        console.print(_answers(ranked(assessment.findings)))
    untold = with_verdict(assessment.findings, "cannot_tell")
    _print_list(console, "This data cannot tell:", [_untold(finding) for finding in untold])
    _print_files(console, files or {})


def _print_reading(assessment: Assessment, console: Console) -> None:
    if assessment.synthetic:
        _print(console, "Synthetic example data: no customer and no person at work ever was part of it.")
        console.print()
    period = phrases.period(assessment)
    _print(console, f"{f'{period}: ' if period else ''}{phrases.what_was_read(assessment)}")
    _print(console, phrases.kept_aside(assessment))
    _print_items(console, [f"{reason} ({number})" for reason, number in phrases.reasons(assessment)])
    _print_list(console, "Assumed while reading:", assessment.assumptions)
    _print_list(console, "Looks wrong in the data:", assessment.warnings)


def _answers(findings: tuple[Finding, ...]) -> Table:
    """One row for each finding. Without lines, so that nothing breaks where they cannot be drawn."""
    table = Table(box=None, padding=(0, 2, 1, 0), pad_edge=False, show_header=False, expand=False)
    table.add_column(no_wrap=True)
    table.add_column(min_width=10, max_width=12)
    table.add_column(ratio=1)
    for finding in findings:
        style = _STYLES[finding.verdict]
        answer = Text(_clean(finding.question), style="italic")
        answer.append("\n" + _clean(finding.headline), style="not italic")
        if finding.verdict == "found" and phrases.cost(finding.cost):
            sure = phrases.certainty(finding.cost)
            answer.append(
                f"\nCosts {phrases.cost(finding.cost)}{f', {sure}' if sure else ''}.", style="not italic"
            )
        table.add_row(Text(finding.code, style="bold"), Text(_SHORT[finding.verdict], style=style), answer)
    return table


def _untold(finding: Finding) -> str:
    return f"{finding.question} {phrases.missing(finding)}".strip()


def _print_list(console: Console, title: str, sentences: Sequence[str]) -> None:
    if sentences:
        console.print()
        _print(console, title)
        _print_items(console, sentences)


def _print_items(console: Console, sentences: Sequence[str]) -> None:
    items = Table.grid(padding=(0, 1))
    for sentence in sentences:
        items.add_row(" -", Text(_clean(sentence)))
    if sentences:
        console.print(items)


def _print_files(console: Console, files: Mapping[str, Path]) -> None:
    if files:
        console.print()
    for name, path in files.items():
        console.print(Text(_clean(f"{name}: {path}")), soft_wrap=True)


def _print(console: Console, text: str, *, style: str = "") -> None:
    console.print(Text(_clean(text), style=style))


def _clean(text: str) -> str:
    """Text from data without the characters that would steer the terminal."""
    return _CONTROL.sub(" ", text)

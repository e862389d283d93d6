"""The documentation page of a check: its prose, and around it what its declaration says."""

from __future__ import annotations

from importlib.resources import files

from headwater.checks.check import Check, Parameter


def page(check: Check) -> str:
    """The page of a check as Markdown. Checks of other packages without a page show their declaration."""
    prose = files("headwater.checks") / "pages" / f"{check.code}.md"
    text = prose.read_text("utf-8").strip() if prose.is_file() else ""
    parts = [f"# {check.code} {check.name}", f"**{check.question}**", _needs(check), text, _parameters(check)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _needs(check: Check) -> str:
    if not check.needs:
        return ""
    lines = [
        f"- {need.what} ({' or '.join(f'`{column}`' for column in need.columns)})" for need in check.needs
    ]
    return "\n".join(["## What it needs", "", *lines])


def _parameters(check: Check) -> str:
    if not check.parameters:
        return ""
    head = ["## Parameters", "", f"Set one with `--set {check.code}.NAME=VALUE`.", ""]
    rows = ["| name | default | unit | what it is | why this default |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, *map(_row, check.parameters)])


def _row(parameter: Parameter) -> str:
    choices = f" One of: {', '.join(parameter.choices)}." if parameter.choices else ""
    cells = (
        f"`{parameter.name}`",
        f"`{parameter.default}`",
        parameter.unit,
        parameter.help + choices,
        parameter.source,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

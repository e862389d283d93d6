"""Write the pages of docs/ that are made from the code. A test fails while a page differs from what this gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from headwater.checks.check import Check
from headwater.checks.page import page
from headwater.checks.registry import all_checks
from headwater.cli import app
from headwater.record.tables import TABLES, Column, Table
from headwater.settings import SETTINGS, Setting
from headwater.sources.mapping import ROW_KINDS, Field
from headwater.sources.mapping import Mapping as Profile
from headwater.sources.reasons import CURES
from headwater.sources.recognise import profiles
from headwater.sources.rejected import HEADER

DOCS = Path(__file__).resolve().parents[1] / "docs"
WIDTH = 100
MADE = "<!-- Made from the code by `make docs`; a change here is overwritten. -->"


def pages() -> dict[str, str]:
    """The text of every page that is made from the code, by its path under docs/."""
    checks, schema = all_checks().values(), files("headwater.report") / "findings.schema.json"
    made = {
        "checks/README.md": checks_page(checks),
        "commands.md": commands_page(),
        "findings.md": findings_page(json.loads(schema.read_text("utf-8"))),
        "profiles.md": profiles_page(profiles().values()),
        "record.md": record_page(TABLES.values()),
        "rejected.md": rejected_page(CURES),
        "settings.md": settings_page(SETTINGS),
    }  # fmt: skip
    made |= {f"checks/{check.code}.md": page(check) for check in checks}
    return {path: f"{MADE}\n\n{text.strip()}\n" for path, text in sorted(made.items())}


def write(folder: Path = DOCS) -> list[Path]:
    """Write all pages under a folder; the paths that changed."""
    changed = []
    for path, text in pages().items():
        target = folder / path
        if not target.exists() or target.read_text("utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
            changed.append(target)
    return changed


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    heads = list(columns)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(text: object) -> str:
    """Text as it is written in a file or on a command line; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def codes(words: Iterable[object], glue: str = ", ") -> str:
    """Several words as they are written."""
    return glue.join(map(code, words))


def checks_page(checks: Iterable[Check]) -> str:
    """The index of the checks."""
    rows = [
        (f"[{check.code}]({check.code}.md)", check.name, check.question, "; ".join(need.what for need in check.needs))
        for check in checks
    ]  # fmt: skip
    return f"""# Checks

Each check answers one question that a manager would ask: found, not found, or cannot tell. `headwater explain CODE`
prints the same pages. A record that lacks what a check needs gets the answer "cannot tell", with what is missing.

{table(("code", "name", "question", "what it needs"), rows)}

Numbers carry an interval at the 95 % level, except plain counts and totals. Words that the pages use are explained in
the report where they first appear."""


def commands_page() -> str:
    """Every command with its help."""
    parts = [
        f"## headwater {name}\n\n{_help(command, name)}" for name, command in sorted(app.commands.items())
    ]
    return "\n\n".join(["# Commands", _help(app, ""), *parts, _EXITS])


_EXITS = """## How a command ends

| exit | meaning |
| --- | --- |
| 0 | done |
| 1 | it cannot be done; the reason and the cure are on the error stream, the traceback too with `-v` |
| 2 | wrong usage |
| 130 | stopped with Ctrl-C; nothing is left half-written |

Results go to files and to the standard output, progress to the error stream."""


def _help(command: click.Command, name: str) -> str:
    context = click.Context(
        command, info_name=f"headwater {name}".strip(), terminal_width=WIDTH, **app.context_settings
    )
    return f"```text\n{command.get_help(context)}\n```"


def settings_page(settings: Iterable[Setting]) -> str:
    """Every setting with its flag, variable, key and default."""
    rows = [
        (code(setting.name), f"`{setting.flag}`", f"`{setting.variable}`", _default(setting),
         ", ".join(setting.commands), setting.help)
        for setting in settings
    ]  # fmt: skip
    return f"""# Settings

A flag wins over the environment, the environment over `headwater.toml` in the folder where the command runs, and that
over the default. The key in `headwater.toml` is the name.

{table(("name", "flag", "environment", "default", "taken as a flag by", "what it is"), rows)}

Parameters of checks are set with `--set`, or in a table of their own; [each check](checks/README.md) lists its
parameters. A `headwater.toml` may look like this:

```toml
timezone = "Europe/Amsterdam"
cost_per_hour = 38.5
currency = "EUR"

[checks.D3]
match = "customer"
```

Lists are written with commas in a flag and in the environment (`--only D3,R1`), and as a list in `headwater.toml`.
A wrong value stops the command before anything is read; the message names the setting, where it stands, and the
cure."""


def _default(setting: Setting) -> str:
    if setting.default in ("", None, ()):
        return ""
    if setting.kind == "flag":
        return "`yes`" if setting.default else "`no`"
    return code(f"{setting.default:g}" if setting.kind in ("whole", "number") else setting.default)


def record_page(tables: Iterable[Table]) -> str:
    """Every table of the record with its columns."""
    return "\n\n".join([_RECORD, *map(_table_of_the_record, tables)])


_RECORD = """# The record

The record holds what happened, in these tables. Times carry their zone and are stored in UTC. Durations are in
seconds. Unknown is null, never 0, an empty text or 1970. Columns marked *agent* or *customer* hold pseudonyms, unless
`--keep-names` was given when the record was loaded.

A record lives in memory for one assessment, in a file (`duckdb://support.duckdb`) or in a folder of Parquet files.
`headwater load` fills it, `headwater doctor` looks at it. The key of the pseudonyms lies beside the record, in
`support.duckdb.key` or in the folder's `record.key`: who has it can test a name, so keep it as safe as the names."""


def _table_of_the_record(table_: Table) -> str:
    rows = [
        (f"`{column.name}`", column.kind, "yes" if column.null else "no", _meaning(column))
        for column in table_.columns
    ]
    head = f"## {table_.name}\n\nOne row is {table_.row}. Key: {codes(table_.key)}."
    return f"{head}\n\n{table(('column', 'kind', 'may be null', 'what it holds'), rows)}"


def _meaning(column: Column) -> str:
    values = f" One of: {codes(column.values)}." if column.values else ""
    person = f" *{column.person}*" if column.person else ""
    return column.help + values + person


def profiles_page(found: Iterable[Profile]) -> str:
    """Every bundled profile: what it is, how it is recognised, what it reads."""
    return "\n\n".join([_PROFILES, *map(_profile, found)])


_PROFILES = """# Profiles

A profile is a [mapping](mapping.md) that comes with Headwater. A file whose columns fit is read by it without being
told to; `--profile NAME` demands one, `--mapping FILE` replaces it. Adding a profile is adding a TOML file to
`src/headwater/sources/profiles/`."""


def _profile(profile: Profile) -> str:
    needed = "\n".join(f"- {codes(names, ' or ')}" for names in profile.recognise)
    rows = [(f"`{name}`", _origin(field)) for name, field in profile.fields.items()]
    zone = f" Times are read as {profile.timezone} time." if profile.timezone else ""
    return f"""## {profile.name}

{profile.title[:1].upper()}{profile.title[1:]}. Each row is {ROW_KINDS[profile.rows][0]}.{zone}
It is recognised by these columns together:

{needed}

{table(("field of the record", "where it comes from"), rows)}{"".join(_words(profile))}"""


def _words(profile: Profile) -> Iterator[str]:
    """What the source's words mean, field by field."""
    for name, words in profile.values.items():
        theirs: dict[str, list[str]] = {}
        for word, ours in words.items():
            theirs.setdefault(ours, []).append(word)
        rows = [(f"`{ours}`", codes(same)) for ours, same in theirs.items()]
        yield f"\n\n{table((f'{name} in the record', 'words of the source'), rows)}"


def _origin(field: Field) -> str:
    if field.value is not None:
        return f"always `{field.value}`"
    came = f"the first there is of {codes(field.any)}" if field.any else codes(field.columns, " and ")
    missing = f"; {codes(field.missing)} means unknown" if field.missing else ""
    only = "".join(
        f"; only where `{column}` is {codes(cells, ' or ')}" for column, cells in field.when.items()
    )
    return came + missing + only


def rejected_page(cures: Mapping[str, str]) -> str:
    """Every reason for which a row is kept aside, and its cure."""
    return f"""# Rows kept aside

A row that cannot be trusted is left out of the record and written to `rejected.csv`, as it came but with pseudonyms
in place of the names that the mapping knows. The report's first screen says how many there are and why. Every row is
either kept or kept aside: rows read = rows kept + rows kept aside.

The columns of `rejected.csv` are {codes(HEADER)}.
A cell that a spreadsheet would take for a formula gets an apostrophe in front.

{table(("reason", "what to do"), cures.items())}

A cell that merely says nothing (empty, `NULL`, `?`, a date of 1970-01-01) does not put its row aside: its value is
unknown. Rows that repeat another row of the same identifier in full are one row and count as kept."""


def findings_page(schema: Mapping[str, Any]) -> str:
    """What findings.json holds, from its schema."""
    parts = [_object(name, shape) for name, shape in schema["$defs"].items() if "properties" in shape]
    return "\n\n".join([_FINDINGS, _object("", schema), *parts])


_FINDINGS = """# findings.json

`headwater assess` writes the findings of the report as JSON, too. The schema comes with the package, as
`headwater/report/findings.schema.json`; tests hold the program to it. Shares are from 0 to 1, durations are in
seconds, moments are ISO 8601 with their offset."""


def _object(name: str, shape: Mapping[str, Any]) -> str:
    rows = [
        (f"`{key}`", _type(part), "yes" if key in shape["required"] else "", part.get("description", ""))
        for key, part in shape["properties"].items()
    ]
    about = f"{shape['description']}\n\n" if "description" in shape else ""
    return (
        f"## {name or 'The whole file'}\n\n{about}{table(('key', 'what', 'always there', 'meaning'), rows)}"
    )


def _type(part: Mapping[str, Any]) -> str:
    """A part of the schema in words: its type, its choices, or the object it refers to."""
    if "$ref" in part:
        return _reference(part["$ref"].removeprefix("#/$defs/"))
    if "enum" in part:
        return codes(part["enum"], " or ")
    if "anyOf" in part:
        return " or ".join(_type(choice) for choice in part["anyOf"])
    if part["type"] == "array":
        return f"list of {_type(part['items'])}"
    if "additionalProperties" in part:
        return f"{_type(part['additionalProperties'])} by name"
    return " or ".join(part["type"]) if isinstance(part["type"], list) else str(part["type"])


_PLAIN_TYPES = {"count": "whole number", "number": "number or null", "moment": "moment or null",
                "sentences": "list of texts"}  # fmt: skip


def _reference(name: str) -> str:
    return _PLAIN_TYPES.get(name) or f"[{name}](#{name})"


if __name__ == "__main__":
    changed = [f"wrote {path.relative_to(DOCS.parent)}" for path in write()]
    print("\n".join(changed) or "docs/ says what the code says")

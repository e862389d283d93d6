"""The documentation says what the code does."""

from __future__ import annotations

import re
import shlex
import tomllib
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import build_docs
import click
import pytest

from headwater.checks.registry import all_checks
from headwater.cli import app
from headwater.record.record import Record
from headwater.record.store import in_memory
from headwater.settings import resolve
from headwater.sources import mapping
from headwater.sources.load import Reading, load_files
from headwater.sources.rejected import rejected_file

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/headwater"
PAGES = build_docs.pages()
BY_HAND = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
TEXTS = sorted([*(ROOT / name for name in BY_HAND), *(ROOT / "docs").rglob("*.md")])
HEADINGS = (
    "Why it matters",
    "Method",
    "Formula",
    "Assumptions",
    "What would change the verdict",
    "References",
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return [body for spoken, body in FENCE.findall(text_of(name)) if spoken == language]


def cells(name: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    part = text_of(name).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_page_made_from_the_code_says_what_the_code_says(path: str) -> None:
    assert (ROOT / "docs" / path).read_text("utf-8") == PAGES[path], "run: make docs"


def test_no_page_is_left_over_from_code_that_is_gone() -> None:
    made = {
        str(path.relative_to(ROOT / "docs")) for path in TEXTS if build_docs.MADE in path.read_text("utf-8")
    }
    assert made == set(PAGES)


@pytest.mark.parametrize("code", sorted(all_checks()))
@pytest.mark.parametrize("heading", HEADINGS)
def test_every_check_explains(code: str, heading: str) -> None:
    part = PAGES[f"checks/{code}.md"].split(f"\n## {heading}\n")
    assert len(part) == 2, f"the page of {code} has no heading {heading!r}"
    assert len(part[1].split("\n## ")[0].split()) > 10, f"{code} says next to nothing under {heading!r}"


@pytest.mark.parametrize("name", sorted(app.commands))
def test_every_command_says_what_it_does(name: str) -> None:
    command = app.commands[name]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def commands_in(name: str) -> list[str]:
    return [
        line.split("#")[0].split(">")[0].strip()
        for block in blocks(name, "sh")
        for line in block.splitlines()
    ]


@pytest.mark.parametrize("line", [line for name in ("README.md", "docs/mapping.md", "CONTRIBUTING.md")
                                  for line in commands_in(name)])  # fmt: skip
def test_every_command_shown_exists(line: str) -> None:
    program, *arguments = shlex.split(line)
    if program == "make":
        assert all(re.search(rf"^{target}:", text_of("Makefile"), re.MULTILINE) for target in arguments)
    else:
        assert program == "headwater"
        assert app.commands[arguments[0]].make_context(arguments[0], arguments[1:])


def test_every_make_target_stands_in_the_help() -> None:
    targets = re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE)
    told = re.findall(r"^([a-z]+):.*## ", text_of("Makefile"), re.MULTILINE)
    assert {"demo", "test", "lint", "bench", "docs"} <= set(told)
    assert set(targets) - set(told) == {"uv", "python"}


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def links(path: Path) -> list[str]:
    text = FENCE.sub("", path.read_text("utf-8"))
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [link for link in found if "://" not in link]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_broken(path: Path) -> None:
    for link in links(path):
        place, _, anchor = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), f"{path.name} links to {link}"
        assert target.is_relative_to(ROOT), f"{path.name} links to {link}, outside the project"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


@pytest.mark.parametrize("folder", ["docs", "docs/decisions", "docs/checks"])
def test_the_index_of_a_folder_leads_to_all_its_pages(folder: str) -> None:
    index = ROOT / folder / "README.md"
    led_to = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    assert set((ROOT / folder).glob("*.md")) - {index} <= led_to


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs/decisions").glob("0*.md")), ids=lambda path: path.name[:4]
)
def test_a_decision_says_what_why_and_what_was_turned_down(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(f"# {path.name[:4]} ")
    assert all(f"**{word}.**" in text for word in ("Decision", "Why", "Turned down"))
    assert len(text.split()) < 250


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/decisions").glob("0*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def folders() -> set[str]:
    found = {path.parent for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    return {f"{folder.relative_to(PACKAGE)}/" for folder in found if folder != PACKAGE}


def test_the_architecture_names_every_room_and_no_other() -> None:
    assert {name.strip("`") for name, _ in cells("ARCHITECTURE.md", "Rooms")} == folders()


def test_the_architecture_lists_every_check_with_its_module() -> None:
    listed = {
        code: (module.strip("`"), asked)
        for code, module, asked in cells("ARCHITECTURE.md", "Inventory of checks")
    }
    of_code = {
        code: (check.run.__module__.removeprefix("headwater.").replace(".", "/") + ".py", check.question)
        for code, check in all_checks().items()
    }
    assert listed == of_code


def test_modules_named_in_the_architecture_exist() -> None:
    named = set(re.findall(r"`((?:\w+/)*\w+\.(?:py|toml))`", text_of("ARCHITECTURE.md")))
    at_home = {path.name for path in PACKAGE.rglob("*.py")}
    lost = {name for name in named if not any((place / name).exists() for place in (PACKAGE, ROOT))}
    assert {name for name in lost if name not in at_home} - {"headwater.toml"} == set()


def test_the_readme_asks_what_the_checks_ask() -> None:
    asked = {
        re.sub(r"\[(\w+)\].*", r"\1", code): question
        for code, question in cells("README.md", "What it tells")
    }
    assert asked == {code: check.question for code, check in all_checks().items()}


def test_the_example_of_settings_is_understood(tmp_path: Path) -> None:
    (example,) = blocks("docs/settings.md", "toml")
    (tmp_path / "headwater.toml").write_text(example, "utf-8")
    settings = resolve({}, {}, tmp_path)
    assert (settings["timezone"], settings["cost_per_hour"]) == ("Europe/Amsterdam", 38.5)
    assert settings.checks == {"D3": {"match": "customer"}}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """What the mapping in docs/mapping.md makes of the export beside it."""
    (table,), (text,) = blocks("docs/mapping.md", "csv"), blocks("docs/mapping.md", "toml")
    path = tmp_path_factory.mktemp("docs") / "phones.csv"
    path.write_text(table, "utf-8")
    how = Reading(mapping=mapping.parse_mapping(tomllib.loads(text), "phones"), keep_names=True)
    store = in_memory()
    with rejected_file(None) as rejected:
        (load,) = load_files(store, [path], how, rejected, lambda _: None)
    assert (load.rows_read, load.rejected, load.assumed, load.warnings) == (4, 0, (), ())
    return store.record()


def test_the_example_of_a_mapping_makes_three_contacts(example: Record) -> None:
    contacts = example.table("contacts").order_by("contact_id").to_pyarrow().to_pylist()
    told = [(row["contact_id"], row["customer_id"], row["status"], row["channel"]) for row in contacts]
    assert told == [
        ("7001", "K-18", "resolved", "phone"),
        ("7002", None, "abandoned", "phone"),
        ("7003", "K-42", "resolved", "mail"),
    ]
    assert contacts[0]["opened_at"].isoformat() == "2025-11-03T07:58:00+00:00"


def test_the_example_of_a_mapping_makes_four_touches(example: Record) -> None:
    touches = example.table("touches").order_by("started_at").to_pyarrow().to_pylist()
    told = [(row["agent_id"], row["wait_seconds"], row["handle_seconds"], row["ended_by"]) for row in touches]
    assert told == [
        ("Mira", 210.0, 520.0, "transferred"),
        (None, 420.0, None, "abandoned"),
        ("Jonas", None, 1140.0, "resolved"),
        ("Mira", None, 330.0, "resolved"),
    ]


def keys(heading: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", " ".join(row[0] for row in cells("docs/mapping.md", heading))))


def test_every_kind_of_row_is_explained() -> None:
    rows = cells("docs/mapping.md", "What a row can be")
    told = {kind.strip("`"): (words, tuple(re.findall(r"`(\w+)`", needs))) for kind, words, needs in rows}
    assert told == mapping.ROW_KINDS


def test_every_key_of_a_mapping_is_explained() -> None:
    at_top = {field.name for field in fields(mapping.Mapping)} - {"fields", "values", "assumed"}
    of_a_column = {field.name for field in fields(mapping.Field)} | {"column"}
    assert keys("What stands at the top") == at_top
    assert keys("What a column can be") == of_a_column


def test_the_cells_that_mean_not_known_are_listed() -> None:
    part = text_of("docs/mapping.md").split('Cells that always mean "not known"')[1].split("##")[0]
    assert set(re.findall(r"`([^`]+)`", part)) == set(mapping.MISSING)

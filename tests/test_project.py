"""The project around the code: start, versions, what is shipped, and what must not stand in a file."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import headwater

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
HEAVY = ("ibis", "pandas", "duckdb", "scipy", "pyarrow", "numpy", "vl_convert", "rich", "jinja2")
BINARY = (".gz", ".png")
#: Folders of one machine, and hosts that packages are fetched from: none belongs into a file of the project.
ELSEWHERE = (
    "/" + "home/",
    "/" + "root/",
    "/" + "tmp/",
    "/" + "Users/",
    "pypi" + ".org",
    "files.python" + "hosted",
)


def tracked() -> list[Path]:
    """The project's files: what git knows, and what it would take."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing tells which files belong to the project")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*(name.partition('.')[0] for name in sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(said.stdout.splitlines()[-1].split())


def test_the_command_line_starts_without_anything_heavy() -> None:
    assert loaded_after("import headwater.cli") & set(HEAVY) == set()


def test_help_starts_without_anything_heavy() -> None:
    asked = "import headwater.cli\ntry: headwater.cli.main(['assess', '--help'])\nexcept SystemExit: pass"
    assert loaded_after(asked) & set(HEAVY) == set()


def test_the_version_is_the_same_everywhere() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert {PROJECT["project"]["version"], headwater.__version__, newest[1]} == {headwater.__version__}


def test_the_lock_fits_the_project() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    (ours,) = [package for package in locked if package["name"] == "headwater"]
    names = {re.split(r"[\[<>=]", need)[0] for need in PROJECT["project"]["dependencies"]}
    assert ours["version"] == headwater.__version__
    assert {need["name"] for need in ours["dependencies"]} == names


def test_the_pins_that_keep_the_engine_working_reach_people_who_install_with_pip() -> None:
    needs = PROJECT["project"]["dependencies"]
    assert {"ibis-framework>=12,<13", "duckdb>=1.5,<2", "sqlglot<30.18"} <= set(needs)


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = []
    for path in tracked():
        if path.name != "uv.lock" and path.suffix not in BINARY:
            text = path.read_text("utf-8")
            found += [f"{path.relative_to(ROOT)}: {word}" for word in ELSEWHERE if word in text]
    assert found == []


def test_nothing_large_or_made_is_kept() -> None:
    kept = [path.relative_to(ROOT) for path in tracked()]
    assert [
        str(path) for path in kept if {"__pycache__", ".venv", "headwater-report"} & set(path.parts)
    ] == []
    assert [str(path) for path in kept if (ROOT / path).stat().st_size > 1_000_000] == []


def test_the_picture_of_the_report_is_small_and_sharp() -> None:
    data = (ROOT / "docs/images/report.png").read_bytes()
    width = int.from_bytes(data[16:20])
    assert data.startswith(b"\x89PNG")
    assert (1100 <= width <= 1300, len(data) < 300_000) == (True, True)


def test_the_licence_is_the_one_that_is_named() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("path", [".ci/run"])
def test_a_script_can_be_run(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert (ROOT / path).stat().st_mode & stat.S_IXUSR


def data_files() -> set[str]:
    package = ROOT / "src"
    files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(package)) for path in files}


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=ROOT / ".uv/bin")
    if uv is None:
        pytest.skip("no uv on this machine to build a wheel with")
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", tmp_path], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == data_files()
    assert {Path(name).suffix for name in held} >= {
        ".py",
        ".toml",
        ".md",
        ".json",
        ".html",
        ".css",
        ".gz",
        ".typed",
    }

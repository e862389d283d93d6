"""The command line. Imports of everything heavy wait until a command runs, so that help is instant."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater import __version__
from headwater.errors import HeadwaterError
from headwater.settings import SETTINGS, Setting, resolve

if TYPE_CHECKING:
    from headwater.assess import Result

Command = Callable[..., None]


def settings_of(command: str) -> Callable[[Command], Command]:
    """Give a command the flags of its settings, from the one table of settings."""

    def add(function: Command) -> Command:
        for setting in reversed([setting for setting in SETTINGS if command in setting.commands]):
            function = _option(setting)(function)
        return function

    return add


def _option(setting: Setting) -> Callable[[Command], Command]:
    default = "" if setting.default in ("", None, (), False) else f"  [default: {setting.default:g}]" if isinstance(
        setting.default, float | int
    ) else f"  [default: {setting.default}]"  # fmt: skip
    text = f"{setting.help}{default}  [{setting.variable}]"
    if setting.kind == "flag":
        return click.option(setting.flag, setting.name, is_flag=True, default=None, help=text)
    return click.option(
        setting.flag, setting.name, metavar=setting.meta, multiple=setting.kind == "list", help=text
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="headwater")
def app() -> None:
    """Headwater reads what really happened in customer support and tells what the system does to the work."""


@app.command()
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@settings_of("assess")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error.")
def assess(sources: tuple[str, ...], verbose: bool, **flags: Any) -> None:  # noqa: ARG001, FBT001
    """Assess an export (or a record) and write the report.

    SOURCE is a file (CSV, TSV, Excel, JSON lines, Parquet, XES; also .gz and .zip) or a record
    (duckdb://FILE or a folder). Writes assessment.html, findings.json and rejected.csv.
    """
    settings = resolve(flags)
    if not sources and not settings["record"]:
        raise click.UsageError("name at least one SOURCE, or a record with --record")
    from headwater.assess import assess as run

    _show(run(sources, settings, _progress))


@app.command()
@settings_of("demo")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error.")
def demo(verbose: bool, **flags: Any) -> None:  # noqa: ARG001, FBT001
    """Assess the bundled example: a parcel shipper's support, made by a simulator."""
    from headwater.assess import assess as run
    from headwater.simulate.example import example_export

    with example_export() as (path, timezone):
        # Nothing that is set for the user's own data may reach the example: it would land in their record.
        own = {"timezone": timezone, "record": "", "profile": "", "mapping": ""}
        settings = resolve(flags | own)
        _show(run((str(path),), settings, _progress, synthetic=True))


@app.command("map")
@click.argument("file", type=click.Path(path_type=Path))
@settings_of("map")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error.")
def draft_mapping(file: Path, verbose: bool, **flags: Any) -> None:  # noqa: ARG001, FBT001
    """Draft a mapping for FILE and print it, with its reasons, as TOML."""
    from headwater.sources.sketch import sketch

    click.echo(sketch(file, resolve(flags)["timezone"]), nl=False)


@app.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@settings_of("load")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error.")
def load(sources: tuple[Path, ...], verbose: bool, **flags: Any) -> None:  # noqa: ARG001, FBT001
    """Load files into a record. Loading the same file again changes nothing."""
    settings = resolve(flags)
    if not settings["record"]:
        raise click.UsageError("say where the record is, or is to be: --record duckdb://FILE")
    from headwater.keep import load as run

    for line in run(sources, settings, _progress):
        click.echo(line)


@app.command()
@click.argument("record", metavar="RECORD")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error.")
def doctor(record: str, verbose: bool) -> None:  # noqa: ARG001, FBT001
    """Say what is in RECORD, what is missing for which checks, and what looks wrong."""
    from headwater.keep import examine

    for line in examine(record):
        click.echo(line)


@app.command()
def checks() -> None:
    """List the checks."""
    from headwater.checks.registry import all_checks

    for check in all_checks().values():
        click.echo(f"{check.code}  {check.name:<26}{check.question}")


@app.command()
@click.argument("code", metavar="CODE")
def explain(code: str) -> None:
    """Explain a check: question, method, assumptions, parameters."""
    from headwater.checks.page import page
    from headwater.checks.registry import find

    click.echo(page(find(code)), nl=False)


def _progress(text: str) -> None:
    click.echo(f"… {text}", err=True)


def _show(result: Result) -> None:
    from rich.console import Console

    from headwater.report.terminal import print_summary

    print_summary(result.assessment, Console(), result.files)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line: exit 0 when done, 1 when it cannot be done, 2 for wrong usage."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # Expressions are many small objects that all stay: looking for garbage among them takes a sixth of an
    # assessment and finds none.
    gc.set_threshold(100_000, 50, 50)
    try:
        app.main(arguments, prog_name="headwater", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except HeadwaterError as error:
        _fail(error, verbose={"-v", "--verbose"} & set(arguments) != set())
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped; nothing was left half-written", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()


def program() -> None:
    """The installed command. Everything is written and closed when `main` returns.

    So the process ends at once, instead of spending a third of a second on freeing what the system frees.
    """
    main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _fail(error: HeadwaterError, *, verbose: bool) -> None:
    if verbose:
        traceback.print_exception(error)
    click.echo(f"headwater: {error}", err=True)
    sys.exit(1)

"""The one table of settings. It feeds the command line, the environment, headwater.toml and the docs.

A flag wins over the environment, the environment over `headwater.toml` in the current folder, that over
the default.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from headwater.errors import SettingError

Kind = Literal["text", "whole", "number", "flag", "list"]
FILE = "headwater.toml"
PREFIX = "HEADWATER_"


@dataclass(frozen=True)
class Setting:
    """One setting: its name, kind, default (None: not set), help, and the commands that take it as a flag.

    `low` is the smallest number it may be; `meta` what stands for its value in the help.
    """

    name: str
    kind: Kind
    default: Any
    help: str
    commands: tuple[str, ...]
    meta: str = ""
    low: float | None = None

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("profile", "text", "", "Read files as this profile instead of recognising them.",
            ("assess", "load"), "NAME"),
    Setting("mapping", "text", "", "Read files by this mapping: a TOML file, see `headwater map`.",
            ("assess", "load"), "FILE"),
    Setting("timezone", "text", "", "Time zone of times without an offset, and of hours in the report.",
            ("assess", "load", "map"), "ZONE"),
    Setting("keep_names", "flag", False,  # noqa: FBT003 - the default, beside those of other kinds
            "Keep names of agents and customers instead of pseudonyms.", ("assess", "load")),
    Setting("max_handle_hours", "number", 12.0, "Longest believable handling of one touch; longer ones are kept aside.",
            ("assess", "load"), "HOURS", 0.0),
    Setting("record", "text", "", "Record to use: duckdb://FILE or a folder of Parquet. Empty: in memory.",
            ("assess", "load"), "URL"),
    Setting("out", "text", "headwater-report", "Folder for the results.",
            ("assess", "demo"), "DIR"),
    Setting("only", "list", (), "Only these checks, by code.",
            ("assess", "demo"), "D3,R1"),
    Setting("set", "list", (), "Set a parameter of a check; may be given several times.",
            ("assess", "demo"), "D3.match=customer"),
    Setting("smallest_group", "whole", 5, "Groups of fewer people than this are never shown.",
            ("assess", "demo"), "N", 5.0),
    Setting("cost_per_hour", "number", None, "What an hour of work costs; without it no money is told.",
            ("assess", "demo"), "AMOUNT", 0.0),
    Setting("currency", "text", "", "Currency of cost_per_hour, as it should be written.",
            ("assess", "demo"), "CODE"),
    Setting("memory_limit", "text", "", "Most memory the engine may take, like 4GB. Empty: the engine's own choice.",
            ("assess", "load"), "SIZE"),
)  # fmt: skip
BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The values in force, and where each came from (flag, environment, headwater.toml, default)."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    checks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """The value of a setting."""
        return self.values[name]


def resolve(
    flags: Mapping[str, Any], environment: Mapping[str, str] | None = None, folder: Path = Path()
) -> Settings:
    """The settings from flags (None: not given), environment, headwater.toml and defaults.

    SettingError names the setting, where the wrong value stands, and what would be right.
    """
    environment = os.environ if environment is None else environment
    stored = _stored(folder / FILE)
    values, origins = {}, {}
    for setting in SETTINGS:
        values[setting.name], origins[setting.name] = _value(setting, flags, environment, stored)
    place = {"flag": "--set", "environment": BY_NAME["set"].variable}.get(origins["set"], f"{FILE}: set")
    return Settings(values, origins, _with_set(_stored_checks(stored), values["set"], place))


def _value(
    setting: Setting, flags: Mapping[str, Any], environment: Mapping[str, str], stored: Mapping[str, Any]
) -> tuple[Any, str]:
    given = flags.get(setting.name)
    if given is not None and given != ():
        return _read(setting, given, setting.flag), "flag"
    if environment.get(setting.variable):
        return _read(setting, environment[setting.variable], setting.variable), "environment"
    if setting.name in stored:
        return _read(setting, stored[setting.name], f"{FILE}: {setting.name}"), FILE
    return setting.default, "default"


def _stored(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingError(
            f"{path.name} cannot be read: {error.strerror}", "check its permissions"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{path.name} is not TOML: {error}", "mend that line") from error
    for name in data:
        if name not in BY_NAME and name != "checks":
            near = get_close_matches(name, BY_NAME, n=1)
            raise SettingError(f"{path.name} holds an unknown setting {name!r}", _did_you_mean(near))
    return data


def _stored_checks(stored: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The tables [checks.CODE] of headwater.toml."""
    tables = stored.get("checks", {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise SettingError(
            f"{FILE}: checks must hold one table for each check", 'write [checks.D3], then match = "customer"'
        )
    return {code: {name: str(value) for name, value in table.items()} for code, table in tables.items()}


def _did_you_mean(near: list[str]) -> str:
    return (
        f"did you mean {near[0]!r}?"
        if near
        else f"settings are: {', '.join(BY_NAME)}, and tables [checks.CODE]"
    )


def _read(setting: Setting, value: Any, where: str) -> Any:
    try:
        read = _READERS[setting.kind](value)
    except (ValueError, TypeError):
        wanted = _WANTED[setting.kind]
        raise SettingError(f"{where} = {value!r} is not {wanted}", f"give {wanted}. {setting.help}") from None
    if setting.low is not None and read < setting.low:
        raise SettingError(
            f"{where} = {value!r} is too small", f"give at least {setting.low:g}. {setting.help}"
        )
    return read


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not math.isfinite(float(value)):
        raise ValueError(value)
    return float(value)


def _flag(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in ("1", "0", "true", "false", "yes", "no", "on", "off"):
        raise ValueError(text)
    return text in ("1", "true", "yes", "on")


def _list(value: Any) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else [_text(item) for item in value]
    parts = [part for item in items for part in item.split(",")]
    return tuple(part.strip() for part in parts if part.strip())


_READERS: dict[Kind, Callable[[Any], Any]] = {
    "text": _text, "whole": _whole, "number": _number, "flag": _flag, "list": _list,
}  # fmt: skip
_WANTED = {
    "text": "text",
    "whole": "a whole number",
    "number": "a number",
    "flag": "yes or no",
    "list": "a list",
}


def _with_set(
    checks: Mapping[str, Mapping[str, str]], entries: tuple[str, ...], place: str
) -> dict[str, dict[str, str]]:
    """Parameters of checks from headwater.toml, and over them those of --set."""
    merged = {code.upper(): dict(table) for code, table in checks.items()}
    for entry in entries:
        name, equals, value = entry.partition("=")
        code, dot, parameter = name.partition(".")
        if not equals or not dot:
            raise SettingError(f"{place} {entry} cannot be understood", "write it like D3.match=customer")
        merged.setdefault(code.strip().upper(), {})[parameter.strip()] = value.strip()
    return merged

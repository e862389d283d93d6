"""What a check is: the declaration that registry, runner, command line and documentation all read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.checks.finding import Finding
from headwater.errors import CheckError

if TYPE_CHECKING:
    from headwater.record.record import Record

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """A column that must hold something, and what it is needed for, in words a manager understands.

    With several `columns`, any one of them is enough. Written as table.column.
    """

    columns: tuple[str, ...]
    what: str


@dataclass(frozen=True)
class Parameter:
    """A choice inside a check that somebody could reasonably make otherwise."""

    name: str
    type: type[int] | type[float] | type[str]
    default: int | float | str
    unit: str
    help: str
    source: str
    choices: tuple[str, ...] = ()

    def parse(self, text: str) -> int | float | str:
        """The value that `text` means. CheckError when it is of the wrong type or not a choice."""
        try:
            value = self.type(text)
        except ValueError:
            raise CheckError(
                f"{self.name} = {text!r} is not {_A[self.type]}", f"{self.name}: {self.help}"
            ) from None
        if self.choices and value not in self.choices:
            raise CheckError(
                f"{self.name} = {text!r} is not a choice", f"choose one of: {', '.join(self.choices)}"
            )
        return value


_A = {int: "a whole number", float: "a number", str: "text"}


@dataclass(frozen=True)
class Context:
    """What every check may know about the whole assessment."""

    timezone: str = "UTC"
    smallest_group: int = 5
    cost_per_hour: float | None = None
    currency: str = ""
    level: float = 0.95


@dataclass(frozen=True)
class Check:
    """One question a manager would ask, and the function that answers it from a record."""

    code: str
    name: str
    question: str
    needs: tuple[Need, ...]
    parameters: tuple[Parameter, ...]
    run: Callable[[Record, Params, Context], Finding]

    @property
    def family(self) -> str:
        """The family of questions it belongs to: the letter of its code."""
        return self.code[0]

    @property
    def defaults(self) -> dict[str, Any]:
        """The value of each parameter when nobody sets it."""
        return {parameter.name: parameter.default for parameter in self.parameters}

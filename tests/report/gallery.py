"""Charts of difficult data: long names, many labels, odd sizes, missing values."""

from __future__ import annotations

from headwater.checks import charts
from headwater.checks.finding import Chart, DataTable, Scalar

ALT = "A chart of difficult data, drawn to see whether anything is cut."
LONG = "Questions about invoices and reminders of business customers in the northern districts"


def table(columns: str, units: str, *rows: tuple[Scalar, ...]) -> DataTable:
    return DataTable("Difficult data", tuple(columns.split("|")), rows, tuple(units.split("|")))


def bars(columns: str, units: str, *rows: tuple[Scalar, ...]) -> Chart:
    data = table(columns, units, *rows)
    names = data.columns
    ends = {"low": names[2], "high": names[3]} if len(names) > 2 else {}
    return charts.bars(title="Bars", alt=ALT, table=data, category=names[0], value=names[1], **ends)


def columns(columns: str, units: str, *rows: tuple[Scalar, ...], line: bool = False) -> Chart:
    data = table(columns, units, *rows)
    names = data.columns
    return charts.columns(
        title="Columns", alt=ALT, table=data, x=names[0], y=names[1], line=names[2] if line else None
    )


def curve(columns: str, units: str, *rows: tuple[Scalar, ...], series: bool = False, **more: object) -> Chart:
    data = table(columns, units, *rows)
    names = data.columns
    split = {"series": names[2]} if series else {}
    return charts.curve(title="Curve", alt=ALT, table=data, x=names[0], y=names[1], **split, **more)


def heatmap(columns: str, units: str, *rows: tuple[Scalar, ...]) -> Chart:
    data = table(columns, units, *rows)
    x, y, value = data.columns
    return charts.heatmap(title="Heatmap", alt=ALT, table=data, x=x, y=y, value=value)


def gallery() -> dict[str, Chart]:
    """Every difficult chart by what is difficult about it."""
    hours = [
        f"{day} {hour:02}:00"
        for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        for hour in range(24)
    ]
    teams = (
        "First line for private customers",
        "Second line for business customers and partners",
        "Field service",
    )
    return {
        "long names": bars(
            "Queue|Share|Low|High", "|share|share|share", (LONG, 0.97, 0.9, 0.99), ("Y", 0.2, 0.1, 0.3)
        ),
        "one word that cannot be broken": bars(
            "Queue|Contacts", "|contacts", ("Donaudampfschifffahrtsgesellschaft", 7)
        ),
        "one bar": bars("Queue|Share", "|share", ("Billing", 0.5)),
        "nothing known": bars("Queue|Share|Low|High", "|share|share|share", ("Billing", None, None, None)),
        "tiny shares": bars(
            "Queue|Share|Low|High", "|share|share|share", ("A", 0.0004, 0.0002, 0.0009), ("B", 0, 0, 0)
        ),
        "large numbers": bars("Queue|Contacts", "|contacts", ("A", 12_345_678), ("B", 981_111)),
        "long waits": bars(
            "Team|Wait|Low|High", "|seconds|seconds|seconds", ("A", 9e5, 8e5, 9.9e5), ("B", 12.0, 8.0, 20.0)
        ),
        "values below nothing": bars(
            "Queue|Change|Low|High", "|share|share|share", ("A", -0.2, -0.3, -0.1), ("B", 0.1, 0, 0.2)
        ),
        "twenty bars": bars("Queue|Share", "|share", *((f"Queue number {n}", n / 20) for n in range(20))),
        "hours of the week": columns(
            "Hour|Contacts", "|contacts", *((hour, n % 24) for n, hour in enumerate(hours))
        ),
        "many numbers": columns("Replies|Contacts", "|contacts", *((n, 1000 - n) for n in range(97))),
        "words below columns": columns(
            "Team|Contacts", "|contacts", *((team, 40 + len(team)) for team in teams)
        ),
        "many words below columns": columns(
            "Month|Contacts", "|contacts", *((f"{name}ember", 4) for name in "abcdefghijkl")
        ),
        "ranges below columns": columns(
            "Wait|Contacts", "|contacts", *((f"{n * 30} to {n * 30 + 30} s", n) for n in range(12))
        ),
        "lengths of time below columns": columns(
            "Wait|Contacts", "seconds|contacts", *((60 * n, n) for n in range(31))
        ),
        "a line in the same unit": columns(
            "Hour|Came|Answered",
            "|contacts|contacts",
            *((f"{n:02}:00", n * 9, n * 8) for n in range(24)),
            line=True,
        ),
        "a line in another unit with long names": columns(
            "Hour|Contacts that came to any of the queues in this hour|Share of them who gave up before an answer",
            "|contacts|share",
            *((f"{n:02}:00", n * 900, n / 30) for n in range(24)),
            line=True,
        ),
        "marks that are close": curve(
            "Days|Share",
            "days|share",
            (0, 0.0),
            (30, 0.4),
            (90, 0.5),
            marks=((1, "1 day"), (2, "2 days"), (3, "3 days"), (7, "one week"), (90, "a quarter")),
        ),
        "long names of lines": curve(
            "Week|Contacts|Team",
            "|contacts|",
            *((f"2026-0{m}-01", m * len(team), team) for team in teams for m in range(1, 7)),
            series=True,
            marks=(("2026-03-01", "new routing"),),
        ),
        "days over years": curve(
            "Month|Contacts",
            "|contacts",
            *((f"{year}-{m:02}-01", m) for year in (2024, 2025) for m in range(1, 13)),
        ),
        "a mark at the end of the dates": curve(
            "Day|Contacts",
            "|contacts",
            *((f"2026-03-{day:02}", day) for day in range(1, 31)),
            marks=(
                ("2026-03-28", "new opening hours"),
                ("2026-03-30", "new telephone system"),
                ("2026-03-01", "start"),
            ),
        ),
        "hours of one day": curve(
            "Hour|Contacts", "|contacts", *((f"2026-01-05 {n:02}:00", n) for n in range(24))
        ),
        "a gap": curve(
            "Days|Share", "days|share", *((n, None if n in (4, 5) else n / 12) for n in range(12))
        ),
        "one point": curve("Days|Share", "days|share", (3, 0.4)),
        "a title of many words": curve(f"Days|{LONG}", "days|share", (0, 0.0), (1, 0.4)),
        "one cell": heatmap("Hour|Day|Share", "||share", ("09:00", "Monday", 0.4)),
        "nothing in the cells": heatmap(
            "Hour|Day|Share", "||share", ("09:00", "Monday", None), ("10:00", "Monday", None)
        ),
        "waits in cells": heatmap(
            "Hour|Day|Wait",
            "||seconds",
            *((f"{h:02}:00", d, 30.0 * h) for d in ("Monday", "Tuesday") for h in range(24)),
        ),
        "long rows": heatmap(
            "Team|Queue|Contacts", "||contacts", *((team, LONG, 1200 * len(team)) for team in teams)
        ),
    }

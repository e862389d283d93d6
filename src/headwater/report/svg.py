"""Charts as still pictures: Vega-Lite drawn to SVG whose colours follow the page.

The theme names CSS variables where other themes name colours, so that one drawing serves light and
dark. Letters have the widths of Arial, which the common replacements share, so that no label is cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any

from headwater.checks.finding import Chart

#: Widths of the drawings in pixels: for a page of text, and for a telephone of 360 with its margins.
WIDE, NARROW = 680, 328

_FONT = "Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif"
_INK, _LINE, _GRID = "var(--chart-ink)", "var(--chart-line)", "var(--chart-grid)"
_SERIES = [f"var(--chart-{number})" for number in range(1, 6)]
_THEME: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": _FONT,
    "padding": {"left": 2, "right": 10, "top": 2, "bottom": 4},
    "view": {"stroke": None},
    "range": {"category": _SERIES},
    "axis": {"labelColor": _INK, "titleColor": _INK, "gridColor": _GRID, "domainColor": _LINE, "tickColor": _LINE,
             "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 0, "titleLimit": 0,
             "labelPadding": 6, "titlePadding": 10, "tickSize": 4},
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False, "tickCount": 5},
    "legend": {"labelColor": _INK, "titleColor": _INK, "labelFontSize": 12, "labelLimit": 0, "symbolStrokeWidth": 2,
               "symbolFillColor": _SERIES[0], "rowPadding": 4},
    "title": {"color": _INK, "fontSize": 12, "fontWeight": "normal", "anchor": "start", "frame": "bounds", "limit": 0},
    "bar": {"color": "var(--chart-bar)"},
    "rect": {"color": _SERIES[0], "stroke": "var(--page)", "strokeWidth": 1},
    "line": {"color": _SERIES[0], "strokeWidth": 2.2},
    "area": {"color": _SERIES[0], "opacity": 0.18, "line": False},
    "point": {"color": _SERIES[0], "filled": True, "size": 30},
    "text": {"color": _INK, "fontSize": 12},
    "style": {
        "interval": {"color": "var(--ink)", "strokeWidth": 1.6},
        "note": {"color": _LINE, "strokeDash": [3, 3], "strokeWidth": 1},
        "missing": {"color": _LINE, "size": 28},
    },
}  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """A chart as SVG in both widths, or the reason why it could not be drawn."""

    wide: str = ""
    narrow: str = ""
    problem: str = ""


def drawing(chart: Chart, key: str) -> Drawing:
    """Draw a chart; `key` keeps the identifiers inside it apart from those of other charts."""
    if not chart.table.rows:
        return Drawing(problem="there is nothing to draw")
    try:
        return Drawing(_svg(chart, WIDE, f"{key}-wide"), _svg(chart, NARROW, f"{key}-narrow"))
    except (ValueError, TypeError, RuntimeError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return Drawing(
            problem=next((line for line in lines[1:2]), lines[0] if lines else type(error).__name__)
        )


def warm_up() -> None:
    """Start the engine that draws, which takes longer than any drawing."""
    from vl_convert import vegalite_to_svg

    vegalite_to_svg({"data": {"values": []}, "mark": "bar"}, config=_THEME, allowed_base_urls=[])


def _svg(chart: Chart, width: int, key: str) -> str:
    from vl_convert import vegalite_to_svg

    return _named(vegalite_to_svg(_sized(chart, width), config=_THEME, allowed_base_urls=[]), chart.alt, key)


def _sized(chart: Chart, width: int) -> dict[str, Any]:
    """The specification at a width. The page says the title; above the plot stands what is measured."""
    spec = dict(chart.spec) | {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    title = spec.pop("title", {})
    if isinstance(title, dict) and title.get("subtitle"):
        spec["title"] = {"text": title["subtitle"], "offset": title.get("offset", 10)}
    return spec


def _named(svg: str, alt: str, key: str) -> str:
    """The drawing with an accessible name and identifiers of its own."""
    svg = re.sub(r'(<\w[^<>]*? )id="([^"]+)"', rf'\1id="{key}-\2"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)

import json
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.checks import charts
from headwater.checks.axes import axis, fields, ordinal_labels, stride, wrapped_labels
from headwater.checks.finding import DataTable
from headwater.report.svg import drawing

from .gallery import gallery

GALLERY = gallery()


def table(headings, units, *rows):
    return DataTable("A table", tuple(headings), rows, tuple(units))


def bars_of(*rows, unit="share"):
    data = table(("Queue", "Value"), ("", unit), *rows)
    return charts.bars(title="t", alt="a", table=data, category="Queue", value="Value")


def values(chart):
    return chart.spec["data"]["values"]


@pytest.mark.parametrize("name", GALLERY)
def test_every_specification_is_plain_json_without_colours_or_widths(name):
    spec = GALLERY[name].spec
    text = json.dumps(spec, allow_nan=False)
    assert json.loads(text) == spec
    assert '"width"' not in text
    assert "#" not in text.replace("vega-lite/v6.json", "")


def test_an_unknown_column_is_told_with_the_columns_there_are():
    data = table(("Queue", "Share"), ("", "share"), ("A", 0.5))
    with pytest.raises(LookupError, match="no column 'Queues' in 'A table'; it has Queue, Share"):
        charts.bars(title="t", alt="a", table=data, category="Queues", value="Share")


@given(st.lists(st.tuples(st.text(min_size=1), st.floats(0, 1)), min_size=1, max_size=8))
@settings(deadline=None, max_examples=100)
def test_a_chart_holds_the_rows_of_its_table_in_their_order(rows):
    assert [(row["queue"], row["value"]) for row in values(bars_of(*rows))] == rows


def test_the_order_of_the_table_is_the_order_on_the_axis():
    spec = bars_of(("Z", 0.1), ("A", 0.9)).spec
    assert spec["layer"][0]["encoding"]["y"]["sort"] is None


def test_a_bar_carries_its_value_in_words_and_says_when_there_is_none():
    rows = values(bars_of(("A", 0.314), ("B", None)))
    assert [row["in_words"] for row in rows] == ["31%", "no data"]


@pytest.mark.parametrize(
    ("longest", "heading", "drawn"),
    [(90.0, "Wait (seconds)", 90.0), (600.0, "Wait (minutes)", 10.0), (9000.0, "Wait (minutes)", 150.0),
     (18_000.0, "Wait (hours)", 5.0),
     (432_000.0, "Wait (days)", 5.0)],
)  # fmt: skip
def test_lengths_of_time_are_drawn_in_the_unit_that_fits_the_longest(longest, heading, drawn):
    data = table(("Queue", "Wait"), ("", "seconds"), ("A", longest), ("B", 0.0))
    (wait,) = fields(data, "Wait")
    assert (wait.heading, wait.values[0]) == (heading, pytest.approx(drawn))


def test_parts_of_a_day_are_drawn_in_minutes_unless_the_heading_speaks_of_days():
    data = table(("Length", "Days since"), ("days", "days"), (0.025, 0.025))
    length, since = fields(data, "Length")[0], fields(data, "Days since")[0]
    assert (length.heading, length.values) == ("Length (minutes)", [pytest.approx(36)])
    assert (since.heading, since.values) == ("Days since", [0.025])


def test_value_and_interval_are_drawn_in_one_unit():
    data = table(("Wait", "Low", "High"), ("seconds",) * 3, (100.0, 50.0, 72000.0))
    assert {field.divisor for field in fields(data, "Wait", "Low", "High")} == {3600.0}


def test_headings_that_look_alike_stay_apart():
    data = table(("Low %", "Low!", "Low"), ("share",) * 3, (0.1, 0.2, 0.3))
    assert len({field.name for field in fields(data, "Low %", "Low!", "Low")}) == 3


def test_dates_are_read_as_utc_wherever_the_report_is_made():
    data = table(
        ("Day", "When"), ("", ""), ("2026-01-05", "2026-01-05 10:00"), (None, "2026-01-05T12:00+02:00")
    )
    day, when = fields(data, "Day", "When")
    assert day.values == ["2026-01-05T00:00:00Z", None]
    assert when.values == ["2026-01-05T10:00Z", "2026-01-05T12:00+02:00"]
    assert day.channel()["scale"] == {"type": "utc"}


def test_a_column_that_is_not_all_dates_is_words():
    data = table(("Day",), ("",), ("2026-01-05",), ("later",))
    assert fields(data, "Day")[0].kind == "ordinal"


@pytest.mark.parametrize(
    ("count", "letters", "hours", "step"),
    [(24, 5, True, 6), (168, 9, True, 48), (12, 5, True, 3), (48, 5, True, 12), (12, 1, False, 1), (40, 2, False, 5),
     (31, 2, False, 5)],
)  # fmt: skip
def test_thinned_labels_fall_on_whole_hours_days_and_fives(count, letters, hours, step):
    assert stride(count, letters, hours=hours) == step


def test_words_are_never_left_out_below_columns():
    months = table(("Month",), ("",), *((f"{letter}ember",) for letter in "abcdefghijkl"))
    labels = ordinal_labels(fields(months, "Month")[0])
    assert "values" not in labels
    assert labels["labelAngle"] == -40


def test_long_labels_are_broken_into_lines_not_cut():
    spec, lines = wrapped_labels(["Billing and invoices for business customers", "Y"])
    assert lines == 2
    assert '["Billing and invoices", "for business customers"]' in spec["labelExpr"]


def test_counts_are_not_given_half_ticks():
    whole = fields(table(("n",), ("contacts",), (1,), (3,)), "n")[0]
    broken = fields(table(("n",), ("contacts",), (1.5,), (3,)), "n")[0]
    assert axis(whole, titled=True)["tickMinStep"] == 1
    assert "tickMinStep" not in axis(broken, titled=True)


def test_marks_that_would_collide_stand_in_rows_of_their_own():
    spec = GALLERY["marks that are close"].spec
    heights = [
        layer["mark"]["dy"]
        for layer in spec["layer"]
        if isinstance(layer["mark"], dict) and "dy" in layer["mark"]
    ]
    assert heights == [-6, -21, -36, -51, -6]


def test_lines_are_told_apart_by_dashes_as_well_as_colours():
    encoding = GALLERY["long names of lines"].spec["layer"][0]["encoding"]
    assert encoding["strokeDash"]["field"] == encoding["color"]["field"] == "team"


def test_cells_without_a_value_are_drawn_and_named():
    drawn = drawing(GALLERY["nothing in the cells"], "x")
    assert "no data" in drawn.wide


def test_a_heatmap_without_gaps_does_not_speak_of_them():
    assert "no data" not in drawing(GALLERY["waits in cells"], "x").wide


def test_two_drawings_of_one_page_share_no_identifiers():
    chart = GALLERY["a line in the same unit"]
    ids = [set(re.findall(r' id="([^"]+)"', drawing(chart, key).wide)) for key in ("a", "b")]
    assert not ids[0] & ids[1]


def test_the_module_loads_nothing_heavy():
    heavy = "{'ibis', 'duckdb', 'pandas', 'scipy', 'numpy', 'altair', 'vl_convert', 'jinja2', 'pyarrow'}"
    code = f"import sys, headwater.checks.charts; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"

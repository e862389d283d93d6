import json
import re
import time
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from headwater.checks import charts
from headwater.checks.finding import Chart, Cost, DataTable, Estimate, Finding
from headwater.report.html import assessment_html
from headwater.report.svg import drawing

from . import samples
from .pages import Page

HOSTILE = "</script><script>alert(1)</script> <img src=x onerror=alert(1)> \"quoted\" & 'single' {{ 7*7 }}"


@cache
def html():
    return assessment_html(samples.assessment())


@cache
def page():
    return Page(html())


def page_of(*findings: Finding, **changes):
    return Page(assessment_html(samples.assessment(findings=findings, **changes)))


def test_every_element_is_closed_and_every_id_is_unique():
    ids = [element.attributes["id"] for element in page().elements if "id" in element.attributes]
    assert len(ids) == len(set(ids)) > 20


def test_every_reference_on_the_page_leads_somewhere():
    ids = {element.attributes.get("id") for element in page().elements}
    links = [a.attributes["href"] for a in page().all("a")]
    named = [e.attributes["aria-labelledby"] for e in page().elements if "aria-labelledby" in e.attributes]
    pictured = [script.attributes["data-for"] for script in page().all("script")]
    assert [link for link in links if not link.startswith("#") or link[1:] not in ids] == []
    assert set(named + pictured) <= ids


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs():
    loading = {"src", "srcset", "data", "action", "poster", "background", "xlink:href"}
    assert [e for e in page().elements if loading & set(e.attributes)] == []
    assert page().all("link", "iframe", "object", "embed", "form", "base") == []
    assert {script.attributes["type"] for script in page().all("script")} == {"application/json"}
    assert not re.search(r"url\((?!#)|@import", html())
    assert [e for e in page().elements if any(name.startswith("on") for name in e.attributes)] == []


def test_a_content_security_policy_forbids_it_too():
    policies = [m.attributes["content"] for m in page().all("meta") if "http-equiv" in m.attributes]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_headings_begin_at_one_and_never_skip_a_level():
    levels = [int(heading.tag[1]) for heading in page().all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(after - before for before, after in pairwise(levels)) == 1


def test_the_page_has_a_language_a_title_landmarks_and_a_way_past_its_head():
    (root,) = page().all("html")
    assert root.attributes["lang"] == "en"
    assert page().all("title")[0].text == "Headwater assessment, 3 January to 30 June 2026"
    assert [len(page().all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1]
    assert page().all("a")[0].attributes["href"] == "#main"


def test_every_figure_and_every_drawing_has_a_name():
    figures, drawings = page().all("figure"), page().all("svg")
    assert len(figures) == 8
    assert len(drawings) == 16
    assert all(page().by_id(figure.attributes["aria-labelledby"]).text for figure in figures)
    assert all(svg.attributes["role"] == "img" and len(svg.attributes["aria-label"]) > 40 for svg in drawings)


def test_every_chart_keeps_its_specification_with_its_data():
    specifications = [json.loads(script.text) for script in page().all("script")]
    assert [len(spec["data"]["values"]) > 0 and spec["$schema"] != "" for spec in specifications] == [
        True
    ] * 8


def test_every_table_has_a_caption_and_headings_with_a_scope():
    tables = page().all("table")
    assert len(tables) == 14
    assert all(page().inside(table, "caption")[0].text for table in tables)
    assert {th.attributes["scope"] for th in page().all("th")} == {"col", "row"}


def test_each_finding_is_a_section_in_the_order_in_which_to_act():
    sections = [s for s in page().all("section") if s.attributes["class"] == "finding"]
    assert [section.attributes["id"] for section in sections] == ["S1", "D4", "D3", "R1", "R4", "T1"]
    words = {s.attributes["id"]: page().inside(s, "p")[0].text for s in sections}
    assert words["S1"] == "Found in this data"
    assert words["R4"] == "Not found in this data"
    assert words["T1"] == "This data cannot tell"


def test_the_first_screen_tells_what_was_read_kept_aside_assumed_and_what_matters_most():
    text = page().all("body")[0].text
    order = [
        "3 January to 30 June 2026",
        "24,918 contacts",
        "read from 141,757 rows",
        "45 rows were kept aside (0.03% of what was read)",
        "31 the contact ends before it starts",
        "Times carry no zone; they were read as UTC.",
        "One customer id stands on 64%",
        "18% of customers give up",
        "What to do first",
        "What this data cannot tell",
        "Missing: how long somebody worked on each contact (handle time);",
        "All numbers of this answer",
    ]
    places = [text.index(sentence) for sentence in order]
    assert places == sorted(places)


def test_what_to_do_first_tells_cost_certainty_and_the_first_step():
    (actions,) = page().all("ol")
    third = page().inside(actions, "li")[2].text.replace("\u00a0", " ")
    assert "Costs about 47 hours of work and 288 contacts a week" in third
    assert "How sure very likely between 41 and 53 hours a week" in third
    assert third.endswith("First step Let the person who answers a billing question also correct the invoice, up to "
                          "an agreed sum.")  # fmt: skip


def test_no_raw_number_and_no_identifier_reaches_the_reader():
    outside = [e.text for e in page().all("p", "dd", "dt", "td", "th", "li", "h2", "h3", "summary", "figcaption")
               if not any("settings" in (p.attributes.get("class") or "") for p in e.parents)]  # fmt: skip
    text = " ".join(outside)
    assert re.findall(r"\d\.\d{3,}|\d{5,}|\bnan\b|\bNone\b|\be-\d", text) == []
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", text) == []


def test_a_cost_is_told_only_for_what_was_found():
    unsure = replace(samples.repeat_contact(), verdict="cannot_tell", needs=("more contacts",))
    assert "What it costs" in [h.text for h in page_of(samples.repeat_contact()).all("h3")]
    assert "What it costs" not in [h.text for h in page_of(unsure).all("h3")]


def test_synthetic_data_is_called_synthetic_and_real_data_is_not():
    assert "Synthetic example data" in page().all("header")[0].text
    assert "ynthetic" not in page_of(samples.rework(), synthetic=False).all("body")[0].text


def test_what_is_empty_is_not_shown():
    bare = Finding("D9", "bare", "Is there anything?", "not_found", "There is nothing.")
    empty = page_of(bare, assumptions=(), warnings=(), rejected=0, rejected_by_reason={}, settings={})
    headings = [heading.text for heading in empty.all("h2", "h3")]
    assert headings == ["What matters most", "What is no problem here", "Is there anything?", "Is there anything?",
                        "Terms"]  # fmt: skip
    assert empty.all("table", "figure", "details", "ol") == []
    boxes = empty.all("p", "ul", "ol", "dl", "dd", "dt", "li", "div", "section", "h2", "h3")
    assert [box.tag for box in boxes if not box.text] == []


def test_no_box_of_the_full_page_is_empty_either():
    boxes = page().all("p", "ul", "ol", "dl", "dd", "dt", "li", "section", "h2", "h3", "summary", "details")
    assert [box.tag for box in boxes if not box.text] == []


def test_an_assessment_without_findings_and_contacts_is_still_a_page():
    empty = page_of(since=None, until=None, counts={}, rows_read=0, rejected=0, rejected_by_reason={})
    assert empty.all("h1")[0].text == "What the system does to the work"
    assert "No contacts, read from 0 rows." in empty.all("header")[0].text


def hostile_finding():
    chart = replace(samples.repeat_by_queue(), title=HOSTILE, alt=HOSTILE)
    rows = ((HOSTILE, 0.4, 0.3, 0.5, 10),)
    table = DataTable(HOSTILE, chart.table.columns, rows, chart.table.units)
    spec = dict(chart.spec) | {"data": {"values": [{"queue": HOSTILE}]}}
    estimate = Estimate(HOSTILE, 0.4, 0.3, 0.5, "share", 10, HOSTILE, HOSTILE)
    return Finding(
        "D9", HOSTILE, HOSTILE, "found", HOSTILE, (estimate,), (table,), (replace(chart, table=table, spec=spec),),
        Cost(hours=replace(estimate, unit="hours"), basis=HOSTILE), HOSTILE, (HOSTILE,), (HOSTILE,), HOSTILE,
    )  # fmt: skip


def test_hostile_text_stays_text_everywhere():
    hostile = page_of(
        hostile_finding(), place=HOSTILE, assumptions=(HOSTILE,), warnings=(HOSTILE,), settings={HOSTILE: HOSTILE},
        rejected_by_reason={HOSTILE: 3}, version=HOSTILE,
    )  # fmt: skip
    assert {script.attributes.get("type") for script in hostile.all("script")} == {"application/json"}
    assert hostile.all("img") == []
    assert "49" not in hostile.all("h2")[0].text
    assert " ".join(HOSTILE.split()) in hostile.all("main")[0].text


def test_hostile_labels_inside_a_drawing_stay_text():
    rows = ((HOSTILE, 0.4),)
    table = DataTable("t", ("Queue", "Share"), rows, ("", "share"))
    chart = charts.bars(title="t", alt="a", table=table, category="Queue", value="Share")
    drawn = Page(f"<div>{drawing(chart, 'x').wide}</div>")
    assert drawn.all("script", "img") == []
    assert "alert(1)" in drawn.all("svg")[0].text


def test_a_chart_that_cannot_be_drawn_says_why_in_its_place():
    broken = page_of(replace(samples.repeat_contact(), charts=(samples.broken_chart(),)))
    (figure,) = broken.all("figure")
    assert "This chart could not be drawn:" in figure.text
    assert "Its numbers stand in the table below." in figure.text
    assert "Billing and invoices" in broken.inside(figure, "table")[0].text


def test_a_chart_without_rows_says_that_there_is_nothing_to_draw():
    table = DataTable("t", ("a", "b"), (), ("", ""))
    nothing = page_of(replace(samples.rework(), charts=(Chart("Empty", "nothing", {}, table),)))
    (figure,) = nothing.all("figure")
    assert "could not be drawn: there is nothing to draw." in figure.text
    assert nothing.inside(figure, "table") == []


def glossary(page):
    inside = [dt for dt in page.all("dt") if any(p.attributes.get("class") == "glossary" for p in dt.parents)]
    return [dt.text for dt in inside]


def test_terms_are_explained_once_in_the_order_of_the_alphabet():
    terms = glossary(page())
    assert {"Repeat contact", "Hand-off", "Kaplan-Meier", "Median"} <= set(terms)
    assert terms == sorted(set(terms), key=str.lower)


def test_only_terms_that_are_used_are_explained():
    assert glossary(page_of(samples.unreadable())) == ["Contact", "Handle time", "Touch"]


def test_a_term_is_linked_where_a_section_first_uses_it():
    section = page().by_id("D3")
    links = [a.text.lower() for a in page().inside(section, "a") if a.attributes.get("class") == "term"]
    assert len(links) == len(set(links)) >= 4
    assert links[0] == "repeat contacts"


def test_the_text_behind_no_colour_alone():
    verdicts = [p for p in page().all("p") if (p.attributes.get("class") or "").startswith("verdict")]
    assert all(len(verdict.text) > 4 for verdict in verdicts)


@pytest.mark.slow
def test_a_report_of_eight_charts_takes_less_than_a_second_and_a_half_once_drawing_is_warm():
    drawing(samples.repeat_by_queue(), "warm")
    start = time.process_time()
    assessment_html(samples.assessment())
    assert time.process_time() - start < 1.5

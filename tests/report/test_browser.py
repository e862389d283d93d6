"""The page in a real browser."""

import re
import shutil

import pytest

from headwater.report.html import assessment_html
from headwater.report.svg import drawing

from . import samples
from .gallery import gallery

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

CUT = """() => [...document.querySelectorAll('svg')].filter(svg => svg.clientWidth).flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => text.getAttribute('opacity') !== '0').filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
      || box.bottom > frame.bottom + 1;
  }).map(text => svg.getAttribute('aria-label') + ': ' + text.textContent);
})"""
COLLIDING = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const texts = [...svg.querySelectorAll("text")]
    .filter(text => text.getAttribute('opacity') !== '0' && !text.getAttribute('transform').includes('rotate'));
  const boxes = texts.map(text => text.getBoundingClientRect());
  const found = [];
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b, j) => {
    if (a.left < b.right - 2 && b.left < a.right - 2
        && a.top < b.bottom - 4 && b.top < a.bottom - 4)
      found.push(texts[i].textContent + ' / ' + texts[i + 1 + j].textContent);
  }));
  return found;
})"""
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.scroll') && !e.closest('svg') && e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.tagName + '.' + e.className)"""
SCROLLS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
OPEN_ALL = "() => document.querySelectorAll('details').forEach(details => details.open = true)"


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "assessment.html"
    path.write_text(assessment_html(samples.assessment()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser, address):
    """Opens the page at a width, and remembers what it asked for and complained about."""
    pages = []

    def open_at(width, **options):
        page = browser.new_page(viewport={"width": width, "height": 800}, **options)
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.goto(address)
        pages.append(page)
        return page

    yield open_at
    for page in pages:
        page.close()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_width_needs_scrolling_sideways(opened, width):
    page = opened(width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate(TOO_WIDE) == []
    assert not page.evaluate(SCROLLS)


@pytest.mark.parametrize("width", [360, 1280])
def test_no_label_is_cut_and_none_stands_on_another(opened, width):
    page = opened(width)
    assert page.evaluate(CUT) == []
    assert page.evaluate(COLLIDING) == []


@pytest.fixture(scope="module")
def difficult(tmp_path_factory):
    """A page of charts of difficult data, all in both widths."""
    drawn = [drawing(chart, f"chart-{n}") for n, chart in enumerate(gallery().values())]
    assert [picture.problem for picture in drawn if picture.problem] == []
    path = tmp_path_factory.mktemp("gallery") / "gallery.html"
    path.write_text("".join(f"<p>{d.wide}</p><p>{d.narrow}</p>" for d in drawn), encoding="utf-8")
    return path.as_uri()


def test_charts_of_difficult_data_are_neither_cut_nor_crowded(browser, difficult):
    page = browser.new_page()
    page.goto(difficult)
    assert page.evaluate(CUT) == []
    assert page.evaluate(COLLIDING) == []
    page.close()


@pytest.mark.parametrize(
    ("width", "shown", "hidden"), [(360, ".narrow", ".wide"), (1280, ".wide", ".narrow")]
)
def test_one_drawing_of_each_chart_is_shown(opened, width, shown, hidden):
    page = opened(width)
    assert [box.is_visible() for box in page.query_selector_all(f"figure {shown} svg")] == [True] * 8
    assert not any(box.is_visible() for box in page.query_selector_all(f"figure {hidden} svg"))


def test_nothing_is_asked_for_but_the_file_itself(opened, address):
    page = opened(1280)
    page.evaluate(OPEN_ALL)
    page.wait_for_load_state("networkidle")
    assert page.requests == [address]
    assert page.complaints == []


def colour_of(page, selector, what):
    return page.eval_on_selector(selector, f"element => getComputedStyle(element).{what}")


def test_dark_mode_changes_page_and_charts(opened):
    light, dark = opened(1280, color_scheme="light"), opened(1280, color_scheme="dark")
    for selector, what in (("body", "backgroundColor"), ("body", "color"), (".wide svg text", "fill")):
        assert colour_of(light, selector, what) != colour_of(dark, selector, what)


def test_every_colour_of_a_chart_is_known_to_the_page(opened):
    page = opened(1280)
    painted = page.evaluate("""() => [...document.querySelectorAll('figure svg *')].flatMap(element =>
        ['fill', 'stroke'].map(name => element.getAttribute(name)).filter(Boolean))""")
    assert {colour for colour in painted if not colour.startswith("var(--")} <= {"none", "transparent"}
    names = {colour[4:-1] for colour in painted if colour.startswith("var(")}
    missing = [n for n in names if not page.evaluate(
        "name => getComputedStyle(document.documentElement).getPropertyValue(name)", n)]  # fmt: skip
    assert missing == []


def test_paper_is_white_shows_what_is_folded_away_and_hides_the_narrow_drawings(opened):
    page = opened(700, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert colour_of(page, "body", "backgroundColor") == "rgb(255, 255, 255)"
    folded = (
        "[...document.querySelectorAll('details > :not(summary)')].map(element => element.checkVisibility())"
    )
    assert len(page.evaluate(folded)) > 10
    assert all(page.evaluate(folded))
    page.emulate_media(media="screen")
    assert not any(page.evaluate(folded))
    page.emulate_media(media="print")
    assert page.locator(".wide svg").first.is_visible()
    assert not page.locator(".narrow svg").first.is_visible()


def test_it_prints(opened):
    pdf = opened(1280).pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 40


def test_the_keyboard_reaches_the_skip_link_first(opened):
    page = opened(1280)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to the answers"
    assert page.evaluate("() => document.activeElement.getBoundingClientRect().left") >= 0

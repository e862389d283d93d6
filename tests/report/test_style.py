"""Contrast of the colours, by the formula of WCAG 2.2 (relative luminance, success criteria 1.4.3 and 1.4.11)."""

import re
from importlib.resources import files

import pytest

CSS = files("headwater.report").joinpath("templates/style.css").read_text(encoding="utf-8")
TEXT = ("ink", "quiet", "accent", "chart-ink")
GRAPHICS = ("chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-bar", "chart-line")


def colours(block):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def palettes():
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    return {"light": colours(light), "dark": colours(light) | colours(dark)}


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_contrast_of_the_standard():
    assert contrast("#fff", "#000000") == pytest.approx(21)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", TEXT)
def test_text_can_be_read(mode, name):
    palette = palettes()[mode]
    assert contrast(palette[name], palette["page"]) >= 4.5
    assert contrast(palette[name], palette["raised"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_verdict_on_its_colour_can_be_read(mode):
    palette = palettes()[mode]
    assert contrast(palette["page"], palette["accent"]) >= 4.5
    assert contrast(palette["ink"], palette["accent-soft"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", GRAPHICS)
def test_what_charts_draw_can_be_seen(mode, name):
    palette = palettes()[mode]
    assert contrast(palette[name], palette["page"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_an_interval_can_be_seen_on_its_bar(mode):
    palette = palettes()[mode]
    assert contrast(palette["ink"], palette["chart-bar"]) >= 3

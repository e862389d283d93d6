"""Settings: where they may stand, which place wins, and what a wrong one is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from headwater.errors import SettingError
from headwater.settings import BY_NAME, FILE, SETTINGS, Setting, resolve

WITH_NUMBERS = [setting for setting in SETTINGS if setting.kind in ("whole", "number")]
Stored = Callable[[str], Path]
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    """Writes headwater.toml and gives the folder it lies in."""

    def write(text: str) -> Path:
        (tmp_path / FILE).write_text(text, "utf-8")
        return tmp_path

    return write


def message(*arguments: object) -> str:
    with pytest.raises(SettingError) as told:
        resolve(*arguments)  # type: ignore[arg-type]
    assert told.value.hint, "every message ends with a cure"
    return str(told.value)


def test_without_anything_every_setting_has_its_default(tmp_path: Path) -> None:
    settings = resolve({}, {}, tmp_path)
    assert settings.values == {setting.name: setting.default for setting in SETTINGS}
    assert set(settings.origins.values()) == {"default"}


def test_a_flag_wins_over_the_environment_and_that_over_the_file(stored: Stored) -> None:
    folder = stored('out = "from-file"\ncurrency = "SEK"\ntimezone = "Europe/Oslo"')
    environment = {"HEADWATER_OUT": "from-environment", "HEADWATER_CURRENCY": "NOK"}
    settings = resolve({"out": "from-flag", "currency": None, "only": ()}, environment, folder)
    assert (settings["out"], settings.origins["out"]) == ("from-flag", "flag")
    assert (settings["currency"], settings.origins["currency"]) == ("NOK", "environment")
    assert (settings["timezone"], settings.origins["timezone"]) == ("Europe/Oslo", FILE)
    assert (settings["profile"], settings.origins["profile"]) == ("", "default")


@given(flag=st.none() | WORDS, variable=st.none() | WORDS, key=st.none() | WORDS)
@tries(deadline=None, max_examples=60)
def test_the_first_place_that_says_something_decides(
    tmp_path_factory: pytest.TempPathFactory, flag: str | None, variable: str | None, key: str | None
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    (folder / FILE).write_text(f'out = "{key}"' if key else "", "utf-8")
    settings = resolve({"out": flag}, {"HEADWATER_OUT": variable or ""}, folder)
    assert settings["out"] == next(word for word in (flag, variable, key, BY_NAME["out"].default) if word)


def test_a_flag_can_empty_what_the_file_says(stored: Stored) -> None:
    assert resolve({"record": ""}, {}, stored('record = "duckdb://support.duckdb"'))["record"] == ""


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_can_stand_in_all_three_places(setting: Setting, stored: Stored) -> None:
    text = {"text": "x", "whole": "7", "number": "7.5", "flag": "yes", "list": "D3.a=1,D4.b=2"}[setting.kind]
    plain = {"text": '"x"', "whole": "7", "number": "7.5", "flag": "true", "list": '["D3.a=1", "D4.b=2"]'}
    by_flag = resolve({setting.name: text}, {}, Path("nowhere"))
    by_variable = resolve({}, {setting.variable: text}, Path("nowhere"))
    by_file = resolve({}, {}, stored(f"{setting.name} = {plain[setting.kind]}"))
    assert by_flag[setting.name] == by_variable[setting.name] == by_file[setting.name] != setting.default


@pytest.mark.parametrize("setting", WITH_NUMBERS, ids=lambda setting: setting.name)
@pytest.mark.parametrize("wrong", ["many", "", "nan", "inf", "1,5"])
def test_what_is_no_number_is_told_with_its_place_and_the_cure(setting: Setting, wrong: str) -> None:
    told = message({setting.name: wrong}, {}, Path("nowhere"))
    assert told.startswith(f"{setting.flag} = {wrong!r} is not a ")
    assert setting.help in told


def test_the_place_of_a_wrong_value_is_named(stored: Stored) -> None:
    environment, folder = {"HEADWATER_SMALLEST_GROUP": "few"}, stored('smallest_group = "some"')
    assert message({"smallest_group": "a"}, environment, folder).startswith("--smallest-group = 'a' ")
    assert message({}, environment, folder).startswith("HEADWATER_SMALLEST_GROUP = 'few' ")
    assert message({}, {}, folder).startswith("headwater.toml: smallest_group = 'some' ")


@pytest.mark.parametrize(("name", "low"), [(s.name, s.low) for s in WITH_NUMBERS if s.low is not None])
def test_a_number_below_the_least_is_told_the_least(name: str, low: float) -> None:
    told = message({name: str(low - 1)}, {}, Path("nowhere"))
    assert "is too small" in told
    assert f"at least {low:g}" in told
    assert resolve({name: str(low)}, {}, Path("nowhere"))[name] == low


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("smallest_group = 5.5", "a whole number"),
        ("smallest_group = true", "a whole number"),
        ("cost_per_hour = true", "a number"),
        ("out = 5", "text"),
        ("keep_names = 'sometimes'", "yes or no"),
        ("only = 3", "a list"),
        ("only = [3]", "a list"),
    ],
)
def test_a_value_of_another_kind_in_the_file_is_refused(line: str, wanted: str, stored: Stored) -> None:
    name = line.split(" = ")[0]
    told = message({}, {}, stored(line))
    assert told.startswith(f"headwater.toml: {name} = ")
    assert f"is not {wanted}\n  give {wanted}. {BY_NAME[name].help}" in told


def test_an_unknown_setting_in_the_file_is_told_its_nearest(stored: Stored) -> None:
    told = message({}, {}, stored('timezon = "Europe/Oslo"'))
    assert "headwater.toml holds an unknown setting 'timezon'" in told
    assert "did you mean 'timezone'?" in told


def test_a_setting_like_none_is_told_all_there_are(stored: Stored) -> None:
    told = message({}, {}, stored("qqqq = 1"))
    assert all(setting.name in told for setting in SETTINGS)
    assert "[checks.CODE]" in told


@pytest.mark.parametrize("text", ["out = ", "out = 'a'\nout = 'b'", "= 5"])
def test_a_file_that_is_no_toml_is_told_with_the_line(text: str, stored: Stored) -> None:
    told = message({}, {}, stored(text))
    assert told.startswith("headwater.toml is not TOML: ")
    assert "line" in told


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\xfe\x00out")
    assert message({}, {}, tmp_path).startswith("headwater.toml is not TOML: ")


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert message({}, {}, tmp_path).startswith("headwater.toml cannot be read: ")


@pytest.mark.parametrize("text", ["checks = 5", "[checks]\nD3 = 'customer'", "checks = ['D3']"])
def test_checks_that_are_no_tables_are_told_how_to_write_them(text: str, stored: Stored) -> None:
    told = message({}, {}, stored(text))
    assert told.startswith("headwater.toml: checks must hold one table for each check")
    assert "[checks.D3]" in told


def test_parameters_of_checks_come_from_the_file_and_set_wins(stored: Stored) -> None:
    folder = stored('[checks.D3]\nmatch = "customer"\nwindow = 14\n[checks.d4]\nwithin = 2.5')
    settings = resolve({"set": ("d3.match=queue", "R1.window = 30")}, {}, folder)
    assert settings.checks == {
        "D3": {"match": "queue", "window": "14"},
        "D4": {"within": "2.5"},
        "R1": {"window": "30"},
    }


@pytest.mark.parametrize("entry", ["D3", "D3.match", "match=customer", "=customer", "D3."])
def test_a_parameter_that_cannot_be_understood_is_told_where_it_stands(entry: str, stored: Stored) -> None:
    assert message({"set": (entry,)}, {}, Path("nowhere")).startswith(f"--set {entry} ")
    assert message({}, {"HEADWATER_SET": entry}, Path("nowhere")).startswith(f"HEADWATER_SET {entry} ")
    told = message({}, {}, stored(f'set = ["{entry}"]'))
    assert told.startswith(f"headwater.toml: set {entry} ")
    assert "D3.match=customer" in told


@given(parts=st.lists(WORDS, min_size=1, max_size=5))
@tries(deadline=None, max_examples=60)
def test_a_list_reads_the_same_however_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    (folder / FILE).write_text(f"only = {parts!r}", "utf-8")
    nowhere = Path("nowhere")
    written = [
        resolve({"only": tuple(parts)}, {}, nowhere),
        resolve({"only": (",".join(parts),)}, {}, nowhere),
        resolve({}, {"HEADWATER_ONLY": " , ".join(parts)}, nowhere),
        resolve({}, {}, folder),
    ]
    assert {settings["only"] for settings in written} == {tuple(parts)}


@given(number=st.floats(0, 1e6))
@tries(deadline=None, max_examples=60)
def test_a_number_survives_being_written(number: float) -> None:
    assert resolve({"cost_per_hour": repr(number)}, {}, Path("nowhere"))["cost_per_hour"] == number


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("YES", True), ("off", False), (" false ", False)])
def test_yes_and_no_have_their_usual_words(word: str, meant: bool) -> None:
    assert resolve({}, {"HEADWATER_KEEP_NAMES": word}, Path("nowhere"))["keep_names"] is meant


def test_the_real_environment_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEADWATER_CURRENCY", "DKK")
    monkeypatch.chdir(tmp_path)
    assert resolve({})["currency"] == "DKK"

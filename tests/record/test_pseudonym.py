"""Pseudonyms: stable, keyed, the same from Python as from the engine."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import RecordError
from headwater.record.pseudonym import Key, key_at, new_key, plain_name
from headwater.record.store import in_memory

CON = in_memory().con
KEY = Key("a key for tests")


def on_engine(names: list[str]) -> list[str]:
    table = CON.create_table("names", pa.table({"name": names}), overwrite=True)
    hidden: list[str] = (
        table.select(hidden=KEY.hide_on_engine(table.name, "agent")).to_pyarrow()["hidden"].to_pylist()
    )
    return hidden


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=20
    )
)
@settings(deadline=None, max_examples=40)
def test_the_engine_and_python_make_the_same_pseudonym(names: list[str]) -> None:
    assert on_engine(names) == [KEY.hide(name, "agent") for name in names]


@pytest.mark.parametrize(
    "name", ["ΟΔΥΣΣΕΥΣ", "İSTANBUL", "Straße", "ǅ", "  Ada  \t", "Ada   Quill", "ADA\u00a0QUILL"]
)
def test_letters_that_change_their_form_agree_too(name: str) -> None:
    assert on_engine([name]) == [KEY.hide(name, "agent")]


def test_capitals_and_blanks_make_no_other_person() -> None:
    assert KEY.hide(" ADA  Quill ", "agent") == KEY.hide("ada quill", "agent")
    assert plain_name(" ADA  Quill ") == "ada quill"


def test_agents_and_customers_of_one_name_are_told_apart() -> None:
    assert KEY.hide("Ada", "agent").split("-")[1] != KEY.hide("Ada", "customer").split("-")[1]


def test_another_key_makes_another_pseudonym() -> None:
    assert new_key().hide("Ada", "agent") != new_key().hide("Ada", "agent")


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    key = key_at(tmp_path / "key", create=True)
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    assert key_at(tmp_path / "key", create=False) == key


def test_a_key_that_is_missing_is_not_made_anew_for_a_record_that_has_one(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="is missing"):
        key_at(tmp_path / "key", create=False)

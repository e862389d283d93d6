"""Opening records: what is there, what is not, and what only looks like one."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from records import HEADER, PLACES, contents, export, load

from headwater.errors import HeadwaterError, RecordError, SettingError
from headwater.record import parquet
from headwater.record.store import in_memory, open_store
from headwater.record.tables import TABLES


@pytest.fixture(params=list(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A record of three contacts, once in a DuckDB file and once in a folder of Parquet."""
    at: str = PLACES[request.param](tmp_path)
    load(at, export(tmp_path, range(3)))
    return at


def path_of(place: str) -> Path:
    return Path(place.removeprefix("duckdb://"))


def refusal(place: str, *, write: bool = False) -> str:
    with pytest.raises(HeadwaterError) as caught:
        open_store(place, write=write)
    assert caught.value.hint
    return str(caught.value)


def test_a_record_holds_what_was_loaded(place: str) -> None:
    assert [row[0] for row in contents(place)["contacts"]] == ["C0", "C1", "C2"]


def test_every_table_of_the_record_is_there_with_its_columns_in_order(place: str) -> None:
    with closing(open_store(place)) as store:
        assert {name: table.columns for name, table in store.record().tables.items()} == {
            name: table.names for name, table in TABLES.items()
        }


def test_a_place_where_nothing_is_has_no_record(tmp_path: Path) -> None:
    for make in PLACES.values():
        assert "there is no record at" in refusal(make(tmp_path))


def test_a_place_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "there is no folder" in refusal(f"duckdb://{tmp_path}/absent/x.duckdb", write=True)


@pytest.mark.parametrize("text", ["postgres://somewhere/x", "duckdb://", "duckdb://."])
def test_what_names_no_place_is_refused(text: str) -> None:
    assert refusal(text, write=True)


def test_a_folder_named_as_a_duckdb_file_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(f"duckdb://{tmp_path}", write=True)


def test_a_duckdb_place_is_a_file_whatever_its_name(tmp_path: Path) -> None:
    load(f"duckdb://{tmp_path}/support", export(tmp_path, range(2)))
    assert (tmp_path / "support").is_file()


def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    path.write_text("no database at all\n" * 1000)
    before = path.read_bytes()
    assert "is no record" in refusal(f"duckdb://{path}", write=True)
    assert path.read_bytes() == before


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "x.duckdb") as con:
        con.execute("CREATE TABLE accounts AS SELECT 1 AS id")
    assert "no Headwater record" in refusal(f"duckdb://{tmp_path}/x.duckdb", write=True)
    with duckdb.connect(tmp_path / "x.duckdb") as con:
        assert con.execute("SHOW TABLES").fetchall() == [("accounts",)]
    assert [path.name for path in tmp_path.iterdir()] == ["x.duckdb"]


def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert "holds no Headwater record" in refusal(str(tmp_path), write=True)


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.7, 0.99])
def test_a_half_copied_file_is_refused(tmp_path: Path, kept: float) -> None:
    place = PLACES["duckdb"](tmp_path)
    load(place, export(tmp_path, range(3)))
    data = path_of(place).read_bytes()
    path_of(place).write_bytes(data[: int(kept * len(data))])
    assert "only half written" in refusal(place)


def test_a_folder_that_lost_a_file_is_refused(tmp_path: Path) -> None:
    place = PLACES["parquet"](tmp_path)
    load(place, export(tmp_path, range(3)))
    next(path_of(place).glob("contacts-*.parquet")).unlink()
    assert "is missing or damaged" in refusal(place)


def test_a_folder_whose_manifest_is_damaged_is_refused(tmp_path: Path) -> None:
    place = PLACES["parquet"](tmp_path)
    load(place, export(tmp_path, range(3)))
    (path_of(place) / parquet.MANIFEST).write_text("{")
    assert "cannot be understood" in refusal(place)


def set_version(place: str, version: str) -> None:
    path = path_of(place)
    if path.is_dir():
        manifest = json.loads((path / parquet.MANIFEST).read_text())
        manifest["meta"]["version"] = version
        (path / parquet.MANIFEST).write_text(json.dumps(manifest))
    else:
        with duckdb.connect(path) as con:
            con.execute("UPDATE headwater_meta SET value = ? WHERE name = 'version'", [version])


@pytest.mark.parametrize("version", ["2", "99", "next"])
def test_a_record_of_a_newer_version_is_refused(place: str, version: str) -> None:
    set_version(place, version)
    assert "newer Headwater" in refusal(place)


def drop_column(place: str, table: str, column: str) -> None:
    path = path_of(place)
    if path.is_dir():
        (file,) = path.glob(f"{table}-*.parquet")
        duckdb.sql(f"CREATE OR REPLACE TABLE t AS SELECT * EXCLUDE {column} FROM read_parquet('{file}')")
        duckdb.sql(f"COPY t TO '{file}' (FORMAT parquet)")
    else:
        with duckdb.connect(path) as con:
            con.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def test_an_older_record_can_be_read_and_is_brought_up_to_date_when_written(
    place: str, tmp_path: Path
) -> None:
    before = contents(place)
    set_version(place, "0")
    drop_column(place, "contacts", "language")
    drop_column(place, "contacts", "headwater_load")
    assert contents(place) == before
    load(place, export(tmp_path, range(4), "more.csv"))
    assert len(contents(place)["contacts"]) == 4
    with closing(open_store(place)) as store:
        assert "language" in store.con.table("contacts").columns


def key_of(place: str) -> Path:
    path = path_of(place)
    return path / parquet.KEY if path.is_dir() else path.with_name(path.name + ".key")


def test_a_record_without_its_key_can_be_read_but_not_added_to(place: str) -> None:
    key_of(place).unlink()
    assert len(contents(place)["contacts"]) == 3
    assert "is missing" in refusal(place, write=True)


def test_the_key_of_another_record_is_refused(place: str) -> None:
    key_of(place).write_text("0" * 64)
    assert "is not the key of" in refusal(place, write=True)


def test_a_record_that_another_program_writes_is_in_use(tmp_path: Path) -> None:
    place = PLACES["duckdb"](tmp_path)
    load(place, export(tmp_path, range(3)))
    with holding(path_of(place)):
        assert "in use by another program" in refusal(place)


class holding:  # noqa: N801 - reads as a word of the test
    """Another program that has the file open."""

    def __init__(self, path: Path) -> None:
        code = f"import duckdb; con = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
        self.program = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> None:
        assert self.program.stdout
        assert self.program.stdout.readline() == "open\n"

    def __exit__(self, *_error: object) -> None:
        self.program.communicate("\n", timeout=30)


def test_of_two_programs_that_change_a_folder_the_later_one_is_refused(tmp_path: Path) -> None:
    place = PLACES["parquet"](tmp_path)
    load(place, export(tmp_path, range(3)))
    with closing(open_store(place, write=True)) as slow:
        load(place, export(tmp_path, range(5), "more.csv"))
        with pytest.raises(RecordError, match="changed by another program"), slow.writing():
            slow.con.raw_sql("DELETE FROM contacts")
    assert len(contents(place)["contacts"]) == 5


def test_one_store_can_write_a_folder_twice(tmp_path: Path) -> None:
    place = PLACES["parquet"](tmp_path)
    with closing(open_store(place, write=True)) as store:
        for _ in range(2):
            with store.writing():
                pass
    assert contents(place)["contacts"] == []


def test_a_failure_inside_leaves_the_record_as_it_was(place: str) -> None:
    before = contents(place)
    with (
        closing(open_store(place, write=True)) as store,
        pytest.raises(ValueError, match="no luck"),
        store.writing(),
    ):
        store.con.raw_sql("DELETE FROM contacts")
        raise ValueError("no luck")
    assert contents(place) == before


@pytest.mark.parametrize("make", list(PLACES.values()), ids=list(PLACES))
def test_a_first_load_that_fails_leaves_nothing_behind(tmp_path: Path, make: Callable[[Path], str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.csv").write_text("a,b\n1,2\n")
    (tmp_path / "out").mkdir()
    with pytest.raises(HeadwaterError, match="no column"):
        load(make(tmp_path / "out"), tmp_path / "in" / "bad.csv")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_record_in_memory_needs_no_place() -> None:
    with closing(in_memory()) as store, store.writing():
        assert store.record().filled["contacts"] == 0


def test_a_memory_limit_that_is_no_size_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="memory_limit = 'much'"):
        in_memory("much")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "none", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only the system's administrator can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("make", list(PLACES.values()), ids=list(PLACES))
def test_a_disk_that_fills_up_leaves_the_record_as_it_was(
    small_disk: Path, tmp_path: Path, make: Callable[[Path], str]
) -> None:
    place = make(small_disk)
    load(place, export(tmp_path, range(3)))
    before = contents(place)
    big = tmp_path / "big.csv"
    names = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(100_000))
    rows = (f"{name},2024-03-01,2024-03-02,A,c,{name[::-1]},resolved\n" for name in names)
    big.write_text(HEADER + "".join(rows))
    with pytest.raises(RecordError, match=r"the disk is full.*the record is as it was before"):
        load(place, big)
    assert contents(place) == before


def test_a_copy_of_a_record_is_a_record(tmp_path: Path) -> None:
    place = PLACES["parquet"](tmp_path)
    load(place, export(tmp_path, range(3)))
    shutil.copytree(path_of(place), tmp_path / "copy")
    assert contents(str(tmp_path / "copy")) == contents(place)

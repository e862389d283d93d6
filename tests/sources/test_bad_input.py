"""Exports as they really come: broken, cut off, mislabelled, full of cells that cannot be."""

from __future__ import annotations

import codecs
import gzip
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from loading import MAPPED, TICKETS, load_text, loaded, written

from headwater.errors import HeadwaterError, MappingError, SourceError
from headwater.sources.files import look_at
from headwater.sources.reasons import CURES
from headwater.sources.stage import lay


def refusal(path: Path, **how: object) -> str:
    with pytest.raises(HeadwaterError) as caught:
        loaded(path, **how)  # type: ignore[arg-type]
    assert caught.value.hint, "an error says what to do"
    return str(caught.value)


def test_an_empty_file_is_refused_by_name(tmp_path: Path) -> None:
    assert "export.csv is empty" in refusal(written(tmp_path, ""))


def test_a_file_of_blank_lines_holds_no_rows(tmp_path: Path) -> None:
    assert "holds no rows" in refusal(written(tmp_path, "\n\n\n"))


def test_a_header_without_rows_says_so_instead_of_missing_columns(tmp_path: Path) -> None:
    assert "column names and no rows" in refusal(written(tmp_path, TICKETS.splitlines()[0] + "\n"))


def test_a_header_without_rows_is_no_error_for_a_written_mapping(tmp_path: Path) -> None:
    assert load_text(tmp_path, "id,opened\n", toml=MAPPED).load.rows_read == 0


def test_a_wrong_delimiter_in_the_mapping_is_named_as_the_cause(tmp_path: Path) -> None:
    path = written(tmp_path, "id;opened\n1;2024-03-01\n")
    assert "set delimiter" in refusal(path, toml='delimiter = ","\n' + MAPPED)


def test_the_delimiter_is_found_when_the_mapping_is_silent(tmp_path: Path) -> None:
    for mark in ",;\t|":
        assert load_text(tmp_path, f"id{mark}opened\n1{mark}2024-03-01\n", toml=MAPPED).load.rejected == 0


def test_western_text_that_is_no_utf8_keeps_its_letters_and_is_told(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS.replace("Billing", "Gebühr").encode("latin-1"))
    assert got.column("contacts", "topic")[0] == "Gebühr"
    assert any("not UTF-8" in line for line in got.load.assumed)


def test_bytes_without_meaning_in_western_text_put_only_their_row_aside(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS.encode().replace(b"Login", b"L\x81gin\xe9"))
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("3", "not text")]
    assert got.load.rows_read == 3


def test_utf16_with_and_without_a_mark_is_read(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        got = load_text(tmp_path, TICKETS.replace("Login", "Łódź").encode(encoding))
        assert got.column("contacts", "topic")[1] == "Łódź"


def test_utf16_that_stops_in_mid_letter_is_refused(tmp_path: Path) -> None:
    assert "cut off or damaged" in refusal(written(tmp_path, TICKETS.encode("utf-16")[:-1]))


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert load_text(tmp_path, codecs.BOM_UTF8 + TICKETS.encode()).load.rows_read == 3


def test_a_pdf_named_csv_is_called_a_pdf(tmp_path: Path) -> None:
    assert "is a PDF document" in refusal(written(tmp_path, b"%PDF-1.7\n\x00\x01"))


def test_a_pdf_packed_as_csv_gz_is_called_a_pdf(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"%PDF-1.7\n" + b"x" * 99), "export.csv.gz")
    assert "is a PDF document" in refusal(path)


def test_a_truncated_gzip_is_refused_before_any_row_is_used(tmp_path: Path) -> None:
    packed = gzip.compress((TICKETS * 500).encode())
    assert "cut off or damaged" in refusal(written(tmp_path, packed[: len(packed) // 2], "export.csv.gz"))


def test_a_truncated_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": TICKETS})
    path.write_bytes(path.read_bytes()[:-30])
    assert "broken zip" in refusal(path)


def test_a_zip_whose_data_is_damaged_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": TICKETS * 200})
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    assert "cut off or damaged" in refusal(path)


def test_a_zip_of_several_tables_asks_which(tmp_path: Path) -> None:
    assert "holds 2 data files (a.csv, b.csv)" in refusal(zipped(tmp_path, {"a.csv": "x", "b.csv": "y"}))


def zipped(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_gzip_and_zip_give_the_same_rows_as_the_plain_file(tmp_path: Path) -> None:
    plain = load_text(tmp_path, TICKETS).column("contacts", "contact_id")
    packed = written(tmp_path, gzip.compress(TICKETS.encode()), "export.csv.gz")
    assert loaded(packed).column("contacts", "contact_id") == plain
    assert loaded(zipped(tmp_path, {"a.csv": TICKETS})).column("contacts", "contact_id") == plain


def test_nul_bytes_put_only_their_row_aside(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS.replace("Login", "Lo\0gin"))
    assert [(row["line"], row["reason"], row["column"]) for row in got.rejected] == [
        ("3", "not text", "Topic")
    ]


def test_a_file_full_of_nul_bytes_is_no_text(tmp_path: Path) -> None:
    assert "full of NUL bytes" in refusal(written(tmp_path, b"a,b\n" + bytes(5000)))


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)
    assert "there is no file" in refusal(tmp_path / "absent.csv")


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "no ordinary file" in refusal(tmp_path / "pipe.csv")


def test_a_file_nobody_may_read_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = written(tmp_path, TICKETS)
    path.chmod(0)
    with as_somebody_else():
        assert "chmod u+r export.csv" in refusal_of_look(path)


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Without the rights of the system's administrator, who may read and write everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def refusal_of_look(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        look_at(path)
    return str(caught.value)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, TICKETS)
    from headwater.record.store import in_memory

    file = look_at(path)
    with path.open("a") as stream:
        stream.write("T4,2024-03-03 09:00,,c9@example.org,Open,Bo Marsh,Login\n")
    with pytest.raises(SourceError, match="changed while it was read"):
        lay(in_memory().con, file)


def test_a_half_written_file_is_refused_with_the_line_it_stops_in(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 5: the file stops in the middle of its last row"):
        load_text(tmp_path, TICKETS + "T4,2024-03-03 09:0")


def test_a_footer_of_one_word_is_kept_aside(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS + "3 rows")
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("5", "wrong number of cells")]
    assert (got.load.rows_read, got.load.rejected) == (4, 1)


def test_a_whole_last_row_needs_no_line_end(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS.rstrip("\n"))
    assert (got.load.rows_read, got.load.rejected, got.load.warnings) == (3, 0, ())


def test_an_open_quote_is_refused_with_the_line_it_stands_on(tmp_path: Path) -> None:
    assert "line 3: a quote is opened" in refusal(written(tmp_path, TICKETS.replace("T2,", '"T2,')))


def test_rows_of_another_width_are_kept_aside_with_their_line(tmp_path: Path) -> None:
    got = load_text(
        tmp_path, TICKETS + "T4,too,few\nT5,2024-03-03 09:00,,c@example.org,Open,Bo Marsh,Login,too,many\n"
    )
    assert [(row["line"], row["reason"], row["value"]) for row in got.rejected] == [
        ("5", "wrong number of cells", "3 cells, the header has 7"),
        ("6", "wrong number of cells", "9 cells, the header has 7"),
    ]
    assert got.load.rows_read == 5


def test_a_day_that_does_not_exist_is_kept_aside_with_file_line_value_and_cure(tmp_path: Path) -> None:
    toml = 'formats = ["%d/%m/%Y"]\n' + MAPPED
    got = load_text(tmp_path, "id,opened\n1,30/01/2024\n2,31/02/2024\n", toml=toml)
    assert [tuple(row.values()) for row in got.rejected] == [
        ("export.csv", "3", "not a time", "opened", "31/02/2024", CURES["not a time"], "2 | 31/02/2024")
    ]


def test_mixed_forms_of_one_date_are_all_read(tmp_path: Path) -> None:
    days = (
        "2024-03-14",
        "15.03.2024",
        "16/03/2024",
        "17 Mar 2024",
        "March 18, 2024",
        "20240319",
        "1710892800",
    )
    got = load_text(tmp_path, "Ticket ID,Created\n" + "".join(f'{n},"{day}"\n' for n, day in enumerate(days)))
    assert [at.day for at in got.column("contacts", "opened_at")] == [14, 15, 16, 17, 18, 19, 20]


def test_day_first_and_month_first_in_one_column_are_told_and_the_fewer_kept_aside(tmp_path: Path) -> None:
    cells = ["13/01/2024", "14/01/2024", "01/15/2024", "02/03/2024"]
    got = load_text(
        tmp_path, "Ticket ID,Created\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells))
    )
    assert [row["value"] for row in got.rejected] == ["01/15/2024"]
    assert any("mix day-first and month-first" in line for line in got.load.assumed)


def test_an_end_before_its_start_is_kept_aside(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS.replace("2024-03-02 10:00", "2024-02-28 10:00"))
    assert [(row["line"], row["reason"], row["column"], row["value"]) for row in got.rejected] == [
        ("3", "end before start", "Solved at", "2024-02-28 10:00")
    ]


TOUCHES = """
rows = "touch"
[columns]
contact_id = "id"
started_at = "start"
handle_seconds = "handle"
wait_seconds = "wait"
"""


@pytest.mark.parametrize(
    ("handle", "wait", "reason"),
    [
        ("-5", "0", "negative duration"),
        ("60", "-1", "negative duration"),
        ("61200", "0", "impossible duration"),
        ("17:00:00", "0", "impossible duration"),
        ("soon", "0", "not a number"),
        ("1e400", "0", "not a number"),
    ],
)
def test_durations_that_cannot_be_are_kept_aside(tmp_path: Path, handle: str, wait: str, reason: str) -> None:
    got = load_text(
        tmp_path, f"id,start,handle,wait\n1,2024-03-01,60,5\n2,2024-03-01,{handle},{wait}\n", toml=TOUCHES
    )
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("3", reason)]
    assert got.load.rows_read == 2


def test_the_longest_believable_handling_can_be_raised(tmp_path: Path) -> None:
    text = "id,start,handle,wait\n1,2024-03-01,61200,5\n"
    assert load_text(tmp_path, text, toml=TOUCHES, max_handle_hours=18).load.rejected == 0


def test_of_one_id_with_different_content_the_last_row_holds(tmp_path: Path) -> None:
    rows = TICKETS + "T1,2024-03-01 09:00,2024-03-01 11:00,c1@example.org,Solved,Ada Quill,Refund\n"
    got = load_text(tmp_path, rows, toml='rows = "contact"\n[columns]\ncontact_id = "Ticket ID"\n'
                    'opened_at = "Created at"\ntopic = "Topic"')  # fmt: skip
    assert [(row["line"], row["reason"], row["value"]) for row in got.rejected] == [
        ("2", "duplicate id, different content", "T1")
    ]
    assert got.column("contacts", "topic")[0] == "Refund"


def test_the_same_row_twice_is_one_row_and_nothing_is_kept_aside(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS + TICKETS.splitlines()[1] + "\n", toml='rows = "contact"\n[columns]\n'
                    'contact_id = "Ticket ID"\nopened_at = "Created at"')  # fmt: skip
    assert (got.load.rows_read, got.load.rejected, len(got.rows("contacts"))) == (4, 0, 3)


def test_one_customer_number_on_two_thirds_of_all_rows_is_taken_for_nobody_and_told(tmp_path: Path) -> None:
    rows = [f"{n},2024-03-{1 + n % 28:02d},{n if n % 25 > 15 else 0}\n" for n in range(1, 201)]
    got = load_text(tmp_path, "Ticket ID,Created,Customer ID\n" + "".join(rows))
    assert sum(who is None for who in got.column("contacts", "customer_id")) == 128
    assert any("0 was taken for nobody" in line for line in got.load.assumed)


@pytest.mark.parametrize(
    "cell",
    ["0", "1970-01-01", "1970-01-01 01:00:00", "01/01/1970", "0000-00-00 00:00:00", "0001-01-01T00:00:00", "1900-01-01",
     "9999-12-31", "31.12.9999"],
)  # fmt: skip
def test_dates_that_mean_no_date_are_unknown(tmp_path: Path, cell: str) -> None:
    toml = MAPPED + 'closed_at = "closed"\n'
    got = load_text(tmp_path, f"id,opened,closed\n1,2024-03-01,{cell}\n2,{cell},\n", toml=toml)
    assert got.column("contacts", "closed_at") == [None]
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("3", "no time")]


def test_a_quoted_cell_of_several_megabytes_is_read_and_the_lines_after_it_stay_right(tmp_path: Path) -> None:
    long = "many words\n" * 400_000
    text = (
        TICKETS
        + f'T4,2024-03-03 09:00,,c4@example.org,Open,Bo Marsh,"{long}"\nT5,nonsense,,,Open,Bo Marsh,x\n'
    )
    got = load_text(tmp_path, text)
    assert (got.load.rows_read, [row["line"] for row in got.rejected]) == (5, ["400006"])


def test_a_long_cell_of_a_rejected_row_is_cut_in_the_list(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS + f"T4,nonsense,,c4@example.org,Open,Bo Marsh,{'y' * 3_000_000}\n")
    assert len(got.rejected[0]["row"]) <= 2_000


def test_decimal_commas_are_decimal_points(tmp_path: Path) -> None:
    text = "Ticket ID;Created;Handle time (min)\n1;2024-03-01;2,5\n2;2024-03-01;1.234,25\n"
    got = load_text(tmp_path, text, max_handle_hours=100)
    assert got.column("touches", "handle_seconds") == [150.0, 1234.25 * 60]


def test_thousands_are_no_decimals(tmp_path: Path) -> None:
    text = "Ticket ID;Created;Handle time (s)\n1;2024-03-01;1,250\n2;2024-03-01;12.5\n"
    assert load_text(tmp_path, text).column("touches", "handle_seconds") == [1250.0, 12.5]


def test_a_row_without_an_id_is_kept_aside(tmp_path: Path) -> None:
    got = load_text(tmp_path, "id,opened\n,2024-03-01\n?,2024-03-01\n3,2024-03-01\n", toml=MAPPED)
    assert [row["reason"] for row in got.rejected] == ["no contact id", "no contact id"]


def test_the_id_0_is_an_id(tmp_path: Path) -> None:
    got = load_text(tmp_path, "id,opened\n0,2024-03-01\n1,2024-03-01\n", toml=MAPPED)
    assert got.column("contacts", "contact_id") == ["0", "1"]


def test_ids_a_spreadsheet_has_shortened_are_told(tmp_path: Path) -> None:
    text = "Ticket ID,Created,Customer ID\n1,2024-03-01,3.27E+11\n2,2024-03-01,9664491\n"
    assert any("a spreadsheet has shortened" in line for line in load_text(tmp_path, text).load.warnings)


def test_a_file_without_column_names_does_not_show_its_first_row(tmp_path: Path) -> None:
    text = "".join(f"{n},2024-03-0{n},Ada Quill,{n}00\n" for n in range(1, 5))
    told = refusal(written(tmp_path, text))
    assert "no column names" in told
    assert "Quill" not in told


def test_slots_with_counts_are_told_from_contacts(tmp_path: Path) -> None:
    told = refusal(written(tmp_path, "DateTime,Calls\n2003-03-03 07:00:00,111\n2003-03-03 07:05:00,113\n"))
    assert "counts per slot of time" in told


def test_a_mapping_that_names_an_absent_column_offers_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="did you mean 'opened'"):
        load_text(tmp_path, "id,opened\n1,2024-03-01\n", toml=MAPPED.replace('"opened"', '"openedd"'))


def test_every_one_of_many_rejected_rows_is_listed_in_the_order_of_the_file(tmp_path: Path) -> None:
    """More than are handed over at once, of both kinds: refused by the reader, and wrong in a cell."""
    rows = "".join(f"T{n},nonsense,Ada Quill\n" if n % 2 else f"T{n},Ada Quill\n" for n in range(2, 24_002))
    toml = MAPPED + 'agent_id = "who"\n'
    got = load_text(tmp_path, "id,opened,who\n" + rows, toml=toml)
    lines = [int(row["line"]) for row in got.rejected]
    assert got.load.rejected_by_reason == {"wrong number of cells": 12_000, "not a time": 12_000}
    assert lines == [*range(2, 24_002, 2), *range(3, 24_002, 2)]
    assert [row["row"][:7] for row in got.rejected[:1]] == ["T2 | ag"]


def test_every_reason_in_the_code_has_a_cure() -> None:
    folder = Path(sys.modules["headwater.sources.reasons"].__file__ or "").parent
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.py") if path.name != "reasons.py")
    assert [reason for reason in CURES if f'"{reason}"' not in code] == []


def test_a_disk_that_fills_up_under_rejected_csv_is_told_with_its_path(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only the system's administrator can mount a small disk")
    try:
        (place / "x.csv").symlink_to(written(tmp_path, "id,opened\n" + "1,nonsense\n" * 20_000))
        with pytest.raises(HeadwaterError, match=r"rejected.csv cannot be written \(No space left"):
            loaded(place / "x.csv", toml=MAPPED)
        assert [path.name for path in place.iterdir()] == ["x.csv"]
    finally:
        subprocess.run(["umount", str(place)], check=True)

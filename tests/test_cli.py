"""The command line as a user meets it: what it writes, what it says, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.cli import main

TICKETS = """Ticket ID,Customer,Reason,Created,Closed,Agent,Status
1,ann@example.test,Late parcel,2025-03-03 09:00,2025-03-03 10:00,Agent 1,Solved
2,ann@example.test,Late parcel,2025-03-05 09:00,2025-03-05 09:30,Agent 2,Solved
3,bob@example.test,Refund,2025-03-06 11:00,2025-03-07 11:00,Agent 1,Solved
4,eve@example.test,Refund,31/02/2025 11:00,,Agent 1,Open
"""


@pytest.fixture
def tickets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, "utf-8")
    return path


def ends_with(code: int, *arguments: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    assert stop.value.code == code


def test_assess_writes_report_findings_and_rows_kept_aside(tickets: Path) -> None:
    main(["assess", str(tickets), "--out", "out"])
    assert {path.name for path in Path("out").iterdir()} == {
        "assessment.html",
        "findings.json",
        "rejected.csv",
    }


def test_the_summary_says_what_was_read_kept_aside_and_assumed(
    tickets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["assess", str(tickets), "--out", "out"])
    told = " ".join(capsys.readouterr().out.split())
    assert "read from 4 rows" in told
    assert "not a time" in told
    assert "Times carry no time zone; they were read as UTC." in told


def test_a_row_kept_aside_stands_in_the_file_with_line_value_and_cure(tickets: Path) -> None:
    main(["assess", str(tickets), "--out", "out"])
    header, row = Path("out/rejected.csv").read_text("utf-8").splitlines()
    assert header == "file,line,reason,column,value,cure,row"
    assert row.startswith("tickets.csv,5,not a time,Created,31/02/2025 11:00,")


def test_no_name_of_agent_or_customer_leaves_the_program(
    tickets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["assess", str(tickets), "--out", "out"])
    written = capsys.readouterr().out + "".join(path.read_text("utf-8") for path in Path("out").iterdir())
    assert "example.test" not in written
    assert "Agent 1" not in written


def test_names_stay_when_asked(tickets: Path) -> None:
    main(["assess", str(tickets), "--out", "out", "--keep-names"])
    assert "eve@example.test" in Path("out/rejected.csv").read_text("utf-8")


def test_only_the_named_checks_are_run(tickets: Path) -> None:
    main(["assess", str(tickets), "--out", "out", "--only", "d3,R1"])
    found = json.loads(Path("out/findings.json").read_text("utf-8"))["findings"]
    assert {finding["code"] for finding in found} == {"D3", "R1"}


def test_an_error_is_told_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ends_with(1, "assess", str(tmp_path / "absent.csv"), "--out", str(tmp_path / "out"))
    told = capsys.readouterr().err
    assert "there is no file" in told
    assert "Traceback" not in told


def test_a_traceback_is_shown_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ends_with(1, "assess", str(tmp_path / "absent.csv"), "--out", str(tmp_path / "out"), "-v")
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [("assess",), ("assess", "a.csv", "--nonsense"), ("load", "a.csv"), ("map",), ("nonsense",)],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    ends_with(2, *arguments)


def test_a_wrong_parameter_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends_with(1, "assess", "absent.csv", "--set", "D3.mach=customer", "--out", str(tmp_path / "out"))
    assert "did you mean match?" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_may_not_be_written_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    ends_with(1, "assess", "absent.csv", "--out", str(tmp_path / "out"))
    assert "choose another folder with --out" in capsys.readouterr().err


def test_a_record_can_be_loaded_examined_and_assessed(
    tickets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["load", str(tickets), "--record", "duckdb://support.duckdb"])
    main(["load", str(tickets), "--record", "duckdb://support.duckdb"])
    assert "nothing new: all of it was loaded before" in capsys.readouterr().out
    main(["doctor", "duckdb://support.duckdb"])
    told = capsys.readouterr().out
    assert "3 contacts" in told
    assert "S1 staffing: cannot tell" in told
    main(["assess", "--record", "duckdb://support.duckdb", "--out", "out"])
    record = json.loads(Path("out/findings.json").read_text("utf-8"))["record"]
    assert (record["contacts"], record["rows_read"], record["rejected"]) == (3, 4, 1)


def test_a_drafted_mapping_can_be_used_as_it_is(tickets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["map", str(tickets), "--timezone", "Europe/Berlin"])
    Path("mapping.toml").write_text(capsys.readouterr().out, "utf-8")
    main(["assess", str(tickets), "--mapping", "mapping.toml", "--out", "out"])
    record = json.loads(Path("out/findings.json").read_text("utf-8"))["record"]
    assert record["from"].startswith("2025-03-03T09:00:00+01:00")


def test_every_check_is_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    main(["checks"])
    codes = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert codes == ["D3", "D4", "R1", "R4", "S1"]
    for code in codes:
        main(["explain", code])
        assert f"# {code} " in capsys.readouterr().out


@pytest.mark.slow
def test_the_demo_finds_what_was_planted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["demo", "--out", str(tmp_path)])
    assert "Synthetic example data" in capsys.readouterr().out
    told = {
        f["code"]: f["verdict"]
        for f in json.loads((tmp_path / "findings.json").read_text("utf-8"))["findings"]
    }
    assert told["D3"] == told["S1"] == "found"
    assert told["R4"] == "not_found"

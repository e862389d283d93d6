"""Exports of usual help desks and phone systems without a mapping: what they are taken for, and what is asked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from loading import TICKETS, load_text, written

from headwater.errors import MappingError
from headwater.record.store import in_memory
from headwater.sources.draft import Draft, draft
from headwater.sources.draft_toml import to_toml
from headwater.sources.files import look_at
from headwater.sources.mapping import parse_mapping
from headwater.sources.sketch import sketch
from headwater.sources.stage import lay


def drafted(folder: Path, content: str) -> Draft:
    return draft(lay(in_memory().con, look_at(written(folder, content))))


def fields(got: Draft) -> dict[str, str]:
    return {name: field.columns[0] for name, field in got.mapping.fields.items()}


def table(header: str, *rows: str) -> str:
    return "\n".join((header, *rows)) + "\n"


#: Name, content, kind of row, and the columns that must be taken for what they are.
EXPORTS: list[tuple[str, str, str, dict[str, str]]] = [
    (
        "ticket view with created, solved and satisfaction",
        table(
            "Id,Subject,Requester,Assignee,Group,Ticket status,Priority,Via,Created at,Solved at,Reopens,Replies",
            "1,Where is it,Cy Vole,Ada Quill,Tier 1,Solved,High,Mail,2024-03-01 09:00,2024-03-01 10:00,0,2",
            "2,Broken,Di Wren,Bo Marsh,Tier 2,Pending,Low,Chat,2024-03-01 09:30,,1,3",
        ),
        "contact",
        {"contact_id": "Id", "customer_id": "Requester", "agent_id": "Assignee", "team": "Group",
         "status": "Ticket status",
         "channel": "Via", "opened_at": "Created at", "closed_at": "Solved at", "recorded_reopens": "Reopens",
         "recorded_replies": "Replies", "priority": "Priority"},
    ),
    (
        "issue tracker",
        table(
            "Issue key,Issue Type,Status,Priority,Assignee,Reporter,Created,Resolved",
            "SUP-1,Bug,Done,High,Ada Quill,Cy Vole,15/Jan/24 10:00 AM,16/Jan/24 1:00 PM",
            "SUP-2,Task,In Progress,Low,Bo Marsh,Di Wren,16/Jan/24 11:00 AM,",
        ),
        "contact",
        {"contact_id": "Issue key", "topic": "Issue Type", "status": "Status", "agent_id": "Assignee",
         "customer_id": "Reporter", "opened_at": "Created", "closed_at": "Resolved"},
    ),
    (
        "case export of a sales system",
        table(
            "Case Number,Account Name,Case Origin,Status,Case Owner,Date/Time Opened,Date/Time Closed,Case Reason",
            "00001001,Heron Ltd,Phone,Closed,Ada Quill,1/31/2024 9:05 AM,2/1/2024 10:05 AM,Billing",
            "00001002,Egret Ltd,Email,New,Bo Marsh,2/13/2024 9:05 AM,,Login",
        ),
        "contact",
        {"contact_id": "Case Number", "customer_id": "Account Name", "channel": "Case Origin", "agent_id": "Case Owner",
         "opened_at": "Date/Time Opened", "closed_at": "Date/Time Closed", "topic": "Case Reason", "status": "Status"},
    ),
    (
        "chat conversations",
        table(
            "conversation_id,started_at,ended_at,agent_email,visitor_email,department,duration_seconds,missed",
            "a1,2024-03-01T09:00:00Z,2024-03-01T09:10:00Z,ada@example.org,cy@example.com,Sales,600,no",
            "a2,2024-03-01T10:00:00Z,2024-03-01T10:10:00Z,bo@example.org,di@example.com,Care,600,no",
        ),
        "contact",
        {"contact_id": "conversation_id", "agent_id": "agent_email", "customer_id": "visitor_email",
         "queue": "department",
         "handle_seconds": "duration_seconds", "opened_at": "started_at", "ended_at": "ended_at"},
    ),
    (
        "German help desk",
        table(
            "Ticketnummer;Erstellt am;Geschlossen am;Kundennummer;Status;Bearbeiter;Gruppe;Kategorie;Priorität",
            "4711;01.03.2024 09:00;02.03.2024 10:00;K1;Geschlossen;Ada Quill;Technik;Rechnung;hoch",
            "4712;13.03.2024 09:30;;K2;In Bearbeitung;Bo Marsh;Vertrieb;Zugang;niedrig",
        ),
        "contact",
        {"contact_id": "Ticketnummer", "opened_at": "Erstellt am", "closed_at": "Geschlossen am",
         "priority": "Priorität",
         "customer_id": "Kundennummer", "agent_id": "Bearbeiter", "team": "Gruppe", "topic": "Kategorie"},
    ),
    (
        "Dutch help desk",
        table(
            "Meldingnummer;Aanmelddatum;Datum gereed;Aanmelder;Status;Behandelaar;Behandelaarsgroep;Categorie",
            "M2401;1-3-2024 9:00;2-3-2024 10:00;Cy Vole;Afgesloten;Ada Quill;Servicedesk;Inloggen",
            "M2402;13-3-2024 9:30;;Di Wren;In behandeling;Bo Marsh;Beheer;Printer",
        ),
        "contact",
        {"contact_id": "Meldingnummer", "opened_at": "Aanmelddatum", "closed_at": "Datum gereed", "status": "Status",
         "customer_id": "Aanmelder", "agent_id": "Behandelaar", "team": "Behandelaarsgroep", "topic": "Categorie"},
    ),
    (
        "French help desk",
        table(
            "N° de ticket;Date de création;Date de clôture;Client;Statut;Agent;Groupe;Catégorie",
            "T1;01/03/2024 09:00;02/03/2024 10:00;Cy Vole;Fermé;Ada Quill;Niveau 1;Facture",
            "T2;13/03/2024 09:30;;Di Wren;En cours;Bo Marsh;Niveau 2;Accès",
        ),
        "contact",
        {"contact_id": "N° de ticket", "opened_at": "Date de création", "closed_at": "Date de clôture",
         "status": "Statut",
         "customer_id": "Client", "agent_id": "Agent", "team": "Groupe", "topic": "Catégorie"},
    ),
    (
        "phone log with waits",
        table(
            "Call ID,Call time,Caller number,Queue name,Wait time (s),Talk time (s),Agent name,Disposition",
            *(f"{n},2024-03-{1 + n % 20:02d} 09:00:00,{555000 + n % 7},Sales,{n % 60},{90 + n},Ada Quill,Answered"
              for n in range(30)),
        ),
        "contact",
        {"contact_id": "Call ID", "opened_at": "Call time", "customer_id": "Caller number", "queue": "Queue name",
         "wait_seconds": "Wait time (s)", "handle_seconds": "Talk time (s)", "agent_id": "Agent name",
         "ended_by": "Disposition"},
    ),
    (
        "segments of calls",
        table(
            "Interaction ID,Segment start,Segment end,Agent,Queue,Handle time (min),Result",
            *(f"{n // 2},2024-03-{1 + n % 20:02d} 09:00:00,2024-03-{1 + n % 20:02d} 09:05:00,Ada Quill,"
              "Sales,5,Transferred"
              for n in range(40)),
        ),
        "touch",
        {"contact_id": "Interaction ID", "started_at": "Segment start", "ended_at": "Segment end", "agent_id": "Agent",
         "handle_seconds": "Handle time (min)", "ended_by": "Result"},
    ),
    (
        "event log",
        table(
            "Case ID;Event;Event time;User",
            *(f"{n // 4};{('Created', 'Assigned', 'Solved', 'Closed')[n % 4]};"
              f"2024-03-{1 + n // 4:02d}T0{n % 4}:00:00Z;Ada Quill"
              for n in range(40)),
        ),
        "event",
        {"contact_id": "Case ID", "kind": "Event", "at": "Event time", "agent_id": "User"},
    ),
    (
        "state log",
        table(
            "Ticket,Updated at,Status,Assigned group,Assignee",
            *(f"{n // 3},2024-03-{1 + n // 3:02d} 0{n % 3}:00,{('New', 'Pending', 'Solved')[n % 3]},Tier 1,Ada Quill"
              for n in range(30)),
        ),
        "state",
        {"contact_id": "Ticket", "at": "Updated at", "status": "Status", "team": "Assigned group",
         "agent_id": "Assignee"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "rows", "expected"), [e[1:] for e in EXPORTS], ids=[e[0] for e in EXPORTS]
)
def test_a_usual_export_is_understood(
    tmp_path: Path, content: str, rows: str, expected: dict[str, str]
) -> None:
    got = drafted(tmp_path, content)
    assert got.mapping.rows == rows
    found = fields(got)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("content", [e[1] for e in EXPORTS], ids=[e[0] for e in EXPORTS])
def test_no_row_of_a_usual_export_is_kept_aside(tmp_path: Path, content: str) -> None:
    got = load_text(tmp_path, content)
    assert (got.load.rejected_by_reason, got.load.rows_read) == ({}, content.count("\n") - 1)


@pytest.mark.parametrize("content", [e[1] for e in EXPORTS], ids=[e[0] for e in EXPORTS])
def test_a_draft_written_down_and_read_again_is_the_same_mapping(tmp_path: Path, content: str) -> None:
    got = drafted(tmp_path, content)
    again = parse_mapping(tomllib.loads(to_toml(got, "export.csv")), "x")
    for part in ("rows", "fields", "timezone", "formats", "decimal", "values", "missing"):
        assert getattr(again, part) == getattr(got.mapping, part)


@pytest.mark.parametrize(
    ("word", "status"),
    [("Solved", "resolved"), ("Closed", "closed"), ("Reopened", "open"), ("Unresolved", "open"),
     ("Not resolved", "open"),
     ("Pending", "waiting"), ("On hold", "waiting"), ("Waiting for customer", "waiting"), ("In Progress", "open"),
     ("Abgeschlossen", "closed"), ("Gelöst", "resolved"), ("In Bearbeitung", "open"), ("Wartet auf Kunde", "waiting"),
     ("Afgesloten", "closed"), ("In behandeling", "open"), ("Opgelost", "resolved"), ("Wacht op klant", "waiting"),
     ("Fermé", "closed"), ("Résolu", "resolved"), ("En cours", "open"), ("En attente", "waiting"), ("Spam", "void"),
     ("Abandoned", "abandoned")],
)  # fmt: skip
def test_usual_words_for_a_status_are_understood(tmp_path: Path, word: str, status: str) -> None:
    got = load_text(tmp_path, f"Ticket ID,Created,Status\n1,2024-03-01,{word}\n2,2024-03-01,Open\n")
    assert got.column("contacts", "status") == [status, "open"]


def test_the_order_of_day_and_month_is_told_by_any_column_that_shows_it(tmp_path: Path) -> None:
    text = (
        "Ticket ID,Created,Closed\n1,02/03/2024 09:00,03/14/2024 09:00\n2,04/05/2024 09:00,06/07/2024 09:00\n"
    )
    got = load_text(tmp_path, text)
    assert [at.month for at in got.column("contacts", "opened_at")] == [2, 4]
    assert not any("order" in line for line in got.load.assumed)


def test_an_order_that_nothing_shows_is_assumed_told_and_asked(tmp_path: Path) -> None:
    got = drafted(tmp_path, "Ticket ID,Created\n1,02/03/2024\n2,04/05/2024\n")
    assert any("nothing in them shows the order" in line for line in got.mapping.assumed)
    assert any(line.startswith("formats:") for line in got.questions)


def test_nothing_is_asked_that_the_file_tells_itself(tmp_path: Path) -> None:
    assert (
        drafted(
            tmp_path, "Ticket ID,Created\n1,2024-03-01T09:00:00Z\n2,2024-03-02T09:00:00+01:00\n"
        ).questions
        == ()
    )


def test_the_zone_is_asked_where_times_have_none(tmp_path: Path) -> None:
    (question,) = drafted(tmp_path, "Ticket ID,Created\n1,2024-03-01 09:00\n2,2024-03-02 09:00\n").questions
    assert question.startswith("timezone:")


def test_which_status_means_resolved_is_asked_and_what_was_taken_is_said(tmp_path: Path) -> None:
    assert any("Taken: Solved" in line for line in drafted(tmp_path, TICKETS).questions)


def test_a_sketch_names_the_profile_that_would_be_used(tmp_path: Path) -> None:
    path = written(tmp_path, "case id,activity,timestamp\n1,Create,2024-03-01\n2,Close,2024-03-02\n")
    assert "bundled profile event-log" in sketch(path)


def test_a_sketch_shows_no_person_and_no_free_text(tmp_path: Path) -> None:
    told = sketch(written(tmp_path, TICKETS.replace("Billing", "call Ada Quill back")))
    assert [name for name in ("Quill", "Marsh", "c1@example.org") if name in told] == []


def test_a_word_of_a_few_rows_that_is_not_understood_is_counted_but_not_shown(tmp_path: Path) -> None:
    rows = (
        "".join(f"{n},2024-03-01,{'Zorgplan' if n < 9 else 'Open'}\n" for n in range(30))
        + "30,2024-03-01,Ada Quill\n"
    )
    got = load_text(tmp_path, "Ticket ID,Created,Status\n" + rows)
    (line,) = [line for line in got.load.assumed if "Not understood" in line]
    assert "Zorgplan (9) and 1 other word" in line


def test_a_file_without_an_id_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"no column looks like a ticket or contact id.*colour"):
        drafted(tmp_path, "colour,weight\nred,1\n")


SERVICENOW = "number,state,sys_updated_on,opened_at,closed_at,assignment_group,assigned_to\n"


@pytest.mark.parametrize(
    ("cells", "month"),
    [(("01/02/2024 09:00:00", "13/02/2024 09:00:00"), 2), (("02/01/2024 09:00:00", "02/13/2024 09:00:00"), 2),
     (("2024-02-01 09:00:00", "2024-02-13 09:00:00"), 2)],
)  # fmt: skip
def test_a_profile_follows_the_order_of_dates_that_the_file_shows(
    tmp_path: Path, cells: Any, month: int
) -> None:
    text = (
        SERVICENOW
        + f"INC1,New,{cells[0]},{cells[0]},,G1,Ada\nINC1,Closed,{cells[1]},{cells[0]},{cells[1]},G1,Ada\n"
    )
    got = load_text(tmp_path, text)
    assert got.load.profile == "servicenow"
    assert (got.load.rejected, [at.month for at in got.column("contacts", "closed_at")]) == (0, [month])

"""The words by which help desks and phone systems name their columns and states."""

from __future__ import annotations

import re

#: For each field the usual column names, best first, as `plain` writes them.
COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "contact_id": (
        "contact id", "ticket id", "ticket number", "ticket no", "ticketnummer", "ticket", "case id", "case number",
        "caseid", "ticket nr", "ticketnr", "n de ticket", "no de ticket", "numero de ticket", "meldingnummer",
        "incidentnummer", "zaaknummer", "vorgangsnr", "conversation id", "interaction id", "call id",
        "chat id", "incident number", "incident id",
        "incident", "request id", "request number", "issue id", "issue key", "complaint id", "complaintid",
        "contactid", "ticketid", "callid", "vorgangsnummer", "numero", "number", "reference", "case", "key", "id",
    ),
    "opened_at": (
        "opened at", "opened", "created at", "created", "created on", "created date", "created time",
        "creation date", "creation time", "date created", "date opened", "open date", "opened date", "received at",
        "received", "submitted at", "submitted", "reported at", "arrival", "arrived at", "arrival time",
        "date time opened", "erstelldatum", "angelegt am", "erfasst am", "aanmelddatum", "aangemeld op",
        "date de creation", "date d ouverture", "fecha de creacion", "contact date", "contactdate",
        "call time", "call start", "call date", "request date", "start time",
        "start date", "initiated at", "erstellt", "erstellt am", "eroffnet", "cree le", "creado", "aangemaakt",
        "timestamp", "datetime", "date time", "date", "datum",
    ),
    "closed_at": (
        "closed at", "closed", "closed on", "closed date", "date closed", "solved at", "solved", "resolved at",
        "resolved", "resolution date", "resolved on", "resolved date", "completed at", "completed", "close date",
        "date time closed", "close time", "closed time", "solved date", "solved on", "abgeschlossen am",
        "erledigt am",
        "gelost am", "datum gereed", "gereed op", "afgesloten op", "opgelost op", "date de cloture",
        "date de resolution",
        "cloture le", "fecha de cierre", "geschlossen", "geschlossen am", "gesloten", "ferme le", "cerrado",
        "end date",
    ),
    "customer_id": (
        "customer id", "customer", "customerid", "customer number", "customer no", "requester id", "requester",
        "requester email", "client id", "client", "caller id", "caller", "account id", "account", "end user",
        "contact email", "customer email", "customer name", "requester name", "account name", "contact name",
        "reporter", "visitor", "visitor id",
        "visitor email", "caller number", "calling number", "phone", "ani", "melder", "anrufer", "aanmelder",
        "beller",
        "demandeur", "user id", "kunde", "kundennummer",
        "klant", "klantnummer", "cliente", "email", "phone number", "from",
    ),
    "channel": ("channel", "via", "contact channel", "contactchannelid", "channel type", "medium", "contact type",
                "origin", "case origin", "ticket source", "kanal", "kanaal", "canal", "source"),
    "queue": ("queue", "queue name", "department", "inbox", "mailbox", "skill", "line", "business line",
              "department name",
              "warteschlange", "wachtrij", "file d attente"),
    "team": ("team", "group", "assignee group", "assignment group", "assigned group", "agent group", "support group",
             "workgroup", "team name", "group name", "gruppe", "groep", "behandelaarsgroep", "groupe", "equipe"),
    "topic": ("topic", "reason", "contact reason", "call reason", "case reason", "category", "subcategory",
              "issue type", "type",
              "request type", "ticket type", "complainttopic en", "complainttopic", "theme", "product", "thema",
              "kategorie", "categorie", "categoria", "onderwerp", "motif", "motivo", "tags", "subject"),
    "priority": ("priority", "prio", "severity", "urgency", "prioritat", "prioriteit", "priorite",
                 "prioridad"),
    "status": ("status", "state", "ticket status", "incident state", "case status", "zustand", "statut", "estado"),
    "agent_id": ("agent", "agent id", "agent name", "assignee", "assigned to", "owner", "handled by", "operator",
                 "representative", "rep", "resource", "server", "assignee name", "assignee email", "agent email",
                 "case owner", "ticket owner", "owner name", "zugewiesen an", "toegewezen aan", "bearbeiter",
                 "behandelaar",
                 "medewerker", "user"),
    "started_at": ("picked up", "picked up at", "started", "started at", "start", "answered at", "answered",
                   "accepted at", "assigned at", "segment start", "touch start", "handling start", "begin"),
    "ended_at": ("finished", "finished at", "ended", "ended at", "end", "end time", "hung up at",
                 "segment end", "touch end",
                 "handling end", "wrap up end", "released at"),
    "wait_seconds": ("wait", "wait time", "waiting time", "waited", "queue time", "time in queue", "queue wait",
                     "speed of answer", "wartezeit", "wachttijd"),
    "handle_seconds": ("handle time", "handling time", "aht", "talk time", "service time", "work time", "time spent",
                       "duration", "call duration", "handled", "bearbeitungszeit", "gesprekstijd"),
    "ended_by": ("outcome", "disposition", "result", "ended by", "call result", "ergebnis", "resultaat"),
    "at": ("updated at", "updated", "changed at", "modified at", "last updated", "sys updated at", "event time",
           "timestamp", "time", "complete timestamp", "at", "date", "datetime"),
    "kind": ("activity", "event", "event type", "event name", "action", "aktivitat"),
    "touch_id": ("touch id", "segment id", "leg id"),
    "recorded_reopens": ("reopens", "reopen count", "times reopened", "reopened count", "number of reopens"),
    "recorded_handoffs": ("reassignment count", "reassignments", "transfers", "transfer count", "group stations",
                          "handoffs"),
    "recorded_replies": ("replies", "reply count", "agent replies", "number of replies"),
    "language": ("language", "locale", "sprache", "taal", "langue", "idioma"),
}  # fmt: skip

#: Words in a status, gravest first: the first group that fits decides.
STATUS_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("void", ("spam", "deleted", "merged", "duplicate", "junk", "test call", "phantom", "cancelled", "canceled")),
    ("abandoned", ("abandon", "missed", "hang", "hung up", "no answer", "lost")),
    ("open", ("reopen", "unresolved", "unsolved", "not resolved")),
    ("waiting_customer", ("pending", "awaiting customer", "waiting for customer", "waiting on customer",
                          "awaiting user", "awaiting caller", "awaiting reply", "waiting on client",
                          "wartet auf kunde",
                          "warten auf kunde", "wacht op klant", "wachten op klant", "en attente du client",
                          "en attente client")),
    ("waiting_other", ("on hold", "hold", "awaiting", "waiting", "wait", "suspended", "parked", "snoozed",
                       "wartet", "warten", "wartend", "zuruckgestellt", "wacht", "en attente", "en espera")),
    ("resolved", ("resolved", "solved", "fixed", "done", "completed", "complete", "gelost", "erledigt", "opgelost",
                  "resolu", "resuelto")),
    ("closed", ("closed", "archived", "answered", "served", "handled", "agent", "geschlossen", "abgeschlossen",
                "gesloten",
                "afgesloten", "afgehandeld", "gereed", "ferme", "cloture", "termine", "cerrado")),
    ("open", ("open", "new", "progress", "assigned", "active", "working", "neu", "offen", "bearbeitung",
              "in arbeit", "zugewiesen", "nieuw", "behandeling", "aangemeld", "ouvert", "nouveau", "en cours",
              "abierto",
              "nuevo", "en curso")),
)  # fmt: skip

ENDING_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("abandoned", ("abandon", "missed", "hang", "hung up by customer", "no answer", "lost")),
    ("hung_up", ("hung up", "disconnected", "dropped")),
    ("unknown", ("unresolved", "unsolved", "not resolved")),
    ("transferred", ("transfer", "forward", "reassign", "handed")),
    ("escalated", ("escalat",)),
    ("parked", ("pending", "parked", "hold", "waiting", "callback", "snoozed")),
    ("resolved", ("resolved", "solved", "fixed", "done", "completed", "complete", "closed")),
    ("unknown", ("answered", "served", "agent", "handled")),
)  # fmt: skip

KIND_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("reopened", ("reopen",)),
    ("opened", ("opened", "created", "create", "insert", "register", "submitted")),
    ("closed", ("closed", "close", "archived")),
    ("resolved", ("resolve", "solved", "solve")),
    ("waiting", ("wait", "pending", "hold", "suspend")),
    ("resumed", ("resume",)),
    ("escalated", ("escalat",)),
    ("team_changed", ("transfer", "forward", "team changed", "group changed")),
    ("assigned", ("assigned", "assign ", "assign to", "take in charge", "accept", "in progress", "picked up")),
)  # fmt: skip

#: Customer numbers that are nobody.
NOBODY = ("0", "-1", "00", "000", "0000", "n/a", "na", "none", "unknown", "anonymous", "guest", "nobody", "private",
          "withheld", "unbekannt", "anonym", "x", "xxx", "test")  # fmt: skip

_UNITS = {
    "s": "seconds", "sec": "seconds", "secs": "seconds", "second": "seconds", "seconds": "seconds", "sek": "seconds",
    "m": "minutes", "min": "minutes", "mins": "minutes", "minute": "minutes", "minutes": "minutes",
    "h": "hours", "hr": "hours", "hrs": "hours", "hour": "hours", "hours": "hours",
    "ms": "milliseconds", "millis": "milliseconds", "milliseconds": "milliseconds",
}  # fmt: skip
_ACCENTS = str.maketrans("áàâäãåéèêëíìîïóòôöõúùûüçñ", "aaaaaaeeeeiiiiooooouuuucn")


def plain(name: str) -> str:
    """A column name in small letters, words parted by blanks, without accents: `Wait (s)` is `wait s`."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", parted.lower().translate(_ACCENTS)).split())


def without_unit(name: str) -> tuple[str, str]:
    """A plain name without the unit at its end, and the unit: ("wait", "seconds") for `wait s`."""
    words = name.removesuffix(" in").split()
    if len(words) > 1 and words[-1] in _UNITS:
        rest = words[:-1]
        return " ".join(rest[:-1] if rest[-1] == "in" and len(rest) > 1 else rest), _UNITS[words[-1]]
    return name, ""


def meaning(word: str, groups: tuple[tuple[str, tuple[str, ...]], ...]) -> str | None:
    """The group of which a word stands in the text; None when none does."""
    text = f" {plain(word)} "
    return next((ours for ours, words in groups if any(f" {w}" in text for w in words)), None)

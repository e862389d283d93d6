"""Thanks and machines' mail are not requests; whatever is doubtful is one."""

from collections.abc import Iterable

import ibis
import pyarrow as pa
import pytest

from headwater.measures.thanks import LONGEST_THANKS, is_automatic, is_thanks, without_request, words_of
from headwater.testing import record_of

THANKS = (
    "Thanks!",
    "Thank you so much, it works now :-)",
    "OK, great. Cheers",
    "Vielen Dank für Ihre schnelle Hilfe!",
    "Merci beaucoup, bonne journée",
    "Muchas gracias por su ayuda",
    "Grazie mille",
    "Hartelijk bedankt voor uw hulp",
    "Muito obrigado pela ajuda",
    "Thanks.\n\nOn Mon, 3 May 2026 at 10:12, Support wrote:\n> Dear customer,\n> is it working?",
    "Danke!\nAm 3. Mai 2026 um 10:12 schrieb Support:\n> Guten Tag",
)
REQUESTS = (
    "Thanks, but it still does not work",
    "Not working. Thanks",
    "When will this be solved? Thanks",
    "Is it working? Thanks",
    "Thanks for nothing",
    "Thanks in advance",
    "Help me, thanks",
    "Danke, aber es funktioniert nicht",
    "Merci, ça ne fonctionne pas",
    "Gracias, pero no funciona",
    "Grazie, non funziona",
    "Alvast bedankt",
    "Obrigado, mas não funciona",
    "Thank you for the refund",
    "OK",
    "",
    "12345",
    "I get an 'undeliverable' message when I write to you",
    "Mail delivery failed when I wrote to the shop",
    "I am out of the office and cannot log in",
    "I am on leave and my payslip is wrong",
    "Out of office rental: how do I cancel?",
    "We have received your invoice but dispute it",
)
AUTOMATIC = (
    "Automatic reply: Your ticket 4711",
    "Auto-Reply: Re: invoice",
    "Out of Office",
    "Hello, I am currently out of the office until 3 May. I will reply when I return.",
    "Thank you for your email. I am on annual leave. In my absence write to the team.",
    "Mail delivery failed: returning message to sender",
    "Undelivered Mail Returned to Sender",
    "Delivery Status Notification (Failure)",
    "Thank you for contacting us. We have received your request and will answer soon.",
    "Your ticket 4711 has been received",
    "Abwesenheitsnotiz: Ihre Anfrage",
    "Réponse automatique : facture",
    "Respuesta automática: factura",
    "Resposta automática: fatura",
    "Risposta automatica: fattura",
    "Automatisch antwoord: factuur",
)


def judged(texts: Iterable[str]) -> dict[str, tuple[bool, bool]]:
    table = ibis.memtable(pa.table({"text": list(texts)}))
    table = table.mutate(words=words_of(table.text))
    rows = (
        table.mutate(thanks=is_thanks(table.words), machine=is_automatic(table.words))
        .to_pyarrow()
        .to_pylist()
    )
    return {row["text"]: (row["thanks"], row["machine"]) for row in rows}


def contact(*messages: tuple[str, str | None]) -> list[tuple[str, str]]:
    rows = [
        {"contact_id": "c", "sent_at": "2026-01-05T10:00", "author": author, "text": text}
        for author, text in messages
    ]
    found = without_request(record_of(messages=rows)).to_pyarrow().to_pylist()
    return [(row["contact_id"], row["why"]) for row in found]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(THANKS, (True, False)), (REQUESTS, (False, False)), (AUTOMATIC, (False, True))],
    ids=["thanks", "requests", "automatic"],
)
def test_texts_are_told_apart(texts: tuple[str, ...], expected: tuple[bool, bool]) -> None:
    wrong = {text: verdict for text, verdict in judged(texts).items() if verdict != expected}
    assert wrong == {}


def test_a_long_text_is_never_only_thanks() -> None:
    text = "thanks " * (LONGEST_THANKS // 6)
    assert judged([text])[text] == (False, False)


def test_a_contact_of_nothing_but_thanks_asks_for_nothing() -> None:
    assert contact(("customer", "Thank you!"), ("agent", "You are welcome")) == [("c", "thanks")]


def test_thanks_after_a_request_leave_it_a_request() -> None:
    assert contact(("customer", "Where is my parcel"), ("customer", "Thank you!")) == []


def test_one_machine_among_thanks_makes_it_automatic() -> None:
    assert contact(("customer", "Thanks"), ("customer", "Automatic reply: thanks")) == [("c", "automatic")]


def test_an_unknown_text_may_be_a_request() -> None:
    assert contact(("customer", "Thanks"), ("customer", None)) == []


def test_what_an_agent_writes_does_not_count() -> None:
    assert contact(("agent", "Thanks!")) == []

"""Contacts in which nobody asks for anything: a "thank you", or a machine answering a machine.

A help desk makes a contact of every mail, so a customer's "Thanks!" or a holiday notice looks like one who
has to come back. Careful on purpose: a text counts as thanks only when every word of it is one that people
use for it, and as automatic only when it is short and begins the way such mails do. A doubtful text stays
a request. English, German, French, Spanish, Italian, Dutch, Portuguese.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from headwater.record.record import Record

#: Longer texts are never taken for thanks, or for a machine's mail.
LONGEST_THANKS, LONGEST_AUTOMATIC = 200, 1000

#: At least one of these must be there ...
_THANKS = (
    "thanks|thank|thx|ty|tysm|cheers|appreciate|grateful|"
    "danke|dankeschön|dank|merci|remercie|gracias|agradezco|agradecido|agradecida|"
    "grazie|ringrazio|bedankt|dankjewel|obrigado|obrigada"
)
#: ... and all others among these, which ask for nothing and complain of nothing. Left out on purpose: "me"
#: ("help me thanks"), "advance" and "alvast" (thanks for what is still to be done), every "not" and "but".
_FILLER = (
    "a|afternoon|again|all|amazing|and|are|assistance|awesome|best|brilliant|day|dear|everyone|everything|"
    "excellent|fantastic|fine|for|good|great|hello|help|helpful|helping|hi|i|i'm|is|it|it's|its|just|kind|lot|"
    "lovely|many|million|morning|much|nice|now|ok|okay|perfect|really|regards|resolved|sincerely|so|solved|"
    "super|support|swift|team|that|that's|the|this|to|too|us|very|was|we|weekend|wonderful|worked|works|yes|"
    "you|your|yours|"
    "alles|beste|das|die|es|freundliche|freundlichen|funktioniert|für|gruß|grüße|grüßen|gut|guten|hallo|"
    "herzlichen|hilfe|ich|ihnen|ihre|ist|ja|jetzt|klappt|liebe|lieben|mit|nochmals|prima|schnelle|schön|schönen|"
    "sehr|tag|und|viele|vielen|wochenende|wunderbar|euch|"
    "aide|beaucoup|bien|bon|bonjour|bonne|ça|cela|cordialement|et|fonctionne|infiniment|je|journée|la|le|"
    "maintenant|mille|parfait|pour|soirée|tous|tout|toute|votre|vous|à|"
    "ahora|amable|ayuda|buen|buena|buenas|buenos|de|días|día|el|equipo|funciona|les|muchas|muchísimas|"
    "perfecto|por|rápida|saludos|su|todo|un|una|y|"
    "adesso|aiuto|buon|buona|cordiali|di|e|funziona|gentile|gentilissimi|giornata|il|molte|ora|per|perfetto|"
    "saluti|salve|tanto|tutto|vi|"
    "dag|fijne|goed|groet|groeten|hartelijk|heel|het|hulp|jullie|met|nu|u|uw|veel|voor|vriendelijke|werkt|"
    "agora|ajuda|atenciosamente|bem|boa|bom|dia|muito|o|pela|pelo|perfeito|tarde|tudo"
)
#: How the mail of a machine begins.
_AUTOMATIC = (
    "auto(matic|mated)? ?(reply|response)",
    "out of (the )?office($| (until|from|re|auto|reply|message|notification)( |$))",
    # Somebody at home may write this too, and mean the rest: only with a promise to answer later.
    "(i am|i'm|i will be) (currently |now )?"
    "(out of (the )?office|away from (the|my) office|on (annual |parental )?leave) "
    ".*(i will (reply|respond|answer|get back)|limited access to (my )?e ?mail|in my absence|on my return"
    "|when i (return|am back))",
    "delivery status notification",
    "mail delivery (failure|system|failed returning message)",
    "undelivered mail returned to sender",
    "this message was created automatically by mail delivery",
    "this is an automatic(ally generated)? (reply|response|message|e ?mail)",
    "we have received your (request|e ?mail|message|ticket)",
    "your (request|ticket|case) ([a-z]{0,3} ?[0-9]+ )?has been (received|created|logged)",
    "automatische (antwort|abwesenheits(notiz|meldung)|afwezigheids?melding)",
    "abwesenheits(notiz|meldung)",
    "(réponse automatique|message d'absence)",
    "(respuesta|resposta) automática",
    "risposta automatica",
    "automatisch antwoord",
)
#: What may stand before it.
_OPENING = (
    r"((re|aw|fw|hello|hi|dear|all|sir|madam|team|sender|hallo|bonjour|hola|ciao|olá) )*"
    r"(thank you for (contacting|your (e ?mail|message))( [^ ?]+){0,8} ){0,1}"
)


def words_of(text: ir.StringValue) -> ir.StringValue:
    """The customer's own words: lower case, without what is quoted below them, single blanks between."""
    own = text.lower().replace("’", "'").re_extract(r"^[^>]*", 0)
    # The line above a quotation: "On 3 May 2026 at 10:12, Support wrote:".
    own = own.re_replace(
        r"(^|\n)[ \t]*(on|am|le|el|il|op|em) [^\n]*(wrote|schrieb|écrit|escribió|scritto|schreef|escreveu)"
        r"[^\n]*:[ \t\r\n]*$",
        " ",
    )
    return own.re_replace(r"[^a-z0-9à-öø-ÿœ'?]+", " ").strip()


def is_thanks(words: ir.StringValue) -> ir.BooleanValue:
    """True when the words (of `words_of`) are thanks and nothing else."""
    only = words.re_search(f"^(({_THANKS}|{_FILLER})( |$))+$")
    return only & words.re_search(f"(^| )({_THANKS})( |$)") & (words.length() <= LONGEST_THANKS)


def is_automatic(words: ir.StringValue) -> ir.BooleanValue:
    """True when the words (of `words_of`) begin as the mail of a machine does."""
    begins = words.re_search(f"^{_OPENING}({'|'.join(_AUTOMATIC)})")
    return begins & (words.length() <= LONGEST_AUTOMATIC)


def without_request(record: Record) -> ir.Table:
    """Contacts in which the customer's messages are all thanks or automatic: contact_id, why.

    `why` is `thanks` or `automatic` (when at least one is). A contact without a message of the customer,
    or with one whose text is not known, is not among them.
    """
    messages = record.table("messages")
    said = messages.filter(messages.author == "customer").select("contact_id", words=words_of(messages.text))
    judged = said.mutate(
        thanks=ibis.coalesce(is_thanks(said.words), False),
        machine=ibis.coalesce(is_automatic(said.words), False),
    )
    summed = judged.group_by("contact_id").agg(
        requests=(~(judged.thanks | judged.machine)).sum(), machines=judged.machine.sum()
    )
    return summed.filter(summed.requests == 0).select(
        "contact_id", why=ibis.ifelse(summed.machines > 0, "automatic", "thanks")
    )

"""What D4 says in words: the headline and the caveats, from the same numbers as the estimates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from headwater import words
from headwater.checks.d4_estimates import Facts
from headwater.checks.finding import Estimate

Known = Mapping[str, Estimate]


def headline(facts: Facts, known: Known) -> str:
    """One sentence: how much is worked on again, and what else belongs to it."""
    if "reworked_share" in known:
        start = f"{words.share(_value(known, 'reworked_share'))} of contacts are worked on again"
        return f"{start}: {' and '.join(_parts(facts, known))}{_also(known)}."
    if counted := list(_by_counters(facts)):
        return f"By the source's own counters {' and '.join(counted)}; there is no history to check them by."
    return "Nothing tells how much work is done again: the record holds no history of its contacts."


def caveats(facts: Facts, known: Known, wanted: str) -> Iterator[str]:
    """What the reader must know to read the numbers rightly. `wanted` is the kind of holder asked for."""
    totals = facts.totals
    if facts.tells_passing and wanted != facts.between:
        yield f"The record does not know any {wanted}; hand-offs are counted between {facts.between}s."
    yield from _counter_caveats(facts)
    if facts.tells_passing:
        yield (
            "A hand-off can be right: to a specialist, or to the next shift. Contacts that are passed on more "
            "also last longer, partly because hard contacts are passed on more; the times show no cause."
        )
    if totals["unfinished"]:
        yield f"{words.count(totals['unfinished'])} contacts never closed; they count until last heard of."
    if "waiting_share" not in known:
        yield "The log never says that a contact waits for somebody, so waiting is not told from work."
    elif totals["waiting_untold"]:
        yield "Part of the waiting does not say for whom."
    recent = totals["finished"] - totals["followed"]
    if facts.tells_reopening and recent:
        yield f"{words.count(recent)} contacts were finished so recently that they may still be reopened."


def _parts(facts: Facts, known: Known) -> Iterator[str]:
    if facts.tells_reopening:
        number = _value(known, "reopened_contacts")
        yield f"{words.count(number)} {'was' if number == 1 else 'were'} opened again after being finished"
    if facts.tells_passing:
        back = words.count(facts.totals["returned"])
        yield f"{back} came back to {facts.a_holder} that had already had them"


def _also(known: Known) -> str:
    names = ("reassigned_share", "reassigned_share_recorded")
    more = []
    if shares := [_value(known, name) for name in names if name in known]:
        more.append(f"{words.share(max(shares))} were passed on at least once")
    if "waiting_share" in known:
        more.append(f"{words.share(_value(known, 'waiting_share'))} of their open time is spent waiting")
    return f"; {' and '.join(more)}" if more else ""


def _by_counters(facts: Facts) -> Iterator[str]:
    for what, part, whole in (
        ("reopened", "counter_reopened", "counter"),
        ("reassigned", "passed_counted", "passed_counter"),
    ):
        if facts.totals[whole]:
            yield f"{words.share(facts.totals[part] / facts.totals[whole])} of contacts were {what}"


def _counter_caveats(facts: Facts) -> Iterator[str]:
    totals = facts.totals
    alone = totals["counter_alone"] + totals["history_alone"]
    if facts.tells_reopening and totals["counter"] and alone:
        yield _difference(facts)
    fewer, more, both = (totals[name] for name in ("passed_fewer", "passed_more", "passed_both"))
    if facts.tells_passing and fewer + more:
        yield (
            f"Hand-offs in the history equal the source's own counter in {words.share(1 - (fewer + more) / both)} "
            f"of contacts; the counter has more in {words.count(fewer)} and fewer in {words.count(more)}. "
            "Stretches whose holder is not named are skipped, so the history may show too few."
        )


def _difference(facts: Facts) -> str:
    totals = facts.totals
    text = (
        f"The source's own counter calls {words.count(totals['counter_reopened'])} contacts reopened, the "
        f"history {words.count(totals['reopened'])}."
    )
    if totals["counter_alone"]:
        text += f" Only by the counter: {words.count(totals['counter_alone'])}"
        if totals["counter_alone_paused"]:
            paused = words.count(totals["counter_alone_paused"])
            text += f" ({paused} of them went from finished to waiting, where no work had begun again)"
        text += "."
    if totals["history_alone"]:
        text += f" Only by the history: {words.count(totals['history_alone'])}."
    return text


def _value(known: Known, name: str) -> float:
    return known[name].value or 0.0

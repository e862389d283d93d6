"""Terms of the field, explained once for newcomers, and linked where they first appear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from headwater.report.phrases import tied


@dataclass(frozen=True)
class Term:
    """A term, what it means, and the other forms in which it appears in text."""

    name: str
    meaning: str
    forms: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Where the page explains it."""
        return "term-" + re.sub(r"\W+", "-", self.name.lower())


TERMS = (
    Term("abandoned contact", "The customer gave up before anybody answered.",
         ("abandoned contacts", "abandoned", "abandon", "hung up")),
    Term("contact", "One customer's one request, from its first message or call until it is closed.", ("contacts",)),
    Term("design effect", "By how much numbers are less sure than their count suggests, because contacts of one "
         "customer or one day resemble each other."),
    Term("empirical Bayes", "A way of pulling the number of each group towards the average of all, the more so the "
         "fewer contacts stand behind it, so that small groups do not look best or worst by luck."),
    Term("first-contact resolution", "The matter is settled at the first contact, and the customer need not come "
         "back for it. Often written FCR.", ("FCR",)),
    Term("funnel", "The range in which chance alone would put most groups: wide for small groups, narrow for large "
         "ones.", ("funnel plot", "funnel limits")),
    Term("hand-off", "A contact that goes from one person or team to another.",
         ("hand-offs", "handoff", "handoffs", "handed on", "passed on", "passed round")),
    Term("handle time", "The time somebody works on a contact: talking, holding, writing, finishing.",
         ("handle times",)),
    Term("hazard", "Of those still waiting at a moment, the share who give up in the next."),
    Term("interval", "The range in which the true number very likely lies. Of all such ranges at 95%, 95 in 100 hold "
         "the true number. A narrow one means sure, a wide one means unsure.",
         ("intervals", "confidence interval", "confidence intervals", "95% interval")),
    Term("Kaplan-Meier", "A way of counting that makes allowance for contacts which could not be watched long enough "
         "yet, so that the newest weeks do not look better than they are."),
    Term("median", "The middle one: half of the values lie below it, half above."),
    Term("over-dispersion", "Groups differ more than chance alone explains, often because their work differs.",
         ("over-dispersed", "overdispersion")),
    Term("patience", "How long a customer waits before giving up."),
    Term("pseudonym", "A made-up name that stands for one person and does not tell who it is.", ("pseudonyms",)),
    Term("queue", "The line in which contacts of one kind wait.", ("queues",)),
    Term("reliability", "How much of the differences between groups would be there again next time: none at 0, all of "
         "them at 1."),
    Term("reopened contact", "A contact that was closed and had to be opened again.",
         ("reopened contacts", "reopened", "reopening", "reopenings")),
    Term("repeat contact", "The same customer comes back about the same matter within a stated number of days.",
         ("repeat contacts", "repeat rate")),
    Term("rework", "Work on a contact that had already been done or held by somebody: reopened, handed on, waiting."),
    Term("service level", "The share of customers answered within a set time. It depends on how those who gave up are "
         "counted, so that several definitions stand side by side.", ("service levels",)),
    Term("touch", "A stretch of time in which one person or team held a contact.", ("touches",)),
)  # fmt: skip

_BY_FORM = {form.lower(): term for term in TERMS for form in (term.name, *term.forms)}
_PATTERN = re.compile(
    r"(?<![\w-])(" + "|".join(map(re.escape, sorted(_BY_FORM, key=len, reverse=True))) + r")(?![\w-])",
    re.IGNORECASE,
)


@dataclass
class Links:
    """Links terms in text to their meaning and remembers which were used.

    In each section a term is linked where it first appears.
    """

    used: set[Term] = field(default_factory=set)
    _here: set[Term] = field(default_factory=set)

    def begin_section(self) -> str:
        """From here on terms are linked anew. Empty text, so that templates can call it."""
        self._here.clear()
        return ""

    def linked(self, text: str) -> Markup:
        """The text with its terms linked; everything else in it is escaped."""
        return Markup().join(self._pieces(tied(text)))

    def explained(self) -> tuple[Term, ...]:
        """The terms that were linked, in the order of the alphabet."""
        return tuple(sorted(self.used, key=lambda term: term.name.lower()))

    def _pieces(self, text: str) -> Iterator[Markup]:
        end = 0
        for match in _PATTERN.finditer(text):
            term = _BY_FORM[match[0].lower()]
            if term not in self._here:
                self._here.add(term)
                self.used.add(term)
                yield escape(text[end : match.start()])
                yield Markup('<a class="term" href="#{}">{}</a>').format(term.anchor, match[0])
                end = match.end()
        yield escape(text[end:])

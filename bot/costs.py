"""What stands behind a command or in a button in, which of a person's budgets it is taken from out. Pure but for one
look at what articles there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.answering.pasted import unpack_shown
from bot.following.options import read_options
from bot.following.subjects import read_subject
from bot.references import find_referred, links
from bot.rules import Budget
from bot.types import Kind
from retrieval import Corpus

Cost = Callable[[str], Budget | None]


def of_commands(corpus: Corpus) -> Mapping[str, Cost]:
    """Those that are not here cost nothing, or are paid for where they are done: questions."""
    return {"add": _link, "summary": partial(_summary, corpus), "follow": _feed}


def of_verbs() -> Mapping[str, Cost]:
    """Of buttons: to ask anew is to ask."""
    asked = dict.fromkeys(("all", "topic", "tshort", "tlong"), _question)
    return {**asked, "psum": _page, "pask": _page}


def _question(_: str) -> Budget | None:
    return Budget.QUESTION


def _link(text: str) -> Budget | None:
    return Budget.LINK if links(text) else None


def _page(shown: str) -> Budget | None:
    """Of what somebody shows: a page is opened at the first of its buttons."""
    meant = unpack_shown(shown)
    return Budget.LINK if meant is not None and meant.url and not meant.text else None


def _summary(corpus: Corpus, text: str) -> Budget | None:
    """Of a page that is not known yet, a link; of words, which are searched for, a question."""
    if not text.strip():
        return None
    if not links(text):
        return Budget.QUESTION
    return None if find_referred(corpus, text) else Budget.LINK


def _feed(text: str) -> Budget | None:
    """A site, a feed or a list of them: that is fetched at once."""
    subject = read_options(text).subject
    return Budget.FEED if subject and read_subject(subject, ()).kind is Kind.FEED else None

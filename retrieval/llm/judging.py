"""A proposed sentence and what was shown -> the sentence that may be said, or what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from retrieval.answer.claims.figures import figures_stand
from retrieval.answer.claims.mentions import names_stand
from retrieval.answer.claims.polarity import polarity_agrees
from retrieval.answer.support import bears_out, repaired
from retrieval.llm.prompt import visible
from retrieval.llm.reply import Proposal
from retrieval.text.languages import detect
from retrieval.types import Citation, Sentence

MOST_TEXT = 600  # characters of one sentence
MOST_CITES = 5

_FOREIGN = re.compile(
    r"""\w+://|\b(?:mailto|tel|javascript|data|tg):(?=\S)|\bwww\.       # addresses
    |(?<!\w)[@#]\w                                                       # names and tags
    |\w@\w                                                               # mail
    |\b[\w-]{2,}\.[^\W\d_]{2,24}\b                                      # hosts, which messengers turn into links
    |\b\d{1,3}(?:\.\d{1,3}){3}\b
    |\]\(|\]\[|</?[a-z!]|&(?:\#\d+|\#x[0-9a-f]+|[a-z]{2,8});             # markup
    |(?:\*\*|__|~~|\|\||`)
    |(?:^|\s)/[a-z_]\w*                                                  # commands
    |[{}\\]""",
    re.VERBOSE | re.IGNORECASE,
)


def judge(proposal: Proposal, shown: Mapping[str, Citation], language: str) -> Sentence | str:
    """The sentence with its citations, quotations put right; or why it is not said, in words for the model."""
    text = visible(proposal.text)
    if not text or len(text) > MOST_TEXT:
        return "it is empty or too long"
    if not proposal.cites or len(proposal.cites) > MOST_CITES or any(cite not in shown for cite in proposal.cites):
        return "it must cite one to five of the sentences that were shown, by their ids"
    if _FOREIGN.search(unicodedata.normalize("NFKC", text)):
        return "it holds a link, an address, a name with @, a command or markup"
    citations = tuple(shown[cite] for cite in proposal.cites)
    quotes = [citation.quote for citation in citations]
    mended = repaired(text, quotes)
    if mended is None:
        return "what stands between its quote marks is not word for word in the sentences it cites"
    if not _is_in(mended, language):
        return "it is not in the language of the question"
    if not bears_out(mended, quotes, language):
        return _lacking(mended, quotes, language)
    return Sentence(mended, citations)


def _is_in(text: str, language: str) -> bool:
    """Against the one language that it looks most like: a sentence full of names looks like many."""
    return detect(text, {language, detect(text)}) == language


def _lacking(text: str, quotes: list[str], language: str) -> str:
    if not figures_stand(text, quotes, language):
        return "a number, date or time in it is not in the sentences it cites, or belongs to something else there"
    if not names_stand(text, quotes, language):
        return "a name in it is not in the sentences it cites, or belongs to something else there"
    if not polarity_agrees(text, quotes, language):
        return "it says the opposite of the sentences it cites, or more than they do"
    return "the sentences it cites do not bear it out; stay nearer to their words"

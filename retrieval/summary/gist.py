"""An article's sentences -> the few that tell it, in the article's order: one or two, three to five, five to eight.

    whole sentences | weighed: words shared with all of them, a place near the start | the best that differ

What counts is how near a sentence's words are to the words of the whole article (the centroid of Radev et al., 2004,
over stems), plus a bonus for standing early that fades with the square root of the place: news puts the gist first, and
the shorter a summary, the more its lead matters. Words need no model and work in any language; at the length of
extractive references they do better than the lead, TextRank and LexRank (tests/benchmarks/summaries.py).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.summary.types import Length
from retrieval.text.stems import content_stems
from retrieval.types import Span


@dataclass(frozen=True, slots=True)
class Budget:
    """How much to say: sentences, words that should do, and what standing first is worth beside the words' 0..1."""

    fewest: int
    most: int
    words: int
    lead: float


BUDGETS: Mapping[Length, Budget] = {
    "short": Budget(1, 2, 45, 1.0),
    "medium": Budget(3, 5, 90, 0.5),
    "long": Budget(5, 8, 180, 0.2),
}
SLACK = 1.15  # of the words: better a little more than a weaker sentence
REACH = 2  # times `most`: how far down the weighed sentences one that still fits is looked for
REPEATS = 0.6  # cosine of the words from which two sentences say the same
LEANING = 0.2  # what a sentence loses that leans on one before it which is not told
SPOKEN = 0.5  # the same for speech of somebody whom it does not name
SHORT_WORDS = 6  # headings and fragments make no summary

Bag = Mapping[str, int]

_ENDS = re.compile(r"[.!?…。！？।؟။][\"'”’»›)\]」』]*\s*(?:\[\d+\])?$")
_CONTINUES = re.compile(r"^[^\w\"'“‘«„(\[]*[a-zа-яё]")
_CREDIT = re.compile(
    r"^\W*(?:photo(?:graph)?s?|image|picture|video|credit|source|caption|file photo|illustration|graphic|watch|listen"
    r"|listen now|read more|see also|related|more on this|click|subscribe|sign up|follow us|share this|advertisement"
    r"|updated?|published|reporting by|editing by|writing by|edited by|additional reporting"
    r"|фото|видео|иллюстрация|источник|снимок|кадр|автор|читайте|смотрите|см\. также|подробнее|по теме|подпис\w+"
    r"|реклама|материал подготов\w+|текст)\b\s*(?:[:|/©—-]|$)"
    r"|^\W*(?:read (?:more|also|next)|see also|click here|sign up (?:for|to)|follow us|subscribe to"
    r"|читайте (?:также|ещ[её]|нас)|подпис\w+(?:есь|айтесь) на|смотрите (?:также|видео))\b"
    r"|^\W*(?:additional )?(?:reporting|editing|writing) by [A-Z]"
    r"|\b(?:hide caption|sign up for|subscribe to)\b.*\b(?:photos?|newsletters?)\b|\bnewsletters?\b.*\binbox\b"
    r"|\b(?:getty images|all rights reserved|все права защищены)\b|©",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"""\s*(?:"[^"]*"|“[^“”]*”|«[^«»]*»)\s*""")
_LEANS = re.compile(
    r"^\W*(?:he|she|it|they|his|her|hers|their|its|this|that|these|those|but|and|so|also|however|meanwhile|instead|such"
    r"|there|then|both|another|yet|still|nor|or|moreover|furthermore|besides|otherwise|nevertheless"
    r"|он|она|оно|они|его|е[её]|их|ему|ей|им|это|этот|эта|эти|этого|этому|этим|такой|такая|такие|там|тогда|туда|но|а|и"
    r"|однако|также|кроме того|при этом|поэтому|затем|потом|впрочем|тем не менее|в свою очередь|между тем|тот|та|те)\b",
    re.IGNORECASE,
)


def gist(text: str, spans: Sequence[Span], language: str, length: Length = "medium") -> list[Span]:
    """`spans`: the text's sentences in order. Fewer come back when the text has no more that can stand alone."""
    whole = [span for span in spans if is_whole(text[span.start : span.end])] or list(spans)
    texts = [text[span.start : span.end] for span in whole]
    return [whole[at] for at in choose(texts, language, BUDGETS[length])]


def choose(texts: Sequence[str], language: str, budget: Budget) -> list[int]:
    """Which of the sentences to tell, ascending: the best first that fit and repeat nothing."""
    bags = [bag_of(text, language) for text in texts]
    weights = weigh(bags, budget.lead)
    loss = [0.0, *map(leaning, texts[1:])]
    long = [len(text.split()) for text in texts]
    chosen: list[int] = []
    left = sorted(range(len(texts)), key=lambda at: loss[at] - weights[at])[: REACH * budget.most]
    while left and len(chosen) < budget.most:
        best = max(left, key=lambda at: weights[at] - loss[at] * (at - 1 not in chosen))
        left.remove(best)
        room = len(chosen) < budget.fewest or sum(long[at] for at in [*chosen, best]) <= SLACK * budget.words
        if room and all(likeness_of(bags[best], bags[at]) < REPEATS for at in chosen):
            chosen.append(best)
    return sorted(chosen)


def weigh(bags: Sequence[Bag], lead: float) -> list[float]:
    """Of each sentence: nearness to the words of all, scaled to 0..1, and `lead` / sqrt(place), the first being 1."""
    centre: dict[str, float] = {}
    for bag in bags:
        norm = _norm(bag)
        for word, count in bag.items():
            centre[word] = centre.get(word, 0.0) + count / norm
    near = [sum(count * centre[word] for word, count in bag.items()) / _norm(bag) for bag in bags]
    low, high = min(near, default=0.0), max(near, default=0.0)
    scaled = [(value - low) / ((high - low) or 1.0) for value in near]
    return [value + lead / math.sqrt(place) for place, value in enumerate(scaled, 1)]


def bag_of(text: str, language: str) -> Bag:
    """The stems of its content words -> how often they occur."""
    return Counter(content_stems(text, language))


def likeness_of(one: Bag, other: Bag) -> float:
    """The cosine of two bags of words."""
    shared = sum(count * other.get(word, 0) for word, count in one.items())
    return shared / (_norm(one) * _norm(other))


def is_whole(text: str) -> bool:
    """Whether it reads as a sentence: not a heading, a fragment, a credit or a line that sends the reader elsewhere."""
    ends = _ENDS.search(text) is not None and _CONTINUES.match(text) is None
    return ends and _CREDIT.search(text) is None and (len(text.split()) >= SHORT_WORDS or _unspaced(text))


def leaning(text: str) -> float:
    """What a sentence loses where the one before is not told: it opens with "he" or "but", or is speech of nobody."""
    if text.count('"') % 2 == 1 or text.count("”") != text.count("“") or _SPEECH.fullmatch(text):
        return SPOKEN
    return LEANING if _LEANS.match(text) else 0.0


def _unspaced(text: str) -> bool:
    """Chinese, Japanese and Thai set no spaces between words."""
    letters = sum(character.isalpha() for character in text)
    return letters >= 2 * SHORT_WORDS and letters > 12 * len(text.split())


def _norm(bag: Bag) -> float:
    return math.sqrt(sum(count * count for count in bag.values())) or 1.0

"""An article -> what it is about, in weighed words; two of those -> how surely both articles tell one event.

    words of title and lead, names more | cosine, and how much of each title the other tells | days that disagree

Rare words decide, and names above all. Words count by their first letters, since Russian changes the ends of words more
than a stemmer takes off. Of labelled pairs of news articles this tells .96 (Russian) and 1.0 (English, few pairs) apart
(AUROC, tests/benchmarks/stories.py), the cosine of TF-IDF .86 and .93. Words alone: it is the same in every language,
whether a model knows it or not.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from retrieval.text.sentences import split
from retrieval.text.stems import content_stems
from retrieval.types import Article
from retrieval.words.calendar import SOME_MONTH, month_number
from retrieval.words.kinds import names

LEAD = 6  # sentences that tell what an article is about
LEAD_CHARACTERS = 3_000  # more than six sentences have
OPENING_CHARACTERS = 600  # title and first sentences
LETTERS = 6  # of a stem, by which words are compared
EVEN = 0.5  # added to a word's rarity of 0..1: in a corpus of a few articles no word that two share is rare
TITLED = 2.0  # how often a word counts that the title has
NAMED = 3.0  # how much more a word counts that names somebody or something
HEADLINE_CASE = 0.6  # share of a title's words with a capital from which capitals name nobody
KEPT = 80  # words of a profile, the heaviest: with all of them, the figures are the same
OTHER_DAYS = 0.6  # what is left of the likeness of two articles that name days, and not the same ones
DAY_APART = 1  # one writes on the evening before
WINDOW = timedelta(days=5)  # between an article and another of its story
SAME_STORY = 0.5  # likeness from which two articles tell one story
KIN = 0.3  # mean likeness to all articles of a story that one joining through another must still have

_DAY = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th|-?го)? (?:of )?({SOME_MONTH})|({SOME_MONTH}) (\d{{1,2}})\b", re.I)
_WORD = re.compile(r"[^\W\d_]+")

Rarity = Callable[[Sequence[str]], list[float]]


@dataclass(frozen=True, slots=True)
class Profile:
    """What an article is about. `words`: beginnings of stems -> weight, of unit length; `title`: those of its title."""

    article_id: str
    language: str
    published: datetime | None
    words: Mapping[str, float]
    title: frozenset[str]
    days: frozenset[int]  # named in its title and lead, as days of some year


def profile(article: Article, rarity: Rarity) -> Profile:
    """`rarity`: of stems, 0 (everywhere) to 1 (nowhere)."""
    start = article.text[:LEAD_CHARACTERS]
    lead = [start[span.start : span.end] for span in split(start, article.language)[:LEAD]]
    titled, told = (content_stems(text, article.language) for text in (article.title, " ".join(lead)))
    counts = Counter(map(_key, told)) + Counter(dict.fromkeys(map(_key, titled), TITLED))
    rare = _rarities(dict.fromkeys([*titled, *told]), rarity)
    named = _named([*lead, *([] if _headline_case(article.title) else [article.title])], article.language)
    weights = {
        word: (1 + math.log(count)) * (EVEN + rare[word]) * (NAMED if word in named else 1.0)
        for word, count in counts.items()
    }
    words = _heaviest(weights)
    title = frozenset(word for word in map(_key, titled) if word in words)
    return Profile(article.id, article.language, article.published, words, title, _days([article.title, *lead]))


def likeness(one: Profile, other: Profile) -> float:
    """How surely both tell one event, 0 to 1, by their words. Whether they may is for `contemporary` to say."""
    shared = sum(weight * other.words.get(word, 0.0) for word, weight in one.words.items())
    if one.title and other.title:  # the same paragraph under two headlines tells nothing: both must agree
        shared = math.sqrt(shared * (_told_by(other, one) + _told_by(one, other)) / 2)
    return min(1.0, shared) * (OTHER_DAYS if _disagree(one.days, other.days) else 1.0)


def search_words(article: Article, about: Profile, most: int) -> str:
    """Stems of its title and its start that weigh most, for a search: longer ones take longer and find no more."""
    heaviest = set(sorted(about.words, key=lambda word: -about.words[word])[:most])
    opening = content_stems(f"{article.title}\n{article.text[:OPENING_CHARACTERS]}", article.language)
    return " ".join(stem for stem in dict.fromkeys(opening) if _key(stem) in heaviest)


def contemporary(one: Profile, other: Profile) -> bool:
    """Whether both may be of one story: in one language, and of days that are near. An undated one is near to all."""
    first, second = one.published, other.published
    return one.language == other.language and (first is None or second is None or abs(first - second) <= WINDOW)


def _key(stem: str) -> str:
    return stem[:LETTERS]


def _rarities(stems: Mapping[str, None], rarity: Rarity) -> dict[str, float]:
    """Of each beginning, the rarity of the most frequent stem that has it."""
    rare: dict[str, float] = {}
    for stem, value in zip(stems, rarity(list(stems)), strict=True):
        rare[_key(stem)] = min(value, rare.get(_key(stem), 1.0))
    return rare


def _named(texts: Sequence[str], language: str) -> set[str]:
    return {_key(stem) for text in texts for name in names(text) for stem in content_stems(name, language)}


def _headline_case(title: str) -> bool:
    """ "Barge Strikes Bridge": every word has a capital."""
    words = _WORD.findall(title)
    return sum(map(str.isupper, (word[0] for word in words))) > HEADLINE_CASE * len(words)


def _heaviest(weights: Mapping[str, float]) -> dict[str, float]:
    """Scaled to unit length."""
    kept = sorted(weights, key=lambda word: (-weights[word], word))[:KEPT]
    norm = math.sqrt(sum(weights[word] ** 2 for word in kept)) or 1.0
    return {word: weights[word] / norm for word in kept}


def _told_by(teller: Profile, titled: Profile) -> float:
    """The share of one article's title, by weight, that the other has."""
    whole = sum(titled.words[word] for word in titled.title)
    return sum(titled.words[word] for word in titled.title if word in teller.words) / (whole or 1.0)


def _days(texts: Sequence[str]) -> frozenset[int]:
    """Every month counted as 31 days, each year as any other: near days stay near, but for the ends of some months."""
    found = (match for text in texts for match in _DAY.finditer(text))
    return frozenset(31 * month_number(match[2] or match[3]) + int(match[1] or match[4]) for match in found)


def _disagree(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether both name days, and none of them near to one of the other's: two forecasts, two days' figures."""
    return bool(one and other) and all(abs(day - another) > DAY_APART for day in one for another in other)

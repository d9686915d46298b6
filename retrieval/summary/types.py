"""What a summary is made of: of one article, of a story that several tell, of a topic over a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from retrieval.types import Article, Citation, Nearest, Searched, Sentence

Length = Literal["short", "medium", "long"]


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The names, days and numbers that an article turns on: slices of it, each at most three, most important first."""

    who: tuple[Citation, ...] = ()
    when: tuple[Citation, ...] = ()
    numbers: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """Sentences of one article that tell it, in the article's order."""

    article: Article
    sentences: tuple[Sentence, ...]
    facts: KeyFacts = KeyFacts()


@dataclass(frozen=True, slots=True)
class StorySummary:
    """Several articles about one event."""

    articles: tuple[Article, ...]  # oldest first
    happened: tuple[Sentence, ...]  # one to three, in the order of time
    new: tuple[Sentence, ...] = ()  # told only since the day that was asked for, or on the story's last day
    said: tuple[Sentence, ...] = ()  # who says what: one a speaker, `span` marks the speaker


@dataclass(frozen=True, slots=True)
class Development:
    """One story within a topic: the sentence that tells it best, and the articles about it, newest first."""

    sentence: Sentence
    articles: tuple[Nearest, ...]


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """What was written about a topic, most important story first. No stories: nothing was found."""

    topic: str
    stories: tuple[Development, ...]
    searched: Searched
    sources: int  # different ones among the stories' articles

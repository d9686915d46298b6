"""The words this engine speaks: what flows from an article to a cited answer, as frozen data.

    Article -> Passage -> Hit -> Evidence -> Answer | Closest | Refusal

Offsets count characters (code points) of `Article.text`, never of its title, and are never touched after they exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """A half-open slice of an article's text, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """A clean article. Its text is immutable under (id, revision): an update is a new revision."""

    id: str
    title: str
    text: str  # paragraphs separated by an empty line; the title is not part of it
    language: str = "en"  # ISO 639-1
    url: str | None = None
    source: str | None = None
    author: str | None = None
    published: datetime | None = None  # aware, UTC
    revision: int = 1
    image: str | None = None  # address of its lead picture


@dataclass(frozen=True, slots=True)
class Story:
    """The articles of all sources about one event, oldest first."""

    id: int
    articles: tuple[Article, ...]
    copies: Mapping[str, str] = field(default_factory=dict)  # article -> the earlier one whose words it repeats (ids)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article that fits the embedding model."""

    start: int
    end: int
    sentences: tuple[Span, ...]


AskedFor = Literal[
    "person", "time", "place", "number", "reason", "thing",
    "statement",  # what did X say about Y
    "speaker",  # who said Y
    "events",  # what happened with X
    "truth",  # yes or no
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a question is about. An empty one means all of them, and is false."""

    since: datetime | None = None  # published then or later
    until: datetime | None = None  # published before then
    sources: tuple[str, ...] = ()  # by one of these, spelt as the articles do
    among: tuple[str, ...] = ()  # by one of these too: whoever asks is limited to them, and it is no wish of his

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.sources)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, and the articles that it was answered from."""

    question: str
    articles: tuple[str, ...] = ()  # ids
    pointed: bool = False  # what comes next is about these articles: somebody replies to them


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood. `standalone` needs no earlier question to be searched for."""

    text: str
    standalone: str  # without the words that make the scope
    language: str
    asked_for: AskedFor
    undated: bool  # it names no date of its own, so it is about the present
    scope: Scope = Scope()
    lately: tuple[str, ...] = ()  # articles that the question it leans on was answered from
    about: tuple[str, ...] = ()  # articles that are pointed at: what they tell goes before what others do


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage that an index found: its key in the store, and how well it matched."""

    passage_id: int
    score: float  # fused, 0..1
    cosine: float | None = None  # None: the model does not know the language, or only words matched
    bm25: float | None = None  # None: only the meaning matched


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a sentence: where it answers, and how much likelier that is than "not here" (logits)."""

    span: Span  # in the text that was read
    margin: float  # above 0: the reader would answer; below: it would say that the text does not tell


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit with what it points at. `readings`: one a sentence, in order, spans in `text`; none: it was not read."""

    hit: Hit
    passage: Passage
    article: Article
    readings: tuple[Reading, ...] = ()

    @property
    def text(self) -> str:
        return self.article.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact sentence an answer rests on: `article.text[start:end] == quote`, always."""

    article_id: str
    revision: int
    start: int
    end: int
    quote: str
    title: str
    url: str | None
    source: str | None
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Gloss:
    """Who or what a word of a sentence stands for, to be shown in brackets behind it: the article's own words."""

    at: int  # where the word ends, in the sentence's text
    citation: Citation


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence said to the reader, and where it is from. `span` marks the short answer inside `text`, if known."""

    text: str
    citations: tuple[Citation, ...]
    span: Span | None = None
    before: Citation | None = None  # the sentence before it, where it cannot be understood alone
    glosses: tuple[Gloss, ...] = ()  # in the order of the text


Verdict = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer would say, and the figures that tell how far to trust it."""

    sentences: tuple[Sentence, ...]  # none when nothing is worth saying
    figures: Mapping[str, float]
    values: tuple[Sentence, ...] = ()  # when sources disagree: newest first, at least two, `span` marks each value
    verdict: Verdict | None = None  # which way the first sentence settles a yes-or-no question
    timeline: bool = False  # the sentences are of different days, oldest first


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about: stage -> milliseconds, and the figures that decided."""

    milliseconds: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    hits: tuple[str, ...] = ()  # article ids, best first, each once


@dataclass(frozen=True, slots=True)
class Searched:
    """What was looked through for a question."""

    articles: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    scope: Scope = Scope()  # what the question limited it to
    widened: bool = False  # nothing was found within the scope, so everything was searched


@dataclass(frozen=True, slots=True)
class Nearest:
    """The title of an article near the question, offered when the articles do not tell."""

    article_id: str
    title: str
    url: str | None
    source: str | None
    published: datetime | None

    @classmethod
    def to(cls, article: Article) -> Nearest:
        return cls(article.id, article.title, article.url, article.source, article.published)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles tell: one to three sentences, best first, or a timeline, oldest first."""

    question: str  # as it was understood (a follow-up is made self-contained)
    sentences: tuple[Sentence, ...]
    confidence: float  # calibrated probability that the articles tell
    trace: Trace = Trace()
    searched: Searched = Searched()
    values: tuple[Sentence, ...] = ()  # when sources disagree: newest first, at least two, `span` marks each value
    verdict: Verdict | None = None  # which way the first sentence settles a yes-or-no question
    timeline: bool = False
    also: tuple[Nearest, ...] = ()  # other sources' articles of the story that the first sentence is from


@dataclass(frozen=True, slots=True)
class Closest:
    """The sentences nearest to the question, which may not answer it: too likely for a refusal, too unsure to say."""

    question: str
    sentences: tuple[Sentence, ...]  # at least one
    confidence: float
    trace: Trace = Trace()
    searched: Searched = Searched()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The articles do not tell."""

    question: str
    reason: Literal["empty question", "empty corpus", "nothing found", "not told"]
    nearest: tuple[Nearest, ...]  # at most three
    confidence: float = 0.0
    trace: Trace = Trace()
    searched: Searched = Searched()


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the store's log. `listed` says that a feed carries the article, which may be known already.

    The last three are about a feed and no article: it cannot be had for days, it can again, its server ended it.
    """

    number: int
    kind: Literal["added", "updated", "removed", "listed", "down", "back", "ended"]
    article_id: str
    revision: int
    feed: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an article that was offered."""

    article: Article
    judgement: Literal["new", "same", "updated"]


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """How much is held, and of what."""

    articles: int
    passages: int
    feeds: int
    languages: Mapping[str, int]
    oldest: datetime | None
    newest: datetime | None
    model: str
    log: int  # the number of the log's last entry


@dataclass(frozen=True, slots=True)
class Interest:
    """What somebody wants to be told of, ready to be compared with articles."""

    key: int  # whoever asks gives it; it comes back in matches
    text: str
    language: str  # as detected
    vector: bytes | None  # float16 (dim,); None when the model does not know the language
    fingerprint: str  # of the embedder that made the vector; empty without one


@dataclass(frozen=True, slots=True)
class Match:
    """That an article is about an interest, and how surely."""

    key: int
    score: float  # 0..1


Level = Literal["strict", "balanced", "wide"]


@dataclass(frozen=True, slots=True)
class Sampled:
    """An article that an interest would have brought: the first of its story that matches."""

    article: Nearest
    score: float
    reason: Citation | None  # the sentence nearest to the interest; None: it has no sentences


@dataclass(frozen=True, slots=True)
class Sample:
    """What an interest would have brought lately."""

    found: tuple[Sampled, ...]  # newest first, one a story; the first few where there are many
    stories: int  # that matched; of the nearest 150 articles
    days: int  # that were looked at: fewer than asked for where the articles do not reach back so far
    since: datetime | None = None  # the days' beginning and end; None: there are no dated articles
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class News:
    """One entry of the log, with what it means for the stories."""

    change: Change
    article: Article | None  # as it is now; None: it is gone, or the entry is about a feed and no article
    story: int = 0  # that the article tells; 0 without one
    copy_of: str | None = None  # the earlier article whose words it repeats
    founds: bool = False  # nobody told the story before it


Weight = Literal["nothing", "wording", "news"]
"""What an update changed of its article: no word, words that tell nothing new, or what it tells."""

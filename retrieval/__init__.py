"""Articles in, answers with citations out. This is the front door: whoever uses the engine imports from here.

Names are loaded when they are asked for, so that `import retrieval` costs nothing before there is work.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.build import CorpusSettings as CorpusSettings
    from retrieval.build import open_corpus as open_corpus
    from retrieval.build import open_sources as open_sources
    from retrieval.calibration import Calibrated as Calibrated
    from retrieval.calibration import calibrate as calibrate
    from retrieval.corpus import Corpus as Corpus
    from retrieval.database import UtcDateTime as UtcDateTime
    from retrieval.database import open_engine as open_engine
    from retrieval.database import reads_only as reads_only
    from retrieval.database import together as together
    from retrieval.database import unhurried as unhurried
    from retrieval.database import wipe as wipe
    from retrieval.errors import AddressRefused as AddressRefused
    from retrieval.errors import BadDataset as BadDataset
    from retrieval.errors import FetchFailed as FetchFailed
    from retrieval.errors import FootnoteError as FootnoteError
    from retrieval.errors import ModelFailed as ModelFailed
    from retrieval.errors import NoArticle as NoArticle
    from retrieval.errors import NotAFeed as NotAFeed
    from retrieval.errors import SourceError as SourceError
    from retrieval.errors import StoreFailed as StoreFailed
    from retrieval.errors import UnknownArticle as UnknownArticle
    from retrieval.errors import UnknownFeed as UnknownFeed
    from retrieval.errors import UnreadableFile as UnreadableFile
    from retrieval.errors import UnsupportedFile as UnsupportedFile
    from retrieval.evaluation import Report as Report
    from retrieval.evaluation import evaluate as evaluate
    from retrieval.holdings import Holdings as Holdings
    from retrieval.llm.settings import LlmSettings as LlmSettings
    from retrieval.matching.interests import Interests as Interests
    from retrieval.matching.relevance import FLOOR as FLOOR
    from retrieval.matching.relevance import LEVELS as LEVELS
    from retrieval.matching.relevance import STEP as STEP
    from retrieval.matching.sameness import same_questions as same_questions
    from retrieval.priority import give_way as give_way
    from retrieval.sources.opml import write_opml as write_opml
    from retrieval.sources.types import Entry as Entry
    from retrieval.sources.types import Feed as Feed
    from retrieval.sources.types import FeedLink as FeedLink
    from retrieval.sources.types import FeedSample as FeedSample
    from retrieval.sources.types import ParsedFeed as ParsedFeed
    from retrieval.sources.types import Refreshed as Refreshed
    from retrieval.sources.types import Validators as Validators
    from retrieval.summary.types import Development as Development
    from retrieval.summary.types import KeyFacts as KeyFacts
    from retrieval.summary.types import Length as Length
    from retrieval.summary.types import StorySummary as StorySummary
    from retrieval.summary.types import Summary as Summary
    from retrieval.summary.types import TopicSummary as TopicSummary
    from retrieval.surroundings import Surroundings as Surroundings
    from retrieval.text.phrases import Words as Words
    from retrieval.types import Added as Added
    from retrieval.types import Answer as Answer
    from retrieval.types import Article as Article
    from retrieval.types import Change as Change
    from retrieval.types import Citation as Citation
    from retrieval.types import Closest as Closest
    from retrieval.types import CorpusStats as CorpusStats
    from retrieval.types import Evidence as Evidence
    from retrieval.types import Gloss as Gloss
    from retrieval.types import Hit as Hit
    from retrieval.types import Interest as Interest
    from retrieval.types import Level as Level
    from retrieval.types import Match as Match
    from retrieval.types import Nearest as Nearest
    from retrieval.types import News as News
    from retrieval.types import Passage as Passage
    from retrieval.types import Refusal as Refusal
    from retrieval.types import Sample as Sample
    from retrieval.types import Sampled as Sampled
    from retrieval.types import Scope as Scope
    from retrieval.types import Searched as Searched
    from retrieval.types import Sentence as Sentence
    from retrieval.types import Span as Span
    from retrieval.types import Story as Story
    from retrieval.types import Trace as Trace
    from retrieval.types import Turn as Turn
    from retrieval.types import Weight as Weight
    from retrieval.wire import Wire as Wire

_ROOMS = {
    "build": ("CorpusSettings", "open_corpus", "open_sources"),
    "calibration": ("Calibrated", "calibrate"),
    "corpus": ("Corpus",),
    "database": ("UtcDateTime", "open_engine", "reads_only", "together", "unhurried", "wipe"),
    "errors": (
        "AddressRefused", "BadDataset", "FetchFailed", "FootnoteError", "ModelFailed", "NoArticle", "NotAFeed",
        "SourceError", "StoreFailed", "UnknownArticle", "UnknownFeed", "UnreadableFile", "UnsupportedFile",
    ),
    "evaluation": ("Report", "evaluate"),
    "matching.interests": ("Interests",),
    "holdings": ("Holdings",),
    "llm.settings": ("LlmSettings",),
    "matching.relevance": ("FLOOR", "LEVELS", "STEP"),
    "matching.sameness": ("same_questions",),
    "priority": ("give_way",),
    "sources.opml": ("write_opml",),
    "sources.types": ("Entry", "Feed", "FeedLink", "FeedSample", "ParsedFeed", "Refreshed", "Validators"),
    "summary.types": ("Development", "KeyFacts", "Length", "StorySummary", "Summary", "TopicSummary"),
    "surroundings": ("Surroundings",),
    "text.phrases": ("Words",),
    "types": (
        "Added", "Answer", "Article", "Change", "Citation", "Closest", "CorpusStats", "Evidence", "Gloss", "Hit",
        "Interest", "Level", "Match", "Nearest", "News", "Passage", "Refusal", "Sample", "Sampled", "Scope", "Searched",
        "Sentence", "Span", "Story", "Trace", "Turn", "Weight",
    ),
    "wire": ("Wire",),
}  # fmt: skip
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}
__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_ROOM_OF[name]}"), name)

"""What a person typed, and what was asked before -> a Question that can be searched for.

Rules for English and Russian: which kind of thing is asked for, whether a date is named, and, for a follow-up ("and
when did it open?"), which earlier question it leans on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from retrieval.answer.kinds import names
from retrieval.text.languages import detect
from retrieval.text.stems import content_stems
from retrieval.types import AskedFor, Question

_PATTERNS: tuple[tuple[AskedFor, str], ...] = (
    ("statement", r"\bwhat (?:did|does|has|had) .{2,60}\b(?:say|said|tell|told|think|warn|claim|announce)\b"
                  r"|что (?:сказал|заявил|говорил|сообщил|думает|ответил)\w*"),
    ("reason", r"\bwhy\b|\bhow come\b|\bwhat (?:caused|led|prompted|was the (?:cause|reason))\b"
               r"|\bwhat .{0,40}\breason\b"
               r"|почему|зачем|отчего|из-за чего|по какой причине|чем (?:вызван|объясн)"),
    ("number", r"\bhow (?:many|much|old|long|tall|far|big|large|high|deep|often|fast|wide|heavy)\b"
               r"|\b(?:what|which) (?:percent|percentage|share|number|amount|price|sum|score"
               r"|cost|fee|fine|salary)\b"
               r"|\bwhat (?:is|was|were|are) the (?:\w+ ){0,2}"
               r"(?:cost|price|number|amount|score|fee|toll|rate|total|sum|budget|population|length|size)\b"
               r"|сколько|скольк\w+|какова (?:цена|стоимость|сумма)"
               r"|какой (?:процент|счёт|счет|ценой)|на какую сумму"),
    ("time", r"\bwhen\b|\bwhat (?:time|date|day|year|month)\b"
             r"|\b(?:which|what) (?:\w+ )?(?:day|date|year|month|week)\b"
             r"|\bhow soon\b|\buntil when\b|\bsince when\b"
             r"|когда|в каком (?:году|месяце)|какого числа|в какой день|во сколько|с какого|до какого"),
    ("place", r"\bwhere\b|\b(?:which|what) (?:city|town|country|street|place|district|state|island|county)\b"
              r"|\bгде\b|\bкуда\b|\bоткуда\b|в каком (?:городе|районе|месте)|на какой улице"),
    ("person", r"\bwho(?:m|se|'s)?\b|\bкто\b|\bкого\b|\bкому\b|\bкем\b|\bч(?:ей|ья|ьё|ье|ьи)\b"),
)  # fmt: skip
_ASKED_FOR = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)

_DATED = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
    r"|\blast (?:year|month|spring|summer|autumn|fall|winter)\b|\bin may\b|\bhistor|\bfirst ever\b"
    r"|январ|феврал|\bмарт|апрел|\bма[яе]\b|\bиюн|\bиюл|август|сентябр|октябр|ноябр|декабр|прошл\w+ год",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"^\W*(?:and|but|so|also|what about|how about)\b"
    r"|\b(?:he|she|it|they|him|her|them|his|their|its|that|this|those|these|there|then)\b"
    r"|^\W*(?:а|и|но)\s|\b(?:он|она|оно|они|его|её|ее|их|ему|ей|им|это|этого|этот|эта|там|тогда|туда)\b",
    re.IGNORECASE,
)
LEANING_STEMS = 3  # a question with a pronoun and at most this many words of its own leans on the one before
BARE_STEMS = 1  # with at most this many ("why?", "and when?") it always does
CARRIED = 2  # earlier questions that are carried over, the last ones


def understand(text: str, previous: Sequence[str], languages: Collection[str]) -> Question:
    """`previous`: earlier questions of the conversation, oldest first. `languages`: those that the articles are in."""
    text = " ".join(text.split())
    language = detect(text, languages)
    standalone = text
    if previous and _leans(text, language):
        standalone = _carry(text, previous)
        language = detect(standalone, languages)
    return Question(text, standalone, language, _asked_for(text), undated=_DATED.search(standalone) is None)


def _leans(text: str, language: str) -> bool:
    own = len(content_stems(text, language))
    bare = own <= BARE_STEMS and not names(text)  # "Who is Ilse?" names what it is about
    return bare or (own <= LEANING_STEMS and _LEANING.search(text) is not None)


def _carry(text: str, previous: Sequence[str]) -> str:
    """The nearest earlier questions up to one that stands by itself, then this one."""
    carried: list[str] = []
    for earlier in reversed(previous[-CARRIED:]):
        carried.insert(0, " ".join(earlier.split()))
        if not _leans(earlier, detect(earlier)):
            break
    return " ".join([*carried, text])


def _asked_for(text: str) -> AskedFor:
    return next((kind for kind, pattern in _ASKED_FOR if pattern.search(text)), "thing")

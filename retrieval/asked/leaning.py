"""A question -> whether it can be meant by itself, and the words in it that point at an earlier one.

Rules for English and Russian. "It" and "she" may point inside their own question ("Did Brandt say that she resigned?"):
then it needs no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from retrieval.text.stems import content_stems
from retrieval.types import Span
from retrieval.words.kinds import WORD, names
from retrieval.words.noun_phrases import AUXILIARY, DATE, PREPOSITION, is_russian_verb, mentions, words_of

Stance = Literal["stands", "either", "leans"]

FEW = 3  # with at most this many content words and no name, a question may well be about what was asked before
MANY = 5  # with as many and a name, even one with a pronoun may stand by itself
FRAGMENT_WORDS = 6  # "and according to the Observer?"

_OPENER = re.compile(r"^\W*(?:(?:and|but|so|also|well|okay|ok|а|и|но|ну)\b[\s,]*)+(?=\S)", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:(?:what|how) about|(?:как |что )?насч[её]т|как же|что про)\b\s*", re.IGNORECASE)
_MORE = re.compile(
    r"(?:please )?(?:tell (?:me|us) more|more(?: details?| info\w*)?|give me more|anything else|what else"
    r"|go on|continue"
    r"|details|elaborate|in (?:more )?detail|(?:по)?подробнее|подробности|(?:что )?(?:ещё|еще)(?:"
    r" что(?:-нибудь|-то)?)?"
    r"|(?:расскажи(?:те)? |можно )?(?:ещё|еще|(?:по)?подробнее|больше)|дальше|продолжай(?:те)?|что-нибудь (?:ещё|еще))"
    r"(?: (?:about|on) (?:it|this|that)| об этом| про это)?(?:,? (?:please|пожалуйста))?\W*",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?P<asking>(?:(?:by|for|from|in|on|at|to|with|since|until|about|of) )?(?:(?:what|which) (?:day|date"
    r"|year|month|time|city"
    r"|country|place|reason|age|price|street)|how(?: (?:come|long|many|much|often|old|far|big|soon)(?:"
    r" (?:people|money|times))?)?"
    r"|when|where|why|who(?:m|se)?|what|which)(?: (?:not|else|exactly|so|by|for|with|from|to|then))*)"
    r"(?: (?:(?:is|was|are|were) (?:that|this)|was it|(?:did|does|will|has) (?:that|this|it)"
    r" (?:happen(?:ed)?|occur|take place)))?\W*"
    r"|(?P<asking_ru>(?:(?:во?|на|из|со?|до|от|за|для|по|к|об?|у) )?(?:как\w+ (?:году|день|числа|месяце"
    r"|городе|причине|целью|сумму|цену)"
    r"|как(?: (?:долго|давно|часто))?|когда|где|куда|откуда|почему|зачем|отчего|из-за чего|к(?:то|ого|ому|ем|ом)"
    r"|ч(?:то|его|ему|ем|[её]м|ей)|сколько(?: (?:человек|людей|раз|денег))?)(?: (?:ещё|еще|же|именно|так|не|нет))*)"
    r"(?: (?:это|было|произошло|случилось))*\W*",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?:according to|согласно|по (?:словам|данным|мнению|версии|информации|сообщени\w+)) \S.*", re.IGNORECASE
)
_ASKING = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|кто|кого|кому|кем|что|чем|чего|когда|где|куда"
    r"|почему|зачем|сколько|как|как[оиа]\w+|ли)\b",
    re.IGNORECASE,
)

_POINTER = re.compile(
    r"\b(?:(?P<person>he|she|him|her|hers|his|himself|herself)|(?P<thing>its?)|(?P<any>they|them|theirs?)"
    r"|(?P<place>there)|(?P<that>that|this|those|these)|(?P<then>then)"
    r"|(?P<any_ru>он|она|оно|они|его|её|ее|их|ему|ей|им|ими|него|неё|нее|ней|н[её]м|них|ним|нему)"
    r"|(?P<place_ru>там|туда|оттуда)|(?P<that_ru>это|этого|этому|этом|этим|этот|эта|эту|эти|этих|этой)"
    r"|(?P<then_ru>тогда))\b",
    re.IGNORECASE,
)
_POSSESSIVE = words_of("his her its their его её ее их")
_OBJECT = words_of("him her them it that this")  # behind a verb; "her" and "it" are told by what follows
_EMPTY = re.compile(  # "it" and "there" that stand for nothing
    r"\b(?:is|was) it (?:true|possible|likely|legal|safe|known|clear|right|raining|snowing)\b|\bit"
    r" (?:takes?|took|costs?) [^?]*\bto\b"
    r"|\b(?:does|did|will) it (?:take|cost) [^?]*\bto \w|\btime is it\b|\b(?:is|was) it (?:the|an?"
    r"|[A-Z]\w+)\b[^?]*\b(?:who|that)\b"
    r"|\b(?:is|are|was|were|be|been) there\b|\bthere (?:is|are|was|were|will|has|have)\b"
    r"|\bthis (?:morning|afternoon|evening|week|month|year|season|spring|summer|autumn|fall|winter|time|way)\b"
    r"|\bчто это за\b|\bэто правда\b|\bв этом (?:году|месяце|сезоне)\b",
    re.IGNORECASE,
)
_STANDS_FOR = re.compile(  # what "that" stands behind when it is no conjunction
    r"(?:\b(?:for|of|about|in|on|with|by|to|from|after|before|during|is|was|are|were|did|does|do|has|will"
    r"|would|could|why|like)|^)\s*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:that|because|when|if|after|before|while|once|since|who|which|and|but|whether|until)\b|,", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Pointer:
    """A word that points at something said before the question."""

    span: Span
    kind: Literal["person", "thing", "any", "place", "that", "then"]
    possessive: bool

    @property
    def strong(self) -> bool:
        return self.kind in {"person", "thing", "any"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A question without its "and". `about`: it began with "what about"."""

    body: str
    opener: bool
    about: bool


def without_opener(text: str) -> Opened:
    body = _OPENER.sub("", text)
    rest = _ABOUT.sub("", body)
    return Opened(rest or body, body != text, bool(rest) and rest != body)


def stance(text: str) -> Stance:
    """Whether the question can be meant by itself: it does, it may or may not, it cannot."""
    opened = without_opener(text)
    content = len(content_stems(opened.body, "en"))  # Cyrillic words are told by their script
    named = bool(names(text) - {"i"})
    if asks_more(opened.body) or asking(opened.body) or not (content or named):
        return "leans"
    pointing = list(pointers(opened.body))
    if is_fragment(opened.body):
        return _stance_of_fragment(opened, named=named and content > 1, pointing=bool(pointing))
    if any(pointer.strong for pointer in pointing) or (pointing and content <= 1 and not named):
        return "either" if named and content >= MANY else "leans"
    if pointing or opened.opener or opened.about or (content <= FEW and not named):
        return "either"
    return "stands"


def _stance_of_fragment(opened: Opened, *, named: bool, pointing: bool) -> Stance:
    dated = DATE.fullmatch(opened.body.strip(" ?.!")) is not None
    if pointing or dated or opened.opener or _SOURCE.fullmatch(opened.body):
        return "leans"
    return "stands" if named and not opened.about else "either"


def asks_more(body: str) -> bool:
    """ "Tell me more", "what else?": the earlier question again."""
    return _MORE.fullmatch(body) is not None


def asking(body: str) -> str:
    """The question word of a question that is nothing else ("by whom?"), or nothing."""
    match = _BARE.fullmatch(body)
    return (match["asking"] or match["asking_ru"]) if match else ""


def is_source(body: str) -> bool:
    """ "According to the Observer?" """
    return _SOURCE.fullmatch(body) is not None


def is_fragment(body: str) -> bool:
    """A phrase without a verb or a question word: "Brandt?", "in June?"."""
    words = [match.group() for match in WORD.finditer(body)]
    return (
        0 < len(words) <= FRAGMENT_WORDS
        and not _ASKING.search(body)
        and not any(word.casefold() in AUXILIARY or is_russian_verb(word) for word in words)
    )


def pointers(text: str) -> Iterator[Pointer]:
    """The words that point out of the question, in its order."""
    dates = [match.span() for match in (*DATE.finditer(text), *_EMPTY.finditer(text))]
    for match in _POINTER.finditer(text):
        kind = str(match.lastgroup).removesuffix("_ru")
        if any(start <= match.start() < end for start, end in dates):
            continue
        if kind == "that" and match.lastgroup == "that" and not _is_pronoun(text, match):
            continue
        if not _points_inside(text, match, kind):
            yield Pointer(Span(*match.span()), kind, _is_possessive(text, match))  # type: ignore[arg-type]


def _is_pronoun(text: str, match: re.Match[str]) -> bool:
    ends = not WORD.search(text, match.end())
    return ends or match.group().casefold() != "that" or _STANDS_FOR.search(text[: match.start()]) is not None


def _is_possessive(text: str, match: re.Match[str]) -> bool:
    """ "Her" and "его" are possessive in front of a noun only."""
    following = WORD.match(text, match.end() + 1)
    if match.group().casefold() not in _POSSESSIVE or following is None:
        return False
    word = following.group().casefold()
    return bool(content_stems(word, "en")) and word not in PREPOSITION and not is_russian_verb(word)


def _points_inside(text: str, match: re.Match[str], kind: str) -> bool:
    """Whether something in front of it, in the same question, is what it stands for."""
    if kind not in {"person", "thing", "any"}:
        return False
    fitting = {"person": {"person", "any"}, "thing": {"thing", "any"}, "any": {"person", "thing", "any"}}[kind]
    front = [m for m in mentions(text) if m.span.end <= match.start() and m.kind in fitting]
    previous = WORD.findall(text[: match.start()])[-1:]
    inverted = bool(previous) and previous[0].casefold() in AUXILIARY
    if not front:
        return _is_who_that(text, match, inverted=inverted)
    between = text[front[0].span.end : match.start()]
    if _is_object(text, match):
        return _CLAUSE.search(between) is not None
    return not inverted or _CLAUSE.search(between) is not None


def _is_who_that(text: str, match: re.Match[str], *, inverted: bool) -> bool:
    """ "Who said they would leave?": they who said it."""
    opens = re.match(r"(?:who(?! (?:did|does|do|will|would))|which|how many|кто|сколько|как\w+)\b", text, re.IGNORECASE)
    subject = match.group().casefold() in {"he", "she", "they", "он", "она", "они"} | _POSSESSIVE
    previous = WORD.findall(text[: match.start()])[-1:]
    near = len(WORD.findall(text[: match.start()])) < 2 or (previous and previous[0].casefold() in PREPOSITION)
    return bool(opens) and subject and not inverted and not near and not _is_object(text, match)


def _is_object(text: str, match: re.Match[str]) -> bool:
    """Behind its verb: "cancel it", "fired him". Before one it is a subject: "it closed"."""
    word = match.group().casefold()
    if word not in _OBJECT:
        return False
    following = WORD.match(text, match.end() + 1)
    if following is None:
        return True
    return word in {"him", "them"} or (
        not content_stems(following.group(), "en") and following.group().casefold() not in AUXILIARY
    )

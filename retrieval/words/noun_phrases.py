"""A question -> what it mentions: the names and noun phrases in it, and whether each may be a person.

No parser: phrases are runs of content words between function words, less the verbs that word order and endings give
away. A phrase that is missed is carried over with the whole question, so rules rather miss one than invent one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Literal

from retrieval.text.stems import content_stems
from retrieval.types import Span
from retrieval.words.calendar import MONTH, MONTH_NOT_MAY, MONTH_RU, WEEKDAY, WEEKDAY_RU
from retrieval.words.kinds import WORD
from retrieval.words.people import BODY


def words_of(text: str) -> frozenset[str]:
    """A list of words, as it is easiest to read."""
    return frozenset(text.split())


_PERIODS = rf"(?:week|month|year|night|spring|summer|autumn|fall|winter|weekend|{WEEKDAY}|{MONTH})"
DATE = re.compile(
    rf"\b(?:(?:in|on|since|until|by|before|after|during) (?:the )?)?(?:(?:(?:early|late|mid)[ -])?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?(?:{MONTH_NOT_MAY})\b(?: \d{{1,2}}\b)?(?:,? \d{{4}}\b)?"
    rf"|\d{{1,2}} may\b(?: \d{{4}})?|may \d{{1,2}}\b|(?:19|20)\d\d\b"
    rf"|(?:last|this|next|previous|past|following) {_PERIODS}\b|(?:{WEEKDAY})s?\b|yesterday|today|tomorrow|tonight)"
    r"|\b(?:in|since|until|by|last|next) may\b|(?<!\w)(?:(?:во?|на|со?|до|после|к|за) )?(?:(?:начале|середине|конце) )?"
    rf"(?:(?:\d{{1,2}} )?{MONTH_RU}(?: (?:19|20)\d\d)?(?: года?)?"
    r"|(?:19|20)\d\d(?: году?а?)?\b"
    rf"|(?:прошл|эт|следующ|будущ|минувш)\w{{1,3}} (?:{WEEKDAY_RU}|(?:недел|месяц|год|лет|весн|осен|зим)\w*)"
    rf"|(?!сред[ае]){WEEKDAY_RU}\b|вчера\b|сегодня\b|завтра\b)",
    re.IGNORECASE,
)
_HAVE = words_of("am be did does do has have had can could will would should shall may might must")
_BE = words_of("is are was were")
AUXILIARY = _HAVE | _BE
DETERMINER = words_of("the a an")
PREPOSITION = words_of(
    """about against at between by for from in inside near of on over to under with within without after before during
    than в во на за против о об обо про по с со у к ко от из до для над под при между после перед без через"""
)
_ASKING = words_of(
    "how many much which what whose сколько скольких какой какая какое какие каком какого какую каких чей чья"
)
_VERBS = words_of(  # base forms that stand behind the subject of "did ..."
    """start stop begin get say make take open close win lose find plan want need use cost pay go come leave die happen
    build buy sell sign meet call vote become hold give ask try decide agree refuse resign beat play reopen hit cause
    kill earn spend raise think know see hear write tell show bring keep run work live move fall rise fail help offer
    promise announce claim warn reach send end last"""
)
_PARTICIPLES = words_of(
    """built found held sold shut meant made taken hit born cut won lost said told paid put set sent left kept known
    written stolen chosen driven given hurt begun open closed safe ready free able likely dead alive married"""
)
_NO_PARTICIPLES = words_of("family assembly supply rally ally reply bully jelly butterfly hundred seabed")
_ADVERBS = words_of(
    """charge first ever still now finally also actually really last else exactly altogether ago please worth something
    anything nothing everything someone anyone wrong лет раз человек"""
)
_PERSONS = re.compile(
    r"(?:mr|mrs|ms|dr|president|mayor|minister|director|chief|captain|man|woman|boy|girl|leader|boss|head|chair\w*"
    r"|player|coach|singer|actor|actress|writer|author|artist|doctor|teacher|judge|king|queen|prince|princess|pope"
    r"|senator|governor|winner|driver|pilot|owner|founder|suspect|victim|thief|wife|husband|son|daughter|mother|father"
    r"|brother|sister|officer|secretary|candidate|person|spokes\w+|deputy|engineer|lawyer|scientist|worker|manager)",
    re.IGNORECASE,
)
_THINGS = re.compile(
    rf"(?:{BODY}|theater|prize|line|festival|airport|port|park|project|club|transit|station|tower|award|act|bill|мост"
    r"|театр|совет|больница|премия|линия|парк|порт)",
    re.IGNORECASE,
)
_RUSSIAN_VERB = re.compile(
    r"[а-яё]{2,}(?:[аеиоуыяю]л[аои]?|[аеиоуыяю]л(?:ся|ась|ось|ись)|[аяеиоу]ть(?:ся)?|[аеиуюя]тся|[аеуюияё]ют|[аоуя]ет"
    r"|ит|[её]т|[рнлд]ыт[аоы]?|ан[ао]|ены?|ено)|(?:по|у|при|про|вы|во|на|до|пере|за)?ш(?:ла|ло|ли|[её]л)|\w+ш[её]л"
    r"|взял[аи]?|был[аои]?|буд[ею]т|долж\w+|мо[жг]\w+|хо[чт]\w+"
)
_RUSSIAN_NOUN = re.compile(
    r"(?:дел|тел|сел|сил|скандал|вокзал|канал|журнал|сигнал|материал|финал|полуфинал|зал|персонал|капитал|металл|футбол"
    r"|предел|отдел|школ|стол|генерал|филиал|квартал|пол|кредит|визит|лимит|транзит|билет|буфет|совет|бюджет|паритет"
    r"|кабинет|интернет|комитет|университет|авторитет|кандидат|план|экран|кран|туман|океан|стран|ресторан|цен|сцен"
    r"|смен|стен|измен|отч[её]т|уч[её]т|пол[её]т|взл[её]т)[а-яё]{0,3}"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One phrase of a question. `before`: the preposition in front of it, in lower case, or nothing."""

    span: Span
    text: str  # with its article
    named: bool
    kind: Literal["person", "thing", "any"]
    before: str


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    span: Span
    content: bool

    @property
    def low(self) -> str:
        return self.text.casefold()

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@lru_cache(maxsize=64)
def mentions(question: str) -> tuple[Mention, ...]:
    """In the order of the question. Dates and what is asked for ("which ferry") are not among them."""
    tokens = list(_tokens(question))
    found = []
    for run in _runs(question, tokens):
        first = tokens.index(run[0])
        behind = tokens[first + len(run)].low if first + len(run) < len(tokens) else ""
        kept = _nouns(run, tokens[:first], closed=behind in AUXILIARY)
        if kept:
            found.append(_mention(question, kept, tokens[: tokens.index(kept[0])]))
    return tuple(found)


def phrases(question: str) -> list[Mention]:
    """The same with what belongs together made one: "the roof garden" + "at" + "the hospital"."""
    whole: list[Mention] = []
    for mention in mentions(question):
        if whole and mention.span.end <= whole[-1].span.end:
            continue
        if mention.text.casefold() in {"the person", "the people"} and question.startswith(" who ", mention.span.end):
            whole.append(_until(question, mention, len(question.rstrip(" ?"))))
        elif whole and _belongs(whole[-1], mention, question[whole[-1].span.end : mention.span.start].strip()):
            joined = _until(question, whole[-1], mention.span.end)
            whole[-1] = replace(joined, named=joined.named or mention.named)
        else:
            whole.append(mention)
    return whole


def _until(question: str, mention: Mention, end: int) -> Mention:
    start = mention.span.start
    return replace(mention, span=Span(start, end), text=question[start:end])


def _belongs(left: Mention, right: Mention, between: str) -> bool:
    """ "The mayor" + "of" + "Oslo", "the garden" + "at" + "the hospital", "Room" + "to" + "Ride"."""
    if between == "to":
        return left.named and right.named
    return between == "of" or (not left.named and between in {"at", "in", "for", "on", "from", "near"})


def _tokens(question: str) -> Iterator[_Token]:
    dates = [match.span() for match in DATE.finditer(question)]
    language = "ru" if re.search("[а-яё]", question, re.IGNORECASE) else "en"
    for match in WORD.finditer(question):
        dated = any(start <= match.start() < end for start, end in dates)
        word = match.group()
        function = word.casefold() in AUXILIARY | _ADVERBS and (not word[0].isupper() or match.start() == 0)
        content = not dated and not function and bool(content_stems(word, language))
        yield _Token(word, Span(*match.span()), content)


def _runs(question: str, tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """Neighbouring content words, with nothing but spaces and quotation marks between; Russian verbs end one."""
    number = 0

    def stretch(pair: tuple[int, _Token]) -> tuple[int, bool]:
        nonlocal number
        index, token = pair
        gap = question[tokens[index - 1].span.end : token.span.start] if index else ""
        verb = is_russian_verb(token.text)
        number += gap.strip(" \"«»“”'") != "" or verb
        return number, token.content and not verb

    for (_, content), group in groupby(enumerate(tokens), key=stretch):
        if content:
            yield [token for _, token in group]


def is_russian_verb(word: str) -> bool:
    """By its ending, and often enough: a verb taken for a noun does less harm than the other way round."""
    return bool(word.islower() and _RUSSIAN_VERB.fullmatch(word) and not _RUSSIAN_NOUN.fullmatch(word))


def _nouns(run: list[_Token], earlier: list[_Token], *, closed: bool) -> list[_Token]:
    """The run less its verbs, or nothing when it is what the question asks for. `closed`: "have" stands behind it."""
    before = earlier[-1].low if earlier else ""
    if re.search("[а-яё]", run[0].low):
        return [] if before in _ASKING and not run[0].capital else run
    if before in _ASKING:
        return []
    opened = before in DETERMINER
    if not opened:
        run = _from_noun(run, before)
    helper = earlier[-2 if opened else -1].low if len(earlier) > opened else ""
    going = helper in _BE and not (opened and earlier[0].low in {"who", "what"})  # "is the mayor leaving"
    return _without_verb(run, inverted=helper in _HAVE and not closed, going=going, opened=opened)


def _from_noun(run: list[_Token], before: str) -> list[_Token]:
    """Less the verb in front: "designed" in "who designed trams", "reopen" in "to reopen"."""
    if not run[0].capital and before not in (PREPOSITION | AUXILIARY) - {"to"}:
        run = run[1:]
    name = next((place for place, token in enumerate(run) if token.capital), 0)
    return run[name:]


def _without_verb(run: list[_Token], *, inverted: bool, going: bool, opened: bool) -> list[_Token]:
    """`inverted`: the subject of "did" or "will", whose verb comes behind it."""
    if inverted:
        ends = [place for place in range(1, len(run)) if run[place].low in _VERBS and not run[place].capital]
        last = len(run) - (len(run) > 1 and not run[-1].capital)
        run = run[: ends[0] if ends else last]
    while run and not run[-1].capital and (len(run) > 1 or not opened) and _is_participle(run[-1].low, going):
        run = run[:-1]
    return run


def _is_participle(word: str, going: bool) -> bool:
    endings = ("ed", "ly", "ing") if going else ("ed", "ly")
    return word in _PARTICIPLES or (word.endswith(endings) and word not in _NO_PARTICIPLES)


def _mention(question: str, kept: list[_Token], earlier: list[_Token]) -> Mention:
    start, before = kept[0].span.start, ""
    if earlier and earlier[-1].low in DETERMINER:
        start, earlier = earlier[-1].span.start, earlier[:-1]
    if earlier and earlier[-1].low in PREPOSITION:
        before = earlier[-1].low
    end = kept[-1].span.end
    end += question[start:end].count("«") > question[start:end].count("»") and question.startswith("»", end)
    text = question[start:end]
    return Mention(Span(start, end), text, any(token.capital for token in kept), _kind(kept, text), before)


def _kind(kept: list[_Token], text: str) -> Literal["person", "thing", "any"]:
    if any(_PERSONS.fullmatch(token.low) for token in (kept[0], kept[-1])):
        return "person"
    if any(_THINGS.fullmatch(token.low) for token in kept) or any(character.isdigit() for character in text):
        return "thing"
    if all(token.capital for token in kept) and text[0] == kept[0].text[0]:
        return "person" if len(kept) > 1 and "«" not in text else "any"
    russian = re.search("[а-яё]", text, re.IGNORECASE) is not None
    return "any" if russian and not any(token.capital for token in kept[1:]) else "thing"

"""A yes-or-no question and one sentence -> which way the sentence settles it, if it surely does.

    the question's words, in order, in one clause, with nothing foreign between them | negations and opposites counted

A sentence that hedges, that is about another time, or that says more than a rule understands settles nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from retrieval.text.stems import content_stems
from retrieval.types import Question, Verdict
from retrieval.words.calendar import month_number, weekday_number
from retrieval.words.kinds import WORD
from retrieval.words.opposites import opposite, plain_form

_HEDGE = re.compile(
    r"\b(?:(?-i:may)|might|could|would|should|must|if|unless|whether|until|plan(?:s|ned|ning)?|expect\w*|hop(?:es?|ed"
    r"|ing)|intend\w*|aim(?:s|ed)?|seek(?:s|ing)?|sought|want(?:s|ed)?|propos\w+|consider\w*|threat\w+|promis\w+"
    r"|pledg\w+|vow\w*|urg(?:es?|ed|ing)|report(?:edly|s of)|alleg\w+|accus\w+|suspect\w*|rumou?r\w*|claim\w*"
    r"|believ\w+|thinks?|thought|appear\w*|seem\w*|unconfirmed|likely|unlikely|possibl\w+|probabl\w+|perhaps|maybe"
    r"|nearly|almost|about to|partly|partially|half|denie[sd]|deny\w*|try|tries|tried|trying|attempt\w*|offer\w*"
    r"|ask(?:s|ed)?|demand\w*|call(?:s|ed)? (?:for|on)|set to|due to|scheduled|supposed|doubts?|fears?|feared|unclear"
    r"|unsure|not clear|not known|only|some|most|few|many|several|used to|no longer sure|rather than|может|могут"
    r"|мог(?:ла|ли|ло)?|возможно|вероятно|вряд ли|якобы|если|бы|ли|планиру\w+|намерен\w*|собира\w+ся|хотел\w*|хоч\w+"
    r"|ожида\w+|предполага\w+|обеща\w+|слух\w*|по слухам|подозрева\w+|обвин\w+|почти|едва ли|наверное|должн\w+"
    r"|предлага\w+|предложил\w*|попросил\w*|потребовал\w*|попыта\w+|пыта\w+|отрица\w+|опроверг\w*|неизвестно|неясно"
    r"|лишь|только|считает|похоже|кажется|сомнева\w+|частично)\b|\?",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"n['’]t\b|\b(?:not|never|no longer|fail(?:ed|s)? to|refus(?:ed|es|e) to|declin(?:ed|es|e) to|has yet to"
    r"|have yet to|had yet to"
    r"|neither|nor|none of|no|cannot|without|не|нет|никогда|отказал(?:ся|ась|ись|ось)|ни(?= один| одна| одного))\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|won['’]t|shall|going to|is to|are to|буд(?:ет|ут|у|ем)|откро[её]тся|начн[её]тся)\b", re.IGNORECASE
)
_PAST_STATE = re.compile(r"\b(?:was|were|had|used to|been|был[аои]?|прежде|раньше|ранее)\b", re.IGNORECASE)
_ASKS_FUTURE = re.compile(r"\b(?:will|won['’]t|going to|буд(?:ет|ут))\b", re.IGNORECASE)
_ASKS_NOW = re.compile(r"^\W*(?:is|are|isn['’]t|aren['’]t)\b", re.IGNORECASE)
_BE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|isn['’]t|aren['’]t|wasn['’]t|weren['’]t|remains?|stays?|stayed|remained)\b",
    re.I,
)
_NOW = re.compile(r"\b(?:is|are)\b", re.IGNORECASE)
_ASKS_THEN = re.compile(r"^\W*(?:was|were|wasn['’]t|weren['’]t)\b", re.IGNORECASE)
_CLAUSE_BREAK = re.compile(
    r"[;:—–()«»\"“”]|,|\s(?:and|but|although|though|while|because|after|before|when|which|who|that|as|so|и|но|а|хотя"
    r"|потому|после|когда|который|которая|которое|которые|что|где|пока)\s",
    re.IGNORECASE,
)
_OTHER_HEAD = re.compile(
    r"['’]s\b|(?<=\w )(?:at|in|inside|outside)\b|\b(?:deputy|former|vice|acting|ex|assistant|shadow|junior|spokes\w+"
    r"|of|for|from|near|behind|by|with|against|without|бывш\w+|заместител\w+|вице|адвокат\w*|дочь|сын|жена|муж|брат"
    r"|сестра|помощни\w+|представител\w+|от|из|для|против|около|у)\b",
    re.IGNORECASE,
)
_FREE_WORDS = """
    a an the this that these those his her its their is are was were be been being has have had having do does did
    will to of in on at by for from with over into across and finally already also officially now then again there
    said says managed last year week month morning evening night late early new whole entire final today yesterday
    tomorrow not never no longer failed fails refused refuses declined declines yet still none nor neither isn't
    aren't wasn't weren't don't doesn't didn't won't hasn't haven't hadn't cannot can't
    в во на с со к ко по за из о об от до у и уже также вновь снова официально наконец окончательно вчера сегодня
    теперь был была было были есть будет будут этот эта это эти весь вся все не нет никогда отказался отказалась
    отказались году года полностью единогласно его ее её их свой свою свои новый новая новое новые ли
"""  # they may stand between the words asked about: they change nothing, or are counted elsewhere
_TIME_WORDS = "yesterday today week month year morning evening night last вчера сегодня"
_AFTER_WORDS = "by after because as when while during despite under without для после из-за потому при несмотря"
_FREE, _AFTER = frozenset(_FREE_WORDS.split()), frozenset(_AFTER_WORDS.split())
_TIMES = frozenset(map(plain_form, _TIME_WORDS.split()))
_IT_IS_TRUE = re.compile(
    r"^\W*(?:is it (?:true|correct|right)(?: that)?|(?:это )?(?:правда|верно)(?: ли)?,?(?: что)?)\s", re.IGNORECASE
)
_TOLD = re.compile(r"^.*\b(?:said|says|announced|confirmed|reported|сообщил\w*|подтвердил\w*)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Match:
    """The question's words found in a clause: where they begin and end, and how many mean the opposite."""

    places: tuple[tuple[int, int], ...]  # in the order of the clause
    opposites: int
    contrary: bool  # an opposite whose denial says nothing: not to fall is not to rise


def verdict(question: Question, sentence: str) -> Verdict | None:
    """None: not about exactly that, or not sure. The question is one that asks for yes or no."""
    asked = _IT_IS_TRUE.sub("", question.standalone).strip(" ?!.")
    if _hedges(sentence, asked) or not _same_time(asked, sentence):
        return None
    wanted = [
        word
        for word in WORD.findall(asked)
        if content_stems(word, question.language) and not (word.casefold() in _FREE or _is_day_or_month(word))
    ]
    times = {plain_form(word) for word in WORD.findall(asked) if _tells_time(word)}
    core = [word for word in wanted if plain_form(word) not in times]
    if len(core) < 2 or not times <= {plain_form(word) for word in WORD.findall(sentence)}:
        return None
    verdicts = {_settled(asked, core, clause, question.language) for clause in _CLAUSE_BREAK.split(sentence)} - {None}
    return verdicts.pop() if len(verdicts) == 1 else None


def _hedges(sentence: str, asked: str) -> bool:
    known = asked.casefold()
    return any(match[0].casefold() not in known or match[0] == "?" for match in _HEDGE.finditer(sentence))


def _same_time(asked: str, sentence: str) -> bool:
    if bool(_ASKS_FUTURE.search(asked)) != bool(_FUTURE.search(sentence)):
        return False
    now, then = _NOW.search(sentence) is not None, _PAST_STATE.search(sentence) is not None
    if _ASKS_NOW.match(asked):
        return not then
    return not (_ASKS_THEN.match(asked) and now and not then)


def _settled(asked: str, core: Sequence[str], clause: str, language: str) -> Verdict | None:
    clause = _TOLD.sub("", clause)
    match = _matched(core, clause, in_order=language != "ru")
    if match is None or not _nothing_foreign(clause, match, asked, core):
        return None
    first, last = match.places[0][0], match.places[-1][1]
    if language == "en" and bool(_BE.search(asked)) != bool(_BE.search(clause, first, last)):
        return None  # "sued" and "was sued" are not the same
    denials = len(_NEGATION.findall(clause)) + len(_NEGATION.findall(asked))
    if match.contrary and denials:
        return None
    return "no" if (denials + match.opposites) % 2 else "yes"


def _matched(core: Sequence[str], clause: str, *, in_order: bool) -> _Match | None:
    """Each word of the question, or its opposite, at its own place."""
    words = [(match.start(), match.end(), match[0]) for match in WORD.finditer(clause)]
    places: list[tuple[int, int]] = []
    opposites, contrary, inflected = 0, False, 0
    for word in core:
        free = [w for w in words if (w[0] > places[-1][0] if in_order and places else w[:2] not in places)]
        found = next(((*w, opposite(word, w[2])) for w in free if _says(word, w[2])), None)
        if found is None:
            return None
        places.append(found[:2])
        opposites += found[3] is not None
        contrary |= found[3] is False
        inflected += found[3] is None and found[2].casefold() != word.casefold()
    if not in_order and inflected > 1:
        return None  # Russian says by endings who does what to whom
    return _Match(tuple(sorted(places)), opposites, contrary)


def _says(word: str, other: str) -> bool:
    return plain_form(word) == plain_form(other) or opposite(word, other) is not None


def _nothing_foreign(clause: str, match: _Match, asked: str, core: Sequence[str]) -> bool:
    """Whether the clause is about those words alone: nobody else's deed, and of nothing else."""
    places = match.places
    before, after = clause[: places[0][0]], WORD.findall(clause[places[-1][1] :])
    gaps = [clause[one[1] : other[0]] for one, other in pairwise(places)]
    known = {word.casefold() for word in WORD.findall(asked)}
    if any(mark in clause[places[0][0] : places[-1][1] + 2] for mark in ("'s ", "’s ")) and "s " not in asked:
        return False
    if any(head[0].casefold() not in known for head in _OTHER_HEAD.finditer(before)):
        return False
    lead = [word for word in WORD.findall(before) if not word[0].isupper()]
    return all(_is_free(word, known) for word in (*lead, *(w for gap in gaps for w in WORD.findall(gap)))) and (
        not after or _is_free(after[0], known) or after[0].casefold() in _AFTER
    )


def _is_free(word: str, known: set[str]) -> bool:
    folded = word.casefold()
    return folded in _FREE | known or _tells_time(word) or (folded.endswith("ly") and len(folded) > 4)


def _tells_time(word: str) -> bool:
    return plain_form(word) in _TIMES or word[0].isdigit() or (word != "may" and _is_day_or_month(word))


def _is_day_or_month(word: str) -> bool:
    return bool(month_number(word) or weekday_number(word))

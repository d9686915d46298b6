"""A question and a date it names -> the days within which articles can tell the answer, if the date limits them at all.

A date limits where it says when something happened or was written. One that merely names the subject ("the 2024
election"), compares ("than in May") or lies ahead does not; when in doubt there is no limit.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from retrieval.asked.dates import NamedDate
from retrieval.asked.periods import Period, week
from retrieval.asked.tense import is_past

TOLD_LATER = timedelta(days=2)  # what happens in the evening or before a weekend is told up to this much later
FRESH_YEARS = 1  # what happened "in 2024" is told of in 2024 while that is fresh; later it is told in passing, anywhere
FRESH_DAYS = 5  # the same for a month or a day, which are closer to what happened
THIS_WEEK = timedelta(days=7)  # measured on dated news: questions about "this week" look back that far on any weekday
A_MONTH = timedelta(days=28)  # figures for a period this long or longer come out after it

_I = re.IGNORECASE
_WRITTEN = re.compile(
    r"(?<!hit the )(?<!hit )(?<!made )(?<![A-Z])"
    r"(?:\b(?:articles?|stories|headlines|coverage|(?:news|top|main|lead) story"
    r"|(?:was|were|been|being|is) (?:published|written|reported)"
    r"|(?:papers?|press|they|reporters|journalists) (?:write|wrote|said|say|report)"
    r"|(?:published|written|reported)(?=\W*$))\b"
    r"|\bnews\b(?! (?:network|agenc|organi|channel|anchor|host|conference|outlet|site|program|show))"
    r"|^(?:Articles?|Stories|Headlines?|News|Coverage)\b)"
    r"|\b(?:стать(?:[яюеи]|ями|ях|ей)|статей|(?:[нН]овост(?:ь|и|ей|ям|ями|ях))|публикаци[яийюе]|опубликова[а-я]+"
    r"|[пП]исал[аио]?|[пП]иш[еу]т|написал[аио]?|написано|заметк[а-я]+|заголовк[а-я]+|материалы)\b"
)  # news with a capital letter belongs to a name
_HAPPENED = re.compile(
    r"\bwhat(?:['’]s| is| was| has| else has| has been| did)? (?:happen|new\b|going on|been going on|changed)"
    r"|\bwhat else happened|что (?:нового|случилось|произошло|происходит|происходило|изменилось|было\b)",
    _I,
)
_FIGURE = re.compile(
    r"\b(?:inflation|sales|exports?|imports?|profits?|revenues?|earnings?|gdp|unemployment|rates?|prices?|average|output"
    r"|percent|percentage|production|population|grow|grew|rise|rose|increased?|decreased?|earn(?:ed)?|cost|budget)\b"
    r"|инфляци|продаж|экспорт|импорт|прибыл|выручк|ввп|безработиц|\bцен[аыу]?\b|средн\w+ |процент|доход|расход|бюджет"
    r"|производств|вырос|зараб|населени",
    _I,
)  # a figure for a period is told of after it
_COMPARES = re.compile(
    r"\b(?:than|compared (?:to|with)|versus|vs\.?|same (?:time|period|day|week|month)|as|like|first|only|highest|lowest"
    r"|biggest|largest|worst|best|most|time|record|longest)\W+(?:\w+\W+){0,2}$"
    r"|(?:чем|по сравнению с|раньше|тот же период|впервые|перв(?:ый|ая)|рекорд\w*)\W+(?:\w+\W+)?$",
    _I,
)
_FIRST_SINCE = re.compile(
    r"\b(?:first|last|only|most|never|not|least|record|\w{3,}est|worst|best|\w{3,}ed|closed|been|shut|впервые|перв\w+"
    r"|сам\w+|рекорд\w*|работа\w+|закрыт\w*)\b",
    _I,
)  # "the first since June", "closed since June": told of at any time
_ASIDE = re.compile(
    r"\b(?:after|before|since|following|because|despite|during|if|until|whether|for the|over the|of the|by the time"
    r"|(?<!^)(?:that|which|who|whose|when|where) (?=\w+ ?\w* ))\b(?!.*,)"
    r"|после|перед|из-за|во время|котор\w+|когда .*\bкогда",
    _I,
)  # what follows is told of a subject, which may be written about much later
_REASON = re.compile(r"\bwhy\b|\bhow come\b|\bcaused?\b|\breason\b|почему|зачем|отчего|из-за чего|причин", _I)
_STATE = re.compile(r"\b(?:who|what|where|how \w+|which \w+) (?:was|were) (?:the|a|an|in)\b|\bкем был|\bкто был", _I)
_GOES_ON = re.compile(
    r"^\s*(?:$|[.,;:?!)\"»”]|[а-яё]|(?:in|at|on|by|for|from|to|with|after|before|during|about|over|under|against|near"
    r"|when|where|and|or|but|as|because|due|following|despite|that|which|who|whom|whose|why|what|how|was|were|did|has"
    r"|had|according|while|into|between|among|outside|inside|around|off|a|an|the|its|their|his|her|he|she|it|they)\b)",
    _I,
)  # after a date that no noun takes for itself: not "in March elections"
_NOT_A_DAY = re.compile(
    r"\b(?:the|a|an|each|every|next|coming|black|good|ash|bloody|super|cyber|fat|easter|palm|holy|giving|of|until|by"
    r"|through|beginning|starting|available)\s+$",
    _I,
)
_QUIET = re.compile(
    r"\b(?:if|annual(?:ly)?|every|each|usually|always|not|never|(?:did|was|were)n['’]t|если|кажд\w+|ежегодн\w+|обычно"
    r"|всегда|не)\b",
    _I,
)  # what is only thinkable, returns, or did not happen
_ASKS = re.compile(
    r"\?|^\W*(?:who|what|when|where|which|why|how|did|was|were|кто|что|когда|где|како?\w+|почему|сколько|куда)\b", _I
)
_ITS = re.compile(r"\b(?:its|their|his|her|my|our|your|the|a|an)\s+$", _I)
_CAPITAL = re.compile(r"[A-ZА-ЯЁ][\w’']*\s+$")
_RUSSIAN_WORD = re.compile(r"[А-Яа-яЁё]+(?=\s+$)")
_OLD_YEAR = re.compile(r"\b1\d{3}\b")
_ABOUT = re.compile(r"\b(?:about|on the|of the|regarding|concerning|об?|обо|про)\b", _I)
_NOT_TODAY = re.compile(r"\b(?:USA|NBC|BBC)\s+$|[\"“«'‘]$")
_SENTENCE = re.compile(r"(?<![A-ZА-Я])[.!?](?=\s)")
_POSSESSIVE = re.compile(r"['’]s?\b")
_POSSESSED = re.compile(r"['’]s? (?:\w+ )?(?:news|articles?|stor(?:y|ies)|headlines?|papers?|coverage)\b", _I)


def find_limit(text: str, named: NamedDate, today: date) -> Period | None:
    """None: the date is there for something else."""
    start, end = _sentence_around(text, named)
    before, after = text[start : named.start], text[named.end : end]
    if _is_name(text, named, before, after) or text[end:].strip():
        return None  # or a statement that a question follows: what is asked may have been told before
    about = _written_about(before, after, named)
    if about is not None:
        return _told_of(named.period, text, today) if about else named.period
    if _QUIET.search(before):
        return None
    if _HAPPENED.search(before + " " + after) or _says_when(before, after, named, today):
        return _told_of(named.period, text, today)
    return None


def _sentence_around(text: str, named: NamedDate) -> tuple[int, int]:
    breaks = [match.end() for match in _SENTENCE.finditer(text)]
    start = max((at for at in breaks if at <= named.start), default=0)
    return start, min((at for at in breaks if at >= named.end), default=len(text))


def _is_name(text: str, named: NamedDate, before: str, after: str) -> bool:
    """Part of a name, or of a comparison."""
    capital = before.strip() and text[named.start].isupper()
    if named.kind in {"running", "over"} and (capital or _ITS.search(before)):
        return True
    if _POSSESSIVE.match(after):
        return _POSSESSED.match(after) is None
    return (
        after.startswith(("-", "–"))
        or before.endswith(("-", "–"))
        or _COMPARES.search(before) is not None
        or _NOT_TODAY.search(before) is not None
    )


def _written_about(before: str, after: str, named: NamedDate) -> bool | None:
    """Whether it is asked for what was written about the date; False: on that date; None: for neither."""
    if _POSSESSED.match(after):
        return False
    if not _WRITTEN.search(before) and not _WRITTEN.search(after):
        return None
    asked = [match.end() for match in _WRITTEN.finditer(before)]
    about = asked and _ABOUT.search(before, asked[-1])
    if named.kind == "bare" and not _stands_free(before, after):
        return None
    if not about or named.kind == "written":
        return False
    return True if named.kind in {"running", "over"} else None


def _told_of(period: Period, text: str, today: date) -> Period:
    """Days on which something of that period can be told of: reasons come out any time later, and on a Tuesday "this
    week" is rarely two days.
    """
    if period == week(today, 0):
        return Period(today - THIS_WEEK, None)
    if period.end is None or period.end > today or _REASON.search(text):
        return Period(period.first, None)
    return Period(period.first, period.end + TOLD_LATER)


def _says_when(before: str, after: str, named: NamedDate, today: date) -> bool:
    """Whether it says when something happened."""
    closed = named.period.end is not None and named.period.end <= today
    if (
        named.kind == "written"
        or _OLD_YEAR.search(before + after)
        or (closed and (_is_aside(before, named) or _is_figure(before + after, named.period)))
    ):
        return False
    match named.kind:
        case "over":
            return True
        case "since":
            return not _FIRST_SINCE.search(before)
        case "bare":
            return _stands_free(before, after) and is_past(before, after)
        case "year":
            return (
                _is_fresh(named.period, today, FRESH_YEARS) and not _STATE.search(before) and _is_event(before, after)
            )
        case "named":
            return _is_fresh(named.period, today, FRESH_DAYS) and _is_event(before, after)
    return is_past(before, after)


def _is_aside(before: str, named: NamedDate) -> bool:
    """The vote on Monday is a subject where something is said "about the vote on Monday", but not yesterday's words
    "about the vote yesterday".
    """
    return _ASIDE.search(before) is not None or (named.kind != "over" and _ABOUT.search(before) is not None)


def _is_event(before: str, after: str) -> bool:
    asked = _ASKS.search(before + after) is not None
    return asked and (not before.strip() or _GOES_ON.match(after) is not None) and is_past(before, after)


def _is_figure(sentence: str, period: Period) -> bool:
    if period.first is None or period.end is None or period.end - period.first < A_MONTH:
        return False
    return _FIGURE.search(sentence) is not None


def _is_fresh(period: Period, today: date, years: int) -> bool:
    return period.first is not None and period.first.year >= today.year - years


def _stands_free(before: str, after: str) -> bool:
    """A date without a preposition: it opens the sentence, or no adjective and no noun takes it for a name."""
    if not before.strip():
        return True
    if word := _RUSSIAN_WORD.search(before):
        return is_past(word[0], "")  # after a noun it would be that noun's: "шторм 14 марта"
    return _GOES_ON.match(after) is not None and not _NOT_A_DAY.search(before) and not _CAPITAL.search(before)

"""A sentence, a question and the kind of thing asked for -> the shortest slice of the sentence that answers, by rules.

    every slice of that kind | those that the question does not say itself | the one nearest to the question's words

For languages that the reader does not know, and for when there is none. Rules for English and Russian.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from retrieval.answer.view import View
from retrieval.text.scripts import script_of
from retrieval.text.stems import content_stems, stems
from retrieval.types import AskedFor, Span
from retrieval.words.amounts import CURRENCIES, DISTANCES, LENGTHS_OF_TIME, PEOPLE, VAGUE_AMOUNT, amounts, unit_of
from retrieval.words.kinds import NO_PERSON, NUMBER, ROUGH_COUNT, SOMEBODY, TIME, TIMELY
from retrieval.words.moments import MOMENT

OWN_NOUN = 2.0  # what the asked-for noun or unit beside a number weighs, against nearness: 1 is a neighbouring word
FULLY_NAMED = 0.5  # what a first and a last name weigh, against one capitalised word
NEAR = 0.3  # nearness from which a place without a name is taken
SHORTEST_REASON = 2  # words

_CAPITAL = "A-ZÀ-ÖØ-ÞŁŚŻŽŠČĐА-ЯЁІЇЄҐ"
_CAPITALISED = rf"(?:[{_CAPITAL}]\.|[{_CAPITAL}]\w*(?:[-'’–—.](?=\w)\w+)*)"
_PARTICLE = r"(?:van|von|de|del|della|di|da|al|el|bin|ibn|фон|ван|де|ди|да|дер|бен|ибн|аль|эль)"
_NAME = re.compile(rf"{_CAPITALISED}(?:(?:\s{_PARTICLE}){{0,2}}[ \xa0]{_CAPITALISED})*")
_TITLED = re.compile(r"«[^«»]{2,80}»|“[^“”]{2,80}”|„[^„“”]{2,80}[“”]|\"[^\"]{2,80}\"")
_FOREIGN = re.compile(r"[A-Z][\w.&'’-]*(?:[ ](?:&|of|the|and|on|in|for|de|to|[A-Z0-9][\w.&'’-]*))*(?<=\w)")
_NAME_BEFORE = re.compile(rf"(?<=\s)[{_CAPITAL}][\w-]+\s(?:№\s?)?$")
_AND = (" and ", " и ", ", ")

_HEAD = re.compile(
    r"\b(?:which|what|как(?:ой|ая|ое|ие|ого|ому|им|ую|их|ими|ом)|называ\w+) (?P<noun>[\w-]+(?: [\w-]+)?)", re.IGNORECASE
)
_PERSON_ASKED = re.compile(
    r"\b(?:which|what) (?:[\w-]+ ){0,2}"
    r"(?:player|actor|actress|singer|artist|musician|comedian|celebrity|politician|senator|governor|president|king|queen"
    r"|athlete|director|author|writer|official|minister|leader|coach|star|rapper|designer|billionaire)\b"
    r"|как(?:ой|ая|ого|ому|им|ую) (?:[\w-]+ ){0,2}"
    r"(?:игрок|актёр|актер|актрис|певец|певиц|художник|режисс|президент|министр|политик|учён|учен|поэт|писател|король"
    r"|королев|лидер|тренер|композитор|архитектор|спортсмен|инженер)\w*"
    r"|как зовут|как звали|фамили",
    re.IGNORECASE,
)
_WHICH = re.compile(r"\b(?:which|what) \w+|как(?:ой|ая|ую|ие) ", re.IGNORECASE)
_YEAR_ASKED = re.compile(r"\b(?:what|which) year\b|в каком году|какой год", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:how (?:many|much)|сколько|скольк\w+|(?:what|which) (?:percentage|share|number) of|какой процент)\s+"
    r"(?P<noun>[\w-]+(?:\s+[\w-]+)?)",
    re.IGNORECASE,
)
_UNITS_ASKED: tuple[tuple[str, frozenset[str]], ...] = (
    (r"how old|сколько (?:\w+ ){0,2}лет|возраст", frozenset({"year", "month"})),
    (r"percent|per cent|какой процент|какая доля|what share", frozenset({"%"})),
    (r"cost|price|pay|paid|spend|spent|worth|how much money|fine\b|salary|budget|fee\b", CURRENCIES),
    (r"сто(?:ит|ил|имост)|цен[аеуы]|заплат|потрат|сколько денег|сумм|бюджет|штраф|зарплат", CURRENCIES),
    (r"how long|how soon|сколько времени|как долго", LENGTHS_OF_TIME),
    (r"how far|how tall|how high|how deep|how wide", DISTANCES),
    (r"расстоян|высот|глубин|ширин|длин", DISTANCES),
    (r"how (?:hot|cold|warm)|температур", frozenset({"degree"})),
    (r"how heavy|weigh\b|вес(?:ит|ил)", frozenset({"kg", "tonne"})),
)
_QUESTION_WORD = re.compile(
    r"\b(?:(?P<time>when|(?:what|which) (?:time|date|day|year|month|week)|когда|во сколько"
    r"|как(?:ой|ом|ого) (?:год|месяц|числ|день|дня)\w*)"
    r"|(?P<person>who|whom|whose|кто|кого|кому|кем|чей|чья|чьи|чье|чьё)"
    r"|what|which|how|where|why|что|чего|чем|чему|как\w*|где|куда|почему|сколько)\b",
    re.IGNORECASE,
)

_YEAR = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
_DECADE = re.compile(r"s\b|-?[хе]\b")
_RUSSIAN_WEEKDAY = re.compile(
    r"\bво?\s(?=(?:понедельник|вторник|сред|четверг|пятниц|суббот|воскресень))", re.IGNORECASE
)
_ONE = re.compile(r"one|од(?:ин|н\w+)", re.IGNORECASE)
_LOCATED = re.compile(r"\b(?:in|at|into|near|в|во|на|из)\s$", re.IGNORECASE)
_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|near|from|to|into|off|outside|around|across|в|во|на|из|около|под|возле|близ|у|через|недалеко от)\s"
    r"(?:[a-zа-яё-]+\s){0,2}$",
    re.IGNORECASE,
)
_SOFT = r"(?:[оеы]й|ом|ем|ое|ая|яя|ую|юю|ий|[ыи]е|[ыи]х|[ыи]м|[ыи]ми)"  # a Russian adjective's endings
_ADJECTIVE = re.compile(rf"{_SOFT}$")
_ADJECTIVE_TAIL = re.compile(rf"(?:\sи\s[А-ЯЁ][\w-]+{_SOFT})?(?:\s[а-яё-]+{_SOFT})*\s[А-Яа-яё-]+")
_UNNAMED_PLACE = re.compile(
    r"\b(?:in|at|near|on|inside|outside|в|во|на|около|у|возле|под)\s"
    rf"(?P<place>(?:the|an?) (?:[a-z-]+ )?[a-z-]+|(?:[а-яё-]+{_SOFT}\s){{0,3}}"
    r"(?!врем|случа|результат|соответств|отличи|качеств|конц|начал|числ|основ)[а-яё-]{4,})"
)
_CAUSE = re.compile(
    r"\b(?:(?P<clause>because(?! of)|so that|in order to|из-за того,? что|потому,? что|так как|поскольку|чтобы)"
    r"|because of|due to|owing to|as a result of|thanks to|in response to|citing|blamed on|caused by"
    r"|из-за|вследствие|в результате|в связи с|ввиду|благодаря|по причине|ради)\b",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(
    r"[;.!?](?:\s|$)|,\s(?:but|while|which|who|and|а|но|котор\w+|и)\s|\s[–—]\s|\)|$", re.IGNORECASE
)
_NOUN_ENDS = re.compile(r"[;.!?,](?:\s|$)|\s[–—]\s|\)|$")


def mark(kind: AskedFor, sentence: str, question: str, language: str) -> Span | None:
    """Offsets in `sentence`; `language` (ISO 639-1) is the sentence's. None when no slice is likely enough, and for
    kinds that a whole sentence answers (statement, events, truth)."""
    finder = _FINDERS.get(kind)
    return finder(View(sentence, question, language)) if finder else None


def fits(kind: AskedFor, span_text: str, question: str) -> bool:
    """Whether a span that a model marked may be of the kind that is asked for: False only when it plainly is not."""
    judge = _JUDGES.get(kind)
    return judge is None or _asks_otherwise(kind, question) or judge(span_text.strip(), question)


def _asks_otherwise(kind: AskedFor, question: str) -> bool:
    """ "What did she do when...", "When it rains, what...": the word that gave the kind may not be what asks."""
    first = _QUESTION_WORD.search(question)
    if kind not in ("time", "person") or first is None:
        return False
    return first["time" if kind == "time" else "person"] is None or (kind == "time" and "," in question[first.end() :])


def _may_count(text: str, question: str) -> bool:
    return any(sign.search(text) for sign in (NUMBER, VAGUE_AMOUNT, ROUGH_COUNT))


def _may_date(text: str, question: str) -> bool:
    if _YEAR_ASKED.search(question):
        return re.search(r"\d\d", text) is not None
    return any(sign.search(text) for sign in (TIME, MOMENT, TIMELY, re.compile(r"\d")))


def _may_be_somebody(text: str, question: str) -> bool:
    return any(character.isupper() for character in text) or SOMEBODY.search(text) is not None


def _may_be_somewhere(text: str, question: str) -> bool:
    return not any(match.end() - match.start() >= len(text) - 3 for match in (*amounts(text), *MOMENT.finditer(text)))


def _best(view: View, spans: Iterable[Span], weight: Callable[[Span], float] = lambda span: 0.0) -> Span | None:
    new = [span for span in spans if view.is_new(span)]
    return max(new, key=lambda span: (view.nearness(span) + weight(span), -span.start), default=None)


def _number(view: View) -> Span | None:
    dates = [Span(*match.span()) for match in MOMENT.finditer(view.sentence)]
    wanted = _units_asked(view.question)
    noun = _COUNTED.search(view.question)
    counted = frozenset(stems(noun["noun"], view.language)) if noun and not wanted else frozenset()
    found = {_trimmed(view.sentence, match.span()): match for match in amounts(view.sentence)}
    free = [span for span in found if not any(span.start < date.end and date.start < span.end for date in dates)]

    def weight(span: Span) -> float:
        around = [*view.behind(span), *map(view.tokens.__getitem__, view.inside(span))]
        fit = OWN_NOUN * any(token.stem in counted for token in around) + OWN_NOUN * (unit_of(found[span]) in wanted)
        return fit - OWN_NOUN * (_ONE.fullmatch(view.sentence, *span) is not None) - FULLY_NAMED * _numbered(view, span)

    best = _best(view, free, weight)
    if best is None:
        vague = [Span(*match.span()) for match in VAGUE_AMOUNT.finditer(view.sentence)]
        return _best(view, [span for span in vague if view.nearness(span)])
    return _shortened(view, best, found[best])


def _units_asked(question: str) -> frozenset[str]:
    asked = (units for pattern, units in _UNITS_ASKED if re.search(pattern, question, re.IGNORECASE))
    return frozenset().union(*asked)


def _numbered(view: View, span: Span) -> bool:
    """ "Channel 5": part of a name."""
    return _NAME_BEFORE.search(view.sentence[: span.start]) is not None


def _shortened(view: View, span: Span, match: re.Match[str]) -> Span:
    """Less a unit that the question says already, plus the people counted where it does not."""
    if match["unit"]:
        said = frozenset(stems(match["unit"], view.language)) & view.asked
        number = Span(span.start, match.end("high") if match["high"] else match.end("low"))
        return number if said else span
    behind = view.behind(span)
    if behind and behind[0].stem in PEOPLE - view.asked:
        return Span(span.start, behind[0].end)
    return span


def _trimmed(text: str, span: tuple[int, int]) -> Span:
    piece = text[span[0] : span[1]]
    return Span(span[0] + len(piece) - len(piece.lstrip()), span[0] + len(piece.rstrip()))


def _time(view: View) -> Span | None:
    found = []
    for match in MOMENT.finditer(view.sentence):
        year = _YEAR.search(match[0])
        if not _YEAR_ASKED.search(view.question) or (year and _DECADE.match(match[0], year.end())):
            found.append(Span(_with_preposition(view.sentence, match.start()), match.end()))
        elif year:
            found.append(Span(match.start() + year.start(), match.start() + year.end()))
    return _best(view, found)


def _with_preposition(sentence: str, start: int) -> int:
    """ "в понедельник": in Russian the bare word would be in the wrong case."""
    before = next((m for m in _RUSSIAN_WEEKDAY.finditer(sentence) if m.end() == start), None)
    return before.start() if before else start


def _names(view: View) -> list[Span]:
    """Runs of capitalised words that are no dates. Of one that opens the sentence, function words are left out."""
    found = []
    for match in _NAME.finditer(view.sentence):
        within = view.inside(Span(*match.span()))
        while within and not view.tokens[within[0]].stem:
            within = within[1:]
        if within:
            span = Span(view.tokens[within[0]].start, match.end())
            if not MOMENT.fullmatch(view.sentence, *span):
                found.append(span)
    return found


def _opens(view: View, span: Span) -> bool:
    """One capitalised word at the start of a sentence may be any word."""
    return view.inside(span) == [0]


def _place(view: View) -> Span | None:
    named = [
        span
        for span in _names(view)
        if _BEFORE_PLACE.search(view.sentence[: span.start]) or _WHICH.search(view.question)
    ]
    return _best(view, [_with_head(view, span) for span in named]) or _unnamed_place(view)


def _unnamed_place(view: View) -> Span | None:
    found = [Span(*match.span("place")) for match in _UNNAMED_PLACE.finditer(view.sentence)]
    best = _best(view, [span for span in found if not TIME.search(view.sentence, *span)])
    return best if best and view.nearness(best) >= NEAR else None


def _with_head(view: View, span: Span) -> Span:
    """An adjective in capitals takes its noun along: "Каракитайское ханство"."""
    tail = _ADJECTIVE_TAIL.match(view.sentence, span.end)
    return Span(span.start, tail.end()) if tail and _ADJECTIVE.search(view.sentence[slice(*span)]) else span


def _person(view: View) -> Span | None:
    found = [
        span
        for span in _names(view)
        if not NO_PERSON.search(view.sentence, *span) and not _LOCATED.search(view.sentence[: span.start])
    ]
    strangers = _strangers(view, found)

    def weight(span: Span) -> float:
        return FULLY_NAMED * (len(view.inside(span)) in (2, 3)) - OWN_NOUN * _opens(view, span)

    best = _best(view, strangers, weight)
    return best and _joined(view, best, strangers)


def _joined(view: View, span: Span, others: Sequence[Span]) -> Span:
    """ "Anna Holm and Piet Vos": both."""
    for other in others:
        first, second = sorted((span, other))
        if first != second and view.sentence[first.end : second.start] in _AND:
            span = Span(first.start, second.end)
    return span


def _reason(view: View) -> Span | None:
    for cue in _CAUSE.finditer(view.sentence):
        ends = _CLAUSE_ENDS if cue["clause"] else _NOUN_ENDS
        end = ends.search(view.sentence, cue.end())
        stop = end.start() if end else len(view.sentence.rstrip(' .!?…"»”'))
        start = cue.end() + len(view.sentence[cue.end() :]) - len(view.sentence[cue.end() :].lstrip(" ,"))
        if start < stop and len(view.inside(Span(start, stop))) >= SHORTEST_REASON:
            return Span(start, stop)
    return None


def _thing(view: View) -> Span | None:
    """Only for questions that ask for something with a name: "which company", "как называется"."""
    if _PERSON_ASKED.search(view.question):
        return _person(view)
    head = _HEAD.search(view.question)
    if head is None:
        return None
    heads = frozenset(content_stems(head["noun"], view.language))
    strangers = _strangers(view, _named_things(view))
    beside = [span for span in strangers if _word_before(view, span) in heads]
    return _best(view, beside or (strangers if len(strangers) == 1 else []))


def _named_things(view: View) -> list[Span]:
    """Titles in quotation marks, and names: neither where something is nor an adjective, unless it takes its noun
    along. None lies within another."""
    titled = [Span(*match.span()) for match in _TITLED.finditer(view.sentence)]
    foreign = [] if script_of(view.language) == "latin" else [Span(*m.span()) for m in _FOREIGN.finditer(view.sentence)]
    free = [
        _with_head(view, span)
        for span in _names(view)
        if not _opens(view, span) and not _LOCATED.search(view.sentence[: span.start])
    ]
    found: list[Span] = []
    for span in [*titled, *foreign, *free]:
        if not any(span.start < other.end and other.start < span.end for other in found):
            found.append(span)
    return found


def _strangers(view: View, spans: Iterable[Span]) -> list[Span]:
    """Those that share no word with the question."""
    return [span for span in spans if not any(view.tokens[at].stem in view.asked for at in view.inside(span))]


def _word_before(view: View, span: Span) -> str:
    within = view.inside(span)
    return view.tokens[within[0] - 1].stem if within and within[0] else "-"


_JUDGES: dict[AskedFor, Callable[[str, str], bool]] = {
    "number": _may_count,
    "time": _may_date,
    "person": _may_be_somebody,
    "speaker": _may_be_somebody,
    "place": _may_be_somewhere,
    "reason": _may_be_somewhere,
}
_FINDERS: dict[AskedFor, Callable[[View], Span | None]] = {
    "number": _number,
    "time": _time,
    "place": _place,
    "person": _person,
    "speaker": _person,
    "reason": _reason,
    "thing": _thing,
}

"""A sentence and a place in it -> whether the verb there tells of what is over. English and Russian, by signs."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PAST = frozenset(["was", "were", "did", "had", "didn't", "wasn't", "weren't", "hadn't", "ago"])
_IRREGULAR = frozenset(
    """
    began beat bet bit bled blew broke brought built burnt bought came caught chose cost crept cut dealt died drew
    drank drove ate fell felt fought found fled flew forgot froze gave got grew hit held hurt kept knew laid led
    left lent let lost made meant met paid put quit ran rang rose said sang sank sat saw sent sold set shook shot
    showed shut slept slid spent split spoke sprang spread stood stole struck stuck swam swept swore taught thought
    threw told took tore understood went woke won wore wrote withdrew overcame became
    """.split()  # noqa: SIM905 - a list of so many words is hard to read
)
_PARTICIPLES = frozenset(
    """
    been begun beaten bitten blown born broken chosen done drawn driven eaten fallen flown forgotten frozen given
    gone grown known risen run seen shaken shown spoken stolen stricken sunk sung sworn taken thrown torn worn
    written withdrawn
    """.split()  # noqa: SIM905
)  # these tell nothing without a helping verb
_OPEN = frozenset(
    """
    is are am isn't aren't do does don't doesn't will won't shall can can't may might must should would could be being
    """.split()  # noqa: SIM905
)  # the present, the future, and what is only thinkable
_NOT_VERBS = frozenset(
    ["need", "feed", "speed", "seed", "indeed", "hundred", "red", "bed", "breed", "exceed", "proceed"]
)
_AHEAD = frozenset(
    ["expected", "planned", "scheduled", "set", "supposed", "slated", "hoped", "wanted", "tipped", "going"]
)
_STATES = frozenset(["was", "were", "wasn't", "weren't"])  # with no other verb behind them
_HELPERS = 4  # words before a participle among which its helping verb stands
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)

_RUSSIAN_PAST = re.compile(
    r"[а-яё]+(?:л|ла|ло|ли)(?:с[яь])?|[а-яё]*(?:погиб|умер|исчез|достиг|помог|смог|вырос|возник|принёс|привёз|увёз|спас)"
    r"|[а-яё]{2,}(?:крыт|бит|нят|ран|жан|ван|чен|лен|щен|жен|шен|ден|сен)[аоы]?"
)
_RUSSIAN_NOUNS = frozenset(
    """
    или если ли мало около дело дела число числа село села тело тела масло кресло стекло зеркало правило правила начало
    школа скала сила зал зала стол стола пол отдел отдела канал канала вокзал вокзала журнал журнала материал материала
    сигнал сигнала финал финала полуфинал полуфинала футбол футбола волейбол баскетбол хоккеистом протокол протокола
    генерал генерала металл металла персонал персонала сериал сериала скандал скандала капитал капитала филиал филиала
    угол угла узел доли боли соли мысли модели отели детали цели роли недели земли дали тепло весло павел павла михаил
    михаила экран экрана экраны ветеран ветерана ветераны ресторан ресторана рестораны иран ирана диван караван тегеран
    член члена члены плен плена обмен цен цена цены стен стена стены сцена сцены смена
    """.split()  # noqa: SIM905
)
_RUSSIAN_OPEN = re.compile(
    r"\b(?:буд(?:ет|ут)|планиру|собира(?:ет|ют)|ожида|долж[не]|мо(?:жет|гут)\b|хо(?:чет|тят)\b|завтра|следующ"
    r"|[а-яё]+(?:[еи]тся|[юу]тся|[ая]тся)\b)"
)


def is_past(before: str, after: str) -> bool:
    """`before`, `after`: what stands around the place in its sentence. In English the nearest verb before it decides,
    or else the first one after it; Russian is freer, so there the whole sentence does. A state ("was the mayor") is
    not over.
    """
    if _CYRILLIC.search(before + after):
        return _is_past_in_russian(f"{before} {after}".casefold())
    told = _nearest(_words(before), backwards=True)
    return _nearest(_words(after), backwards=False) is True if told is None else told


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text.replace("’", "'"))]


def _is_past_in_russian(sentence: str) -> bool:
    if _RUSSIAN_OPEN.search(sentence):
        return False
    return any(_RUSSIAN_PAST.fullmatch(word) and word not in _RUSSIAN_NOUNS for word in _WORD.findall(sentence))


def _nearest(words: Sequence[str], backwards: bool) -> bool | None:
    """Whether the nearest verb is past; None where there is none."""
    order = range(len(words))
    for at in reversed(order) if backwards else order:
        if backwards and words[at] in _STATES:
            return False
        told = _told_by(words, at)
        if told is not None:
            return told
    return None


def _told_by(words: Sequence[str], at: int) -> bool | None:
    word = words[at]
    if word in _PAST:
        return True
    if word in _OPEN or (word in _AHEAD and words[at + 1 : at + 2] == ["to"]):
        return False
    regular = word.endswith("ed") and len(word) > 3 and word not in _NOT_VERBS
    if not regular and word not in _IRREGULAR and word not in _PARTICIPLES:
        return None
    return _helped(words[max(0, at - _HELPERS) : at], alone=None if word in _PARTICIPLES else True)


def _helped(words: Sequence[str], alone: bool | None) -> bool | None:
    """What the helping verb among the words before a verb makes of it."""
    for helper in reversed(words):
        if helper in _OPEN or helper in {"to", "be"}:
            return False
        if helper in _PAST or helper in {"has", "have"}:
            return True
    return alone

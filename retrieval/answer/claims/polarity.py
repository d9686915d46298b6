"""A sentence and its quotes -> whether both say yes, or both no: negations, and words that mean the opposite.

A negation's head is the first word with content behind it: "did not close" denies "close". Surface signs only; what
they miss is left to the other checks. English and Russian.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.text.stems import content_stems, stems

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[.,;:!?()—–]")
_NEGATOR_WORDS = """
    not no never none nobody nothing neither nor cannot without nowhere hardly
    не ни нет никогда никто никого никому ничего ничто никакой никаких никакие нигде без нельзя
"""
_NEGATORS = frozenset(_NEGATOR_WORDS.split())
_AFTER = frozenset({"only", "just", "merely", "simply", "только", "просто"})  # "not only" denies nothing
_LIGHT_WORDS = """
    one longer yet ever even really officially immediately any all been have has had be is are was were did does do
    will would больше еще ещё пока даже официально сразу одного один был была было были будет будут
"""  # they stand between a negation and what it denies
_LIGHT = frozenset(_LIGHT_WORDS.split())
_SOFT_WORDS = """
    deny denied refuse fail failed reject lack unable ruled avoid prevent stop unlikely absent decline ban отрицать
    отказаться отказался опроверг опровергли запретить отсутствует отсутствие лишь нехватка
"""  # they deny without a negation
_SOFT = frozenset(stems(_SOFT_WORDS, "en"))
_ABSOLUTE_WORDS = """
    all every everything everyone everybody always entire entirely completely only
    все всё всегда каждый только полностью
"""  # they claim more than most sentences do
_ABSOLUTES = frozenset(stems(_ABSOLUTE_WORDS, "en"))
_OPPOSITES = """
    rise fall | rose fell | increase decrease | increased decreased | grow shrink | grew shrank | up down |
    gain lose | gained lost | win lose | won lost | victory defeat | open close | opened closed | start end |
    began ended | begin end | before after | more less | more fewer | higher lower | above below | north south |
    east west | northern southern | eastern western | alive dead | survive die | survived died | accept reject |
    accepted rejected | approve reject | approved rejected | support oppose | supported opposed | agree disagree |
    allow ban | allowed banned | guilty innocent | convicted acquitted | true false | male female | man woman |
    men women | husband wife | brother sister | father mother | son daughter | mother father | buy sell |
    bought sold | import export | arrive leave | arrived left | enter leave | include exclude | confirm deny |
    confirmed denied | succeed fail | succeeded failed | raise cut | raised cut | strengthen weaken |
    improve worsen | improved worsened | profit loss | oldest youngest | largest smallest | biggest smallest |
    hire fire | hired fired | minimum maximum | first last | best worst | left right | hot cold | safe dangerous |
    legal illegal | possible impossible | likely unlikely | doubled halved | early late | earlier later |
    internal external | public private | вырос упал | выросла упала | выросли упали | рост падение |
    увеличил уменьшил | увеличилось уменьшилось | повысил снизил | повысился снизился | выше ниже | больше меньше |
    победил проиграл | победа поражение | выиграл проиграл | открыл закрыл | открылся закрылся | начал закончил |
    начался закончился | до после | север юг | северный южный | восток запад | жив погиб | выжил погиб |
    принял отклонил | одобрил отклонил | поддержал осудил | разрешил запретил | виновен невиновен | мужчина женщина |
    муж жена | брат сестра | отец мать | сын дочь | купил продал | приехал уехал | подтвердил опроверг |
    прибыль убыток | первый последний | раньше позже | лучший худший | прибыл убыл | ввел отменил
"""


@dataclass(frozen=True, slots=True)
class _Stance:
    """The stems of a text: all, those that a negation denies, and those that stand outside of any."""

    words: frozenset[str]
    denied: frozenset[str]
    affirmed: frozenset[str]
    negated: bool


def polarity_agrees(sentence: str, quotes: Sequence[str], language: str = "en") -> bool:
    """Whether the sentence denies nothing that the quotes affirm, affirms nothing that they deny, claims no "all" that
    they do not, and turns nothing round."""
    said, told = _stance([sentence], language), _stance(quotes, language)
    if said.words & _ABSOLUTES - told.words:
        return False
    if said.negated and not told.negated and not told.words & _SOFT:
        return False
    invented = said.denied & told.affirmed - told.denied
    lost = told.denied & said.affirmed - said.denied - told.affirmed
    return not invented and not lost and not _turned_round(said, told)


def _turned_round(said: _Stance, told: _Stance) -> bool:
    """Whether the sentence has a word that the quotes lack, and they have its opposite, which it lacks."""
    new, gone = said.words - told.words, told.words - said.words
    return any(opposites & gone for word in new if (opposites := _opposites().get(word)))


def _stance(texts: Sequence[str], language: str) -> _Stance:
    words: set[str] = set()
    denied: set[str] = set()
    affirmed: set[str] = set()
    negated = False
    for text in texts:
        words.update(stems(text, language))
        tokens = [match.group().casefold().replace("’", "'") for match in _WORD.finditer(text)]
        heads = [head for place in range(len(tokens)) if (head := _head(tokens, place, language)) is not None]
        negated = negated or bool(heads)
        places = {place for place, _ in heads}
        denied.update(stem for _, stem in heads if stem)
        affirmed.update(
            stem for place, token in enumerate(tokens) if place not in places for stem in content_stems(token, language)
        )
    return _Stance(frozenset(words), frozenset(denied), frozenset(affirmed), negated)


def _head(tokens: Sequence[str], place: int, language: str) -> tuple[int, str] | None:
    """Where the word stands that the negation at `place` denies, and its stem; None if there is no negation."""
    token, following = tokens[place], tokens[place + 1 : place + 6]
    if (token not in _NEGATORS and not token.endswith("n't")) or (following and following[0] in _AFTER):
        return None
    for behind, word in enumerate(following, place + 1):
        if not word[0].isalpha():
            break
        found = content_stems(word, language)
        if found and word not in _LIGHT:
            return behind, found[0]
    return -1, ""


@lru_cache(maxsize=1)
def _opposites() -> dict[str, frozenset[str]]:
    """Each stem -> those that mean the opposite."""
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split("|"):
        one, other = stems(pair, "en")
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {stem: frozenset(opposites) for stem, opposites in found.items()}

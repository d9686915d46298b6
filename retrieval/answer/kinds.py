"""A sentence and the kind of thing asked for -> whether the sentence holds such a thing that the question does not.

Surface signs only (digits, months, capital letters, "because"): cheap, and right often enough to rank sentences by.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from retrieval.types import AskedFor

_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundred|thousand|million|billion|dozen|half|third|quarter|twice)s?\b"
    r"|\b(?:дв[ае]|двух|тр[её]х|три|четыр\w+|пят\w{1,3}|шест\w{1,3}|сем[ьи]|восем\w*|девят\w+|десят\w*|сорок|сто|двести|триста"
    r"|тысяч\w*|миллион\w*|млн|млрд|полтор\w+|половин\w+|трет[ьи]|четверт\w+|вдвое)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}(?::\d\d| ?[ap]\.?m\b)|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|\b(?:yesterday|today|tonight|tomorrow|noon|midnight|dawn|week|month|year|spring|summer|autumn|winter|decade|century)s?\b"
    r"|\b(?:январ|феврал|март|апрел|ма[йяе]\b|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*"
    r"|\b(?:понедельник|вторник|сред[ау]|четверг|пятниц|суббот|воскресень|вчера|сегодня|завтра|недел|месяц|год|лет|весн|осен|зим)\w*",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|due to|owing to|as a result|caused|causing|after|since|so that|in order"
    r"|in response|amid|over|following"
    r"|reason|blamed?|led to|prompted|means|meant|therefore|citing)\b"
    r"|потому|из-за|так как|поскольку|вследствие|в результате|причин|после|чтобы|поэтому|в связи|ввиду",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"[\"“”«»„]|\b(?:said|says|told|added|wrote|warned|argued|claimed|announced|insisted|according to)\b"
    r"|сказал|заявил|сообщил|отметил|добавил|подчеркнул|по словам",
    re.IGNORECASE,
)


_FULL_NAME = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Professor|Captain|Sir|Lady|President|Mayor|Judge)\.? )?"
    r"\b[A-ZА-ЯЁ][a-zа-яё'’-]+(?: (?:van|von|de|del|di|al|bin))? [A-ZА-ЯЁ][a-zа-яё'’-]+(?: [A-ZА-ЯЁ][a-zа-яё'’-]+)?\b"
    r"|\b(?:Mr|Mrs|Ms|Dr|Prof|Captain|Judge)\.? [A-Z][a-z'’-]+\b"
)
_NOT_PERSONS = re.compile(
    r"\b(?:Street|Road|Bridge|Island|Hall|Hospital|University|Museum|Council|Party|Union|City|Bank|Quay|Hill|River|Sea|Bay|Square"
    r"|House|Company|Group|Agency|Wire|Post|Times|News|Observer|Ledger|The|In|On|At|But|And|Monday|Tuesday|Wednesday|Thursday"
    r"|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December"
    r"|North|South|East|West|New|United|National|Theatre|School|Court|Committee|Department|Ministry|Yard|Cup|League)\b"
)


def holds(kind: AskedFor, sentence: str, question: str) -> float:
    """How well the sentence could answer that kind of question, 0 to 1, by something the question does not say
    itself.
    """
    return float(_SIGNS[kind](sentence, question))


def names(text: str) -> set[str]:
    """Capitalised words that do not merely open a sentence, in lower case."""
    found = set()
    opens = True
    for match in _WORD.finditer(text):
        word = match.group()
        if word[0].isupper() and (not opens or word[1:2].isupper()):
            found.add(word.casefold())
        opens = text[match.end() : match.end() + 2].strip() in {".", "!", "?"}
    return found


def numbers(text: str) -> set[str]:
    """Numbers and number words as they stand, in lower case."""
    return {match.group().casefold() for match in re.finditer(r"\d+(?:[.,:]\d+)*", text)} or {
        match.group().casefold() for match in _NUMBER.finditer(text)
    }


def _new_name(sentence: str, question: str) -> bool:
    known = question.casefold()
    opening = _WORD.findall(sentence)[:2]
    starts = (
        {word.casefold() for word in opening if word[0].isupper()}
        if len(opening) == 2 and opening[1][0].isupper()
        else set()
    )
    return any(name not in known for name in names(sentence) | starts)


def _person(sentence: str, question: str) -> float:
    """A first and a last name, or a name with a title, is a person; one capitalised word may be anything."""
    known = question.casefold()
    for match in _FULL_NAME.finditer(sentence):
        words = [word.casefold().strip("'’") for word in match.group().split()]
        if not any(word in known for word in words) and not _NOT_PERSONS.search(match.group()):
            return 1.0
    return 0.4 if _new_name(sentence, question) else 0.0


_SIGNS: dict[AskedFor, Callable[[str, str], float]] = {
    "person": _person,
    "place": _new_name,
    "number": lambda sentence, question: bool(numbers(sentence) - numbers(question)),
    "time": lambda sentence, question: bool(_TIME.search(sentence)),
    "reason": lambda sentence, question: bool(_REASON.search(sentence)),
    "statement": lambda sentence, question: bool(_SAYS.search(sentence)),
    "thing": lambda sentence, question: True,
}

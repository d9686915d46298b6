"""A sentence and the kind of thing asked for -> whether the sentence holds such a thing that the question does not.

Surface signs only (digits, months, capital letters, "because"): cheap, and right often enough to rank sentences by.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from retrieval.types import AskedFor
from retrieval.words.amounts import NUMBER_WORD
from retrieval.words.calendar import MONTH, SOME_MONTH, SOME_WEEKDAY, WEEKDAY
from retrieval.words.people import BODY, HONORIFIC

REMEMBERED = 20_000  # sentences whose numbers are kept
ORDINARY = 5  # words from which a sentence is no heading, byline or fragment, and may tell what happened

WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
NUMBER = re.compile(
    rf"\d|\b(?!one\b|од[ин])(?:{NUMBER_WORD}|third|quarter|half|twice)s?\b"  # "one" is mostly no number
    r"|\b(?:полтор\w+|половин\w+|трет[ьи]|четверт\w+|вдвое)\b",
    re.IGNORECASE,
)
TIME = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}(?::\d\d| ?[ap]\.?m\b)"
    rf"|{SOME_MONTH}|{SOME_WEEKDAY}"
    r"|\b(?:yesterday|today|tonight|tomorrow|noon|midnight|dawn|week|month|year|decade|century)s?\b|\b(?:spring|summer"
    r"|autumn|winter)s?\b|\b(?:понедельник|вторник|сред|четверг|пятниц|суббот|воскресень)[ая][мх]\b|\b(?:вчера|сегодня"
    r"|завтра|недел|месяц|год|лет|весн|осен|зим)\w*",
    re.IGNORECASE,
)
REASON = re.compile(
    r"\b(?:because|due to|owing to|as a result|caused|causing|after|since|so that|in order|in response|amid|over"
    r"|following|reason|blamed?|led to|prompted|means|meant|therefore|citing)\b|потому|из-за|так как|поскольку"
    r"|вследствие|в результате|причин|после|чтобы|поэтому|в связи|ввиду",
    re.IGNORECASE,
)
SAYS = re.compile(
    r"[\"“”«»„]|\b(?:said|says|told|added|wrote|warned|argued|claimed|announced|insisted|according to)\b"
    r"|сказал|заявил|сообщил|отметил|добавил|подчеркнул|по словам",
    re.IGNORECASE,
)

_CAPITALISED = r"[A-ZА-ЯЁ][a-zа-яё'’-]+"
FULL_NAME = re.compile(
    rf"(?:\b{HONORIFIC} )?\b{_CAPITALISED}(?: (?:van|von|de|del|di|al|bin))? {_CAPITALISED}(?: {_CAPITALISED})?\b"
    rf"|\b{HONORIFIC} {_CAPITALISED}\b"
)
NO_PERSON = re.compile(rf"\b(?:The|In|On|At|But|And|{BODY}|{WEEKDAY}|{MONTH})\b")
"""Of the names that look like a person's, those that are a place's, a body's or a day's."""

ROUGH_COUNT = re.compile(  # what may stand for a number that is not one
    r"\b(?:one|once|an?|no|none|nobody|all|both|single|several|few|many|most|each|every|double|triple|twice|record|zero)\b"
    r"|\b(?:first|second|third)\b"
    r"|\b(?:од(?:ин|н\w+)|раз|нисколько|все|всех|оба|обе|кажд\w+|единственн\w+|нескольк\w+|мног\w+|мало|рекорд\w*)\b",
    re.IGNORECASE,
)
TIMELY = re.compile(  # what may stand for a moment that is no date
    r"\b(?:when|while|before|after|since|until|during|ago|later|earlier|soon|now|currently|immediately|next|last)\b"
    r"|\b(?:morning|evening|afternoon|night|weekend|season|moment|minute|hour|day|decade|age|era|quarter|\w+day)s?\b"
    r"|\b(?:dusk|sunrise|sunset|daily|end|start|beginning|early|late|eve)\b"
    r"|\b(?:christmas|easter|halloween|ramadan|thanksgiving|hanukkah)\b"
    r"|\b(?:когда|пока|перед|после|до|во время|назад|позже|ранее|скоро|сейчас|сразу|утр|вечер|ночь|полдень|выходн)"
    r"|\b(?:сезон|час|минут|день|дня|дней|век|эпох|рассвет|закат|рождеств|пасх|праздник|конц|начал|квартал)",
    re.IGNORECASE,
)
SOMEBODY = re.compile(  # words for people and bodies, by what they end with
    r"\w(?:er|or|ist|ian|ee|ant|ent|[mM][ae]n|person|people|child|children|wife|friend|ive|eer|ce|staff|crew|team|union|group)s?\b"
    r"|\b(?:he|she|they|we|i|you|him|her|them|us|everyone|everybody|nobody|no one|anyone|someone|public|head|chief)\b"
    r"|\b(?:man|men|person|people|child|children|wife|friend|army|jury|judge|king|queen|mayor|kid|boy|girl|baby|adult|teen)s?\b"
    r"|\b(?:crew|team|union|group|staff|youth|guest|host|coach|chef|nurse|pilot|guard|victim|thief|thieves|astronaut|heir)s?\b"
    r"|\b(?:monk|clerk|analyst|couple|twin|elite|church|magazine|journal|court|firm|bank|state|male|female|individual)s?\b"
    r"|\b(?:official|professional|national|party|parties|company|companies|family|families|city|cities|lady|ladies)s?\b"
    r"|\b(?:celebrity|celebrities|ministry|committee|council)s?\b"
    r"|\b(?:он|она|они|мы|я|ты|вы|его|её|ее|их|никто|кто-то|все|люд|человек|мужчин|женщин|реб[её]н|дет|мальчик|девочк)\w*"
    r"|\b(?:девушк|парен|парн|сын|доч|отец|отц|мат[ье]|брат|сест[ре]|муж|жен|друг|друз|сосед|мэр|судь|врач|полиц|полк|арми)\w*"
    r"|\b(?:корол|семь|семей|глав|компани|правительств|министерств|комитет|совет|суд|групп|команд|член|ученик|жител)\w*"
    r"|\b(?:граждан|пассажир|бойц|солдат|власт)\w*"
    r"|\w(?:тел[ьяюие]\w*|ник(?:и|ов|ами?|у|а|ом)?|ист(?:ы|ов|а|ами)?|[её]р(?:ы|ов|а|ами)?|ор(?:ы|ов|а|ами)?)\b"
    r"|\w(?:ак(?:и|ов|ами?)?|ин|ане|ян|цы|цев|ец|чик\w*|щик\w*|арь|ари|арей|ант\w*|ент\w*|лог\w*|граф\w*)\b",
    re.IGNORECASE,
)


def holding(kind: AskedFor, question: str) -> Callable[[str], float]:
    """How well a sentence could answer that kind of question, 0 to 1, by something the question does not say itself."""
    if kind == "number":
        known = numbers(question)
        return lambda sentence: float(not _numbers_in(sentence) <= known)
    return lambda sentence: float(_SIGNS[kind](sentence, question))


@lru_cache(REMEMBERED)
def _numbers_in(sentence: str) -> frozenset[str]:
    """Of an article's own words, never of what people ask."""
    return frozenset(numbers(sentence))


def names(text: str) -> set[str]:
    """Capitalised words that do not merely open a sentence, in lower case."""
    found = set()
    opens = True
    for match in WORD.finditer(text):
        word = match.group()
        if word[0].isupper() and (not opens or word[1:2].isupper()):
            found.add(word.casefold())
        opens = text[match.end() : match.end() + 2].strip() in {".", "!", "?"}
    return found


def numbers(text: str) -> set[str]:
    """Numbers and number words as they stand, in lower case."""
    return {match.group().casefold() for match in re.finditer(r"\d+(?:[.,:]\d+)*", text)} or {
        match.group().casefold() for match in NUMBER.finditer(text)
    }


def _new_name(sentence: str, question: str) -> bool:
    known = question.casefold()
    opening = WORD.findall(sentence)[:2]
    starts = (
        {word.casefold() for word in opening if word[0].isupper()}
        if len(opening) == 2 and opening[1][0].isupper()
        else set()
    )
    return any(name not in known for name in names(sentence) | starts)


def _person(sentence: str, question: str) -> float:
    """A first and a last name, or a name with a title, is a person; one capitalised word may be anything."""
    known = question.casefold()
    for match in FULL_NAME.finditer(sentence):
        words = [word.casefold().strip("'’") for word in match.group().split()]
        if not any(word in known for word in words) and not NO_PERSON.search(match.group()):
            return 1.0
    return 0.4 if _new_name(sentence, question) else 0.0


def _speaker(sentence: str, question: str) -> float:
    return _person(sentence, question) if SAYS.search(sentence) else 0.0


def _events(sentence: str, question: str) -> bool:
    return sum(1 for _ in WORD.finditer(sentence)) >= ORDINARY


_SIGNS: dict[AskedFor, Callable[[str, str], float]] = {
    "person": _person,
    "speaker": _speaker,
    "place": _new_name,
    "time": lambda sentence, question: bool(TIME.search(sentence)),
    "reason": lambda sentence, question: bool(REASON.search(sentence)),
    "statement": lambda sentence, question: bool(SAYS.search(sentence)),
    "events": _events,
    "thing": lambda sentence, question: True,
    "truth": lambda sentence, question: True,
}

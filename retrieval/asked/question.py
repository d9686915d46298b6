"""What a person typed -> a Question that can be searched for, understood by itself.

Rules for English and Russian: which kind of thing is asked for, and whether a date is named. What a question means
within a conversation is told by `followup.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from retrieval.asked.scope import names_time
from retrieval.text.languages import detect
from retrieval.types import AskedFor, Question

_OPENING = r"^\W*(?:(?:and|but|so|or|well|а|и|но|ну|так)\b[\s,]*)*"
_SAYING = (
    r"sa(?:id|ys?)\b(?! to (?:be|have)\b)|tells?\b|told\b|announce[sd]?\b|call(?:ed|s) (?:for|on)\b"
    r"|called [^?]{2,40}? an?\b|warn(?:ed|s)\b|claim(?:ed|s)\b|argue[sd]\b|den(?:ied|ies)\b|confirm(?:ed|s)\b"
    r"|promise[sd]\b|predict(?:ed|s)\b|insist(?:ed|s)\b|accuse[sd]\b|critici[sz]e[sd]\b|blame[sd]\b|admit(?:ted|s)\b"
    r"|demand(?:ed|s)\b|urge[sd]\b|declare[sd]\b|describe[sd]\b|thinks\b|believes\b|praise[sd]\b|apologi[sz]e[sd]\b"
)
_SAYING_RU = (
    r"(?:рас)?сказал|(?:за|объ)яв(?:ил|ля)|говорит|говорил|сообщ(?:ил|ал)|предупре(?:дил|жда)|призв?(?:ал"
    r"|ыва)|утвержда"
    r"|назвал|(?:по)?обещал|отметил|подчеркнул|опроверг|подтвердил|обвинил|(?:рас)?критиковал|признал"
    r"|потребовал|считает"
)
_WONDERING = r"(?:when|where|why|who|whom|whose|how|what|which)\b"
_LEARNING = (
    r"(?:sa(?:y|id)|tell|told|kn(?:ow|ew|own)|explain(?:ed)?|announced?|reveal(?:ed)?|decided?|clear|understood)"
)
_NOT_YES_OR_NO = (  # it begins like one, and wants more: "Do they say when", "Is it where", "Will Stone opened what"
    rf"[^?]*\b{_LEARNING} (?:\w+ )?{_WONDERING}|(?:is|was) it {_WONDERING}|(?:can|could|will|would) you\b"
    rf"|do you know\b"
    rf"|(?:will|may) [^?]*\b(?:what|whom)\b|[^?]*\bor\b(?! not\b)|[^?]*:\W*$|[^?]*_"
)
_PATTERNS: tuple[tuple[AskedFor, str], ...] = (
    ("truth", rf"{_OPENING}(?!{_NOT_YES_OR_NO})(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|should"
              r"|shall|may|might|must)(?:n['’]t)?\s+\w"
              r"|\b(?:is it|it is) true that\b|^\W*true or false\b"
              rf"|{_OPENING}(?:(?:правда|верно|действительно|неужели)(?: ли)?(?:,? что)?|(?:не )?[\w-]+ ли)\b"
              r"(?!,? (?:когда|кто|где|куда|почему|зачем|сколько|как\w*)\b)"),
    ("speaker", rf"\bwho (?:(?:has|had|have|else|also|first|publicly) )*(?:{_SAYING})"
                r"|\bwhose words\b|\baccording to whom\b|\bwho (?:is|was) quoted\b"
                rf"|\bкто (?:(?:из [\w-]+|ещё|еще|уже|первым|публично) )*(?:{_SAYING_RU})"
                r"|\bчьи(?:м|ми)? слова|\bпо чьим\b"),
    ("statement", r"\bwhat (?:else )?(?:did|does|do|has|had|have) .{2,60}"
                  r"\b(?:say|said|tell|told|think|warn|claim|announce)\b"
                  r"|что (?:сказал|заявил|говорил|сообщил|думает|ответил)\w*"
                  r"|^\W*(?:а )?что (?:[А-ЯЁ][\w-]+ ){1,3}(?:сказал|заявил|говорил|сообщил|думает|ответил)\w*"),
    ("events", r"\bwhat(?:['’]s| is| has| was)? (?:just |really |exactly |actually |been )?happen(?:ed|ing|s)?\b"
               r"|\bwhat(?:['’]s| is| was) (?:going on|new|up with|the (?:latest|news))\b"
               r"|\blatest (?:news|on|about|developments?)\b|\b(?:any )?news (?:on|about|of|from)\b|\bany (?:news"
               r"|updates?)\b"
               r"|\btimeline (?:of|for)\b|\bhow did .{2,60} unfold\b"
               r"|что (?:же |там |ещё |еще |сейчас |теперь )*(?:случилось|произошло|происходит|происходило|творится)"
               r"|(?:что|чего) (?:там )?нового|(?:последние|свежие) новости|новости (?:об?|про)\b|хронологи|как"
               r" развивал[ио]сь"),
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


@dataclass(frozen=True, slots=True)
class Known:
    """What the articles are in and from: a question is understood by it."""

    languages: Collection[str]
    sources: Collection[str]


def understand(text: str, languages: Collection[str]) -> Question:
    """A question by itself: tidied, without a scope. `languages`: those that the articles are in."""
    text = " ".join(text.split())
    return Question(text, text, detect(text, languages), _asked_for(text), undated=not names_time(text))


def _asked_for(text: str) -> AskedFor:
    return next((kind for kind, pattern in _ASKED_FOR if pattern.search(text)), "thing")

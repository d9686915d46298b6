"""A language -> how its news tells who said what: the cues, what stands behind them, what a speaker looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.words.calendar import MONTH
from retrieval.words.people import CAPITAL

_NAME = rf"{CAPITAL}[\w'’-]*"


@dataclass(frozen=True, slots=True)
class SpeechHabits:
    """How a language tells who said what."""

    cue: re.Pattern[str]
    reports: re.Pattern[str]  # right behind the cue: indirect speech begins behind the match
    plain: re.Pattern[str]  # the cues that need no "that" for it
    source: re.Pattern[str]  # "according to"
    trails: re.Pattern[str]  # all that may stand behind "he said" at a sentence's end
    ends: re.Pattern[str]  # behind this, a speaker who stands behind the cue is over
    no_speaker: re.Pattern[str]  # words that no speaker holds
    opens: re.Pattern[str]  # how a speaker may begin
    inverts: bool  # a speaker may stand behind the cue without quotation marks: "сообщил мэр"


_ENGLISH = SpeechHabits(
    cue=re.compile(
        r"\b(?:said|says|say|told|tells|added|adds|wrote|writes|warned|warns|argued|argues|claimed|claims|announced"
        r"|insisted|insists|explained|explains|noted|notes|tweeted|replied|stated|stressed|continued|acknowledged"
        r"|admitted|recalled|remarked|declared|testified|joked|confirmed|predicted|suggested|suggests|believes"
        r"|maintained|complained|concluded|asked|promised|vowed|countered|quipped|responded|revealed)\b"
    ),
    reports=re.compile(
        r"(?: [^,.;:\"“”]{1,50}?(?:, (?:an?|the|his|her|its|their) [^,.;:\"“”]{1,40})?)?,? that\s+"
    ),  # "told the Harbour Post, a local paper, that"
    plain=re.compile(
        r"(?:said|says|say)(?=\s)"
        rf"|told (?:reporters|journalists|lawmakers|him|her|them|(?:the )?{_NAME}(?: {_NAME})*)(?= [a-z])"
    ),
    source=re.compile(r"\baccording to\b", re.IGNORECASE),
    trails=re.compile(
        rf"(?: (?:reporters|journalists|lawmakers|(?:the )?{_NAME}(?: {_NAME})*))?"
        r"(?:,? (?:on|in|at|during|to|after|late|early|last|this|earlier|later|\w+day)\b[^,\"“”]{0,60})?[.…!]*$"
    ),
    ends=re.compile(
        r"\s(?:on|in|during|after|before|as|when|while|who|whose|which|that|to|about|adding|at(?! (?:the )?[A-Z])"
        r"|with|by|yesterday|today|last|this|late|early|earlier|later|\w+day"
        r"|of (?:the|his|her|their) (?:\w+ing|decision|plan)\b)\b"
    ),
    no_speaker=re.compile(
        r"\b(?:makes?|has|have|had|is|are|was|were|be|been|being|do|does|did|will|would|can|could|may|might|must|should"
        r"|not|if|to|into|on|in|since|met|saw|made|took|gave|found|left|won|lost|went|came|got|put|let|kept|held|so"
        r"|then|what|how|why|where|i|we|you)\b"
        r"|n['’]t\b|\d{3}|(?:" + MONTH + r") \d",
    ),
    opens=re.compile(
        rf"(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir|[Oo]ne|[Aa]nother|[Ss]ome|[Mm]any|[Bb]oth|[Ss]everal"
        rf"|{_NAME}['’]s?) |(?:[a-z-]+ ){{0,6}}{_NAME}"
        r"|(?:[\w-]+ ){0,3}(?:officials|police|authorities|experts|researchers|scientists|residents|critics"
        r"|investigators|prosecutors|analysts|witnesses|organi[sz]ers|doctors|lawyers|sources|reports|officers)$"
    ),
    inverts=False,
)
_RUSSIAN = SpeechHabits(
    cue=re.compile(
        r"\b(?:(?:сказал|заявил|сообщил|отметил|добавил|подчеркнул|рассказал|объяснил|пояснил|уточнил|ответил|написал"
        r"|признал|предупредил|пообещал|обещал|напомнил|утверждал|заверил|считал|говорил|возразил|заметил|предположил"
        r"|продолжил|заключил)(?:а|о|и)?|признал(?:ся|ась|ись)|говорит|говорят|отмечает|считает|считают|утверждает"
        r"|утверждают|сообщает|рассказывает|объясняет|пишет|заявляет|подчеркивает|подчёркивает|полагает|добавляет"
        r"|поясняет|уточняет|уверен[аы]?)\b"
    ),
    reports=re.compile(r"(?: [^,.;:«»]{1,40}?)?, что\s+"),
    plain=re.compile(r"(?!)"),
    source=re.compile(
        r"\b(?:по (?:словам|данным|мнению|сведениям|утверждению|оценке|оценкам|информации))\b", re.IGNORECASE
    ),
    trails=re.compile(r"(?:,? (?:в|во|на|после|журналистам|корреспонденту|агентству|изданию)\b[^,«»]{0,60})?[.…!]*$"),
    ends=re.compile(
        r"\s(?:в|во|на|после|перед|когда|что|чтобы|об?|про|со?|для|журналистам|агентству|изданию|корреспонденту|газете"
        r"|порталу|каналу|вчера|сегодня|также|ранее|позже|накануне|по(?! [а-яё]+(?: [а-яё]+)? [А-ЯЁ]))\b",
    ),
    no_speaker=re.compile(
        r"\b(?:был[аои]?|будет|есть|не|ни|если|чтобы|об?|про|из|от|со?|к|до|у|это|этом|том|так|что|как|уже|еще|ещё|я"
        r"|мы|вы|[а-яё]+(?:[аяиыеу]л[аои]|л(?:ся|ась|ось|ись)|[иыяеу]л|(?<!ер)ал|ется|ится|утся|ятся))\b",
    ),
    opens=re.compile(rf"(?:[а-яё-]+ ){{0,7}}{_NAME}|(?:[\w-]+ ?){{1,4}}$"),
    inverts=True,
)
SPEECH = {"en": _ENGLISH, "ru": _RUSSIAN}

"""Titles, and the words with a capital letter that are no part of a person's name. Tables only."""

from __future__ import annotations

CAPITAL = "[A-ZÀ-ÖØ-ÞĆČŁŚŠŻŽА-ЯЁ]"
_HONORIFICS = "Mr|Mrs|Ms|Dr|Prof|Professor|Captain|Sir|Lady|President|Mayor|Judge"
HONORIFIC = rf"(?:{_HONORIFICS})\.?"
TITLE = (
    rf"(?:{_HONORIFICS}|Miss|Lord|Sen|Senator|Rep|Gov|Governor|King|Queen|Prince|Princess|Pope|Minister|Secretary|Chancellor"
    "|Sheriff|Gen|General|Col|Sgt|Мэр|Президент|Министр|Губернатор|Депутат|Судья|Доктор|Профессор|Капитан|Директор)"
)
"""Not all are left out of a name: "King" and "Pope" are names, too."""
BODY = (
    "Street|Road|Bridge|Island|Hall|Hospital|University|Museum|Council|Party|Union|City|Bank|Quay|Hill|River|Sea|Bay|Square"
    "|House|Company|Group|Agency|Wire|Post|Times|News|Observer|Ledger|Theatre|School|Court|Committee|Department|Ministry"
    "|Yard|Cup|League|North|South|East|West|New|United|National"
)
"""What makes a place or a body of a name that looks like a person's."""

_OPENING_WORDS = """
    a about according across additionally after afterwards again all also although amid among an and another
    around as at authorities because before besides both but by currently despite during each earlier early
    eight even eventually every everyone experts finally firefighters five following for forecasters former
    formerly four from further he hence her here his how however if in including indeed initially instead it its
    just last late later local many meanwhile more moreover most much my nearly nevertheless next nine no nobody
    none nonetheless normally not now of officials on one only or originally other others otherwise our over
    overall people police previously prior read rescuers researchers residents scientists separately seven
    several she similarly since six so some somebody someone sometimes soon sources still subsequently such ten
    that the their then there therefore these they this those though three thus to today together tomorrow
    tonight twice two under unlike until usually we what when where whether which while who why with within
    without witnesses workers yes yesterday yet you
    а в власти вместо во впоследствии врачи все всего вскоре всё вчера вы где далее для до его ее если еще ещё
    её жители за завтра затем здесь и из или именно их к как ко когда который кроме кто между многие мы на над
    накануне например не недавно несмотря ни никто но о об однако около он она они оно от отсюда перед по
    поблизости под позже пока полиция помимо после потом поэтому правда при причина причиной ранее раньше рядом
    с сегодня сейчас сначала со согласно спасатели среди так также такой там тем теперь тогда только у уже
    ученые учёные хотя через что чтобы эксперты эта эти это этот я
"""
OPENERS = frozenset(_OPENING_WORDS.split())
"""In small letters: they often open a sentence, and name nobody."""
OPENER = "|".join(sorted(map(str.capitalize, OPENERS)))

"""Two words -> whether they are forms of one word, or opposites. By small tables, for English and Russian."""

from __future__ import annotations

import re

from retrieval.text.stems import stems

_IRREGULAR_FORMS = """
    win won/lose lost/fall fell fallen/rise rose risen/find found/buy bought/sell sold/pay paid/take took taken
    give gave given
    leave left/begin began begun/build built/break broke broken/choose chose chosen/come came/go went gone/make made
    meet met
    send sent/keep kept/lead led/become became/beat beaten/bring brought/catch caught/draw drew drawn
    drive drove driven/run ran
    spend spent/stand stood/strike struck/withdraw withdrew withdrawn/write wrote written/sink sank sunk
    steal stole stolen
    shrink shrank/grow grew grown/speak spoke spoken/see saw seen/hold held/get got/fly flew flown/freeze froze frozen
    tear tore torn/throw threw thrown/wear wore worn/dead died dies die
    открыт открыта открыто открыты открыли открыл открыла открылся открылась открылось открылись
    закрыт закрыта закрыто закрыты закрыли закрыл закрыла закрылся закрылась закрылось закрылись
    одобрил одобрила одобрили одобрен одобрена/отклонил отклонила отклонили отклонен отклонена/отверг отвергла отвергли
    выиграл выиграла выиграли/проиграл проиграла проиграли/вырос выросла выросли выросло/упал упала упали упало
    начался началась началось/закончился закончилась закончилось/разрешил разрешила разрешили разрешен разрешена
    запретил запретила запретили запрещен запрещена/жив жива живы выжил выжила выжили/погиб погибла погибли умер умерла
"""
_OPPOSITE_PAIRS = """
    open reopen - closed shut !/rise grow increase climb - fall drop decrease decline shrink
    approve accept back - reject oppose
    win - lose/accept - refuse reject/alive survive - dead !/pass - fail !/guilty convict - innocent acquit !
    start begin - end stop
    legal - illegal !/arrive - leave/buy - sell/arrest detain jail - release free/stay remain - leave resign quit !
    build - demolish/allow permit - ban forbid prohibit !/raise - cut lower/join - leave quit/safe - unsafe dangerous !
    keep - scrap cancel/strengthen - weaken/agree - disagree !/hire - fire sack/grant - deny !/true - false !
    full - empty
    открыт - закрыт !/одобрил - отклонил отверг/вырос - упал/выиграл - проиграл/жив - погиб !/принял - отверг отклонил
    разрешил - запретил !/начался - закончился/виновен - невиновен !/виновна - невиновна !/опасен - безопасен !
"""  # "!": not being one is being the other
_CYRILLIC = re.compile("[а-я]")


def plain_form(word: str) -> str:
    """The form a word is compared by: "won" and "wins" are the same."""
    folded = word.casefold().replace("ё", "е").removesuffix("'s").removesuffix("’s")
    folded = _IRREGULAR.get(folded, folded)
    return (stems(folded, "ru" if _CYRILLIC.search(folded) else "en") or [folded])[0]


def opposite(word: str, other: str) -> bool | None:
    """Whether not being the one is being the other; None where they are no opposites."""
    one, two = plain_form(word), plain_form(other)
    if one == two:
        return None
    return next((strict for a, b, strict in _OPPOSITES if (one in a and two in b) or (one in b and two in a)), None)


_IRREGULAR = {
    form: forms[0] for line in re.split(r"[/\n]", _IRREGULAR_FORMS) if (forms := line.split()) for form in forms
}
_OPPOSITES = [
    (frozenset(map(plain_form, one.split())), frozenset(map(plain_form, other.replace("!", "").split())), "!" in other)
    for line in re.split(r"[/\n]", _OPPOSITE_PAIRS)
    if line.strip()
    for one, other in [line.split(" - ")]
]

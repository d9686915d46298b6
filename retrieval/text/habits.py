"""A language -> its writing habits: which full stops belong to a word, and which words like to open a sentence.

Words stand in lower case and then match in any case; one that stands with a capital matches only so ("Mass." is a
state, "mass." is the end of a sentence). No word carries its own last full stop.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """What a splitter must know of a language. All sets may be empty: an unknown language is split by general rules."""

    leaning: frozenset[str] = frozenset()  # what follows belongs to them: Mr. Smith, ул. Ленина
    counting: frozenset[str] = frozenset()  # only a number that follows belongs to them: No. 5
    trailing: frozenset[str] = frozenset()  # stand in the middle or at the end; the next word tells: Apple Inc.
    measuring: frozenset[str] = frozenset()  # after a number a unit, which may well end a sentence: в 1999 г.
    closing: frozenset[str] = frozenset()  # the same without a number before it: и т. д.
    starters: frozenset[str] = frozenset()  # with a capital, they open a sentence and are no name
    openers: frozenset[str] = frozenset()  # open an adverbial, "At 5 a.m. Mr. Smith left"
    resuming: frozenset[str] = frozenset()  # have a capital and yet go on after a unit: 5 p.m. Monday
    exclaimed: frozenset[str] = frozenset()  # names that end with an exclamation mark
    saying: frozenset[str] = frozenset()  # verbs after a quotation: "Why?" Smith asked
    ordinals: bool = False  # "3." means "third"
    capital_pronoun: str = ""  # a word that has a capital wherever it stands


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = Habits(
    leaning=_words(
        """mr mrs ms mx messrs dr drs prof st mt ft rev hon pres gov lt gen adm capt cmdr cpl sgt maj brig supt insp
        sen reps sens govs lts profs Rep Col Pvt Fr Msgr Fig Figs Eq Univ v vs viz cf approx esp incl ca"""
    ),
    counting=_words(
        """no nos nr n° № p pp vol vols art sec sect ch chap fig figs eq para par pt ver ext op cap col est c
        jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun tel lot rm"""
    ),
    trailing=_words(
        """inc ltd corp co cos bros llc plc llp jr sr esq ph.d phd b.a m.a m.d d.d.s al dept est
        ave blvd rd hwy pkwy sq bldg apt mts assoc
        Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri
        Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa
        Penn Tenn Tex Va Vt Wash Wis Wyo"""
    ),
    closing=_words("a.m p.m"),
    starters=_words(
        """the a an this that these those it he she they we you i his her their our my your its there here
        what who whom whose where when why how which and but or nor so yet if as at by for from in into of on to with
        without within while after before since until till because although though unless whether once during despite
        according among between against under over about across along through however meanwhile moreover furthermore
        nevertheless nonetheless instead otherwise thus hence therefore then also still even only just perhaps maybe
        some many most several both all each every another other others such few none nobody everyone someone
        no not never now today yesterday earlier later recently currently officials
        is are was were be do does did have has had can could would should must let please yes well"""
    ),
    openers=_words("at by on in around about before after since from until till between shortly just only as near"),
    resuming=_words(
        """monday tuesday wednesday thursday friday saturday sunday january february march april june july august
        september october november december est edt et ct cst cdt mt mst mdt pt pst pdt gmt bst utc cet cest msk
        eastern central pacific mountain greenwich"""
    ),
    exclaimed=_words("yahoo jeopardy"),
    saying=_words(
        """said says asked asks told added replied answered wrote writes exclaimed shouted cried yelled wondered
        recalled responded tweeted posted quipped joked continued demanded insisted explained declared"""
    ),
    capital_pronoun="I",
)

_RUSSIAN = Habits(
    leaning=_words(
        """г гг ул пл просп пр-т пр-кт пер наб бул б-р ш пос дер с д кв корп стр тел оф им св о оз о-в р м п пп
        гл рис табл илл прил разд см ср напр т тт тов гр гос г-н г-жа г-да акад проф доц д-р канд чл засл нар
        ген полк подп адм ред изд сост отв зам зав нач пом худ реж англ фр франц исп итал лат греч букв устар
        разг перен прибл ок в ч л х ф"""
    ),
    counting=_words("№"),
    trailing=_words("обл р-н соавт авт ст мл"),
    measuring=_words(
        """г гг в вв р руб коп долл м км см мм кг гр т ц ч мин сек с тыс млн млрд трлн чел га л шт экз кв куб"""
    ),
    closing=_words("т.д т.п н.э рт.ст"),
    starters=_words(
        """в во на к ко с со у о об от до из за по под над при про без для через после перед между около среди вокруг
        кроме вместо согласно благодаря несмотря он она оно они мы вы я ты его её ее их наш ваш мой это этот эта эти то
        тот та те там тут здесь так такой такая такие также тогда теперь сейчас потом затем позже ранее раньше вчера
        сегодня завтра недавно а но и или однако зато если когда хотя пока поскольку чтобы как что кто где куда откуда
        почему зачем сколько какой какая какие каждый каждая все всё весь вся всего всем многие некоторые никто ничто не
        ни нет да ведь вот ещё еще уже даже только лишь впрочем кстати поэтому потому именно например при
        сам сама сами свой другой другие один одна одни два три речь тем напомним отметим утром днём днем вечером
        ночью"""
    ),
    openers=_words(
        """в во с со к ко на до после около от по за перед под весной летом осенью зимой утром вечером ещё еще уже лишь
        только примерно начиная"""
    ),
)

_GERMAN = Habits(
    leaning=_words(
        """dr prof hr fr frl st z d u o v bzw ca evtl ggf inkl exkl vgl sog bspw gem geb gest dipl ing str tel"""
    ),
    counting=_words("nr s abs art bd kap abb tab"),
    trailing=_words("usw co jr sen etc jh jhd mio mrd"),
    ordinals=True,
)

_FRENCH = Habits(
    leaning=_words("m mm mme mmes mlle mlles dr pr me mgr st ste av bd env cf p.ex"),
    counting=_words("n° no p pp art vol chap fig"),
    trailing=_words("etc jr cie"),
)

_SPANISH = Habits(
    leaning=_words(
        "sr sra srta sres dr dra d dña prof ud uds vd vds lic ing av avda gral cnel pág p.ej cf aprox sto sta"
    ),
    counting=_words("n° nº núm no pág págs p pp art vol cap fig"),
    trailing=_words("etc cía jr ee.uu"),
)

_ITALIAN = Habits(
    leaning=_words("sig sigg sig.ra dott dott.ssa prof prof.ssa avv ing on sen mons s es p.es cfr ca geom rag"),
    counting=_words("n nr n° nº pag pagg p pp art vol cap fig"),
    trailing=_words("ecc jr"),
)

_PORTUGUESE = Habits(
    leaning=_words("sr sra srta dr dra d prof profa eng av exmo ex p.ex cf aprox sto sta gen cel"),
    counting=_words("n° nº núm pág págs p pp art vol cap fig"),
    trailing=_words("etc cia jr"),
)

_UKRAINIAN = Habits(
    leaning=_words(
        """вул пл просп пров бул наб с м д кв корп обл ім св о оз р п ст гл рис табл див напр т тт акад проф доц д-р
        гр г-н"""
    ),
    counting=_words("№ рис табл"),
    measuring=_words("р рр ст грн коп млн млрд тис м км см кг т год хв сек с осіб"),
    closing=_words("т.д т.п н.е ін"),
)

_ORDINALS = Habits(leaning=_words("dr prof mr mrs st"), ordinals=True)

PLAIN = Habits(leaning=_words("dr prof mr mrs st"))

HABITS = {
    "en": _ENGLISH,
    "ru": _RUSSIAN,
    "uk": _UKRAINIAN,
    "be": _UKRAINIAN,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "it": _ITALIAN,
    "pt": _PORTUGUESE,
    **dict.fromkeys(
        ("cs", "da", "et", "fi", "hr", "hu", "is", "lv", "nb", "nn", "no", "pl", "sk", "sl", "tr"), _ORDINALS
    ),
}

"""A sentence of an article -> what it needs to be understood alone: who its pronoun is, or the sentence before it.

A pronoun is explained only when one person can be meant: the subject of the sentence before. In doubt, the sentence
before is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from retrieval.answer.citations import cite
from retrieval.types import Article, Citation, Gloss, Span
from retrieval.words.calendar import MONTH_NOT_MAY, WEEKDAY
from retrieval.words.people import BODY, CAPITAL, OPENER, TITLE

_WORD = CAPITAL + r"(?:[^\W\d_]|['’-](?!s\b)(?=[^\W\d_]))+"
_NO_NAME = (
    rf"(?:{OPENER}|{BODY}|{WEEKDAY}|{MONTH_NOT_MAY}|Islands?|College|Town|Republic|Crisis|Festival|Awards?|World|Press|Journal|Commission|Office"
    r"|Administration|Association|Institute|Foundation|Center|Centre|Police|Army|Force|Service|Park"
    r"|Airport|Station|Inc|Corp|Ltd|Act|War|Day|States?|Kingdom|Nations|Congress|Senate|America"
    r"|Northern|Southern|Eastern|Western|International|Supreme|White|Federal|American|British|Russian"
    r"|Prime|Vice|Совет|Банк|Парк|Порт|Союз|Музей|Театр|Университет)"
)
_PERSON = re.compile(
    rf"\b(?:{TITLE}\.? )?(?!{_NO_NAME}\b)(?!{TITLE}\b){_WORD}(?: [A-ZА-ЯЁ]\.)*(?:(?: (?:van|von|der|de|del|di|da|la|al"
    rf"|bin|ben))* (?!{_NO_NAME}\b){_WORD}){{1,2}}|\b(?:{TITLE})\.? (?!{_NO_NAME}\b)(?!{TITLE}\b){_WORD}"
)
_NO_PERSON_FOLLOWS = re.compile(rf" {_NO_NAME}\b")

_QUOTED = re.compile(r"“[^”\n]*(?:”|$)|«[^»\n]*(?:»|$)|\"[^\"\n]*(?:\"|$)|^[^“”\n]*”|^[^«»\n]*»")
_OPENER = r"(?:(?:But|And|So|However|Still|Yet|Meanwhile|Then|Now|Later|Но|А|И|Однако|Затем|Потом|Позже),? )?"
_ADVERBIAL = (
    r"(?:(?:In|On|At|By|Since|Last|This|Next|Until|From|For|During|В|Во|На|С|К|До|После)\b"
    r"[^,.;:«»“”\"]{1,40}(?:,| (?=(?:he|she|they|он|она|они)\b)) ?)?"
)
_PRONOUN = r"(?P<pronoun>he|she|they|it|his|her|their|its|он|она|оно|они|его|её|ее|их)"
_SUBJECT = re.compile(rf"^{_OPENER}{_ADVERBIAL}(?:(?:По|Со) )?{_PRONOUN}\b", re.IGNORECASE)
_SPEAKER = re.compile(
    r"[ \-–—,]*(?:\b(?:said|added|asked|(?:сказал|добавил|заявил|отметил|пояснил|объяснил|подчеркнул)а?)"
    r" (?P<after>he|she|он|она)\b|(?P<before>he|she|they|он|она|они)\b)"
)
_EXPLETIVE = re.compile(
    r"it(?:['’]s| is| was| will be| has been| would be) (?:\w+ly |not |still |also )?(?:un)?(?:clear|known|likely"
    r"|possible|hard|easy|difficult|time|raining)\b|it (?:seems|appears|takes|took|remains|turns out)\b",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"(?:This|That|These|Those|But|However|So|Instead|The two|The three|Such|And|Or|Nor|Both|Neither|Then|Later|Still"
    r"|Yet|Also|Otherwise|Therefore|Thus|As a result|In addition|Moreover|Furthermore|Besides|For example|For instance"
    r"|Others|Another|The same|After that|Before that|In response|Nevertheless|Similarly|Afterwards?|Soon after"
    r"|Among them|One of them|Some of them|There(?! (?:is|are|was|were|has|have|will|would|may|can)\b)|Это|Этот|Эта|Эти"
    r"|Этого|Этому|Однако|Поэтому|Но|А|И|Там|Туда|Оттуда|Тогда|Затем|Потом|Кроме того|Кроме этого|При этом|Также|Такой"
    r"|Такая|Такое|Такие|Так|Впрочем|Зато|Тем не менее|Оба|Обе|В результате|В итоге|Вместо этого|Из-за этого"
    r"|После этого|До этого|Среди них|Например|Остальные)\b"
)
_MALE = re.compile(r"(?:Mr|Sir|Lord|King|Prince|Pope)\b|.*(?:ов|ев|ёв|ин|ын|ский|цкий)$")
_FEMALE = re.compile(r"(?:Mrs|Ms|Miss|Lady|Queen|Princess)\b|.*(?:ова|ева|ёва|ина|ына|ская|цкая)$")
_HE = frozenset({"he", "his", "он", "его"})
_SHE = frozenset({"she", "her", "она", "её", "ее"})
_ROLE_WORDS = 5  # between a sentence's beginning and the name that is its subject: "Deputy mayor for transport"
REACH = 2  # sentences that are looked back for who a pronoun is
_MARKS = "\"“”«»'‘ —–-("
_ROLE = re.compile(
    r"\b(?:[^\W\d_]+(?:er|or|ist|ian|man|woman|person|ant|ent)|chief|head|mayor|judge|coach|captain|nurse|chef|sheriff"
    r"|мэр|министр|глава|капитан|судья|врач|депутат|[^\W\d_]+(?:тель|тельница|ник|ница|ист|истка|ор|ёр|нер|лог|ент))\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|had|have|will|did|and|with|by|to|against|about|said|told|met|saw|sued|led|beat|hit|made"
    r"|took|gave|found|left|won|lost|shot|sent|[^\W\d_]+(?:ed|л|ла|ло|ли|лся|лась))\b|[.;:,]",
    re.IGNORECASE,
)
_CALLED = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TITLED = re.compile(rf"{TITLE}\.? ")
_ADVERB_FIRST = re.compile(rf"{_OPENER}{_ADVERBIAL}", re.IGNORECASE)
_SPEAKS = re.compile(
    r"\b(?:said|added|told|says|asked|(?:сказал|добавил|заявил|отметил|пояснил|подчеркнул)а?) (?:[^\W\d_]+ ){0,5}$"
)


def persons(text: str) -> Iterator[Span]:
    """Names of people: a first and a last name, or a title and a name. By capital letters, so a few are places."""
    for match in _PERSON.finditer(text):
        if not (_NO_PERSON_FOLLOWS.match(text, match.end()) or text.endswith(("the ", "The "), 0, match.start())):
            yield Span(*match.span())


def mentions(text: str) -> list[tuple[Span, str]]:
    """Where people are named, in order: in full, or by the last name alone once the text has it in full; with the full
    name.
    """
    full = {span: text[slice(*span)] for span in persons(text)}
    known: dict[str, str] = {}
    for name in full.values():
        known.setdefault(name.split()[-1], name)
    within = {at for span in full for at in range(*span)}
    words = (match for match in _CALLED.finditer(text) if match.start() not in within)
    short = {Span(*match.span()): known[name] for match in words if (name := _bare_name(match[0])) in known}
    return sorted({**full, **short}.items())


def understandable(article: Article, sentences: Sequence[Span], at: int) -> tuple[Citation | None, tuple[Gloss, ...]]:
    """The sentence before, if `sentences[at]` cannot be understood without it; or who its pronoun is, if that is all.

    `sentences`: of the article or of a passage, in order, in offsets of the article's text.
    """
    if at == 0:
        return None, ()
    own, before = _slice(article.text, sentences[at]), sentences[at - 1]
    pronoun = _pronoun(own)
    person = _meant(article.text, sentences[:at], own[slice(*pronoun)].casefold()) if pronoun else None
    glosses = (Gloss(pronoun.end, cite(article, person)),) if pronoun and person else ()
    if not (_leans(own) or (pronoun and person is None)):
        return None, glosses
    if person and before.start <= person.start and person.end <= before.end:
        glosses = ()  # the sentence before, which is shown, names the person
    return cite(article, before), glosses


def could_mean(pronoun: str, name: str) -> bool:
    """Whether "he" or "she" ("он", "она", and possessives) may be this person, by title or by Russian ending."""
    if pronoun in _HE:
        return _FEMALE.match(name) is None
    return pronoun in _SHE and _MALE.match(name) is None


def unquoted(text: str) -> str:
    """The same length, with what stands in quotation marks blanked: names in there are not the teller's."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)


def _slice(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _leans(sentence: str) -> bool:
    """Whether it opens with a word that leans on what was said, or is a quotation with nobody who says it."""
    bare = unquoted(sentence)
    return _LEANING.match(sentence.lstrip(_MARKS)) is not None or not any(map(str.isalpha, bare))


def _pronoun(sentence: str) -> Span | None:
    """The pronoun that is the sentence's subject, or says who speaks, with no name before it."""
    bare = unquoted(sentence)
    opening = _SUBJECT.match(bare)
    if opening is not None:
        return None if _EXPLETIVE.match(bare, opening.start("pronoun")) else Span(*opening.span("pronoun"))
    for quote in _QUOTED.finditer(sentence):
        speaker = _SPEAKER.match(sentence, quote.end())
        if speaker is not None:
            return Span(*speaker.span(speaker.lastgroup or 0))
    return None


def _meant(text: str, earlier: Sequence[Span], pronoun: str) -> Span | None:
    """The one person who is the subject of the sentence before, or, if that begins with the same pronoun, of the one
    before it.
    """
    for at in range(len(earlier), max(0, len(earlier) - REACH), -1):
        bare = unquoted(_slice(text, earlier[at - 1]))
        opening = _SUBJECT.match(bare)
        if opening is None:
            subject = _person_subject(text, earlier[:at], bare)
            return subject if subject and could_mean(pronoun, _slice(text, subject)) else None
        if not any(pronoun in same and opening["pronoun"].casefold() in same for same in (_HE, _SHE)):
            return None
    return None


def _person_subject(text: str, sentences: Sequence[Span], bare: str) -> Span | None:
    """The full name of the last sentence's subject, if it is a person and no other is named there. `bare`: that
    sentence without its quotations.
    """
    told = unquoted(text[sentences[0].start : sentences[-1].end])
    known: dict[str, list[Span]] = {}
    for name in persons(told):
        surname = told[name.start : name.end].split()[-1]
        known.setdefault(surname, []).append(Span(name.start + sentences[0].start, name.end + sentences[0].start))
    here = [match for match in _CALLED.finditer(bare) if _bare_name(match[0]) in known]
    if len({_bare_name(match[0]) for match in here}) != 1:
        return None
    full = known[_bare_name(here[0][0])]
    firsts = {first for name in full if (first := _first_name(_slice(text, name)))}
    start = next((name.start for name in persons(bare) if name.end >= here[0].end()), here[0].start())
    return full[0] if len(firsts) < 2 and _opens_with(bare[: min(start, here[0].start())]) else None


def _bare_name(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s")


def _first_name(name: str) -> str:
    """Empty where only a title and a surname stand."""
    words = _TITLED.sub("", name).split()
    return words[0] if len(words) > 1 else ""


def _opens_with(before_name: str) -> bool:
    """Whether a name behind these words is the subject: they are its role or title, or say that it speaks."""
    if _SPEAKS.search(before_name):
        return True
    opening = _ADVERB_FIRST.match(before_name)
    words = before_name[opening.end() if opening else 0 :]
    return not words.strip() or (
        len(words.split()) <= _ROLE_WORDS and _ROLE.search(words) is not None and _VERB.search(words) is None
    )

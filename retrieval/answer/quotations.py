"""A question about who said what, and the sentences found -> the sentences that tell, with the speaker or the words
marked.

    question | whose words, about what | quotations of the articles found | those that match best
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.answer.attribution import Quotation, quotations
from retrieval.answer.candidates import Candidate
from retrieval.answer.citations import cite, quoted
from retrieval.answer.context import persons
from retrieval.text.sentences import split
from retrieval.text.stems import content_stems, stems
from retrieval.types import Article, Question, Sentence, Span

__all__ = ["Quotation", "quotations", "tell_speaker", "tell_statement"]

TOUCHES = 0.6  # of the words asked about that a quotation holds when it is about them
HALF = 0.5
AS_GOOD = 0.15  # below the best share, and still told
MOST_TOLD = 3
ROLE = 60  # characters before a name in which its role is looked for

_CUES = (
    r"(?:say|said|says|saying|tell|told|think|thinks|thought|warn|warned|claim|claimed|claims|announce|announced"
    r"|argue|argued"
    r"|insist|insisted|explain|explained|add|added|promise|promised|predict|predicted|admit|admitted|call|called"
    r"|note|noted"
    r"|describe|described|quoted as saying)"
)
_CUES_RU = (
    r"(?:сказал|заявил|говорил|сообщил|ответил|отметил|пообещал|обещал|объяснил|пояснил|рассказал|добавил|подчеркнул"
    r"|предупредил|утверждал|признал|думает|считает|говорит|утверждает|назвал)(?:а|о|и)?"
)
_ADDRESSEE = re.compile(r"^(?:the|his|her|reporters|journalists|voters|[^\W\d_a-zа-яё])(?:(?! about ).)*?(?: about |$)")
_WHO_SAID = re.compile(
    rf"\bwho\b(?: (?:has|had|was|is|also|once|first))* {_CUES}\b(?: that)?(?P<matter>.+)"
    r"|\bwhose words (?:are|were)\b(?P<words>.+)"
    rf"|\bкто (?:же )?{_CUES_RU}\b,?(?: что)?(?P<matter_ru>.+)"
    r"|\b(?:чьи|кому принадлежат) (?:это )?слова\b(?P<words_ru>.+)",
    re.IGNORECASE,
)
_WHAT_DID = re.compile(
    rf"\bwhat (?:did|does|do|has|have|had) (?P<who>.+?) {_CUES}\b(?P<matter>.*)"
    rf"|\bwhat (?:was|is) (?P<whose>.+?)['’]s? (?:comment|statement|reaction|response|opinion|view)s?\b(?P<on>.*)"
    rf"|\bчто (?:же )?{_CUES_RU} (?P<who_ru>.+?)"
    rf"(?P<matter_ru>\s(?:об?|про|насч[её]т|по поводу|относительно)\s.+|[?!.]*$)"
    rf"|\bчто (?P<first_ru>.+?) {_CUES_RU}\b(?P<rest_ru>.*)",
    re.IGNORECASE,
)
_OTHER_OFFICES = frozenset(
    word
    for text, language in (
        ("deputy vice former spokesman spokeswoman spokesperson wife husband lawyer brother sister son daughter", "en"),
        ("заместитель вице бывший пресс-секретарь жена муж адвокат брат сестра сын дочь", "ru"),
    )
    for word in stems(text, language)
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A quotation in its article, and the article's sentences."""

    article: Article
    sentences: Sequence[Span]
    quotation: Quotation


def tell_speaker(question: Question, found: Sequence[Candidate]) -> list[Sentence]:
    """ "Who said that ...": the sentences that quote it, best first, at most three. `span` marks the speaker; if he
    does not stand in the sentence, `before` names him. Empty when no quotation matches well.
    """
    asked = _WHO_SAID.search(question.standalone)
    matter = _group(asked, "matter", "words", "matter_ru", "words_ru")
    wanted = set(content_stems(matter, question.language))
    if not wanted:
        return []
    rated = [(_share_of_speech(wanted, told), told) for told in _all_told(found)]
    return _sentences(rated, found, wanted, mark_speaker=True)


def tell_statement(question: Question, found: Sequence[Candidate]) -> list[Sentence]:
    """ "What did X say about Y": the sentences that quote X on Y, best first, at most three. `span` marks words that
    stand verbatim; if X does not stand in the sentence, `before` names him. Empty when X says nothing there.
    """
    asked = _WHAT_DID.search(question.standalone)
    who = _group(asked, "who", "whose", "who_ru", "first_ru")
    matter = _ADDRESSEE.sub("", _group(asked, "matter", "on", "matter_ru", "rest_ru"))
    wanted = set(content_stems(matter, question.language))
    person = content_stems(who, question.language)
    if not person:
        return []
    by_person = [told for told in _all_told(found) if _is_by(told, person, named=_is_name(who))]
    return _sentences(
        [(_share(wanted, told, titled=True), told) for told in by_person], found, wanted, mark_speaker=False
    )


def _group(match: re.Match[str] | None, *names: str) -> str:
    return next((match[name] for name in names if match[name]), "").strip(" ?!.") if match else ""


def _is_name(who: str) -> bool:
    return who.split()[-1][:1].isupper()


def _all_told(found: Sequence[Candidate]) -> Iterator[_Told]:
    """The quotations of the articles found, in that order. Whole articles are read: who "he" is stands before."""
    for article in {(c.evidence.article.id, c.evidence.article.revision): c.evidence.article for c in found}.values():
        sentences = split(article.text, article.language)
        for quotation in quotations(article.text, sentences, article.language):
            yield _Told(article, sentences, quotation)


def _share(wanted: set[str], told: _Told, *, titled: bool = False) -> float:
    """How many of the words stand in what is said, or, with `titled`, there and in the title of what it stands in; all
    of them, if none are asked for.
    """
    text = told.article.text[slice(*told.quotation.content)] + (" " + told.article.title if titled else "")
    said = set(stems(text, told.article.language))
    return len(wanted & said) / len(wanted) if wanted else 1.0


def _share_of_speech(wanted: set[str], told: _Told) -> float:
    """As `_share`. Speech that holds half of the words is about them if its article's title has more of them: "Moscow
    could make such an offer" below "Russia could shelter Musk".
    """
    share = _share(wanted, told)
    helped = HALF <= share < TOUCHES <= _share(wanted, told, titled=True)
    return TOUCHES if helped else share


def _is_by(told: _Told, person: Sequence[str], *, named: bool) -> bool:
    """Whether the speaker bears that last name, or is known by all of these words."""
    text, language = told.article.text, told.article.language
    own = stems(text[slice(*told.quotation.speaker)], language)
    if named and person[-1] in own:
        return not _OTHER_OFFICES & set(own) - set(person) or own[-1] == person[-1]
    known = set(own)
    for name in persons(text):
        if own and stems(text[slice(*name)], language)[-1:] == own[-1:]:
            role = re.split(r"[.,;:!?\n\"“”«»]", text[max(0, name.start - ROLE) : name.end])[-1]
            known.update(stems(role, language))
    return set(person) <= known and not (_OTHER_OFFICES & known - set(person))


def _sentences(
    rated: Iterable[tuple[float, _Told]], found: Sequence[Candidate], wanted: set[str], *, mark_speaker: bool
) -> list[Sentence]:
    """Of the quotations that match best, the sentence that holds most of what is asked for."""
    order = {(c.evidence.article.id, c.span): at for at, c in reversed(list(enumerate(found)))}
    chosen: dict[str, tuple[float, int, Sentence]] = {}
    for share, told in rated:
        places = [s for s in told.sentences if (told.article.id, s) in order and _overlaps(s, told.quotation.content)]
        if share < TOUCHES or not places:
            continue
        place = max(places, key=lambda s: len(wanted & set(stems(told.article.text[slice(*s)], told.article.language))))
        said = _said(told, place, told.quotation.speaker if mark_speaker else None)
        chosen.setdefault(said.text, (-share, order[told.article.id, place], said))
    ranked = sorted(chosen.values(), key=lambda one: one[:2])
    return [sentence for share, _, sentence in ranked if share <= ranked[0][0] + AS_GOOD][:MOST_TOLD]


def _said(told: _Told, place: Span, speaker: Span | None) -> Sentence:
    """The sentence as it stands, with what is asked for marked, and who speaks where it does not say."""
    quotation = told.quotation
    inside = place.start <= quotation.speaker.start and quotation.speaker.end <= place.end
    marked = speaker if speaker and inside else None
    if speaker is None and quotation.verbatim:
        marked = Span(max(place.start, quotation.content.start), min(place.end, quotation.content.end))
    naming = next((s for s in told.sentences if s.start <= quotation.speaker.start < s.end), None)
    said = quoted(told.article, place)
    return Sentence(
        said.text,
        said.citations,
        Span(marked.start - place.start, marked.end - place.start) if marked else None,
        cite(told.article, naming) if naming and not inside else None,
    )


def _overlaps(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end

"""A text and its sentences -> who said what in it.

    marks of quotation | cues ("said", "according to") | the speaker beside the cue | what is said

By rules for English and Russian. A speaker is the name or noun phrase as it stands; "he" and "she" are the person who
spoke or was named last. Where that stays unknown, the quotation is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from retrieval.answer.context import could_mean, mentions, persons
from retrieval.types import Span
from retrieval.words.cues import SPEECH, SpeechHabits

LONGEST_SPEAKER = 10  # words
SHORTEST_CLAIM = 2  # words of indirect speech: below it is a fragment
LATE_QUOTE = 70  # characters between "said" and what is said: "in a statement on Monday:"
RECENT = 3  # sentences that "he" reaches back

_CLOSING = {"“": "”", "«": "»", "„": "“”", '"': '"'}
_BEFORE_STRAIGHT = " \n\t\xa0([—–-"
_EDGES = ' \n"”»'
_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞĆČŁŚŠŻŽА-ЯЁ]")
_PRONOUN = re.compile(r"(?:he|she|он|она)$", re.IGNORECASE)
_OTHER_PRONOUN = re.compile(
    r"(?:I|we|you|they|it|who|which|that|this|there|я|мы|вы|они|оно|кто|это|ты)(?:$| )", re.IGNORECASE
)
_CHUNK = re.compile(
    r"\s+((?:\b(?:Dr|Mr|Mrs|Ms|Prof|Sen|Rep|Gov|Gen|Col|Sgt|Lt|St|Jr|Sr|[A-ZА-ЯЁ])\.|[^.,;:—–\"“”«»()\[\]\n?!…])+)"
)
_PARTS = re.compile(
    r"[,;:—–]\s*|\s-\s|\b(?:and|but|while|as|that|because|when|although|и|но|а|что|как|когда|хотя)\s+", re.IGNORECASE
)
_AUXILIARY = re.compile(
    r"(?:[\s,]+(?:also|later|then|has|have|had|once|recently|previously|earlier|repeatedly|himself|herself|again"
    r"|often|\w+ly"
    r"|\w+day|также|ранее|позже|потом|накануне|вчера|сегодня|тогда|ещё|еще|же|сам|сама))+$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:The|However|Meanwhile|But|And|So|Still|Yet|Then|Now|In|On|At|By|As|For|From|Since|When|While|After"
    r"|Before|If|Although"
    r"|Last|Later|Earlier|Also|Instead|According|What|Who|How|Why|There|Here|Read|More|\w+day|Yes|No|Well|Однако"
    r"|Но|Как|Об|По"
    r"|При|Также|Позже|Ранее|Тогда|Потом|Кроме|В|На|Это|Так|И|А)\b"
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+$")
_ASIDE = re.compile(r"[,!?…]?\s[—–-]\s+(?=[^\W\d_])")
_RESUMED = re.compile(r"[.,!?…:]\s+[—–-]\s+(?=\S)")
_ADDRESSED = re.compile(
    r"\s*(?:(?:in|on|at|to|during|after|via|for|reporters|в|на|во|после|журналистам)\b|[^\W\d_a-zа-яё])"
)
_DASH = re.compile(r"[—–-]\s+")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Who (`speaker`), by which word (`cue`), said what (`content`, without its marks): offsets in the text."""

    speaker: Span
    cue: Span
    content: Span
    verbatim: bool  # False: indirect speech


@dataclass(frozen=True, slots=True)
class _Page:
    """A text, ready to be read for quotations."""

    text: str
    bare: str  # the same length, quotations blanked
    sentences: Sequence[Span]
    quotes: Sequence[Span]  # without their marks, in order
    people: Sequence[tuple[Span, str]]  # where they are named, outside quotations, and their full names
    habits: SpeechHabits


@dataclass(frozen=True, slots=True)
class _Beside:
    """A speaker as he stands beside a cue, in a sentence whose clause begins at `start`."""

    sentence: Span
    start: int
    cue: Span
    speaker: Span

    @property
    def behind(self) -> bool:
        return self.speaker.start > self.cue.start

    @property
    def edge(self) -> Span:
        return Span(min(self.speaker.start, self.cue.start), max(self.speaker.end, self.cue.end))


def quotations(text: str, sentences: Sequence[Span], language: str) -> list[Quotation]:
    """In the order of the text. `sentences` in order; `language` ISO 639-1: others than en and ru have no rules."""
    habits = SPEECH.get(language)
    if habits is None or not sentences:
        return []
    quotes = [quote for block in _blocks(text, sentences) for quote in _marked(text, block, habits)]
    bare = _blanked(text, quotes)
    page = _Page(text, bare, sentences, quotes, mentions(bare), habits)
    found: list[Quotation] = []
    for at in range(len(sentences)):
        found.extend(list(_said_in(page, at, found)))
    return sorted(set(found), key=lambda quotation: (quotation.content, quotation.cue))


def _blocks(text: str, sentences: Sequence[Span]) -> Iterator[Span]:
    """Paragraphs: sentences with no line break between them."""
    start = sentences[0].start
    for one, following in pairwise(sentences):
        if "\n" in text[one.end : following.start]:
            yield Span(start, one.end)
            start = following.start
    yield Span(start, sentences[-1].end)


def _marked(text: str, block: Span, habits: SpeechHabits) -> Iterator[Span]:
    """What stands in quotation marks, without them, and what a dash opens ("— Нет, — сказал он"). An inner quotation
    is part of the outer; one that is not closed ends with its paragraph.
    """
    dash = _DASH.match(text, *block)
    if dash is not None and habits.inverts:
        yield from _spoken(text, dash.end(), block.end, habits)
        return
    opened, mark, depth = -1, "", 0
    for at in range(*block):
        character = text[at]
        if opened < 0:
            if character in _CLOSING and (character != '"' or at == block.start or text[at - 1] in _BEFORE_STRAIGHT):
                opened, mark, depth = at, character, 1
            continue
        depth += (character == mark != '"') - (character in _CLOSING[mark])
        if depth == 0:
            yield from _spoken(text, opened + 1, at, habits)
            opened = -1
    if opened >= 0:
        yield from _spoken(text, opened + 1, block.end, habits)


def _spoken(text: str, start: int, end: int, habits: SpeechHabits) -> Iterator[Span]:
    """What is said between these marks, without an aside ("— сказал он —") that stands among it."""
    aside = next((m for m in _ASIDE.finditer(text, start, end) if habits.cue.match(text, m.end())), None)
    yield from _stripped(text, start, aside.start() if aside else end)
    resumed = _RESUMED.search(text, aside.end(), end) if aside else None
    if resumed is not None:
        yield from _stripped(text, resumed.end(), end)


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    """Without spaces at its ends, and without the comma before "he said"."""
    while end > start and (text[end - 1].isspace() or text[end - 1] == ","):
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    if start < end:
        yield Span(start, end)


def _blanked(text: str, spans: Iterable[Span]) -> str:
    bare = list(text)
    for start, end in spans:
        bare[start:end] = " " * (end - start)
    return "".join(bare)


def _said_in(page: _Page, at: int, found: Sequence[Quotation]) -> Iterator[Quotation]:
    """What the cues of one sentence bring in. `found`: what the sentences before it did."""
    sentence = page.sentences[at]
    for match in page.habits.cue.finditer(page.bare, *sentence):
        cue = Span(*match.span())
        if _PASSIVE.search(page.bare, sentence.start, cue.start):
            continue
        beside, contents = _contents(page, sentence, cue)
        speaker = _known(page, at, beside, found) if beside else None
        if speaker is not None:
            yield from (Quotation(speaker, cue, content, verbatim) for content, verbatim in contents)
    for match in page.habits.source.finditer(page.bare, *sentence):
        named = _behind(page, match.end(), sentence.end)
        speaker = _known(page, at, named, found) if named else None
        if named and speaker:
            for content in _attributed(page, sentence, match.start(), named.end):
                yield Quotation(speaker, Span(*match.span()), content, False)


def _contents(page: _Page, sentence: Span, cue: Span) -> tuple[Span | None, list[tuple[Span, bool]]]:
    """The speaker as he stands beside the cue, and what is said, each with whether it is verbatim."""
    quote = next((quote for quote in reversed(page.quotes) if quote.end <= cue.start), None)
    if quote is not None and "\n" in page.text[quote.end : cue.start]:
        quote = None
    start = max(sentence.start, quote.end) if quote else sentence.start
    beside_quote = quote is not None and not _has_letters(page.bare[quote.end : cue.start])
    speaker = None if beside_quote else _ahead(page, Span(start, cue.start))
    if speaker is None and (beside_quote or page.habits.inverts):
        speaker = _behind(page, cue.end, sentence.end)
    if speaker is None:
        return None, []
    place = _Beside(sentence, start, cue, speaker)
    gap = page.bare[quote.end : place.edge.start] if quote is not None else "."
    over = "." in gap or (
        quote is not None and not place.behind and page.text[quote.end - 1] == "." and not beside_quote
    )
    if quote is not None and not _has_letters(gap) and not over:
        return speaker, [(quote, True), *_continued(page, sentence, place.edge.end)]
    return speaker, _quoted_after(page, place) or _reported(page, place)


def _quoted_after(page: _Page, place: _Beside) -> list[tuple[Span, bool]]:
    """X said: "..." """
    end = place.edge.end
    after = next((quote for quote in page.quotes if quote.start >= end), None)
    if after is None or after.start - end > LATE_QUOTE or page.habits.reports.match(page.bare, end, place.sentence.end):
        return []
    gap = page.bare[end : after.start].rstrip(' "“«„—–-\n')
    told = (
        gap.endswith(":")
        or (gap.endswith(",") and _ADDRESSED.match(gap))
        or not (_has_letters(gap) or page.habits.inverts)
    )
    if "." in gap or "\n" in gap or not told:
        return []
    return [(after, True), *_continued(page, place.sentence, after.end)]


def _reported(page: _Page, place: _Beside) -> list[tuple[Span, bool]]:
    """X said that ..., and: ..., said X."""
    habits, bare, sentence, edge = page.habits, page.bare, place.sentence, place.edge
    indirect = habits.reports.match(bare, edge.end, sentence.end)
    if indirect is None and not place.behind:
        indirect = habits.plain.match(bare, place.cue.start)
    before = bare[place.start : edge.start].rstrip(" —–-")
    trails = habits.trails.match(bare, edge.end, sentence.end) is not None
    contents: Iterator[Span] = iter(())
    if before.endswith(",") and (trails or (place.behind and indirect is None)):
        contents = _clause(page, sentence.start, edge.start)
    elif indirect is not None and not trails:
        contents = _clause(page, indirect.end(), sentence.end)
    elif place.behind and before.casefold() == "как" and bare[edge.end : edge.end + 1] == ",":
        contents = _clause(page, edge.end + 1, sentence.end)
    found = [(content, False) for content in contents]
    return found + (_continued(page, sentence, sentence.end) if found else [])


def _continued(page: _Page, sentence: Span, end: int) -> list[tuple[Span, bool]]:
    """The quotations that follow with nothing but quotations between them, and no speaker of their own."""
    found: list[tuple[Span, bool]] = []
    for quote in page.quotes:
        if quote.start < end:
            continue
        inside = quote.start < sentence.end
        gap = page.bare[end if inside else max(end, sentence.end) : quote.start]
        closing = next((s.end for s in page.sentences if s.end > quote.end), quote.end)
        tail = page.bare[quote.end : closing] if closing > sentence.end else ""
        apart = not gap.rstrip(' "“«„').endswith((",", ":", ".", "—")) if inside else _has_letters(gap)
        if "\n" in page.text[end : quote.start] or apart or _has_letters(tail):
            break
        found.append((quote, True))
        end = quote.end
    return found


def _clause(page: _Page, start: int, end: int) -> Iterator[Span]:
    """Indirect speech, without the mark that ends it."""
    for content in _stripped(page.text, start, end):
        piece = page.text[content.start : content.end].rstrip(".…!? ,—–-")
        if len(piece.split()) >= SHORTEST_CLAIM:
            yield Span(content.start, content.start + len(piece))


def _attributed(page: _Page, sentence: Span, start: int, end: int) -> Iterator[Span]:
    """What stands before "according to X", or behind it where that opens the sentence."""
    if _has_letters(page.bare[sentence.start : start]):
        inside = page.habits.inverts and _has_letters(page.bare[end : sentence.end])  # "и он, по словам полиции, бежал"
        return iter(()) if inside else _clause(page, sentence.start, start)
    comma = page.bare.find(",", end, sentence.end)
    return _clause(page, comma + 1, sentence.end) if comma >= 0 else iter(())


def _ahead(page: _Page, clause: Span) -> Span | None:
    """The speaker whose words end before the cue: "Mayor Ilse Brandt", "Ann Lee, 38,"."""
    segment = page.bare[slice(*clause)].rstrip()
    aside = segment.endswith(",")
    segment = segment if aside else _AUXILIARY.sub("", segment)
    found: list[Span] = []
    for start in (0, *(match.end() for match in _PARTS.finditer(segment))):
        end = segment.find(",", start) if aside else len(segment)
        for place in _stripped(segment, end - len(segment[start:end].lstrip(_EDGES)), end):
            if _is_speaker(segment[slice(*place)], page.habits):
                found.append(Span(clause.start + place.start, clause.start + place.end))
    person = next((span for span in found if aside and any(persons(page.bare[slice(*span)]))), None)
    return person or (found[0] if found else None)


def _behind(page: _Page, start: int, end: int) -> Span | None:
    """The speaker whose words begin behind the cue: "a spokesman for the port", "the director, Ann Lee"."""
    match = _CHUNK.match(page.bare, start, end)
    if match is None:
        return None
    over = page.habits.ends.search(page.bare, match.start(1), match.end(1))
    place = Span(match.start(1), over.start() if over else match.end(1))
    people = [name for name, _ in page.people if place.start <= name.start and name.end <= place.end]
    if people and not page.bare.startswith(("a ", "an "), place.start):
        place = Span(place.start, people[-1].end)
    elif over is None and page.bare[place.end : place.end + 2] == ", ":
        place = next((name for name, _ in page.people if name.start == place.end + 2 and name.end <= end), place)
    place = Span(place.start, place.start + len(_AUXILIARY.sub("", page.bare[slice(*place)]).rstrip()))
    return place if _is_speaker(page.bare[slice(*place)], page.habits) else None


def _is_speaker(words: str, habits: SpeechHabits) -> bool:
    if _PRONOUN.match(words):
        return True
    if not 0 < len(words.split()) <= LONGEST_SPEAKER or _OTHER_PRONOUN.match(words):
        return False
    if habits.no_speaker.search(words) or habits.cue.search(words) or words.endswith((" and", " и")):
        return False
    if habits.opens.match(words) is None or not re.fullmatch(r"[\w\s.'’&-]+", words):
        return False
    return _NO_NAME.match(words) is None or words.startswith("The ")


def _known(page: _Page, at: int, speaker: Span, found: Sequence[Quotation]) -> Span | None:
    """The speaker; for a pronoun the person who spoke or was named last, if it fits."""
    pronoun = page.text[slice(*speaker)].casefold()
    if not _PRONOUN.match(pronoun):
        return speaker
    for sentence in reversed(page.sentences[max(0, at - RECENT) : at + 1]):
        spoke = [q.speaker for q in found if sentence.start <= q.cue.start < sentence.end]
        people = [(s, page.text[slice(*s)]) for s in reversed(spoke) if _NAME.search(page.text[slice(*s)])]
        before = min(sentence.end, speaker.start)
        people += [named for named in page.people if sentence.start <= named[0].start and named[0].end <= before]
        for person, name in people:
            if could_mean(pronoun, name):
                return person
    return None


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))

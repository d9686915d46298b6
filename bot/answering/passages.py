"""What an answer cites, with the sentences around it, in; pages of sources and a longer answer out. Pure.

    stretches that were cited | their neighbours, each once | runs of the text | Sheet -> messages

Every sentence is a slice of its article. A run is never joined with another over what is left out: "…" stands there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answering.searched import scope_line
from bot.sheet import Buttons, Sheet, clean, clipped, place_link, source_and_date, title_of, web_link
from bot.texts import Texts
from bot.types import MarkKind, Message, Reply
from retrieval import Answer, Citation, Closest, Nearest, Sentence, Surroundings

GAP = 2  # characters between two sentences of one run: a space, or the empty line between paragraphs


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer cites of one text of an article, and the number of its footnote. No stretches: it is gone."""

    number: int
    found: tuple[Surroundings, ...]


def pages(sources: Sequence[Source], texts: Texts, language: str) -> tuple[Message, ...]:
    """One for each article; more where what it has does not fit."""
    sheets = (_page(source, texts, language) for source in sources)
    return tuple(message for sheet in sheets for message in sheet.messages())


def _page(source: Source, texts: Texts, language: str) -> Sheet:
    sheet = Sheet(f"[{source.number}] ")
    if not source.found:
        sheet.write(texts.say(language, "elaborating.gone"))
        return sheet
    first = source.found[0].cited
    sheet.link(clipped(title_of(first, texts, language)), web_link(first.url))
    if credit := source_and_date(first, texts, language):
        sheet.write(f"\n{credit}")
    if any(one.changed for one in source.found):
        sheet.write("\n")
        sheet.write(texts.say(language, "elaborating.changed"), MarkKind.ITALIC)
    cited = {_slice(one.cited) for one in source.found}
    for run in runs(source.found):
        sheet.write("\n\n")
        sheet.write("… " if run[0].start else "")
        _write_run(sheet, run, cited, source.number)
    return sheet


def _write_run(sheet: Sheet, run: Sequence[Citation], cited: set[tuple[int, int]], number: int) -> None:
    for at, one in enumerate(run):
        words = clean(one.quote)
        sheet.write(" " if at and words else "")
        is_cited = _slice(one) in cited
        sheet.write(words, MarkKind.BOLD if is_cited else None)
        if is_cited:
            sheet.write(" ")
            sheet.link(f"[{number}]", place_link(one.url, one.quote))


def runs(found: Sequence[Surroundings]) -> list[list[Citation]]:
    """The cited stretches of one text and their neighbours, each once, in the order of the text; a gap parts them."""
    cited = {_slice(one.cited): one.cited for one in found}
    near = {_slice(each): each for one in found for each in (*one.before, *one.after)}
    apart = {key: each for key, each in near.items() if not any(_meet(key, other) for other in cited)}
    parted: list[list[Citation]] = []
    for key, each in sorted((cited | apart).items()):
        if parted and key[0] - parted[-1][-1].end <= GAP:
            parted[-1].append(each)
        else:
            parted.append([each])
    return parted


def longer(found: Answer | Closest, around: Mapping[Citation, Surroundings], texts: Texts, language: str) -> Sheet:
    """Each sentence among its neighbours, a paragraph for each; what sources say differently; and the quotes below."""
    sheet = Sheet(_head(found, texts, language))
    said = {citation: _alone(one, citation) for one in found.sentences for citation in one.citations}
    written: set[Citation] = set()
    for paragraph in _paragraphs(said, around):
        fresh = [one for one in paragraph if one not in written]
        sheet.write("\n\n" if sheet.text and fresh else "")
        if fresh and isinstance(found, Answer) and found.timeline and (day := fresh[0].published):
            sheet.write(f"{texts.date(language, day)} — ")
        for at, one in enumerate(fresh):
            sheet.write(" " if at else "")
            sheet.cite(said.get(one, Sentence(one.quote, (one,))))
        written.update(fresh)
    _write_rest(sheet, found, texts, language)
    sheet.quotes(texts, language)
    return sheet


def _head(found: Answer | Closest, texts: Texts, language: str) -> str:
    if isinstance(found, Closest):
        return texts.say(language, "closest.head")
    return texts.say(language, f"answer.{found.verdict}") if found.verdict else ""


def _write_rest(sheet: Sheet, found: Answer | Closest, texts: Texts, language: str) -> None:
    if isinstance(found, Answer) and found.values:
        sheet.write("\n\n" + texts.say(language, "answer.differ"))
        for value in found.values:
            sheet.write("\n• ")
            sheet.cite(value)
    if limits := scope_line(found.searched, texts, language):
        sheet.write(f"\n\n{limits}")


def _paragraphs(said: Mapping[Citation, Sentence], around: Mapping[Citation, Surroundings]) -> list[list[Citation]]:
    """What stands around each sentence; no neighbour that another cited sentence reaches into."""

    def is_apart(one: Citation) -> bool:
        return one in said or not any(_same_text(one, other) and _meet(_slice(one), _slice(other)) for other in said)

    paragraphs = []
    for citation in said:
        known = around.get(citation)
        near = (*known.before, citation, *known.after) if known else (citation,)
        paragraphs.append([one for one in near if is_apart(one)])
    return paragraphs


def _alone(said: Sentence, citation: Citation) -> Sentence:
    """The cited sentence itself, its short answer marked where it is that which was said."""
    if said.text != citation.quote:
        return Sentence(citation.quote, (citation,))
    return replace(said, citations=(citation,), before=None)


def related(articles: Sequence[Nearest], texts: Texts, language: str, buttons: Buttons = ()) -> Reply:
    """A list of titles, each a link."""
    if not articles:
        return Reply(Sheet(texts.say(language, "elaborating.alone")).messages())
    sheet = Sheet(texts.say(language, "elaborating.others"))
    for near in articles:
        sheet.write("\n• ")
        sheet.link(clipped(title_of(near, texts, language)), web_link(near.url))
        credit = source_and_date(near, texts, language)
        sheet.write(f" — {credit}" if credit else "")
    return Reply(sheet.messages(buttons))


def _slice(citation: Citation) -> tuple[int, int]:
    return citation.start, citation.end


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _same_text(one: Citation, other: Citation) -> bool:
    return (one.article_id, one.revision) == (other.article_id, other.revision)

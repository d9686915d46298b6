"""Answer | Refusal | Summary in, messages within Telegram's limits out. Pure: text and marks, no network, no markup.

    answer | refusal | summary -> Sheet (text + marks) -> split -> messages

Titles and sentences come from strangers: what could forge or reverse the text around it is taken out, and only http(s)
addresses become links. Nothing is cut silently: what does not fit goes on in the next message.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from bot.pages import split
from bot.texts import Texts
from bot.types import Button, Mark, MarkKind, Message, Reply
from retrieval import Answer, Article, Citation, Nearest, Refusal, Sentence, Summary

Buttons = tuple[tuple[Button, ...], ...]

LINK_CHARACTERS = 2048  # a longer address is refused by some clients
FRAGMENT_WORDS = 5  # from each end of a long sentence: browsers search for "first words,last words"
TITLE_CHARACTERS = 200  # of a title in a list; an ellipsis shows the cut
ALERT_SENTENCES = 2

# Bidirectional marks, overrides and isolates, zero-width spaces, soft hyphens. Joiners stay: emoji need them.
_TRICKS = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class Sheet:
    """Text being written, with its marks."""

    text: str = ""
    marks: list[Mark] = field(default_factory=list)

    def write(self, text: str, kind: MarkKind | None = None, url: str | None = None) -> None:
        start = len(self.text)
        self.text += text
        if kind is not None and text.strip():
            self.marks.append(Mark(start, len(self.text), kind, url))

    def link(self, text: str, url: str | None) -> None:
        """A link where there is an address that may be linked, plain text where not."""
        self.write(text, MarkKind.LINK if url else None, url)

    def messages(self, buttons: Buttons = ()) -> tuple[Message, ...]:
        return split(self.text, self.marks, buttons)


def clean(text: str) -> str:
    """A stranger's words on one line, without what could disturb ours: controls, surrogates, changes of direction."""
    return _line(text).strip()


def clipped(text: str, limit: int = TITLE_CHARACTERS) -> str:
    """A stranger's line that must stay short; an ellipsis shows that there is more."""
    text = clean(text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _line(text: str) -> str:
    return _SPACES.sub(" ", _inert(text))


def _inert(text: str) -> str:
    kept = (char for char in _TRICKS.sub("", text) if char.isspace() or unicodedata.category(char) not in ("Cc", "Cs"))
    return "".join(kept)


def web_link(url: str | None) -> str | None:
    """The address, if it is one that we link to."""
    if url is None or len(url) > LINK_CHARACTERS or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:  # "http://[": not an address at all
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def place_link(url: str | None, sentence: str) -> str | None:
    """The address of `sentence` in the page at `url`: a text fragment, which browsers scroll to and highlight."""
    page = web_link(url)
    words = _inert(sentence).split()
    if page is None or not words:
        return page
    pieces = [" ".join(words)]
    if len(words) > 2 * FRAGMENT_WORDS:
        pieces = [" ".join(words[:FRAGMENT_WORDS]), " ".join(words[-FRAGMENT_WORDS:])]
    address, _, fragment = page.partition("#")
    target = f"{address}#{fragment.partition(':~:')[0]}:~:text={','.join(map(_encoded, pieces))}"
    return target if len(target) <= LINK_CHARACTERS else page


def _encoded(words: str) -> str:
    return quote(words, safe="").replace("-", "%2D")  # "-", "&" and "," have a meaning in text fragments


def answer(found: Answer, texts: Texts, language: str) -> Reply:
    """The sentences with their footnotes, then one expandable quote per article."""
    sheet, notes = Sheet(), _Notes()
    for sentence in found.sentences:
        sheet.write(" " if sheet.text else "")
        _write_sentence(sheet, sentence)
        for citation in sentence.citations:
            sheet.write(" ")
            sheet.link(f"[{notes.number(citation)}]", place_link(citation.url, citation.quote))
    for number, citations in enumerate(notes.articles(), start=1):
        sheet.write("\n\n")
        quotes = "\n".join(texts.say(language, "answer.quote", quote=clean(citation.quote)) for citation in citations)
        sheet.write(f"[{number}] {quotes}\n{_credit(citations[0], texts, language)}", MarkKind.QUOTE)
    return Reply(sheet.messages())


def _write_sentence(sheet: Sheet, sentence: Sentence) -> None:
    """The sentence on one line, its short answer bold."""
    start, end = sentence.span or (0, 0)
    text = sentence.text
    sheet.write(_line(text[:start]).lstrip())
    sheet.write(_line(text[start:end]), MarkKind.BOLD)
    sheet.write(_line(text[max(start, end) :]).rstrip())


class _Notes:
    """Numbers for articles, in the order they are cited; the same article keeps its number."""

    def __init__(self) -> None:
        self._cited: dict[tuple[str, int], list[Citation]] = {}

    def number(self, citation: Citation) -> int:
        key = (citation.article_id, citation.revision)
        known = self._cited.setdefault(key, [])
        if all((other.start, other.end) != (citation.start, citation.end) for other in known):
            known.append(citation)
        return list(self._cited).index(key) + 1

    def articles(self) -> Iterable[list[Citation]]:
        return self._cited.values()


def refusal(refused: Refusal, texts: Texts, language: str) -> Reply:
    """That the articles do not tell, and the nearest titles."""
    sheet = Sheet(texts.say(language, f"refusal.{refused.reason.replace(' ', '_')}"))
    if refused.nearest:
        sheet.write("\n\n" + texts.say(language, "refusal.nearest"))
    for near in refused.nearest:
        sheet.write("\n• ")
        sheet.link(title_of(near, texts, language), web_link(near.url))
        sheet.write(_after_title(near, texts, language))
    return Reply(sheet.messages(), refused=True)


def summary(told: Summary, texts: Texts, language: str) -> Reply:
    """The title, the sentences, each linked to its place, and where they are from."""
    article, sheet = told.article, Sheet()
    sheet.write(title_of(article, texts, language), MarkKind.BOLD)
    sheet.write("\n")
    for sentence in told.sentences:
        sheet.write(f"\n• {clean(sentence.text)} ")
        place = sentence.citations[0].quote if sentence.citations else ""
        sheet.link("[1]", place_link(article.url, place))
    sheet.write("\n\n")
    sheet.link("[1]", web_link(article.url))
    sheet.write(" " + (source_and_date(article, texts, language) or title_of(article, texts, language)))
    return Reply(sheet.messages())


def alert(told: Summary, buttons: Buttons, texts: Texts, language: str) -> Message:
    """One message, always: title, first sentences, source, date, link. A sentence that does not fit is left out."""
    for sentences in range(ALERT_SENTENCES, 0, -1):
        messages = _alert_sheet(told, sentences, texts, language).messages(buttons)
        if len(messages) == 1:
            return messages[0]
    return _alert_sheet(told, 0, texts, language).messages(buttons)[0]  # a clipped title and source always fit


def _alert_sheet(told: Summary, sentences: int, texts: Texts, language: str) -> Sheet:
    article, sheet = told.article, Sheet()
    sheet.write(clipped(title_of(article, texts, language)), MarkKind.BOLD)
    if said := " ".join(clean(sentence.text) for sentence in told.sentences[:sentences]):
        sheet.write(f"\n\n{said}")
    sheet.write("\n\n")
    credit = source_and_date(article, texts, language)
    sheet.write(credit)
    if url := web_link(article.url):
        sheet.write(" · " if credit else "")
        sheet.link(texts.say(language, "alert.read"), url)
    return sheet


def plain(text: str, buttons: Buttons = ()) -> tuple[Message, ...]:
    """Words of ours without marks."""
    return split(text, (), buttons)


def title_of(named: Article | Citation | Nearest, texts: Texts, language: str) -> str:
    return clean(named.title) or texts.say(language, "untitled")


def source_and_date(named: Article | Citation | Nearest, texts: Texts, language: str) -> str:
    """ "The Observer, 5 March 2026", or as much of it as is known."""
    date = texts.date(language, named.published) if named.published else ""
    return ", ".join(filter(None, (clipped(named.source or ""), date)))


def _after_title(named: Citation | Nearest, texts: Texts, language: str) -> str:
    rest = source_and_date(named, texts, language)
    return f" — {rest}" if rest else ""


def _credit(citation: Citation, texts: Texts, language: str) -> str:
    return title_of(citation, texts, language) + _after_title(citation, texts, language)

"""Sentences, titles and addresses of strangers in, text with marks out: what every message is written on. Pure.

    sentence | cleaned, its answer bold, its context in italics -> Sheet (text + marks) -> split -> messages

What could forge or reverse the text around it is taken out, and only http(s) addresses become links. Nothing is cut
silently: what does not fit goes on in the next message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import quote, urlsplit

from bot.pages import split
from bot.texts import Texts
from bot.types import Button, Heard, Mark, MarkKind, Message, Reply
from retrieval import Article, Citation, Nearest, Sentence

Buttons = tuple[tuple[Button, ...], ...]

LINK_CHARACTERS = 2048  # a longer address is refused by some clients
FRAGMENT_WORDS = 5  # from each end of a long sentence: browsers search for "first words,last words"
TITLE_CHARACTERS = 200  # of a title in a list; an ellipsis shows the cut
BUTTON_CHARACTERS = 48  # phones show about so much; an ellipsis shows the cut
GLOSS_CHARACTERS = 80  # of what stands in brackets inside a sentence

# Controls that are no white space and lone surrogates; bidirectional marks, overrides and isolates, zero-width spaces,
# soft hyphens. Joiners stay: emoji need them.
_TRICKS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SPACES = re.compile(r"\s+")
_ROUND = str.maketrans("[]", "()")


class Notes:
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


@dataclass(slots=True)
class Sheet:
    """Text being written, with its marks and the footnotes it has given out."""

    text: str = ""
    marks: list[Mark] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    def write(self, text: str, kind: MarkKind | None = None, url: str | None = None) -> None:
        start = len(self.text)
        self.text += text
        if kind is not None and text.strip():
            self.marks.append(Mark(start, len(self.text), kind, url))

    def link(self, text: str, url: str | None) -> None:
        """A link where there is an address that may be linked, plain text where not."""
        self.write(text, MarkKind.LINK if url else None, url)

    def footnote(self, citation: Citation) -> None:
        self.write(" ")
        self.link(f"[{self.notes.number(citation)}]", place_link(citation.url, citation.quote))

    def cite(self, sentence: Sentence, *, bold: bool = True) -> None:
        """The sentence and its footnotes; in front of it the one that it leans on, in italics, with its own."""
        if sentence.before is not None and (before := clean(sentence.before.quote)):
            self.write(before, MarkKind.ITALIC)
            self.footnote(sentence.before)
            self.write(" ")
        self.say(sentence, bold=bold)
        for citation in sentence.citations:
            self.footnote(citation)

    def say(self, sentence: Sentence, *, bold: bool = True) -> None:
        """The sentence on one line, its short answer bold, in brackets what its words stand for."""
        begun = len(self.text)
        for text, is_answer, glosses in _pieces(sentence):
            line = _line(text)
            self.write(line if len(self.text) > begun else line.lstrip(), MarkKind.BOLD if is_answer and bold else None)
            for gloss in glosses:
                self.write(" ")
                self.write(f"[{gloss}]", MarkKind.ITALIC)
        self._trim()

    def quotes(self, texts: Texts, language: str) -> None:
        """One expandable quote for each article that a footnote leads to."""
        for number, citations in enumerate(self.notes.articles(), start=1):
            self.write("\n\n" if self.text else "")
            lines = "\n".join(texts.say(language, "answer.quote", quote=clean(c.quote)) for c in citations)
            self.write(f"[{number}] {lines}\n{_credit(citations[0], texts, language)}", MarkKind.QUOTE)

    def messages(self, buttons: Buttons = ()) -> tuple[Message, ...]:
        return split(self.text, self.marks, buttons)

    def _trim(self) -> None:
        """Takes spaces off the end; a mark that reached into them ends before them."""
        self.text = self.text.rstrip(" ")
        end = len(self.text)
        self.marks = [m if m.end <= end else Mark(m.start, end, m.kind, m.url) for m in self.marks if m.start < end]


def _pieces(sentence: Sentence) -> Iterator[tuple[str, bool, list[str]]]:
    """(text, whether it is the short answer, what is to stand in brackets behind it), from the first to the last."""
    start, end = sentence.span or (0, 0)
    size = len(sentence.text)
    glosses = [(min(max(gloss.at, 1), size), _bracketed(gloss.citation.quote)) for gloss in sentence.glosses]
    cuts = (min(max(place, 0), size) for place in (start, end, *(at for at, _ in glosses)))
    for left, right in pairwise(sorted({0, size, *cuts})):
        behind = [words for at, words in glosses if at == right and words]
        yield sentence.text[left:right], start <= left and right <= end, behind


def _bracketed(text: str) -> str:
    """A stranger's words that stand in our brackets: none of their own could close them."""
    return clipped(text, GLOSS_CHARACTERS).translate(_ROUND)


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
    return _TRICKS.sub("", text)


def web_link(url: str | None) -> str | None:
    """The address, if it is one that we link to."""
    if url is None or len(url) > LINK_CHARACTERS or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:  # "http://[": not an address at all
        return None
    is_plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc  # bank.com@evil.example
    return url if is_plain else None


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


def plain(text: str, buttons: Buttons = ()) -> tuple[Message, ...]:
    """Words of ours without marks."""
    return split(text, (), buttons)


def spoken(texts: Texts, heard: Heard, key: str, *, failed: bool = False, **values: object) -> Reply:
    """What the catalogue has under `key`, in the language of whoever was heard."""
    return Reply(plain(texts.say(heard.chat.language, key, **values)), failed=failed)


def page_buttons(target: str, page: int, pages: int) -> Buttons:
    """‹ 2/3 ›: from the last page one comes to the first. `target`: what a button's data begins with."""
    if pages < 2:
        return ()
    turns = (("‹", (page - 2) % pages + 1), (f"{page}/{pages}", page), ("›", page % pages + 1))
    return (tuple(Button(text, f"{target}:{number}") for text, number in turns),)


def title_of(named: Article | Citation | Nearest, texts: Texts, language: str) -> str:
    return clean(named.title) or texts.say(language, "untitled")


def source_and_date(named: Article | Citation | Nearest, texts: Texts, language: str) -> str:
    """ "The Observer, 5 March 2026", or as much of it as is known."""
    date = texts.date(language, named.published) if named.published else ""
    return ", ".join(filter(None, (clipped(named.source or ""), date)))


def after_title(named: Citation | Nearest, texts: Texts, language: str) -> str:
    """ " — The Observer, 5 March 2026"; empty when nothing of it is known."""
    rest = source_and_date(named, texts, language)
    return f" — {rest}" if rest else ""


def _credit(citation: Citation, texts: Texts, language: str) -> str:
    return title_of(citation, texts, language) + after_title(citation, texts, language)

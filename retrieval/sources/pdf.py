"""The bytes of a PDF -> a Manuscript: lines put back into paragraphs, running heads and page numbers dropped."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError

from retrieval.errors import UnreadableFile
from retrieval.sources.dates import in_utc
from retrieval.sources.lines import paragraphs_of
from retrieval.sources.manuscript import Manuscript
from retrieval.sources.plain import reads_like_title
from retrieval.sources.prose import clean_line, ends_sentence

MAX_PAGES = 500  # an article has few; a book this long is read in part rather than for minutes
_EDGE = 2  # lines at the top and the bottom of a page among which running heads and page numbers are looked for
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|p\.|стр\.?|страница)\s*)?\d{1,4}(?:\s*(?:/|of|из)\s*\d{1,4})?\W*", re.IGNORECASE
)
_COLUMN_GAP = re.compile(r"\S {3,}\S")
_URL = re.compile(r"https?://\S+")
_OPENING = 6  # paragraphs at the top of the first page among which the masthead stands
_MAX_MASTHEAD = 120  # characters


def read_pdf(content: bytes, subject: str) -> Manuscript:
    """Title, author and date from the document's own description. Raises UnreadableFile ("broken", "locked")."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile(subject, "locked")
        pages = [_lines(page) for page in reader.pages[:MAX_PAGES]]
        return _manuscript(reader, _paragraphs(pages))
    except UnreadableFile:
        raise
    except DependencyError as error:  # a cipher that needs a library which is not here
        raise UnreadableFile(subject, "locked") from error
    except Exception as error:  # pypdf meets broken files with errors of every kind
        raise UnreadableFile(subject, "broken") from error


def _lines(page: PageObject) -> list[str]:
    """Lines with the empty ones that stand for gaps; two columns one after the other, without gaps."""
    lines = page.extract_text(extraction_mode="layout").split("\n")
    filled = [line for line in lines if line.strip()]
    if sum(bool(_COLUMN_GAP.search(line.strip())) for line in filled) * 4 > len(filled):
        lines = page.extract_text().split("\n")
    return _undented(lines)


def _undented(lines: Sequence[str]) -> list[str]:
    """Without the margin, so that an indent left over is the paragraph's own."""
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:].rstrip() for line in lines]


def _paragraphs(pages: Sequence[Sequence[str]]) -> list[str]:
    running = _running_heads(pages)
    lines: list[str] = []
    for page in pages:
        body = _without_edges(page, running)
        if lines and body and (ends_sentence(lines[-1]) or not body[0][:1].strip()):
            lines.append("")
        lines.extend(body)
    return paragraphs_of(lines)


def _running_heads(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """What stands at the edge of at least half of the pages, and of two, figures aside."""
    seen = Counter(head for page in pages for head in {_without_figures(line) for line in _edges(page)})
    return frozenset(head for head, count in seen.items() if count >= 2 and count * 2 >= len(pages))


def _edges(page: Sequence[str]) -> list[str]:
    filled = [line for line in page if line.strip()]
    return filled[:_EDGE] + filled[_EDGE:][-_EDGE:]


def _without_figures(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _without_edges(page: Sequence[str], running: frozenset[str]) -> list[str]:
    edges = set(_edges(page))
    kept = [
        line
        for line in page
        if line not in edges or not (_without_figures(line) in running or _PAGE_NUMBER.fullmatch(line.strip()))
    ]
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _manuscript(reader: PdfReader, paragraphs: Sequence[str]) -> Manuscript:
    said = reader.metadata
    opening = [clean_line(paragraph) for paragraph in paragraphs[:_OPENING]]
    title = clean_line(said.title or "") if said else ""
    if not _is_real_title(title):
        title = opening[0] if opening and reads_like_title(opening[0]) else ""
    subject, creator = (said.subject or "", said.creator or "") if said else ("", "")
    return Manuscript(
        paragraphs=tuple(paragraphs),
        title=title or None,
        source=_masthead(opening, (subject, creator)),
        author=said.author if said else None,
        published=_created(reader),
        url=next((line for line in (*opening, subject) if _URL.fullmatch(line)), None),
    )


def _is_real_title(title: str) -> bool:
    """Programs put their file's name there when nobody wrote one: "Microsoft Word - draft3.docx", "untitled"."""
    return bool(title) and not re.search(r"(?i)microsoft word|untitled|без имени|\.(docx?|odt|rtf|pdf|indd)$", title)


def _masthead(opening: Sequence[str], claims: Sequence[str]) -> str | None:
    """The outlet, if the document's description names one that is printed above the text as well."""
    above = [line for line in opening if len(line) <= _MAX_MASTHEAD and not ends_sentence(line)]
    names = (clean_line(claim) for claim in claims)
    return next((name for name in names if name and any(line.startswith(name) for line in above)), None)


def _created(reader: PdfReader) -> datetime | None:
    try:
        created = reader.metadata.creation_date if reader.metadata else None
    except ValueError:  # a date that is none
        return None
    return in_utc(created) if created else None

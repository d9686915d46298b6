"""Markdown, with or without front matter between "---" lines -> a Manuscript: plain paragraphs, no marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from retrieval.sources.manuscript import FIELD_OF, Manuscript, with_headers

_FRONT = re.compile(r"\A\s*---[ ]*\n(.*?)\n(?:---|\.\.\.)[ ]*(?:\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"([^\W\d][\w -]*?)\s*:\s+(.*)")
_SPOKEN = {"text": None, "code_inline": None, "softbreak": " ", "hardbreak": " "}  # None: the token's own content


def read_markdown(text: str) -> Manuscript:
    """The title is the front matter's, else the first heading of the first level, which then leaves the text."""
    headers, body = _split_front_matter(text.replace("\r\n", "\n"))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    title: str | None = None
    paragraphs: list[str] = []
    for kind, paragraph in _blocks(tokens):
        if kind == "h1" and title is None and len(paragraphs) < 2:
            title = paragraph
        else:
            paragraphs.append(paragraph)
    return with_headers(tuple(paragraphs), headers, title)


def _split_front_matter(text: str) -> tuple[dict[str, str], str]:
    found = _FRONT.match(text)
    if not found:
        return {}, text
    headers: dict[str, str] = {}
    for line in found[1].split("\n"):
        entry = _ENTRY.fullmatch(line.rstrip())
        if entry and (field := FIELD_OF.get(entry[1].lower())):
            headers[field] = _unquoted(entry[2])
    return headers, text[found.end() :]


def _unquoted(value: str) -> str:
    """The value without quotes, and a list ("[a, b]") without its brackets."""
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(_unquoted(part) for part in value[1:-1].split(","))
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace('\\"', '"').replace("''", "'")
    return value


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """(tag of the block: "h1", "p", "td" ..., its plain text), a table's row as one block."""
    tag = "p"
    row: list[str] = []
    for token in tokens:
        if token.type in ("heading_open", "paragraph_open", "th_open", "td_open"):
            tag = token.tag
        elif token.type == "tr_close":
            yield "tr", ", ".join(cell for cell in row if cell)
            row = []
        elif token.type == "inline" and tag in ("th", "td"):
            row.append(_spoken(token.children or ()))
        elif token.type == "inline":
            yield tag, _spoken(token.children or ())
        elif token.type in ("fence", "code_block"):
            yield "pre", token.content


def _spoken(tokens: Sequence[Token]) -> str:
    """What a reader sees of inline marks: no addresses, no pictures, no HTML."""
    return "".join(_SPOKEN[token.type] or token.content for token in tokens if token.type in _SPOKEN).strip()

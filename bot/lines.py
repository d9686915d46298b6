"""Messages in, lines of a terminal out: plain for pipes, coloured for people, addresses of links below."""

from __future__ import annotations

from rich.text import Text

from bot.types import Mark, MarkKind, Message

QUOTE_BAR = "│ "
PLAIN_BAR = "> "
_STYLES = {
    MarkKind.BOLD: "bold",
    MarkKind.ITALIC: "italic",
    MarkKind.CODE: "bold",
    MarkKind.LINK: "cyan",
    MarkKind.QUOTE: "dim",
}


def plain_lines(message: Message) -> str:
    """The message without colours, its quotes behind a bar, the addresses of its links below."""
    text = "\n".join(line.plain for line in _barred(Text(message.text), message.marks, PLAIN_BAR))
    below = "\n".join(f"{label} {url}" for label, url in link_targets(message))
    return f"{text}\n\n{below}" if below else text


def coloured_lines(message: Message) -> Text:
    """The same in colours, the links clickable where the terminal can."""
    text = Text(message.text)
    for mark in message.marks:
        text.stylize(_STYLES[mark.kind], mark.start, mark.end)
        if mark.url:
            text.stylize(f"link {mark.url}", mark.start, mark.end)
    shown = Text("\n").join(_barred(text, message.marks, QUOTE_BAR))
    targets = link_targets(message)
    shown.append("\n" if targets else "")
    for label, url in targets:
        shown.append(f"\n{label} ", "cyan")
        shown.append(url, f"dim link {url}")
    return shown


def link_targets(message: Message) -> list[tuple[str, str]]:
    """(what is linked, page), each once, without the place in the page: a person may want to type it."""
    links = [mark for mark in message.marks if mark.kind is MarkKind.LINK and mark.url]
    return list(dict.fromkeys((_label(message, mark), _page(mark.url or "")) for mark in links))


def _label(message: Message, mark: Mark) -> str:
    label = message.text[mark.start : mark.end]
    return label if label.startswith("[") else f"{label}:"


def _page(url: str) -> str:
    return url.partition(":~:")[0].rstrip("#")


def _barred(text: Text, marks: tuple[Mark, ...], bar: str) -> list[Text]:
    """The lines of the text, those inside a quote behind a bar."""
    lines, start = [], 0
    for line in text.split("\n", allow_blank=True):
        quoted = any(m.kind is MarkKind.QUOTE and m.start <= start < m.end for m in marks)
        lines.append(Text.assemble((bar, "dim"), line) if quoted else line)
        start += len(line.plain) + 1
    return lines

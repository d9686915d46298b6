"""What was sent in, the text or page that somebody shows rather than asks about out. Pure.

A forwarded message, several sentences that ask nothing, a link: whoever sends one wants something done with it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

from bot.references import links
from bot.sheet import clipped
from bot.types import Heard

LONG = 280  # characters from which sentences that ask nothing are an article; questions with their story are shorter
SENTENCES = 3
TITLE_CHARACTERS = 150  # a first line that is longer is no title

_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s|$)")
_COMMAND = re.compile(r"/\w")
_AWAITED = "text"


@dataclass(frozen=True, slots=True)
class Shown:
    """A text, or the address of a page that was not read yet (then `text` is empty)."""

    text: str
    title: str
    url: str | None = None
    source: str | None = None
    is_page: bool = False  # `url` is where it was read, or is to be


def read_shown(heard: Heard) -> Shown | None:
    """None for a question, a command, or a few words."""
    text, found = heard.text.strip(), links(heard.text)
    if not any(map(str.isalnum, text)) or _COMMAND.match(text):
        return None
    forwarded = heard.forwarded
    if found and _is_share(text, found[0]):
        title = " ".join(text.replace(found[0], " ").split())
        return Shown("", clipped(title) or found[0], found[0], is_page=True)
    if _asks(text) if forwarded is None or len(text) < LONG else False:
        return None
    if forwarded is None and not (len(text) >= LONG and len(_END.findall(text)) >= SENTENCES):
        return None
    title, body = _titled(text)
    return Shown(body, title, forwarded.url if forwarded else None, (forwarded.name if forwarded else "") or None)


def pack_shown(shown: Shown) -> str:
    """One line of JSON."""
    return json.dumps(asdict(shown), ensure_ascii=False, sort_keys=True)


def unpack_shown(packed: str) -> Shown | None:
    """None for what `pack_shown` did not make: a forged button may name a person's own words."""
    try:
        shown = Shown(**json.loads(packed))
    except (ValueError, TypeError):
        return None
    places = (shown.url, shown.source)
    is_ours = all(isinstance(words, str) for words in (shown.text, shown.title, *filter(None, places)))
    return shown if is_ours and (shown.text or shown.url) else None


def pack_awaited(key: str, user_id: int) -> str:
    """What a chat was offered last: that this person asks about the text behind the key."""
    return f"{_AWAITED}:{key}:{user_id}"


def unpack_awaited(offered: str) -> tuple[str, int] | None:
    """None for the offer of an article's summary."""
    kind, _, rest = offered.partition(":")
    key, _, person = rest.partition(":")
    return (key, int(person)) if kind == _AWAITED and person.isdecimal() else None


def _is_share(text: str, link: str) -> bool:
    """A link by itself, or with its title: as phones share a page."""
    return "?" not in text.replace(link, "") and len(text) - len(link) < LONG


def _asks(text: str) -> bool:
    """Whether it begins or ends with a question: an article may have some in between."""
    ends = list(_END.finditer(text))
    return text.endswith("?") or bool(ends and "?" in ends[0][0]) or (not ends and "?" in text)


def _titled(text: str) -> tuple[str, str]:
    """(title, text): the first line if it is one and something follows, else how the text begins."""
    first, _, rest = text.partition("\n")
    if rest.strip() and len(first) <= TITLE_CHARACTERS:
        return clipped(first), rest.strip()
    return clipped(text, TITLE_CHARACTERS // 2), text

"""A delivery's content -> one line of JSON, and back: how a message, an alert or a feed's news lies in the outbox."""

from __future__ import annotations

import json
from typing import Any

from bot.types import Alert, Button, FeedNews, Mark, MarkKind, Message


def pack(content: Message | Alert | FeedNews) -> str:
    """The same content gives the same line."""
    match content:
        case Alert(article_id, feed):
            parcel: dict[str, Any] = {"alert": [article_id, feed]}
        case FeedNews(feed, kind):
            parcel = {"feed": [feed, kind]}
        case Message(text, marks, buttons):
            parcel = {
                "text": text,
                "marks": [[mark.start, mark.end, mark.kind.value, mark.url] for mark in marks],
                "buttons": [[[button.text, button.data] for button in row] for row in buttons],
            }
    return json.dumps(parcel, ensure_ascii=False, separators=(",", ":"))


def unpack(line: str) -> Message | Alert | FeedNews:
    """What `pack` was given. Raises ValueError or KeyError for a line that it did not make."""
    parcel = json.loads(line)
    if "alert" in parcel:
        article_id, feed = parcel["alert"]
        return Alert(article_id, feed)
    if "feed" in parcel:
        return FeedNews(*parcel["feed"])
    return Message(
        parcel["text"],
        tuple(Mark(start, end, MarkKind(kind), url) for start, end, kind, url in parcel["marks"]),
        tuple(tuple(Button(text, data) for text, data in row) for row in parcel["buttons"]),
    )

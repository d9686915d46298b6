"""A delivery's content -> one line of JSON, and back: how a message, an alert or a feed's news lies in the outbox."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal

from bot.outgoing.types import Alert, Content, Digest, FeedNews, Stray
from bot.types import Attachment, Button, Mark, MarkKind, Message

_VALUES = attrgetter(*(field.name for field in fields(Alert)))
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_quoted = lru_cache(_ENCODER.encode)


def pack(content: Message | Content) -> str:
    """The same content gives the same line."""
    match content:
        case Alert(article_id, story, subscription, change, revision, score, update):  # a million of these in a row
            about = f"{_quoted(article_id)},{story},{subscription},{change},{revision}"
            return f'{{"alert":[{about},{score},"{update}"]}}'
        case Digest(alerts):
            parcel: dict[str, Any] = {"digest": [_VALUES(alert) for alert in alerts]}
        case FeedNews(feed, kind):
            parcel = {"feed": [feed, kind]}
        case Stray(chat_id):
            parcel = {"stray": chat_id}
        case Message(text, marks, buttons, attachment):
            parcel = {
                "text": text,
                "marks": [[mark.start, mark.end, mark.kind.value, mark.url] for mark in marks],
                "buttons": [[[button.text, button.data] for button in row] for row in buttons],
            }
            if attachment is not None:
                body = b64encode(attachment.content).decode()
                parcel["attachment"] = [attachment.name, body, attachment.kind]
    return _ENCODER.encode(parcel)


def unpack(line: str) -> Message | Content:
    """What `pack` was given. Raises ValueError or KeyError for a line that it did not make."""
    parcel = json.loads(line)
    if "alert" in parcel:
        return Alert(*parcel["alert"])
    if "digest" in parcel:
        return Digest(tuple(Alert(*alert) for alert in parcel["digest"]))
    if "feed" in parcel:
        return FeedNews(*parcel["feed"])
    if "stray" in parcel:
        return Stray(parcel["stray"])
    return Message(
        parcel["text"],
        tuple(Mark(start, end, MarkKind(kind), url) for start, end, kind, url in parcel["marks"]),
        tuple(tuple(Button(text, data) for text, data in row) for row in parcel["buttons"]),
        _attachment(*parcel["attachment"]) if "attachment" in parcel else None,
    )


def without_file(line: str) -> str:
    """The same, with how many bytes its file has in place of what is in it."""
    parcel = json.loads(line) if '"attachment":' in line else {}
    if "attachment" not in parcel:
        return line
    name, body, kind = parcel["attachment"]
    return _ENCODER.encode({**parcel, "attachment": [name, len(b64decode(body)), kind]})


def _attachment(name: str, content: str, kind: Literal["document", "photo"]) -> Attachment:
    return Attachment(name, b64decode(content), kind)

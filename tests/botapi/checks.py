"""A call's parameters -> Refused in Telegram's words, or the text, entities and keyboard that Telegram would show."""

from __future__ import annotations

from tests.botapi.faults import Refused
from tests.botapi.state import Json

MAX_TEXT = 4096  # UTF-16 units
MAX_ENTITIES = 100
MAX_DATA = 64  # bytes of a button's data
MAX_BUTTONS, MAX_ROW = 100, 8

ENTITY_TYPES = {
    *("bold", "italic", "underline", "strikethrough", "code", "pre", "spoiler"),
    *("blockquote", "expandable_blockquote", "text_link", "url", "mention", "bot_command", "date_time"),
}


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def text_of(parameters: Json) -> tuple[str, list[Json]]:
    """(text, entities) of a message to be sent. Stricter than Telegram, which drops bad entities in silence."""
    text, entities = parameters.get("text") or "", parameters.get("entities") or []
    if parameters.get("parse_mode"):
        raise Refused(400, "Bad Request: this server takes entities, not markup that can fail to parse")
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if units(text) > MAX_TEXT:
        raise Refused(400, "Bad Request: message is too long")
    if len(entities) > MAX_ENTITIES:
        raise Refused(400, "Bad Request: too many entities")
    for entity in entities:
        _check_entity(text, entity)
    _check_nesting(entities)
    return text, entities


def keyboard_of(parameters: Json) -> Json | None:
    """The inline keyboard under a message, if there is one."""
    markup: Json | None = parameters.get("reply_markup")
    if not markup:
        return None
    rows = markup.get("inline_keyboard", [])
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in rows):
        raise Refused(400, "Bad Request: reply markup is too long")
    for button in (button for row in rows for button in row):
        _check_button(button)
    return markup


def _check_entity(text: str, entity: Json) -> None:
    kind, offset, length = entity["type"], entity["offset"], entity["length"]
    if kind not in ENTITY_TYPES:
        raise Refused(400, f"Bad Request: unsupported entity type {kind}")
    if offset < 0 or length <= 0 or offset + length > units(text):
        raise Refused(400, f"Bad Request: entity {kind} at {offset} beyond the text")
    whole = text.encode("utf-16-le")
    for edge in (offset, offset + length):
        try:
            whole[: edge * 2].decode("utf-16-le")
        except UnicodeDecodeError:
            raise Refused(400, f"Bad Request: entity {kind} cuts a character at {edge}") from None
    if kind == "text_link" and not str(entity.get("url", "")).startswith(("http://", "https://", "tg://")):
        raise Refused(400, "Bad Request: can't parse entities: link without an address")


def _check_nesting(entities: list[Json]) -> None:
    """Entities may stand inside each other, not overlap; a quote stands in no quote."""
    spans = sorted((e["offset"], -(e["offset"] + e["length"]), e["type"]) for e in entities)
    stack: list[tuple[int, str]] = []
    for start, minus_end, kind in spans:
        while stack and stack[-1][0] <= start:
            stack.pop()
        if stack and stack[-1][0] < -minus_end:
            raise Refused(400, f"Bad Request: entities overlap at {start}")
        if "blockquote" in kind and any("blockquote" in outer for _, outer in stack):
            raise Refused(400, "Bad Request: a quote stands inside a quote")
        stack.append((-minus_end, kind))


def _check_button(button: Json) -> None:
    if not button.get("text"):
        raise Refused(400, "Bad Request: inline keyboard button text is empty")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MAX_DATA:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    if len(button.keys() - {"text", "style"}) != 1:
        raise Refused(400, "Bad Request: Text buttons are not allowed in the inline keyboard")

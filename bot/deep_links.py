"""What a link to the bot opens, as the word behind "?start=", and back: article, story, question, invite. Pure."""

from __future__ import annotations

import re
from typing import Literal, get_args

Opens = Literal["a", "s", "q", "i"]
"""An article's key, a story's number, a question's key, an invite's code."""

_PAYLOAD = re.compile(rf"({'|'.join(get_args(Opens))})_([A-Za-z0-9_-]{{1,62}})")  # Telegram lets 64 characters through


def deep_link(username: str, opens: Opens, key: str | int) -> str:
    """An address that opens a private chat with the bot, and /start with this behind it."""
    return f"https://t.me/{username}?start={opens}_{key}"


def read_payload(text: str) -> tuple[str, str] | None:
    """What is opened, and its key; None for what no link of ours holds."""
    found = _PAYLOAD.fullmatch(text.strip())
    return None if found is None else (found[1], found[2])

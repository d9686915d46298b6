"""Articles that a message of ours shows in, a turn that what is said next may refer to out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.keeping.turns import INVITED, Asked
from bot.types import Heard


def mentioned(heard: Heard, words: str, articles: Iterable[str], now: datetime, *, invited: bool = False) -> Asked:
    """`words`: a title or a topic. Without articles nothing was told about it. `invited`: to ask about them."""
    ids = tuple(dict.fromkeys(articles))
    is_said = heard.text.startswith("/")  # else a button was pressed, and the message is our own
    return Asked(
        heard.chat.id, heard.user_id, words, words, "topic" if ids else "refused", (), ids,
        {INVITED: True} if invited else {}, now,
        update_id=heard.update_id,
        message_id=heard.message_id if is_said else None,
        thread_id=heard.thread_id,
    )  # fmt: skip

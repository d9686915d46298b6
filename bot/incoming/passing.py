"""Somebody types our name in whatever chat, or names us where we are no member: what is answered there, at once.

Such an update is not written down: whoever asks has gone on typing before a dead process is back.
"""

from __future__ import annotations

from telegram import Bot

from bot.incoming.updates import Guest, Searched


class Passing:
    """Answers inline queries and guests. Never raises for Telegram's reasons."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def answer(self, event: Searched | Guest) -> None:
        """Nothing is said twice, and nothing later."""

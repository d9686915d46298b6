"""The catalogue -> what Telegram shows of the bot before anybody has written to it: menus, descriptions, a menu button.

Commands are told by language and by where they are shown: a group's members see what everybody may do there, its
administrators also what is theirs, whoever runs the bot also what nobody else may do.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    MenuButtonCommands,
)
from telegram.error import TelegramError

from bot.menu import COMMANDS, Command
from bot.texts import FALLBACK, Texts

logger = logging.getLogger(__name__)

MOST_OPERATORS = 20  # menus of their own; the commands work without

Call = Callable[[], Awaitable[bool]]


class Presenting:
    """Says who we are, once at each start."""

    def __init__(self, bot: Bot, texts: Texts, admins: frozenset[int]) -> None:
        self._bot = bot
        self._texts = texts
        self._admins = sorted(admins)[:MOST_OPERATORS]

    async def present(self) -> None:
        """What Telegram refuses is left as it was, and logged: the bot works without."""
        for what, call in self._calls():
            try:
                await call()
            except TelegramError as error:
                logger.warning("%s could not be set: %s", what, error)

    def _calls(self) -> Iterator[tuple[str, Call]]:
        for language in self._texts.languages():
            yield from self._in_language(language, None if language == FALLBACK else language)
        yield "the menu button", lambda: self._bot.set_chat_menu_button(menu_button=MenuButtonCommands())

    def _in_language(self, language: str, code: str | None) -> Iterator[tuple[str, Call]]:
        for scope, commands in self._menus():
            yield f"the menu {scope.type}", self._menu(scope, commands, language, code)
        about, short = (self._texts.say(language, f"about.{name}") for name in ("description", "short"))
        yield "the description", lambda: self._bot.set_my_description(about, language_code=code)
        yield "the short description", lambda: self._bot.set_my_short_description(short, language_code=code)

    def _menu(self, scope: BotCommandScope, shown: Sequence[Command], language: str, code: str | None) -> Call:
        menu = [BotCommand(one.name, self._texts.say(language, f"command.{one.name}")) for one in shown]
        return lambda: self._bot.set_my_commands(menu, scope=scope, language_code=code)

    def _menus(self) -> Iterator[tuple[BotCommandScope, list[Command]]]:
        listed = [command for command in COMMANDS if command.in_menu and not command.operator]
        yield BotCommandScopeDefault(), listed
        yield BotCommandScopeAllPrivateChats(), listed
        yield BotCommandScopeAllGroupChats(), [command for command in listed if not command.governed]
        yield BotCommandScopeAllChatAdministrators(), listed
        for person in self._admins:
            yield BotCommandScopeChat(person), [command for command in COMMANDS if command.in_menu]

"""Every command that people may send: whom it is for, and whether it stands in Telegram's list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """The text "command.<name>" tells what it does. `in_menu`: it stands in Telegram's list.

    `governed`: in groups it is for administrators. `operator`: it is for whoever runs the bot, and unknown to others.
    """

    name: str
    in_menu: bool = True
    governed: bool = False
    operator: bool = False


COMMANDS = (
    Command("ask"),
    Command("summary"),
    Command("new"),
    Command("follow", governed=True),
    Command("following"),
    Command("unfollow", governed=True),
    Command("tune", in_menu=False, governed=True),
    Command("settings", governed=True),
    Command("timezone", in_menu=False, governed=True),
    Command("quiet", in_menu=False, governed=True),
    Command("mute", in_menu=False, governed=True),
    Command("pause", governed=True),
    Command("resume", in_menu=False, governed=True),
    Command("add"),
    Command("language", governed=True),
    Command("privacy"),
    Command("mydata", in_menu=False),
    Command("forget", in_menu=False),
    Command("help"),
    Command("start", in_menu=False),
    Command("stats", operator=True),
    Command("status", operator=True),
    Command("unanswered", operator=True),
    Command("broadcast", operator=True),
    Command("invite", operator=True),
    Command("ban", operator=True),
    Command("unban", operator=True),
)

"""Several notices in, the pages of one digest out: each a message within Telegram's limits. Pure.

    items, most important first | as many a page as fit | head, items, ‹ 1/3 ›

A digest that was sent is kept as what its pages are about, and put into words again when somebody turns a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Literal

from bot.alerting.notices import Notice, Voice, is_sayable, write_credit, write_sentence, write_title
from bot.outgoing.types import Alert
from bot.sheet import TITLE_CHARACTERS, Buttons, Sheet, page_buttons
from bot.types import MarkKind, Message

PAGE = 8  # items: what a screen or two show, and what fits a message in its plainest form whatever the titles
NAME_CHARACTERS = 60  # of a source's and a subscription's name
PLAIN_TITLE = 100  # of an article's title where only titles fit

Heading = Literal["hourly", "daily", "weekly", "resting", "new"]


@dataclass(frozen=True, slots=True)
class Sending:
    """A digest as it was sent. `pages`: what each is about, so that it can be said again."""

    heading: Heading
    stories: int
    at: datetime
    mixed: bool  # of several subscriptions: each item names its own
    pages: tuple[tuple[Alert, ...], ...] = ()

    def packed(self) -> str:
        """One line of JSON."""
        alerts = [[astuple(alert) for alert in page] for page in self.pages]
        return json.dumps([self.heading, self.stories, self.at.isoformat(), self.mixed, alerts], ensure_ascii=False)

    def first_number(self, page: int) -> int:
        """What the first item of a page (counted from 1) is numbered."""
        return 1 + sum(map(len, self.pages[: page - 1]))


def unpacked(line: str) -> Sending:
    """What `packed` gave. Raises ValueError or TypeError for anything else."""
    heading, stories, at, mixed, pages = json.loads(line)
    alerts = tuple(tuple(Alert(*alert) for alert in page) for page in pages)
    return Sending(heading, stories, datetime.fromisoformat(at), mixed, alerts)


@dataclass(frozen=True, slots=True)
class Item:
    """A story of a digest. Its number stays its own when others are gone."""

    number: int
    notice: Notice


def numbered(notices: Iterable[Notice]) -> list[Item]:
    """From one on."""
    return [Item(number, notice) for number, notice in enumerate(notices, start=1)]


def paged(items: Sequence[Item], sending: Sending, voice: Voice) -> list[list[Item]]:
    """In order, each page as full as a message may be."""
    pages: list[list[Item]] = []
    for item in items:
        page = [*pages[-1], item] if pages else []
        if page and len(page) <= PAGE and len(_sheet(page, sending, voice).messages()) == 1:
            pages[-1] = page
        else:
            pages.append([item])
    return pages


def digest(items: Sequence[Item], sending: Sending, voice: Voice, buttons: Buttons = ()) -> Message:
    """One page. In the rare case that its items have grown since the pages were made, it has their titles alone."""
    messages = _sheet(items, sending, voice).messages(buttons)
    if len(messages) > 1:
        messages = _sheet(items, sending, voice, plain=True).messages(buttons)
    return messages[0]


def pager(key: str, page: int, pages: int) -> Buttons:
    """Of a digest that several messages would hold."""
    return page_buttons(f"pg:{key}", page, pages)


def heading_line(sending: Sending, voice: Voice) -> str:
    """ "Daily digest · 7 stories · 30 November 2026", "While you were resting: 7 stories"."""
    if sending.heading in ("resting", "new"):
        return voice.say(f"digest.{sending.heading}", count=sending.stories)
    when = voice.clock(sending.at) if sending.heading == "hourly" else voice.day(sending.at)
    name, stories = voice.say(f"digest.{sending.heading}"), voice.say("digest.stories", count=sending.stories)
    return f"{name} · {stories} · {when}"


def _sheet(items: Sequence[Item], sending: Sending, voice: Voice, *, plain: bool = False) -> Sheet:
    sheet = Sheet()
    sheet.write(heading_line(sending, voice), MarkKind.BOLD)
    if not items:
        sheet.write("\n\n" + voice.say("digest.gone"))
    for item in items:
        sheet.write(f"\n\n{item.number}. ")
        write_title(sheet, item.notice, voice, PLAIN_TITLE if plain else TITLE_CHARACTERS)
        if not plain:
            _write_told(sheet, item)
        shown = replace(item.notice, others=()) if plain else item.notice
        write_credit(sheet, shown, voice, NAME_CHARACTERS, followed=sending.mixed)
    return sheet


def _write_told(sheet: Sheet, item: Item) -> None:
    """The sentence that matches what is followed, else the one that tells the article."""
    notice = item.notice
    for sentence in [one for one in (notice.reason, *notice.told) if one is not None and is_sayable(one)][:1]:
        sheet.write("\n")
        write_sentence(sheet, sentence, item.number)

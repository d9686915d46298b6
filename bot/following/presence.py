"""When a chat may be written to: its time zone, quiet hours, a mute, a pause, and coming back -> changed, and said.

A group's settings show as well whom it has answered, from which sources and in which language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.following.options import read_quiet
from bot.following.wishes import clock as clock_words
from bot.hours import DAY
from bot.sheet import Buttons, clipped, plain, spoken
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Button, Chat, Heard, Hours, Message, Reply
from bot.zones import find_zone, local, zone_words

OFFERED_QUIET = ((22 * 60, 7 * 60), (23 * 60, 8 * 60))  # minutes of the day
MUTES: Mapping[str, timedelta] = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
OFF = frozenset(("off", "no", "none", "выкл", "выключить", "нет", "убрать", "отключить"))
_MUTE_WORDS: Mapping[str, str] = {
    "day": "day", "a day": "day", "день": "day", "на день": "day", "сутки": "day", "на сутки": "day",
    "week": "week", "a week": "week", "неделя": "week", "неделю": "week", "на неделю": "week",
}  # fmt: skip
CHOSEN_UTC = "Etc/UTC"  # for whoever chose it; "UTC" is what nobody has chosen yet


class Presence:
    """One chat's hours. `log_end`: how far the articles' log goes. `replay` plans what a chat missed, and counts it."""

    def __init__(
        self,
        store: BotStore,
        texts: Texts,
        clock: Callable[[], datetime],
        *,
        log_end: Callable[[], int],
        replay: Callable[[Chat], int],
    ) -> None:
        self._store = store
        self._texts = texts
        self._say = partial(spoken, texts)
        self._clock = clock
        self._log_end = log_end
        self._replay = replay

    def settings(self, heard: Heard, _: str = "") -> Reply:
        """All of it, with buttons."""
        chat = self._store.known_chat(heard.chat.id) or heard.chat
        lines = [self._texts.say(chat.language, "presence.head"), *self._lines(chat)]
        return Reply(plain("\n".join(filter(None, lines)), self._buttons(chat)))

    def press(self, heard: Heard, change: str) -> Reply:
        """ "quiet:1320-420", "quiet:off", "mute:day", "mute:off", "pause", "resume", "askers:admins", "askers:everyone"
        -> the settings as they are then; anything else changes nothing.
        """
        name, _, value = change.partition(":")
        if name == "resume":
            return self.resume(heard)
        if name == "pause":
            self._pause(heard.chat.id)
        elif name == "mute" and (value in MUTES or value == "off"):
            self._set_mute(heard.chat.id, value)
        elif name == "quiet":
            self._set_hours(heard.chat.id, replace(self._hours(heard.chat.id), quiet=_minutes(value)))
        elif name == "askers" and heard.chat.kind == "group":
            self._store.set_askers(heard.chat.id, "admins" if value == "admins" else "everyone")
        return replace(self.settings(heard), replaces=True)

    def timezone(self, heard: Heard, text: str) -> Reply:
        """/timezone Berlin, /timezone +3, /timezone 14:30."""
        hours, now = self._hours(heard.chat.id), self._clock()
        if not text:
            return self._say(heard, "presence.zone_usage", zone=zone_words(hours.zone, now))
        zone = find_zone(text, now)
        if zone is None:
            return self._say(heard, "presence.zone_unknown", failed=True, name=clipped(text))
        zone = CHOSEN_UTC if zone == Hours().zone else zone
        self._set_hours(heard.chat.id, replace(hours, zone=zone))
        time = f"{local(now, zone):%H:%M}"
        return self._say(heard, "presence.zone_done", zone=zone_words(zone, now), time=time)

    def quiet(self, heard: Heard, text: str) -> Reply:
        """/quiet 22:00-7:00, /quiet off."""
        hours = self._hours(heard.chat.id)
        quiet = None if text.casefold() in OFF else read_quiet(text)
        if quiet is None and text.casefold() not in OFF:
            return self._say(heard, "presence.quiet_usage", failed=True)
        self._set_hours(heard.chat.id, replace(hours, quiet=quiet))
        if quiet is None:
            return self._say(heard, "presence.quiet_off")
        said = self._texts.say(heard.chat.language, "presence.quiet_done", **_period(quiet))
        return Reply(plain("\n".join(filter(None, (said, self._zone_asked(heard.chat.language, hours))))))

    def mute(self, heard: Heard, text: str) -> Reply:
        """/mute day, /mute week, /mute off."""
        word = "off" if text.casefold() in OFF else _MUTE_WORDS.get(text.casefold())
        if word is None:
            return self._say(heard, "presence.mute_usage", failed=True)
        self._set_mute(heard.chat.id, word)
        if word == "off":
            return self._say(heard, "presence.mute_off")
        hours = self._hours(heard.chat.id)
        until = self._until(heard.chat.language, hours)
        return Reply(plain(self._texts.say(heard.chat.language, "presence.mute_done", **until)))

    def pause(self, heard: Heard, _: str = "") -> Reply:
        """Nothing more until /resume; what is missed is kept in mind."""
        self._pause(heard.chat.id)
        return self._say(heard, "presence.pause_done")

    def resume(self, heard: Heard, _: str = "") -> Reply:
        """From now on alerts come again; what was missed is offered."""
        chat = self._store.known_chat(heard.chat.id) or heard.chat
        if not chat.paused:
            return self._say(heard, "presence.not_paused")
        self._store.set_paused(chat.id, False, chat.away_from)
        welcome = self.welcome(chat)
        return self._say(heard, "presence.resume_done") if welcome is None else Reply((welcome,))

    def welcome(self, chat: Chat) -> Message | None:
        """For a chat that comes back: what it missed, to be sent or let go. None where nothing is followed."""
        if not self._store.subscriptions(chat.id):
            return None
        say, missed = self._texts.say, self._store.missed(chat.id)
        said = [say(chat.language, "presence.welcome")]
        said += [say(chat.language, "presence.missed", count=missed)] if missed else []
        said.append(say(chat.language, "presence.catch_up"))
        yes = Button(say(chat.language, "button.catch_up"), "catchup:-")
        no = Button(say(chat.language, "button.skip"), "skip:-")
        return plain(" ".join(said), ((yes, no),))[0]

    def catch_up(self, heard: Heard, _: str = "") -> Reply:
        """What was missed comes as a digest."""
        chat = self._store.known_chat(heard.chat.id) or heard.chat
        coming = self._replay(chat) + self._store.catch_up(chat.id, self._clock())
        self._store.set_paused(chat.id, False, None)
        said = self._texts.say(chat.language, "presence.coming" if coming else "presence.nothing_missed", count=coming)
        return Reply(plain(said), replaces=True)

    def skip(self, heard: Heard, _: str = "") -> Reply:
        """What was missed is let go."""
        self._store.skip(heard.chat.id)
        self._store.set_paused(heard.chat.id, False, None)
        return replace(self._say(heard, "presence.skipped"), replaces=True)

    def _pause(self, chat_id: int) -> None:
        chat = self._store.known_chat(chat_id)
        if chat is not None and not chat.paused:
            self._store.set_paused(chat_id, True, chat.away_from if chat.away_from is not None else self._log_end())
            self._store.hold_back(chat_id)

    def _set_mute(self, chat_id: int, word: str) -> None:
        until = self._clock() + MUTES[word] if word in MUTES else None
        self._set_hours(chat_id, replace(self._hours(chat_id), muted_until=until))

    def _set_hours(self, chat_id: int, hours: Hours) -> None:
        self._store.set_hours(chat_id, hours)
        self._store.retime(chat_id, self._clock())

    def _hours(self, chat_id: int) -> Hours:
        chat = self._store.known_chat(chat_id)
        return chat.hours if chat else Hours()

    def _lines(self, chat: Chat) -> Iterator[str]:
        say, hours, now = self._texts.say, chat.hours, self._clock()
        time = f"{local(now, hours.zone):%H:%M}"
        yield say(chat.language, "presence.zone", zone=zone_words(hours.zone, now), time=time)
        quiet = hours.quiet
        yield say(chat.language, "presence.quiet", **_period(quiet)) if quiet else say(chat.language, "presence.none")
        if _is_muted(hours, now):
            yield say(chat.language, "presence.mute_done", **self._until(chat.language, hours))
        if chat.paused:
            yield say(chat.language, "presence.paused")
        yield self._zone_asked(chat.language, hours)
        if chat.kind == "group":
            yield say(chat.language, f"groups.askers_{chat.askers}")
            yield say(chat.language, "groups.some" if chat.sources else "groups.all", count=len(chat.sources))

    def _buttons(self, chat: Chat) -> Buttons:
        def button(key: str, change: str, **values: object) -> Button:
            return Button(self._texts.say(chat.language, f"button.{key}", **values), f"set:{change}")

        offered = [period for period in OFFERED_QUIET if period != chat.hours.quiet]
        quiet = [button("quiet", f"quiet:{begin}-{end}", **_period((begin, end))) for begin, end in offered]
        quiet += [button("quiet_off", "quiet:off")] if chat.hours.quiet else []
        mute = [button(f"mute_{each}", f"mute:{each}") for each in MUTES]
        mute = [button("mute_off", "mute:off")] if _is_muted(chat.hours, self._clock()) else mute
        pause = button("resume", "resume") if chat.paused else button("pause", "pause")
        return tuple(quiet), tuple(mute), (pause,), *self._group_buttons(chat)

    def _group_buttons(self, chat: Chat) -> Buttons:
        if chat.kind != "group":
            return ()
        say, other = self._texts.say, "everyone" if chat.askers == "admins" else "admins"
        askers = Button(say(chat.language, f"button.askers_{other}"), f"set:askers:{other}")
        sources = Button(say(chat.language, "button.sources_of_group"), "gsp:0")
        others = [each for each in self._texts.languages() if each != chat.language]
        languages = tuple(Button(say(each, "language.name"), f"lang:{each}") for each in others)
        return (askers,), (sources, *languages)

    def _until(self, language: str, hours: Hours) -> dict[str, str]:
        end = local(hours.muted_until or self._clock(), hours.zone)
        return {"date": self._texts.date(language, end), "time": f"{end:%H:%M}"}

    def _zone_asked(self, language: str, hours: Hours) -> str:
        return self._texts.say(language, "presence.ask_zone") if not hours.zone_chosen else ""


def _is_muted(hours: Hours, now: datetime) -> bool:
    return hours.muted_until is not None and hours.muted_until > now


def _period(quiet: tuple[int, int]) -> dict[str, str]:
    begin, end = quiet
    return {"begin": clock_words(begin), "end": clock_words(end)}


def _minutes(value: str) -> tuple[int, int] | None:
    """ "1320-420"; None, which is "off", for anything else."""
    match = re.fullmatch(r"([0-9]{1,4})-([0-9]{1,4})", value)
    return (int(match[1]) % DAY, int(match[2]) % DAY) if match else None

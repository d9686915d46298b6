"""What a group's administrators decide beside its hours: which sources it is answered from -> pages of buttons.

Who is answered, and in which language, is a button of /settings itself (`presence.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.office import Handle, Office, Verb
from bot.sheet import BUTTON_CHARACTERS, Buttons, clipped, plain
from bot.types import Button, Heard, Reply

A_PAGE = 8  # sources with a button each


class GroupSettings:
    """The sources of one group. None chosen means all of them."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._store = office.store

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {
            "gsp": Verb(self.page, plain=True, governed=True),
            "gs": Verb(self.toggle, governed=True),
            "gsall": Verb(self.all_sources, plain=True, governed=True),
        }

    def page(self, heard: Heard, number: str = "0") -> Reply:
        """A page of sources, with a tick at each that is chosen."""
        return self._page(heard, int(number) if number.isdecimal() else 0)

    def toggle(self, heard: Heard, source: str) -> Reply:
        """Takes it in or leaves it out."""
        if heard.chat.kind != "group":
            return self._page(heard, 0)
        chosen = self._chosen(heard)
        kept = [name for name in chosen if name != source]
        self._store.set_sources(heard.chat.id, kept if source in chosen else sorted((*kept, source)))
        names = self._names(heard)
        return self._page(heard, names.index(source) // A_PAGE if source in names else 0)

    def all_sources(self, heard: Heard, _: str = "") -> Reply:
        """No limit any more."""
        self._store.set_sources(heard.chat.id, ())
        return self._page(heard, 0)

    def _page(self, heard: Heard, number: int) -> Reply:
        names, chosen = self._names(heard), self._chosen(heard)
        pages = max(1, -(-len(names) // A_PAGE))
        number = min(number, pages - 1)
        key = "groups.some" if chosen else "groups.all" if names else "groups.no_sources"
        shown = names[number * A_PAGE : (number + 1) * A_PAGE]
        rows = (*((self._choice(heard, name, chosen),) for name in shown), *self._below(heard, number, pages))
        return Reply(plain(self._office.say(heard, key, count=len(chosen)), rows), replaces=True)

    def _choice(self, heard: Heard, name: str, chosen: Sequence[str]) -> Button:
        text = clipped(name, BUTTON_CHARACTERS) or self._office.say(heard, "untitled")
        return Button(f"✓ {text}" if name in chosen else text, f"gs:{self._store.handle(name)}")

    def _below(self, heard: Heard, number: int, pages: int) -> Buttons:
        """The pages beside this one, and the ways out."""
        turns = [Button("‹", f"gsp:{number - 1}")] if number else []
        turns += [Button("›", f"gsp:{number + 1}")] if number + 1 < pages else []
        ways = [Button(self._office.say(heard, "button.all_sources"), "gsall:-")] if self._chosen(heard) else []
        ways.append(Button(self._office.say(heard, "button.to_settings"), "set:-"))
        return tuple(filter(None, (tuple(turns), tuple(ways))))

    def _names(self, heard: Heard) -> list[str]:
        """Those that have articles, and those that were chosen and have none any more."""
        return sorted({*self._office.corpus.sources(), *self._chosen(heard)}, key=str.casefold)

    def _chosen(self, heard: Heard) -> tuple[str, ...]:
        """As it is now: `heard` was made before the button did its work."""
        chat = self._store.known_chat(heard.chat.id)
        return chat.sources if chat is not None else ()

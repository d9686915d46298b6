"""The buttons under an answer. Pure but for the keys that the store gives out and the ratings that it holds.

Each names its turn by number, so that it works as long as the turn is kept, in whatever form the answer is shown.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, get_args

from bot.following.proposals import read_number
from bot.keeping.answers import is_narrowed, place_of, places_in
from bot.keeping.ratings import FAULTS, Opinion
from bot.keeping.retention import span
from bot.keeping.turns import Asked
from bot.office import Office
from bot.sheet import BUTTON_CHARACTERS, Buttons, clipped
from bot.types import Button, Heard
from retrieval import Nearest

Form = Literal["answer", "shorter", "longer"]
"""How an answer is shown."""

_LETTERS: dict[Form, str] = {form: form[0] for form in get_args(Form)}
_FORMS = {letter: form for form, letter in _LETTERS.items()}


def under_answer(office: Office, heard: Heard, asked: Asked, form: Form = "answer") -> Buttons:
    """What may be done with an answer that was kept as the turn `asked.id`, its `told` packed by `pack_answer`."""
    rows = (_reading(office, heard, asked, form), _going_on(office, heard, asked), *_rating(office, heard, asked, form))
    return tuple(row for row in rows if row)


def keyboard(office: Office, heard: Heard, asked: Asked, form: Form) -> Buttons:
    """All the buttons of an answer that was sent, made anew."""
    return (*under_answer(office, heard, asked, form), *everywhere(office, heard, asked))


def everywhere(office: Office, heard: Heard, asked: Asked) -> Buttons:
    """The same question again, whatever days or sources it names."""
    if not is_narrowed(asked.told):
        return ()
    key = office.store.handle(
        asked.question, owner=heard.chat.id, by=heard.user_id, until=office.clock() + _kept(office, heard)
    )
    return ((Button(office.say(heard, "button.everywhere"), f"all:{key}"),),)


def find_turn(office: Office, heard: Heard, number: str) -> Asked | None:
    """The turn of this chat that a button names, and which was answered; None for another's, and for what is gone."""
    turn = read_number(number)
    asked = None if turn is None else office.store.turns.find(turn, heard.chat.id)
    return asked if asked is not None and asked.told else None


def form_of(letter: str) -> Form | None:
    """As a button says it."""
    return _FORMS.get(letter)


def summary_of(office: Office, heard: Heard, near: Nearest) -> Button:
    """To read what an article tells, by its title."""
    title = clipped(near.title) or office.say(heard, "untitled")
    text = clipped(office.say(heard, "button.summary_of", title=title), BUTTON_CHARACTERS)
    return Button(text, f"sum:{office.store.handle(near.article_id)}")


def _reading(office: Office, heard: Heard, asked: Asked, form: Form) -> tuple[Button, ...]:
    """Where it is from, and the other forms of it."""
    if not asked.told:
        return ()
    forms = [other for other in ("shorter", "longer") if _has(office, asked, other)]
    offered = ["answer" if other == form else other for other in forms]
    names = {"answer": "elaborating.answer", "shorter": "button.shorter", "longer": "button.longer"}
    return (
        Button(office.say(heard, "elaborating.sources"), f"src:{asked.id}"),
        *(Button(office.say(heard, names[other]), f"form:{asked.id}:{other[0]}") for other in offered),
    )


def _has(office: Office, asked: Asked, form: str) -> bool:
    """Shorter is the first sentence of several; longer has what stands around them."""
    if form == "shorter":
        return len(asked.told["sentences"]) > 1
    said = places_in(asked.told)
    found = (office.corpus.wire.surroundings(*place, around=1) for place in said)
    beside = (near for one in found if one is not None for near in (*one.before, *one.after))
    return any(place_of(near) not in said for near in beside)


def _going_on(office: Office, heard: Heard, asked: Asked) -> tuple[Button, ...]:
    """What else there is about it, a summary of the first article, and what of it may be followed."""
    if not asked.articles:
        return ()
    return (
        Button(office.say(heard, "elaborating.related"), f"rel:{asked.id}"),
        Button(office.say(heard, "button.summary"), f"sum:{office.store.handle(asked.articles[0])}"),
        Button(office.say(heard, "button.follow"), f"folq:{asked.id}"),
    )


def _kept(office: Office, heard: Heard) -> timedelta:
    """As long as its turn is."""
    days = office.rules.keep_days if heard.chat.keep_days is None else heard.chat.keep_days
    return span(days)


def _rating(office: Office, heard: Heard, asked: Asked, form: Form) -> Buttons:
    """Two to choose from, with what was chosen; and why not, for whoever has not said it yet."""
    opinions = office.store.ratings.of_turn(asked.id) if asked.id else {}
    chosen = opinions.get(heard.user_id)
    helpful = sum(opinion == "helpful" for opinion in opinions.values())
    counts = (helpful, len(opinions) - helpful) if heard.chat.kind == "group" else (0, 0)

    def button(opinion: Opinion, text: str, count: int = 0) -> Button:
        counted = f"{text} · {count}" if count else text
        return Button(counted, f"rate:{asked.id}:{_LETTERS[form]}:{opinion}")

    def said(opinion: Opinion, key: str) -> str:
        is_chosen = chosen == opinion or (opinion == "unhelpful" and chosen in FAULTS)
        return "✓ " + office.say(heard, f"rating.chosen.{chosen}") if is_chosen else office.say(heard, key)

    row = (
        button("helpful", said("helpful", "rating.helpful"), counts[0]),
        button("unhelpful", said("unhelpful", "rating.unhelpful"), counts[1]),
    )
    if chosen != "unhelpful":
        return (row,)
    why = [button(fault, office.say(heard, f"rating.{fault}")) for fault in FAULTS]
    return (row, tuple(why[:2]), tuple(why[2:]))

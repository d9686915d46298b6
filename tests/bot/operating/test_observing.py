"""Each update is counted by its kind, each question by its outcome and time, what went wrong too."""

from __future__ import annotations

from typing import cast

import pytest

from bot.desk import Desk
from bot.incoming.clerk import Clerk
from bot.incoming.updates import Place, Pressed, Reached, Said
from bot.operating.observing import Observers
from bot.store import BotStore
from bot.texts import load_texts
from retrieval import Corpus
from tests.fake_corpus import FERRY, FakeCorpus, HandClock

TEXTS = load_texts()
PLACE = Place(100, "private", "en")


class Notebook:
    """An observer that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.seconds: list[float] = []

    def update(self, kind: str) -> None:
        self.told.append(("update", kind))

    def question(self, outcome: str, seconds: float) -> None:
        self.told.append(("question", outcome))
        self.seconds.append(seconds)

    def sent(self, lane: str, result: str) -> None:
        self.told.append(("sent", lane, result))


class BrokenCorpus(FakeCorpus):
    """Raises what nobody expects."""

    def ask(self, text: str, **_: object) -> object:  # type: ignore[override]
        raise ZeroDivisionError(text)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def clerk(store: BotStore, corpus: FakeCorpus, clock: HandClock, notebook: Notebook) -> Clerk:
    desk = Desk(cast("Corpus", corpus), store, TEXTS, admins=frozenset(), clock=clock)
    return Clerk(desk, store, TEXTS, Observers((notebook,)))


def said(text: str) -> Said:
    return Said(PLACE, 100, text, None, 1, None)


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("How many people does the ferry carry?", "answered"),
        ("How many people does the ferry perhaps carry?", "closest"),
        ("Who is the king?", "refused"),
    ],
)
def test_a_question_is_counted_by_what_came_of_it(
    store: BotStore, clock: HandClock, notebook: Notebook, question: str, outcome: str
) -> None:
    clerk(store, FakeCorpus(FERRY), clock, notebook).serve(1, said(question))
    assert notebook.told == [("update", "said"), ("question", outcome)]
    assert 0 < notebook.seconds[0] < 10


def test_what_is_no_question_has_no_outcome(store: BotStore, clock: HandClock, notebook: Notebook) -> None:
    served = clerk(store, FakeCorpus(FERRY), clock, notebook)
    served.serve(1, said("/help"))
    served.serve(2, Pressed(PLACE, 100, "una:0", "q", 5, None))
    served.serve(3, Reached(PLACE, active=False))
    served.serve(4, None)
    assert notebook.told == [("update", "said"), ("update", "pressed"), ("update", "other"), ("update", "other")]


def test_what_is_apologised_for_has_failed(store: BotStore, clock: HandClock, notebook: Notebook) -> None:
    clerk(store, BrokenCorpus(FERRY), clock, notebook).serve(1, said("Who is the king?"))
    assert notebook.told == [("update", "said"), ("question", "failed")]


def test_several_are_told_the_same() -> None:
    one, other = Notebook(), Notebook()
    both = Observers((one, other))
    both.update("guest")
    both.question("busy", 0.0)
    both.sent("alert", "gone")
    assert one.told == other.told == [("update", "guest"), ("question", "busy"), ("sent", "alert", "gone")]

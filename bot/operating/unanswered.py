"""/unanswered: what people asked lately and no article tells, those that ask the same together, without any names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.keeping.misses import Missed
from bot.office import Office
from bot.sheet import Buttons, clipped, plain
from bot.types import Button, Heard, Message, Reply
from retrieval import same_questions

LATELY = timedelta(days=7)
MOST_MISSES = 3000  # questions
MOST_COMPARED = 200  # of different words: each of them is embedded, which takes 2 ms
SHOWN, A_PAGE = 20, 10
QUESTION_CHARACTERS = 160


@dataclass(slots=True)
class Gap:
    """Something that no article tells: the words in which it was asked last, by whom, and how often."""

    question: str
    askers: set[int]
    times: int
    last: datetime
    closest: bool

    def add(self, other: Gap) -> None:
        if other.last > self.last:
            self.question, self.last = other.question, other.last
        self.askers |= other.askers
        self.times += other.times
        self.closest = self.closest and other.closest

    @property
    def weight(self) -> tuple[int, int, datetime]:
        return len(self.askers), self.times, self.last


class Unanswered:
    """In a private chat only: people's questions are nobody else's business."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def show(self, heard: Heard, _: str = "") -> Reply:
        return Reply((self._page(heard, 0),))

    def turn(self, heard: Heard, page: str) -> Reply:
        """Another page in place of this one."""
        return Reply((self._page(heard, int(page) if page.isascii() and page.isdecimal() else 0),), replaces=True)

    def _page(self, heard: Heard, page: int) -> Message:
        if heard.chat.kind != "private":
            return plain(self._say(heard, "private"))[0]
        gaps = self._gaps()
        pages = max(1, -(-len(gaps) // A_PAGE))
        page = min(page, pages - 1)
        shown = gaps[page * A_PAGE : (page + 1) * A_PAGE]
        lines = [self._line(heard, number, gap) for number, gap in enumerate(shown, start=page * A_PAGE + 1)]
        head = self._say(heard, "head" if gaps else "none", days=LATELY.days)
        return plain("\n\n".join((head, *lines)), self._buttons(heard, page, pages))[0]

    def _gaps(self) -> Sequence[Gap]:
        missed = self._office.store.misses.since(self._office.clock() - LATELY, MOST_MISSES)
        worded = _heaviest(_by_words(missed), MOST_COMPARED)
        firsts = same_questions([self._office.corpus.wire.interest(gap.question) for gap in worded])
        for place, first in enumerate(firsts):
            if first != place:
                worded[first].add(worded[place])
        return _heaviest((gap for place, gap in enumerate(worded) if firsts[place] == place), SHOWN)

    def _line(self, heard: Heard, number: int, gap: Gap) -> str:
        question = clipped(gap.question, QUESTION_CHARACTERS)
        people = self._say(heard, "people", count=len(gap.askers))
        times = self._say(heard, "times", count=gap.times)
        asked = self._say(heard, "line", number=number, question=question, people=people, times=times)
        return f"{asked}, {self._say(heard, 'closest')}" if gap.closest else asked

    def _buttons(self, heard: Heard, page: int, pages: int) -> Buttons:
        earlier = (Button(self._say(heard, "earlier"), f"una:{page - 1}"),) if page else ()
        later = (Button(self._say(heard, "later"), f"una:{page + 1}"),) if page + 1 < pages else ()
        return ((*earlier, *later),) if earlier or later else ()

    def _say(self, heard: Heard, key: str, **values: object) -> str:
        return self._office.say(heard, f"unanswered.{key}", **values)


def _by_words(missed: Iterable[Missed]) -> Iterable[Gap]:
    found: dict[str, Gap] = {}
    for question, asker, at, closest in missed:
        words = " ".join(question.casefold().split()).rstrip("?.! ")
        gap = Gap(question, {asker}, 1, at, closest)
        if words in found:
            found[words].add(gap)
        else:
            found[words] = gap
    return found.values()


def _heaviest(gaps: Iterable[Gap], most: int) -> list[Gap]:
    """What most people ask, most often, and last."""
    return sorted(gaps, key=lambda gap: gap.weight, reverse=True)[:most]

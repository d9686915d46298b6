"""Sources, Shorter, Longer and Related: what may be read beyond an answer, for as long as its turn is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import Desk
from bot.keeping.answers import pack_answer, place_of
from bot.keeping.turns import Asked
from bot.pages import LIMITS, units
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Heard, MarkKind, Message, Reply
from retrieval import Answer, Article, Closest, Nearest, Scope, Searched, Sentence, Span
from tests.bot.answering.test_render import marked, targets
from tests.bot.wiring import Person, buttons, text
from tests.fake_corpus import FERRY, NOON, FakeCorpus, HandClock, cited

TEXTS = load_texts()
LINER = replace(
    FERRY,
    text="The ferry sails again on Monday. It carries ninety people. Tickets cost four crowns. "
    "The captain is new. Nobody was hurt. It left at six. The sea was calm.",
)
BAKERY = Article(
    "bakery", "A bakery opens", "The bakery opens at six. It sells rye bread.", source="The Harbour Post",
    published=NOON, url="https://post.example/bakery",
)  # fmt: skip
SAILS, NINETY, FOUR, CAPTAIN, HURT, SIX, SEA = cited(LINER)
OPENS, RYE = cited(BAKERY)
TWO = Answer("Who?", (replace(NINETY, span=Span(11, 17)), RYE), 0.9)


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(LINER, BAKERY)


@pytest.fixture
def person(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Person:
    return Person(Desk(corpus, store, TEXTS, admins=frozenset(), clock=clock), store)  # type: ignore[arg-type]


def kept(person: Person, said: Answer | Closest, question: str = "Who?") -> int:
    """The number of the turn that this was said in."""
    values = said.values if isinstance(said, Answer) else ()
    citations = [citation for one in (*said.sentences, *values) for citation in one.citations]
    articles = tuple(dict.fromkeys(citation.article_id for citation in citations))
    outcome = "answered" if isinstance(said, Answer) else "closest"
    cited_at = tuple(map(place_of, citations))
    asked = Asked(
        person.chat_id, person.user_id, question, said.question, outcome, cited_at, articles, {}, NOON,
        told=pack_answer(said),
    )  # fmt: skip
    return person.store.turns.remember(asked)


def one(reply: Reply) -> Message:
    (message,) = reply.messages
    return message


def rows(reply: Reply) -> Sequence[Sequence[str]]:
    return [[button.text for button in row] for row in reply.messages[-1].buttons]


# -- the buttons


def test_an_answer_has_rows_to_read_on_to_go_on_and_to_judge(person: Person) -> None:
    turn = kept(person, TWO)
    assert rows(person.send(f"form:{turn}:a")) == [
        ["Sources", "Shorter", "Longer"],
        ["Related", "Summary", "Follow"],
        ["👍 Helpful", "👎 Not helpful"],
    ]


def test_one_sentence_has_no_shorter_form_and_a_whole_article_no_longer_one(person: Person, corpus: FakeCorpus) -> None:
    assert rows(person.send(f"form:{kept(person, replace(TWO, sentences=(NINETY,)))}:a"))[0] == ["Sources", "Longer"]
    corpus.held["bakery"] = replace(BAKERY, text=OPENS.text)
    alone = replace(TWO, sentences=(OPENS,))
    assert rows(person.send(f"form:{kept(person, alone)}:a"))[0] == ["Sources"]
    corpus.held["bakery"] = BAKERY
    both = replace(TWO, sentences=(RYE, OPENS))
    assert rows(person.send(f"form:{kept(person, both)}:a"))[0] == ["Sources", "Shorter"]


def test_a_limited_answer_can_still_be_asked_of_everything(person: Person) -> None:
    limited = replace(TWO, searched=Searched(scope=Scope(sources=("The Example",))))
    turn = kept(person, limited, "Who carries ninety according to The Example?")
    shorter = person.send(f"form:{turn}:s")
    assert rows(shorter)[-1] == ["Search everything"]
    assert text(person.press(shorter, "Search everything")).startswith("It carries ninety people. [1]")


def test_every_button_fits_even_of_a_turn_with_a_great_number(person: Person) -> None:
    row = person.store.turns.find(kept(person, TWO), person.chat_id)
    assert row is not None
    data = [f"rate:{10**18 - 1}:{letter}:{verdict}" for letter in "asl" for verdict in ("unhelpful", "outdated")]
    data += buttons(person.send(f"form:{row.id}:l")).values()
    assert all(len(each.encode()) <= LIMITS.data_bytes for each in data)


# -- sources


def test_each_article_has_a_page_with_what_was_cited_in_its_context(person: Person) -> None:
    first = person.send(f"src:{kept(person, TWO)}")
    assert not first.replaces
    message = one(first)
    assert message.text == (
        "[1] Ferry to Tern Island sails again\nThe Example, 5 March 2026\n\n"
        "The ferry sails again on Monday. It carries ninety people. [1] Tickets cost four crowns. The captain is new."
    )
    assert marked(message, MarkKind.BOLD) == ["It carries ninety people."]
    assert targets(message) == [FERRY.url, f"{FERRY.url}#:~:text=It%20carries%20ninety%20people."]
    assert rows(first) == [["‹", "1/2", "›"]]
    second = person.press(first, "›")
    assert second.replaces
    assert one(second).text == (
        "[2] A bakery opens\nThe Harbour Post, 31 May 2026\n\nThe bakery opens at six. It sells rye bread. [2]"
    )
    assert person.press(second, "›") == replace(first, replaces=True)
    assert person.press(first, "‹") == second


def test_what_is_left_out_between_two_places_shows(person: Person) -> None:
    message = one(person.send(f"src:{kept(person, replace(TWO, sentences=(SAILS, SEA)))}"))
    assert message.text.split("\n\n")[1:] == [
        "The ferry sails again on Monday. [1] It carries ninety people. Tickets cost four crowns.",
        "… Nobody was hurt. It left at six. The sea was calm. [1]",
    ]
    assert message.buttons == ()


def test_neighbours_that_are_cited_too_are_shown_once_and_bold(person: Person) -> None:
    message = one(person.send(f"src:{kept(person, replace(TWO, sentences=(FOUR, NINETY)))}"))
    assert message.text.split("\n\n")[1:] == [
        "The ferry sails again on Monday. It carries ninety people. [1] Tickets cost four crowns. [1] "
        "The captain is new. Nobody was hurt."
    ]
    assert marked(message, MarkKind.BOLD) == ["It carries ninety people.", "Tickets cost four crowns."]


def test_an_article_that_is_gone_says_so_and_the_others_stay(person: Person, corpus: FakeCorpus) -> None:
    turn = kept(person, TWO)
    del corpus.held["ferry"]
    gone = person.send(f"src:{turn}")
    assert one(gone).text == "[1] This article is not here any more."
    assert one(person.press(gone, "›")).text.startswith("[2] A bakery opens\n")


def test_an_article_that_changed_is_shown_as_it_was_and_says_so(person: Person, corpus: FakeCorpus) -> None:
    turn = kept(person, TWO)
    corpus.earlier["ferry", 1] = LINER
    corpus.held["ferry"] = replace(LINER, text="Nothing of the kind was ever written here, dear readers.", revision=2)
    message = one(person.send(f"src:{turn}"))
    assert "It carries ninety people. [1]" in message.text
    assert marked(message, MarkKind.ITALIC) == ["The article has changed since; this is how it read then."]
    assert "Nothing of the kind" not in message.text


def test_a_page_that_does_not_fit_goes_on_on_the_next(person: Person, corpus: FakeCorpus) -> None:
    many = replace(LINER, text=" ".join(f"{letter * 900} is here." for letter in "abcdefgh"))
    corpus.held["ferry"] = many
    first = person.send(f"src:{kept(person, replace(TWO, sentences=tuple(cited(many))))}")
    assert rows(first) == [["‹", "1/2", "›"]]
    both = text(first) + text(person.press(first, "›"))
    assert all(said.text in both for said in cited(many))
    assert all(units(message.text) <= LIMITS.units for message in first.messages)


@pytest.mark.parametrize("page", ["99", "0", "999999999999999999"])
def test_a_page_that_there_is_not_is_the_nearest(person: Person, page: str) -> None:
    assert one(person.send(f"src:{kept(person, TWO)}:{page}")).text.startswith("[2]" if page != "0" else "[1]")


# -- shorter, longer, and back


def test_shorter_is_the_first_sentence_and_leads_back(person: Person) -> None:
    turn = kept(person, replace(TWO, values=(NINETY, RYE), also=(Nearest.to(BAKERY),), verdict="yes"))
    whole = person.send(f"form:{turn}:a")
    shorter = person.press(whole, "Shorter")
    assert shorter.replaces
    assert one(shorter).text.startswith("Yes, by this sentence:\nIt carries ninety people. [1]\n\n[1] “It carries")
    assert marked(one(shorter), MarkKind.BOLD) == ["ninety"]
    assert "rye" not in one(shorter).text
    assert rows(shorter)[0] == ["Sources", "Back to the answer", "Longer"]
    assert person.press(shorter, "Back to the answer") == whole


def test_longer_has_each_sentence_among_its_neighbours_all_of_them_cited(person: Person) -> None:
    whole = person.send(f"form:{kept(person, TWO)}:a")
    longer = person.press(whole, "Longer")
    assert longer.replaces
    message = one(longer)
    body, quotes = message.text.split("\n\n[1] ")
    assert body == (
        "The ferry sails again on Monday. [1] It carries ninety people. [1] Tickets cost four crowns. [1]\n\n"
        "The bakery opens at six. [2] It sells rye bread. [2]"
    )
    assert quotes.startswith("“The ferry sails again on Monday.”\n“It carries ninety people.”\n“Tickets cost")
    assert marked(message, MarkKind.BOLD) == ["ninety"]
    assert len(set(targets(message))) == 5
    assert rows(longer)[0] == ["Sources", "Shorter", "Back to the answer"]
    assert person.press(longer, "Back to the answer") == whole


def test_a_sentence_that_stands_beside_another_is_said_once(person: Person) -> None:
    longer = person.send(f"form:{kept(person, replace(TWO, sentences=(FOUR, NINETY)))}:l")
    assert text(longer).split("\n\n")[:2] == [
        "It carries ninety people. [1] Tickets cost four crowns. [1] The captain is new. [1]",
        "The ferry sails again on Monday. [1]",
    ]


def test_words_of_our_own_become_the_sentences_that_bear_them_out(person: Person) -> None:
    worded = Sentence("Ninety can go, for four crowns.", (*NINETY.citations, *SIX.citations), Span(0, 6))
    longer = person.send(f"form:{kept(person, replace(TWO, sentences=(worded,)))}:l")
    assert "for four crowns" not in text(longer)
    assert text(longer).startswith("The ferry sails again on Monday. [1] It carries ninety people. [1]")
    assert marked(one(longer), MarkKind.BOLD) == []


def test_days_what_differs_and_what_was_searched_stay_in_the_longer_form(person: Person) -> None:
    searched = Searched(scope=Scope(sources=("The Example",)))
    whole = replace(TWO, sentences=(NINETY,), timeline=True, values=(SIX, RYE), searched=searched)
    parts = text(person.send(f"form:{kept(person, whole)}:l")).split("\n\n")
    assert parts[0].startswith("5 March 2026 — The ferry sails again on Monday. [1] It carries")
    assert parts[1] == "Sources differ:\n• It left at six. [1]\n• It sells rye bread. [2]"
    assert parts[2] == "Searched: The Example"


def test_the_closest_passages_stay_unsure_in_every_form(person: Person) -> None:
    turn = kept(person, Closest("Who?", (NINETY, RYE), 0.4))
    head = "I am not sure the articles answer this. The closest passages:"
    shorter, longer = person.send(f"form:{turn}:s"), person.send(f"form:{turn}:l")
    assert text(shorter).startswith(f"{head}\n• It carries ninety people. [1]\n\n[1]")
    assert text(longer).startswith(f"{head}\n\nThe ferry sails again on Monday. [1] It carries")
    assert marked(one(longer), MarkKind.BOLD) == []


def test_what_does_not_fit_one_message_comes_below_and_replaces_nothing(person: Person, corpus: FakeCorpus) -> None:
    many = replace(LINER, text=" ".join(f"{letter * 900} is here." for letter in "abcdefgh"))
    corpus.held["ferry"] = many
    turn = kept(person, replace(TWO, sentences=tuple(cited(many))))
    assert len(person.send(f"form:{turn}:a").messages) > 1
    for form in "sla":
        assert not person.send(f"form:{turn}:{form}").replaces


def test_an_answer_whose_articles_are_gone_is_not_said_again(person: Person, corpus: FakeCorpus) -> None:
    turn = kept(person, TWO)
    del corpus.held["bakery"]
    assert "rye" not in text(person.send(f"form:{turn}:a"))
    corpus.held.clear()
    gone = person.send(f"form:{turn}:a")
    assert gone.failed
    assert text(gone).startswith("The articles that this answer came from are not here any more.")


# -- related


SEQUEL = replace(FERRY, id="sequel", title="The ferry is full", text="The ferry was full.", source="The Harbour Post")
COPY = replace(LINER, id="copy", title="Copied", source="The Copyist")
NEAR = replace(FERRY, id="near", title="Another ferry", text="Once again a ferry sails.")
FAR = Article("far", "Chess again", "Chess was played on a ferry.")  # found by its words, and about something else


def test_the_story_comes_first_then_what_is_near_and_nothing_twice(person: Person, corpus: FakeCorpus) -> None:
    corpus.held |= {article.id: article for article in (SEQUEL, COPY, NEAR, FAR)}
    corpus.same_story = [{"ferry", "sequel", "copy"}]
    corpus.copies = {"copy": "ferry"}
    reply = person.send(f"rel:{kept(person, TWO)}")
    assert text(reply) == (
        "Also about this:\n• The ferry is full — The Harbour Post, 5 March 2026\n"
        "• Another ferry — The Example, 5 March 2026"
    )
    assert rows(reply) == [["Summary: The ferry is full"], ["Summary: Another ferry"]]
    assert text(person.press(reply, "Summary: Another ferry")).startswith("Another ferry\n\n• ")
    assert not reply.replaces


def test_what_was_copied_is_no_news_either(person: Person, corpus: FakeCorpus) -> None:
    corpus.held |= {"copy": COPY}
    corpus.same_story = [{"ferry", "copy"}]
    corpus.copies = {"ferry": "copy"}
    assert text(person.send(f"rel:{kept(person, replace(TWO, sentences=(NINETY,)))}")) == (
        "I have no other articles about this."
    )


def test_five_are_enough_and_only_those_of_the_chats_sources(person: Person, corpus: FakeCorpus) -> None:
    corpus.held |= {f"near{at}": replace(NEAR, id=f"near{at}", title=f"Ferry {at}") for at in range(9)}
    turn = kept(person, TWO)
    assert text(person.send(f"rel:{turn}")).count("•") == 5
    limited = replace(person.chat, sources=("The Harbour Post",))
    reply = person.desk.press(Heard(limited, person.user_id, f"rel:{turn}"))
    assert text(reply) == "I have no other articles about this."


def test_what_is_near_is_found_even_when_the_article_is_gone(person: Person, corpus: FakeCorpus) -> None:
    turn = kept(person, replace(TWO, question="Which ferry sails again?"))
    corpus.held = {"near": NEAR}
    assert "Another ferry" in text(person.send(f"rel:{turn}"))


# -- whose, and how long


@pytest.mark.parametrize(
    "verb", ["src:{}", "src:{}:1", "form:{}:s", "form:{}:l", "rel:{}", "rate:{}:a:helpful", "folq:{}"]
)
def test_nobody_elsewhere_and_nobody_later_can_use_a_turn(person: Person, verb: str) -> None:
    turn = kept(person, TWO)
    stale = "That button is too old to work. Please ask again."
    assert text(person.at(200).send(verb.format(turn))) == stale
    assert text(person.send(verb.format(turn + 1))) == stale
    assert not person.send(verb.format(turn)).failed
    person.store.retention.prune(NOON + timedelta(days=31), 30)
    assert text(person.send(verb.format(turn))) == stale


@pytest.mark.parametrize(
    "data",
    ["src:", "src:x", "src:-1", "src:1:x", "src:99999999999999999999", "form:1", "form:1:", "form:1:x", "form:1:answer",
     "rel:", "rel:1:1", "rate:1", "rate:1:a", "rate:1:a:", "rate:1:a:good", "rate:1:x:helpful", "rate:1:a:helpful:"],
)  # fmt: skip
def test_forged_buttons_are_stale(person: Person, data: str) -> None:
    kept(person, TWO)
    reply = person.send(data)
    assert reply.failed or data == "rate:1:a:helpful:"
    assert person.store.ratings.counts()["unhelpful"] == 0


def test_a_refusal_has_no_such_buttons(person: Person) -> None:
    refused = person.say("Who is the king?")
    assert not {"Sources", "Related", "👍 Helpful"} & buttons(refused).keys()


def test_the_buttons_work_after_a_restart_and_for_weeks(
    person: Person, corpus: FakeCorpus, store: BotStore, clock: HandClock
) -> None:
    answer = person.say("Who carries ninety?")
    clock.advance(timedelta(days=25).total_seconds())
    store.prune(clock())
    later = replace(person, desk=Desk(corpus, store, TEXTS, admins=frozenset(), clock=clock))  # type: ignore[arg-type]
    for name in ("Sources", "Longer", "Related", "Summary", "Follow", "👍 Helpful"):
        assert not later.press(answer, name).failed, name


def test_russian_readers_read_russian(person: Person) -> None:
    turn = kept(person, TWO)
    person.store.set_language(person.chat_id, "ru")
    assert rows(person.send(f"form:{turn}:s"))[0] == ["Источники", "К ответу", "Подробнее"]
    assert text(person.send(f"rel:{turn}")) == "Других статей об этом у меня нет."

"""Talking on: offers, limits that are lifted, states of an answer, summaries that grow, stories and topics."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.answering.buttons import BUTTON_CHARACTERS
from bot.answering.contexts import CONVERSATION
from bot.desk import Desk
from bot.keeping.turns import Asked, Place
from bot.outgoing.steps import Room
from bot.outgoing.types import Delivery, Lane, Sent
from bot.pages import LIMITS
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Heard, MarkKind, Message, Reply
from retrieval import Turn
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

CHAT = Chat(100, "en")
AWAIT = "Tell me when an article answers this"
SEQUEL = replace(
    FERRY, id="sequel", title="The ferry is full", text="The ferry was full. Seven people stayed behind.",
    source="The Harbour Post", published=NOON - timedelta(hours=30), url="https://post.example/full",
)  # fmt: skip


@pytest.fixture
def corpus() -> FakeCorpus:
    corpus = FakeCorpus(FERRY, BAKERY, SEQUEL)
    corpus.same_story = [{"ferry", "sequel"}]
    return corpus


@pytest.fixture
def desk(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Desk:
    return Desk(corpus, store, load_texts(), admins=frozenset(), clock=clock)  # type: ignore[arg-type]


def say(desk: Desk, text: str, language: str = "en", replied: str | None = None) -> Reply:
    return desk.hear(Heard(replace(CHAT, language=language), 8, text, replied))


def text(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def buttons(reply: Reply) -> dict[str, str]:
    return {button.text: button.data for message in reply.messages for row in message.buttons for button in row}


def press(desk: Desk, reply: Reply, name: str) -> Reply:
    return desk.press(Heard(CHAT, 8, buttons(reply)[name]))


# -- answers


def test_an_answer_offers_a_summary_of_its_first_article(desk: Desk) -> None:
    reply = say(desk, "Who carries ninety?")
    assert {"Summary", "Follow"} <= buttons(reply).keys()
    assert text(press(desk, reply, "Summary")).startswith("Ferry to Tern Island sails again\n\n• ")


def test_what_limits_a_question_can_be_lifted(desk: Desk, corpus: FakeCorpus) -> None:
    before = say(desk, "Does the ferry go?")
    assert "Search everything" not in buttons(before)
    limited = say(desk, "people according to The Harbour Post?")
    assert text(limited).startswith("Seven people stayed behind. [1]\n\nSearched: The Harbour Post\n\n")
    assert list(buttons(limited))[-1] == "Search everything"
    lifted = press(desk, limited, "Search everything")
    assert text(lifted).startswith("It carries ninety people. [1]\n\n[1]")
    assert "Search everything" not in buttons(lifted)
    turn = Turn("Does the ferry go?", ("ferry",))
    assert [previous for _, previous in corpus.asked[1:]] == [(turn,), (turn,)]  # it does not lean on itself


def test_a_lifted_limit_is_remembered_with_its_own_articles(desk: Desk, corpus: FakeCorpus) -> None:
    press(desk, say(desk, "people according to The Harbour Post?"), "Search everything")
    say(desk, "And when?")
    assert [turn.articles for turn in corpus.asked[-1][1]] == [("sequel",), ("ferry",)]


def test_a_follow_up_whose_limit_is_lifted_is_asked_as_it_was_understood(
    desk: Desk, corpus: FakeCorpus, store: BotStore
) -> None:
    understood = ("And there?", "How many people were there in Brennock", "answered")
    store.turns.remember(Asked(CHAT.id, 8, *understood, (), ("ferry",), {}, NOON, update_id=5))
    store.enqueue([Delivery("r:5:0", Lane.ANSWER, CHAT.id, Message("Ninety."))], {})
    (sent,) = store.claim(store._clock(), Room(1, 1), 60)
    store.settle(sent, Sent(21), NOON)
    key = store.handle("And there?", owner=CHAT.id, by=8, until=NOON + timedelta(days=1))
    desk.press(Heard(CHAT, 8, f"all:{key}", message_id=21))
    assert corpus.asked == [("How many people were there in Brennock", ())]


def test_a_button_to_search_everything_ends_with_what_it_keeps(desk: Desk, store: BotStore) -> None:
    limited = say(desk, "people according to The Harbour Post?")
    store.prune(NOON + timedelta(days=40))
    assert press(desk, limited, "Search everything").failed
    assert not press(desk, limited, "Summary").failed


def test_a_question_of_any_length_fits_its_button(desk: Desk) -> None:
    limited = say(desk, "people according to The Harbour Post " + "б" * 900 + "?")
    assert limited.refused
    assert all(len(data.encode()) <= LIMITS.data_bytes for data in buttons(limited).values())
    assert press(desk, limited, "Search everything").refused


def test_of_a_long_text_the_question_is_asked_and_that_is_said(desk: Desk, corpus: FakeCorpus) -> None:
    reply = say(desk, "It was a long day. " * 80 + "Who carries ninety?")
    assert text(reply).startswith(
        "That is long for a question, so I looked for this part of it: “Who carries ninety?”\n\n"
        "It carries ninety people. [1]"
    )
    assert corpus.asked == [("Who carries ninety?", ())]
    message = reply.messages[0]
    link = next(mark for mark in message.marks if mark.kind is MarkKind.LINK)
    assert message.text[link.start : link.end] == "[1]"


def test_what_is_found_beyond_the_limits_says_so(desk: Desk) -> None:
    reply = say(desk, "ninety according to The Harbour Post?")
    assert text(reply).startswith("Nothing was found where you asked (The Harbour Post), so I searched everything.\n")
    assert "Search everything" not in buttons(reply)


def test_the_closest_passages_are_remembered_and_can_be_summed_up(desk: Desk, corpus: FakeCorpus) -> None:
    reply = say(desk, "perhaps ninety according to The Example?")
    assert text(reply).startswith("I am not sure the articles answer this. The closest passages:\n• It carries")
    assert not reply.refused
    assert {"Summary", "Follow", "Search everything"} <= buttons(reply).keys()
    say(desk, "And when?")
    assert [turn.articles for turn in corpus.asked[-1][1]] == [("ferry",)]


# -- what is kept


def test_every_question_is_kept_with_what_was_said_to_it(desk: Desk, store: BotStore) -> None:
    for number, question in enumerate(("Who carries ninety?", "perhaps ninety?", "Who is the king?")):
        desk.hear(Heard(CHAT, 8, question, update_id=number, message_id=100 + number))
    kept = [store.turns.asked_by(CHAT.id, 100 + number) for number in range(3)]
    assert [asked and asked.outcome for asked in kept] == ["answered", "closest", "refused"]
    answered, closest, refused = (asked for asked in kept if asked is not None)
    place = Place("ferry", 1, 33, 58)
    assert FERRY.text[place.start : place.end] == "It carries ninety people."
    assert (answered.cited, answered.articles, closest.cited, refused.cited) == ((place,), ("ferry",), (place,), ())
    assert answered.trace == {"confidence": 0.9, "milliseconds": {}, "figures": {}, "hits": []}
    assert bool(answered.told) is bool(closest.told) is True
    assert refused.told == {}


def test_what_happened_in_a_time_is_kept_with_what_was_told(desk: Desk, corpus: FakeCorpus, store: BotStore) -> None:
    reply = say(desk, "What happened last week?")
    assert reply.outcome in ("topic", "refused")
    say(desk, "And why?")
    assert [turn.question for turn in corpus.asked[-1][1]] == ["What happened last week?"]


def test_a_summary_is_what_the_next_question_is_about(desk: Desk, corpus: FakeCorpus) -> None:
    say(desk, "/summary ferry")
    say(desk, "And when?")
    assert corpus.asked[-1][1] == (Turn(FERRY.title, ("ferry",)),)


def test_a_new_talk_forgets_the_old_one_and_its_offer(desk: Desk, corpus: FakeCorpus) -> None:
    say(desk, "Who carries ninety?")
    say(desk, "Who is the king?")
    assert text(say(desk, "/new")).startswith("All right, let us begin anew")
    say(desk, "yes")
    assert corpus.asked[-1] == ("yes", ())


def test_in_a_group_nobody_leans_on_another(desk: Desk, corpus: FakeCorpus) -> None:
    group = Chat(-100, "en", "group")
    for person, question in ((1, "Who carries ninety?"), (2, "Where is the bakery?"), (1, "And when?")):
        desk.hear(Heard(group, person, question))
    assert [turn.question for turn in corpus.asked[-1][1]] == ["Who carries ninety?"]
    desk.hear(Heard(group, 1, "/new"))
    desk.hear(Heard(group, 2, "And why?"))
    assert [turn.question for turn in corpus.asked[-1][1]] == ["Where is the bakery?"]
    desk.hear(Heard(group, 1, "And why?"))
    assert corpus.asked[-1][1] == ()


# -- offers


@pytest.mark.parametrize(("yes", "language"), [("yes", "en"), ("OK!", "en"), ("да", "ru"), ("Давай", "ru")])
def test_yes_takes_up_what_a_refusal_offers(desk: Desk, corpus: FakeCorpus, yes: str, language: str) -> None:
    refused = say(desk, "Who is the king?", language)
    assert text(refused).endswith("Shall I summarise the first one?" if language == "en" else "Пересказать первую?")
    taken = say(desk, yes, language)
    assert text(taken).startswith("Ferry to Tern Island sails again\n\n• ")
    assert len(corpus.asked) == 1
    assert say(desk, yes, language).refused  # it was taken up already, so this is a question
    assert len(corpus.asked) == 2


def test_a_refusal_has_a_button_for_each_near_article(desk: Desk, corpus: FakeCorpus) -> None:
    corpus.held["ferry"] = replace(FERRY, title="\u202eEvil\n" + "long " * 50)
    refused = say(desk, "Who is the king?")
    names = list(buttons(refused))
    assert names[0].startswith("Summary: Evil long long")
    assert len(names[0]) <= BUTTON_CHARACTERS
    assert names[0].endswith("…")
    assert names[1:] == ["Summary: A bakery opens", "Summary: The ferry is full", AWAIT]
    assert [len(row) for row in refused.messages[0].buttons] == [1, 1, 1, 1]
    assert text(press(desk, refused, "Summary: A bakery opens")).startswith("A bakery opens\n")


def test_a_refusal_tells_what_there_is_and_what_was_searched_where_that_was_less(desk: Desk) -> None:
    everywhere, within = text(say(desk, "Who is the king?")), text(say(desk, "kings according to The Harbour Post?"))
    assert "Here: 3 articles" in everywhere
    assert "I searched" not in everywhere
    assert "Here: 3 articles" in within
    assert "I searched 1 article" in within


@pytest.mark.parametrize(("no", "words"), [("no", "All right."), ("Нет, спасибо", "All right.")])
def test_no_gets_a_friendly_word_and_ends_the_offer(desk: Desk, corpus: FakeCorpus, no: str, words: str) -> None:
    say(desk, "Who is the king?")
    assert text(say(desk, no)).startswith(words)
    assert len(corpus.asked) == 1
    say(desk, "yes")
    assert corpus.asked[-1][0] == "yes"


def test_an_offer_ends_with_the_next_question_and_with_time(desk: Desk, corpus: FakeCorpus, clock: HandClock) -> None:
    say(desk, "Who is the king?")
    say(desk, "Who carries ninety?")
    say(desk, "yes")
    assert corpus.asked[-1][0] == "yes"
    say(desk, "Who is the king?")
    clock.advance(CONVERSATION.total_seconds())
    say(desk, "yes")
    assert corpus.asked[-1][0] == "yes"


def test_an_offer_is_its_own_chats(desk: Desk, corpus: FakeCorpus) -> None:
    say(desk, "Who is the king?")
    desk.hear(Heard(Chat(200, "en"), 8, "yes"))
    assert corpus.asked[-1][0] == "yes"


def test_an_offered_article_that_is_gone_is_told(desk: Desk, corpus: FakeCorpus) -> None:
    say(desk, "Who is the king?")
    del corpus.held["ferry"]
    assert text(say(desk, "yes")) == "I do not have that article any more."


def test_an_empty_corpus_offers_nothing_but_to_wait(store: BotStore, clock: HandClock) -> None:
    desk = Desk(FakeCorpus(), store, load_texts(), admins=frozenset(), clock=clock)  # type: ignore[arg-type]
    refused = say(desk, "Who is the king?")
    assert "Shall I" not in text(refused)
    assert list(buttons(refused)) == [AWAIT]


@pytest.mark.parametrize(("thanks", "language"), [("Thanks!", "en"), ("спасибо", "ru")])
def test_thanks_get_a_friendly_word_and_no_search(desk: Desk, corpus: FakeCorpus, thanks: str, language: str) -> None:
    assert text(say(desk, thanks, language)) in ("You are welcome!", "Пожалуйста!")
    assert corpus.asked == []


def test_after_the_command_even_yes_is_a_question(desk: Desk, corpus: FakeCorpus) -> None:
    say(desk, "Who is the king?")
    say(desk, "/ask yes")
    assert corpus.asked[-1][0] == "yes"


# -- summaries


def test_a_summary_becomes_shorter_and_longer(desk: Desk, corpus: FakeCorpus) -> None:
    corpus.held["ferry"] = replace(FERRY, text=" ".join(f"Sentence number {n} is here." for n in range(1, 8)))
    medium = say(desk, "/summary ferry")
    assert text(medium).count("•") == 3
    assert list(buttons(medium)) == ["Shorter", "Longer", "Whole story", "Follow"]
    short = press(desk, medium, "Shorter")
    assert text(short).count("•") == 1
    assert list(buttons(short)) == ["Longer", "Whole story", "Follow"]
    assert press(desk, short, "Longer") == medium
    long = press(desk, medium, "Longer")
    assert text(long).count("•") == 7
    assert list(buttons(long)) == ["Shorter", "Whole story", "Follow"]
    assert press(desk, long, "Shorter") == medium


def test_a_summary_that_is_the_whole_article_does_not_become_longer(desk: Desk) -> None:
    assert list(buttons(say(desk, "/summary ferry"))) == ["Shorter", "Whole story", "Follow"]
    assert list(buttons(say(desk, "/summary bakery short"))) == ["Longer", "Follow"]


@pytest.mark.parametrize(
    ("command", "sentences"),
    [("short ferry", 1), ("ferry короткий", 1), ("Кратко ferry", 1), ("ferry", 3), ("ferry medium", 3),
     ("https://news.example/ferry short", 1)],
)  # fmt: skip
def test_a_word_says_how_long(desk: Desk, command: str, sentences: int) -> None:
    assert text(say(desk, f"/summary {command}")).count("•") == sentences


def test_a_length_alone_is_about_the_replied_message(desk: Desk) -> None:
    reply = say(desk, "/summary short", replied="It sails. [1]\nhttps://news.example/ferry")
    assert text(reply).count("•") == 1


def test_the_whole_story_is_one_press_away(desk: Desk) -> None:
    told = press(desk, say(desk, "/summary ferry"), "Whole story")
    assert text(told).startswith(
        "The ferry is full\n2 articles · 5 March – 30 May 2026\n\nWhat happened:\n"
        "• The ferry sails again on Monday. [1]\n• The ferry was full. [2]\n\n"
        "What is new:\n• Seven people stayed behind. [2]\n\n[1]"
    )
    assert "Whole story" not in buttons(say(desk, "/summary bakery"))


@pytest.mark.parametrize(("command", "language"), [("ferry yesterday", "en"), ("yesterday", "en"), ("вчера", "ru")])
def test_a_topic_with_a_time_is_summed_up(desk: Desk, command: str, language: str) -> None:
    reply = say(desk, f"/summary {command}", language)
    assert "1. The ferry was full. [1]" in text(reply)
    assert ("30 May 2026" if language == "en" else "30 мая 2026") in text(reply).split("\n")[0]
    assert not reply.refused


def test_a_topic_becomes_shorter_and_longer(desk: Desk) -> None:
    medium = say(desk, "/summary people")
    assert text(medium).startswith("people\n2 stories · 2 articles · 2 sources\n\n1. ")
    assert list(buttons(medium)) == ["Shorter", "Longer", "Follow"]
    short = press(desk, medium, "Shorter")
    assert text(short).startswith("people\n1 story")
    assert press(desk, short, "Longer") == medium
    assert list(buttons(press(desk, medium, "Longer"))) == ["Shorter", "Follow"]
    assert all(len(data.encode()) <= LIMITS.data_bytes for data in buttons(medium).values())


def test_a_topic_that_nothing_was_written_on_is_refused(desk: Desk) -> None:
    reply = say(desk, "/summary cheese yesterday")
    assert reply.refused
    assert text(reply).endswith("found nothing on: cheese, 30 May 2026. I searched 1 article of 30 May 2026.")
    assert buttons(reply) == {}


def test_what_happened_in_a_time_is_told_by_stories(desk: Desk, corpus: FakeCorpus) -> None:
    reply = say(desk, "What happened last week?")
    assert not corpus.asked
    assert text(reply) == text(say(desk, "/summary What happened last week?"))

"""In passing, over HTTP: cards for whoever types our name anywhere, guests' questions, drafts, and how we present
ourselves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retrieval import Article, Corpus
from tests.botapi import BotApi, Json
from tests.journey import TEXTS, api, running

__all__ = ["api"]  # a fixture

OPERATOR = 900
FERRY = Article(
    "ferry",
    "Ferry to Tern Island stops for the winter",
    "The ferry to Tern Island will not sail from November. Its owner wants to mend the engine. Islanders get a bus.",
    url="https://harbour.example/ferry",
    source="Harbour Wire",
    published=datetime(2026, 5, 3, tzinfo=UTC),
)
MUSEUM = Article(
    "museum",
    "Museum opens <b>at night</b>",
    "The Maritime Museum stays open until midnight on Fridays. Tickets cost four crowns after eight.",
    url="https://observer.example/museum",
    source="The Observer",
    published=datetime(2026, 5, 4, tzinfo=UTC),
)


class SlowCorpus:
    """As the one behind it, but nobody gets an answer within a second."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def __getattr__(self, name: str) -> Any:
        return getattr(self._corpus, name)

    def ask(self, *arguments: Any, **options: Any) -> Any:
        time.sleep(1.0)
        return self._corpus.ask(*arguments, **options)


def filled(make_corpus: Callable[[], Corpus]) -> Corpus:
    corpus = make_corpus()
    corpus.add(FERRY)
    corpus.add(MUSEUM)
    return corpus


async def answered(api: BotApi, query: str) -> Json:
    """What the bot said to an inline or a guest's query."""

    def reply() -> Json | None:
        return api.state.queries[query]

    await api.wait(lambda: reply() is not None, 30)
    return reply() or {}


async def test_whoever_types_our_name_gets_cards_that_say_why(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = filled(make_corpus)
    async with running(api.start(), corpus, tmp_path):
        told = await answered(api, api.people.search("ferry winter", 5))
    card = told["results"][0]
    assert card["title"] == FERRY.title
    assert "will not sail from November" in card["description"]
    posted = card["input_message_content"]
    assert "The ferry to Tern Island will not sail from November. [1]" in posted["message_text"]
    assert "Harbour Wire, 3 May 2026" in posted["message_text"]
    links = [button["url"] for row in card["reply_markup"]["inline_keyboard"] for button in row]
    assert links[0] == FERRY.url
    assert links[1].startswith("https://t.me/footnote_test_bot?start=a_")
    assert told["is_personal"]


async def test_no_words_bring_the_newest_articles_and_strange_ones_none(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = filled(make_corpus)
    async with running(api.start(), corpus, tmp_path):
        newest = await answered(api, api.people.search("", 5))
        strange = await answered(api, api.people.search("qwrtzp", 5))
    assert [card["title"] for card in newest["results"]] == [MUSEUM.title, FERRY.title]
    assert strange["results"] == []
    assert strange["button"]["text"] == "Ask me in private"


async def test_ask_in_private_asks_what_was_typed(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = filled(make_corpus)
    async with running(api.start(), corpus, tmp_path):
        told = await answered(api, api.people.search("Why does the ferry to Tern Island stop?", 5))
        api.people.write(f"/start {told['button']['start_parameter']}", 5)
        said = (await api.wait(lambda: api.sent(5), 30))[0]
        api.people.write(f"/start {told['button']['start_parameter']}", 6)  # it is nobody else's
        other = (await api.wait(lambda: api.sent(6), 30))[0]
    assert "ferry" in said["text"].lower()
    assert "[1]" in said["text"]
    assert other["text"].startswith(TEXTS.say("en", "greeting.stale"))
    assert "[1]" not in other["text"]


async def test_a_russian_reader_finds_russian_words_around_the_cards(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = filled(make_corpus)
    async with running(api.start(), corpus, tmp_path):
        told = await answered(api, api.people.search("ferry", 5, language="ru"))
    assert told["button"]["text"] == "Спросить меня лично"
    assert "3 мая 2026" in told["results"][0]["input_message_content"]["message_text"]


async def test_a_guest_gets_one_cited_message(api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path) -> None:
    corpus = filled(make_corpus)
    async with running(api.start(), corpus, tmp_path):
        query = api.people.call_over("@footnote_test_bot when does the ferry to Tern Island stop?", -77, 5)
        told = await answered(api, query)
    posted = told["result"]["input_message_content"]
    assert "will not sail from November" in posted["message_text"]
    assert any(entity["type"] == "text_link" for entity in posted["entities"])
    assert not api.sent(-77)


async def test_a_draft_says_in_private_that_we_are_at_work_and_groups_see_typing(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    async with running(api.start(), SlowCorpus(make_corpus()), tmp_path):
        api.people.write("Why does the ferry stop?", 5)
        api.people.write("@footnote_test_bot why does the ferry stop?", -6, entities=[
            {"type": "mention", "offset": 0, "length": 18}
        ])  # fmt: skip
        await api.wait(lambda: api.sent(5) and api.sent(-6), 30)
    assert api.state.drafts
    assert {chat for chat, _ in api.state.drafts} == {5}
    assert "Looking through the articles" in api.state.drafts[0][1]
    assert {call.parameters["chat_id"] for call in api.calls if call.method == "sendChatAction"} == {-6}


async def test_where_telegram_takes_no_draft_it_sees_typing(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    api.faults.refuse("sendMessageDraft", 404, "Not Found: method not found", times=3)
    async with running(api.start(), SlowCorpus(make_corpus()), tmp_path):
        api.people.write("Why does the ferry stop?", 5)
        await api.wait(lambda: api.sent(5), 30)
    assert any(call.method == "sendChatAction" for call in api.calls)


async def test_we_present_ourselves_in_every_language_and_place(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    async with running(api.start(), make_corpus(), tmp_path, admins=frozenset({OPERATOR})):
        await api.wait(lambda: "menu_button" in api.state.presented, 30)
    menus = {tuple(json.loads(place)): [c["command"] for c in menu] for place, menu in _menus(api).items()}
    assert "follow" in menus["default", None]
    assert "follow" not in menus["all_group_chats", "ru"]
    assert "follow" in menus["all_chat_administrators", "ru"]
    assert "stats" in menus["chat", None]
    assert not {"stats", "ban"} & set(menus["default", "ru"])
    assert api.state.presented['["description", "ru"]'].startswith("Я отвечаю")
    assert api.state.presented['["short_description", null]'].startswith("Answers from")
    assert api.state.presented["menu_button"] == {"type": "commands"}


def _menus(api: BotApi) -> dict[str, list[Json]]:
    """Scope and language -> menu."""
    told = {}
    for place, menu in api.state.commands.items():
        scope, language = json.loads(place)
        told[json.dumps([scope["type"] if scope else "default", language])] = menu
    return told

"""Alerts from one end to the other: people follow things, articles come in, and what arrives, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from retrieval import Article, Corpus
from tests.botapi import BotApi, Json
from tests.botapi.state import BOT_ID
from tests.fake_corpus import HandClock
from tests.fakes import until
from tests.journey import TEXTS, api, buttons, entities, follow, pressed, running

__all__ = ["api"]  # a fixture

MakeCorpus = Callable[[], Corpus]
PATIENCE = 30.0  # seconds; planning looks every two


def english(key: str, **values: object) -> str:
    return TEXTS.say("en", key, **values)


def tanker(number: int = 1, source: str = "The Bay Times", **changed: object) -> Article:
    """Another source words it in another way."""
    texts = (
        "The tanker Merganser lost 40 tonnes of fuel oil in the bay on Wednesday, the port authority said.\n\n"
        "Captain Rurik Haldane said that booms would keep the oil away from the beaches of Tern Island.",
        "Fuel oil from the tanker Merganser has spread over the bay, and Tern Island closed its beaches.\n\n"
        "Booms did not hold it, Captain Rurik Haldane admitted. The tanker had lost 40 tonnes of oil on Wednesday.",
    )
    told = Article(f"tanker-{number}", "Tanker Merganser leaks oil in the bay", texts[number - 1], source=source)
    about = {"url": f"https://news.example/{told.id}", "published": datetime.now(UTC) - timedelta(hours=1)}
    return Article(**{**{name: getattr(told, name) for name in told.__slots__}, **about, **changed})  # type: ignore[arg-type]


def unlike(number: int) -> Article:
    """Articles that have nothing in common."""
    about = (
        ("Bakers bake rye", "The bakers of Millrace bake rye bread again. Flour had become too dear in winter."),
        ("Owl nests in the tower", "A barn owl nests in the clock tower of Brennock. Its three young hatched in May."),
        ("Chess club wins cup", "The chess club of Kronberg won the valley cup. Ilse Brandt beat the champion."),
        ("Violin found in attic", "A violin of 1781 was found in an attic. Experts think that Pietro Lanz made it."),
        ("Tram line reopens", "The tram to the zoo runs again. Rails had been laid anew between two stops."),
        ("School gets solar roof", "The school at Linden Square has a solar roof. It feeds the kitchen and the gym."),
        ("Marathon has new course", "Runners of the marathon will cross the old town. The course is flat and fast."),
    )  # fmt: skip
    title, text = about[number]
    return Article(f"unlike-{number}", title, text, source="The Valley", url=f"https://news.example/{number}")


def arrived(api: BotApi, chat_id: int, words: str) -> Callable[[], list[Json]]:
    return lambda: [message for message in api.sent(chat_id) if words in message["text"]]


async def test_a_topic_in_plain_words_tells_why_and_takes_an_opinion(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    async with running(api.start(), corpus, tmp_path):
        await follow(api, "oil spills at sea", 7)
        corpus.add(unlike(0))
        corpus.add(tanker())
        [alert] = await api.wait(arrived(api, 7, "Merganser"), PATIENCE)
        assert "oil spills at sea" in alert["text"]
        assert english("why.topic", title="“oil spills at sea”") in alert["text"]
        assert any(link["url"].startswith("https://news.example/tanker-1#:~:text=") for link in alert["entities"]
                   if link["type"] == "text_link")  # fmt: skip
        less = await pressed(api, alert, english("button.less"))
        assert less["text"] == english("feedback.less", title="oil spills at sea")
        await pressed(api, alert, english("button.ask"))
        said = len(api.sent(7))
        api.people.write("How much oil was lost?", 7)
        [answer] = await api.wait(lambda: api.sent(7)[said:])
        assert "40 tonnes" in "".join(entities(answer, "bold"))
    assert not arrived(api, 7, "Bakers")()


async def test_a_russian_topic_finds_russian_articles_by_words(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    flood = Article(
        "flood", "Наводнение в Сибири", "Наводнение в Сибири затопило 12 сёл. Людей вывезли.", language="ru"
    )
    async with running(api.start(), corpus, tmp_path):
        await follow(api, "наводнения в Сибири", 7)
        corpus.add(tanker())
        corpus.add(flood)
        await api.wait(arrived(api, 7, "затопило 12 сёл"), PATIENCE)
    assert len(api.sent(7)) == 2  # the proposal, and this


async def test_one_story_is_told_once_and_its_follower_gets_the_next_article_as_a_silent_reply(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    async with running(api.start(), corpus, tmp_path):
        await follow(api, "everything", 7)
        await follow(api, "everything", 8)
        corpus.add(tanker())
        [alert] = await api.wait(arrived(api, 8, "Merganser"), PATIENCE)
        offer = await pressed(api, alert, english("button.follow"))
        story = next(text for text in buttons(offer) if "story" in text.lower())
        followed = await pressed(api, offer, story)
        assert followed["text"] == english("follow.done_story", title=tanker().title)
        corpus.add(tanker(2, "Harbour Post"))
        [reply] = await api.wait(lambda: [m for m in api.sent(8) if m.get("reply_to_message")], PATIENCE)
        assert reply["reply_to_message"]["message_id"] == alert["message_id"]
        corpus.add(unlike(1))
        await api.wait(arrived(api, 7, "Owl"), PATIENCE)
    assert len(arrived(api, 7, "Merganser")()) == 1
    silent = next(call for call in api.calls if call.result is reply)
    assert silent.parameters["disable_notification"] is True


async def test_an_article_that_changes_changes_its_alert(api: BotApi, make_corpus: MakeCorpus, tmp_path: Path) -> None:
    corpus = make_corpus()
    async with running(api.start(), corpus, tmp_path):
        await follow(api, "everything", 7)
        first = tanker(
            text="The tanker Merganser lost 40 tonnes of feul oil in the bay, the port authority said on Friday."
        )
        corpus.add(first)
        [alert] = await api.wait(arrived(api, 7, "feul oil"), PATIENCE)
        corpus.add(tanker(text=first.text.replace("feul", "fuel")))
        place = (7, alert["message_id"])
        await api.wait(lambda: "fuel oil" in api.state.messages[place]["text"], PATIENCE)
        said = len(api.sent(7))
        corpus.add(
            tanker(text=first.text.replace("feul", "fuel") + "\n\nThree sailors died in the fire that followed.")
        )
        [reply] = await api.wait(lambda: api.sent(7)[said:], PATIENCE)
    assert reply["reply_to_message"]["message_id"] == alert["message_id"]
    assert len(arrived(api, 7, "Merganser leaks")()) <= 2


async def test_nothing_comes_in_quiet_hours_and_what_came_meanwhile_comes_after_them_together(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus, clock = make_corpus(), HandClock()
    clock.now = datetime.now(UTC).replace(hour=3, minute=0)
    async with running(api.start(), corpus, tmp_path, clock=clock):
        await follow(api, "everything", 7)
        for text in ("/timezone Moscow", "/quiet 22-7"):  # it is six there
            api.people.write(text, 7)
        await api.wait(arrived(api, 7, "22:00"))
        said = len(api.sent(7))
        for number in range(3):
            corpus.add(unlike(number))
        await follow(api, "everything", 8)
        corpus.add(unlike(3))
        await api.wait(arrived(api, 8, "Violin"), PATIENCE)
        assert len(api.sent(7)) == said
        clock.now += timedelta(minutes=59)
        assert len(api.sent(7)) == said
        clock.now += timedelta(minutes=2)
        [digest] = await api.wait(lambda: api.sent(7)[said:], PATIENCE)
    for number in range(4):
        assert unlike(number).title in digest["text"]
    assert digest["text"].startswith(english("digest.resting", count=4))


async def test_a_daily_digest_comes_once_at_its_time(api: BotApi, make_corpus: MakeCorpus, tmp_path: Path) -> None:
    corpus, clock = make_corpus(), HandClock()
    clock.now = datetime.now(UTC).replace(hour=5, minute=0)
    async with running(api.start(), corpus, tmp_path, clock=clock):
        await follow(api, "everything daily 8:30", 7)
        await follow(api, "everything", 8)
        for number in (0, 1):
            corpus.add(unlike(number))
            await api.wait(arrived(api, 8, unlike(number).title), PATIENCE)
        clock.now = clock.now.replace(hour=8, minute=31)
        [digest] = await api.wait(arrived(api, 7, english("digest.daily")), PATIENCE)
        corpus.add(unlike(2))
        await api.wait(arrived(api, 8, unlike(2).title), PATIENCE)
        clock.now += timedelta(days=1)
        await api.wait(arrived(api, 7, unlike(2).title), PATIENCE)
    assert len(arrived(api, 7, english("digest.daily"))()) == 1  # what is alone the next day needs no heading
    assert english("digest.stories", count=2) in digest["text"]
    assert "Chess" not in digest["text"]


async def test_more_than_five_at_once_are_one_message(api: BotApi, make_corpus: MakeCorpus, tmp_path: Path) -> None:
    corpus = make_corpus()
    for number in range(7):
        corpus.add(unlike(number))
    root = api.start()
    async with running(root, corpus, tmp_path):
        await follow(api, "everything", 7)
        api.people.block(7)
        await until(lambda: not api.state.updates)
        for number in range(7):
            corpus.add(Article(**{**_fields(unlike(number)), "id": f"again-{number}", "text": _other(number)}))
        api.people.unblock(7)
        [welcome] = await api.wait(arrived(api, 7, english("presence.welcome")), PATIENCE)
        said = len(api.sent(7))
        api.people.press(welcome, buttons(welcome)[english("button.catch_up")])
        await api.wait(lambda: [m for m in api.sent(7)[said:] if "1." in m["text"]], PATIENCE)


def _fields(article: Article) -> dict[str, object]:
    return {name: getattr(article, name) for name in article.__slots__}


def _other(number: int) -> str:
    words = ("zebra quill", "amber moth", "copper kite", "velvet reed", "marble fern", "cedar drum", "ivory loom")
    return f"Something else happened with the {words[number]} of the province. Nobody had seen it coming."


async def test_only_administrators_change_what_a_group_follows_and_its_topic_gets_it(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    async with running(api.start(), corpus, tmp_path):
        api.people.write("/follow everything", -5, user_id=9, message_thread_id=3, is_topic_message=True)
        [refused] = await api.wait(lambda: api.sent(-5), PATIENCE)
        assert refused["text"] == english("rights.denied")
        api.state.admins[-5] = {8}
        await follow(api, "everything", -5, user_id=8)
        corpus.add(tanker())
        [alert] = await api.wait(arrived(api, -5, "Merganser"), PATIENCE)
    assert alert["chat"]["id"] == -5


async def test_a_channel_is_set_up_from_a_private_chat(api: BotApi, make_corpus: MakeCorpus, tmp_path: Path) -> None:
    corpus = make_corpus()
    api.state.chat(-1007, type="channel", title="Harbour news", username="harbour")
    api.state.admins[-1007] = {BOT_ID}
    async with running(api.start(), corpus, tmp_path):
        api.people.write("/follow everything to @harbour", 7)
        [refused] = await api.wait(lambda: api.sent(7), PATIENCE)
        assert refused["text"] == english("rights.denied_there", name="Harbour news")
        api.state.admins[-1007] = {BOT_ID, 7}
        await follow(api, "everything to @harbour", 7)
        corpus.add(tanker())
        [post] = await api.wait(arrived(api, -1007, "Merganser"), PATIENCE)
    assert "reply_markup" not in post
    assert english("why.channel.everything") in post["text"]


async def test_a_question_is_answered_by_the_first_article_that_tells(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(unlike(0))
    async with running(api.start(), corpus, tmp_path):
        api.people.write("How much oil did the tanker Merganser lose?", 7)
        [refusal] = await api.wait(lambda: api.sent(7), PATIENCE)
        await pressed(api, refusal, english("button.await"))
        said = len(api.sent(7))
        corpus.add(tanker())
        [alert] = await api.wait(lambda: api.sent(7)[said:], PATIENCE)
        assert "40 tonnes" in alert["text"]
        corpus.add(tanker(2, "Harbour Post"))
        await follow(api, "everything", 8)
        corpus.add(unlike(1))
        await api.wait(arrived(api, 8, "Owl"), PATIENCE)
    assert len(api.sent(7)) == said + 1

"""Talks over HTTP, with the real model: replies, follow-ups, edits, and what is forgotten.

A reply is about what it points at, however old; anything else leans on the last quarter of an hour.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval import Article, Corpus, CorpusSettings, open_corpus
from retrieval.ports import Embedder
from retrieval.sources.workers import Workers
from tests.botapi import BotApi, Json
from tests.fake_corpus import HandClock
from tests.fakes import until
from tests.journey import TEXTS, api, buttons, entities, follow, pressed, running

__all__ = ["api"]  # a fixture

MakeCorpus = Callable[[], Corpus]
ANN, BEN, GROUP = 7, 8, -70
US = "@footnote_test_bot"
DAYS = 86_400
BRIDGE = Article(
    id="bridge",
    title="Saltgate Bridge closed after cracks are found",
    text="Saltgate Bridge was closed on Tuesday. Inspectors had found cracks in two of its steel beams.\n\n"
    "The repair will cost 14 million crowns, the deputy mayor Tomas Ferrin said. It is to take nine months.\n\n"
    "In 2023 the bridge carried 9,000 cars a day. In 2024 it carried 11,000 cars a day.",
    url="https://observer.lindhaven.example/bridge",
    source="The Lindhaven Observer",
    published=datetime(2026, 5, 12, 9, tzinfo=UTC),
)
SCHOOL = Article(
    id="school",
    title="Linden School opens again",
    text="Linden School opened again on Monday. Its roof had fallen in during a storm.\n\n"
    "The repair cost 3 million crowns, the headmistress Ada Brennan said. It had taken two years.",
    url="https://post.lindhaven.example/school",
    source="The Harbour Post",
    published=datetime(2026, 5, 20, 9, tzinfo=UTC),
)
FERRY = Article(
    id="ferry",
    title="Новый паром на остров Терн",
    text="Новый паром на остров Терн начнёт ходить 4 мая. Билет будет стоить 12 крон.\n\n"
    "Паром построили на верфи в Бренноке за два года. Старый паром списали, потому что у него сломался двигатель.",
    language="ru",
    url="https://vestnik.lindhaven.example/parom",
    source="Линдхавенский вестник",
    published=datetime(2026, 4, 20, 9, tzinfo=UTC),
)
PIER = Article(
    id="pier",
    title="Kestwick pier is rebuilt",
    text="The pier of Kestwick is being rebuilt. The repair costs 21 million crowns. It will open in autumn.",
    url="https://wire.lindhaven.example/pier",
    source="The Wire",
)
COST = "How much is the repair?"


@dataclass(frozen=True)
class Reader:
    """Somebody in a chat with the bot, who waits for what is said back."""

    api: BotApi
    clock: HandClock
    chat_id: int = ANN
    user_id: int = ANN
    language: str = "en"

    async def say(self, text: str, to: Json | None = None, quote: str | None = None) -> Json:
        """A message, perhaps a reply to another, perhaps with a part of it quoted."""
        return (await self.exchange(text, to, quote))[1]

    async def exchange(self, text: str, to: Json | None = None, quote: str | None = None) -> tuple[Json, Json]:
        """What was said, and the answer to it."""
        said, more = len(self.api.sent(self.chat_id)), mention(text)
        if to is not None:
            more["reply_to_message"] = to
        if quote is not None:
            more["quote"] = {"text": quote, "position": 0}
        who: Json = {"user_id": self.user_id, "language": self.language}
        update = self.api.people.write(text, self.chat_id, **who, **more)
        return update["message"], (await self.api.wait(lambda: self.api.sent(self.chat_id)[said:]))[0]

    async def edit(self, message: Json, text: str, answer: Json) -> str:
        """Says something else instead, and reads what becomes of the answer."""
        before = answer["text"]
        self.api.people.edit(message, text)
        await self.api.wait(lambda: [answer] if answer["text"] != before else [])
        return str(answer["text"])

    async def quiet(self) -> int:
        """How many messages there are once everything was heard."""
        await until(lambda: not self.api.state.updates)
        await self.say("thanks")
        return len(self.api.sent(self.chat_id)) - 1


@pytest.fixture(scope="module")
def corpus(embedder: Embedder, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """The three articles, read only: a test that adds one makes its own."""
    with closing(open_corpus(CorpusSettings(tmp_path_factory.mktemp("talks")), embedder, workers)) as corpus:
        for article in (BRIDGE, SCHOOL, FERRY):
            corpus.add(article)
        yield corpus


@asynccontextmanager
async def reading(api: BotApi, corpus: Corpus, data: Path, **who: object) -> AsyncIterator[Reader]:
    clock = HandClock()
    async with running(api.start(), corpus, data, clock=clock):
        yield Reader(api, clock, **who)  # type: ignore[arg-type]


def mention(text: str) -> Json:
    """What Telegram marks in it."""
    return {"entities": [{"type": "mention", "offset": 0, "length": len(US)}]} if text.startswith(US) else {}


def sources(message: Json) -> set[str]:
    """The articles that its footnotes lead to."""
    urls = [entity["url"] for entity in message["entities"] if entity["type"] == "text_link"]
    return {url.partition("#")[0] for url in urls}


# -- replies


async def test_a_reply_to_an_answer_is_about_its_articles_however_old(
    api: BotApi, corpus: Corpus, tmp_path: Path
) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        bridge = await ann.say("Why was Saltgate Bridge closed?")
        school = await ann.say("Why was Linden School closed?")
        ann.clock.advance(20 * DAYS)
        of_bridge, of_school = await ann.say(COST, bridge), await ann.say(COST, school)
        chained = await ann.say("who said so?", of_bridge)
    assert "14 million" in of_bridge["text"]
    assert sources(of_bridge) == sources(chained) == {BRIDGE.url}
    assert "3 million" in of_school["text"]
    assert sources(of_school) == {SCHOOL.url}
    assert "Tomas Ferrin" in chained["text"]


async def test_a_reply_to_a_summary_is_about_its_article_and_can_be_summed_up(
    api: BotApi, corpus: Corpus, tmp_path: Path
) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        summary = await ann.say("/summary Linden School opens again")
        ann.clock.advance(29 * DAYS)
        kept = await ann.say(COST, summary)
        ann.clock.advance(29 * DAYS)  # the turn is not kept any more; the links are
        linked = await ann.say(COST, summary)
        again = await ann.say("/summary short", summary)
    assert "3 million" in kept["text"]
    assert "3 million" in linked["text"]
    assert sources(kept) == sources(linked) == {SCHOOL.url}
    assert again["text"].startswith(SCHOOL.title)


async def test_a_quoted_sentence_is_asked_about(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        both = await ann.say("How much did the repair cost?")
        assert sources(both) == {BRIDGE.url, SCHOOL.url}
        ann.clock.advance(DAYS)
        quote = "The repair cost 3 million crowns, the headmistress Ada Brennan said."
        assert quote in both["text"]
        answer = await ann.say("how long?", both, quote)
    assert "two years" in answer["text"]
    assert sources(answer) == {SCHOOL.url}


async def test_a_reply_to_an_alert_is_about_its_article(api: BotApi, make_corpus: MakeCorpus, tmp_path: Path) -> None:
    corpus = make_corpus()
    corpus.add(BRIDGE)
    async with reading(api, corpus, tmp_path) as ann:
        await follow(api, "everything", ANN)
        corpus.add(replace(PIER, published=ann.clock()))
        [alert] = await api.wait(lambda: [m for m in api.sent(ANN) if "Kestwick" in m["text"]], 30)
        other = await ann.say("Why was Saltgate Bridge closed?")
        answer, when = await ann.say(COST, alert), await ann.say("and when?", alert)
    assert sources(other) == {BRIDGE.url}
    assert "21 million" in answer["text"]
    assert "autumn" in when["text"]
    assert sources(answer) == sources(when) == {PIER.url}


async def test_a_reply_to_a_message_that_is_no_answer_is_an_ordinary_question(
    api: BotApi, corpus: Corpus, tmp_path: Path
) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        await ann.say("Why was Saltgate Bridge closed?")
        menu = await ann.say("/language")
        leaning = await ann.say("and how much is the repair?", menu)
        ann.clock.advance(DAYS)
        alone = await ann.say("How much did the repair of Linden School cost?", menu)
    assert "14 million" in leaning["text"]
    assert "3 million" in alone["text"]


# -- follow-ups


@pytest.mark.parametrize(
    ("question", "follow_up", "answer", "article", "language"),
    [
        ("How many cars did Saltgate Bridge carry in 2023?", "and in 2024?", "11,000 cars", BRIDGE, "en"),
        ("When was Saltgate Bridge closed?", "why?", "cracks in two", BRIDGE, "en"),
        ("Who found cracks in Saltgate Bridge?", "who else?", "Inspectors", BRIDGE, "en"),
        ("Когда списали старый паром?", "а почему?", "сломался двигатель", FERRY, "ru"),
        ("Кто построил новый паром?", "кто ещё?", "на верфи", FERRY, "ru"),
    ],
)
async def test_a_follow_up_leans_on_the_last_quarter_of_an_hour_and_a_reply_on_any_time(  # noqa: PLR0913
    api: BotApi, corpus: Corpus, tmp_path: Path,
    question: str, follow_up: str, answer: str, article: Article, language: str,
) -> None:  # fmt: skip
    async with reading(api, corpus, tmp_path, language=language) as ann:
        first = await ann.say(question)
        ann.clock.advance(14 * 60)
        soon = await ann.say(follow_up)
        ann.clock.advance(5 * DAYS)
        late, replied = await ann.say(follow_up), await ann.say(follow_up, first)
    assert answer in soon["text"]
    assert answer in replied["text"]
    assert sources(soon) == sources(replied) == {article.url}
    assert late["text"] != soon["text"]


async def test_what_was_talked_about_outlives_a_restart(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    clock, root = HandClock(), api.start()
    ann = Reader(api, clock)
    async with running(root, corpus, tmp_path, clock=clock):
        said, bridge = await ann.exchange("Why was Saltgate Bridge closed?")
        await ann.say("When did Linden School open again?")
    async with running(root, corpus, tmp_path, clock=clock):
        leaning = await ann.say("why was it closed?")
        replied = await ann.say(COST, bridge)
    async with running(root, corpus, tmp_path, clock=clock):
        edited = await ann.edit(said, "Who said what the repair of Saltgate Bridge costs?", bridge)
    assert "roof" in leaning["text"]
    assert "14 million" in replied["text"]
    assert "Tomas Ferrin" in edited


async def test_in_a_group_nobody_leans_on_what_another_asked_unless_he_replies(
    api: BotApi, corpus: Corpus, tmp_path: Path
) -> None:
    async with reading(api, corpus, tmp_path, chat_id=GROUP) as ann:
        ben = Reader(api, ann.clock, GROUP, BEN)
        asked, answer = await ann.exchange(f"{US} When was Saltgate Bridge closed?")
        lost = await ben.say(f"{US} why?")
        by_answer, by_question = await ben.say("why?", answer), await ben.say(f"{US} why?", asked)
        own = await ann.say(f"{US} why?")
    assert "cracks" not in lost["text"]
    assert all("cracks in two" in found["text"] for found in (by_answer, by_question, own))


# -- a new talk


async def test_a_new_talk_forgets_the_old_one(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        answer = await ann.say("When was Saltgate Bridge closed?")
        begun = await ann.say("/new")
        lost, replied = await ann.say("why?"), await ann.say("why?", answer)
    assert begun["text"] == TEXTS.say("en", "conversation.new")
    assert "cracks" not in lost["text"]
    assert "cracks in two" in replied["text"]


async def test_a_new_talk_of_a_groups_member_is_his_own(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    async with reading(api, corpus, tmp_path, chat_id=GROUP, language="ru") as ann:
        ben = Reader(api, ann.clock, GROUP, BEN)
        for person in (ann, ben):
            await person.say(f"{US} When was Saltgate Bridge closed?")
        begun = await ann.say("/new")
        lost, kept = await ann.say(f"{US} why?"), await ben.say(f"{US} why?")
    assert begun["text"] == TEXTS.say("ru", "conversation.new")
    assert "cracks" not in lost["text"]
    assert "cracks in two" in kept["text"]


# -- edits


async def test_an_edited_question_is_answered_in_place_and_the_talk_goes_on_from_it(
    api: BotApi, corpus: Corpus, tmp_path: Path
) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        said, answer = await ann.exchange("When was Saltgate Bridge closed?")
        anew = await ann.edit(said, "When did Linden School open again?", answer)
        assert "Monday" in anew
        assert sources(answer) == {SCHOOL.url}
        assert buttons(answer)
        again = await ann.edit(said, "/ask When did Saltgate Bridge close?", answer)
        assert "Tuesday" in again
        why = await ann.say("why?")
        assert await ann.quiet() == 2
    assert "cracks in two" in why["text"]


async def test_an_edited_follow_up_leans_on_what_stood_before_it(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        await ann.say("When was Saltgate Bridge closed?")
        said, answer = await ann.exchange("and how much is the repair?")
        await ann.say("When did Linden School open again?")
        ann.clock.advance(3600)
        anew = await ann.edit(said, "why?", answer)
    assert "cracks in two" in anew


async def test_a_summary_that_is_asked_for_otherwise_changes_too(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        said, summary = await ann.exchange("/summary Linden School opens again")
        changed = await ann.edit(said, "/summary Saltgate Bridge closed after cracks are found", summary)
        assert await ann.quiet() == 1
    assert changed.startswith(BRIDGE.title)


async def test_an_edit_that_asks_for_nothing_gets_silence(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        asked, answer = await ann.exchange("When was Saltgate Bridge closed?")
        command, _ = await ann.exchange("/follow cracks in bridges")
        before, said = answer["text"], await ann.quiet()
        api.people.edit(asked, "When was Saltgate Bridge closed?")
        api.people.edit(command, "/follow roofs of schools")
        assert await ann.quiet() == said + 1  # the thanks of before
    assert answer["text"] == before


async def test_in_a_group_an_edit_of_what_was_not_for_us_gets_silence(
    api: BotApi, corpus: Corpus, tmp_path: Path
) -> None:
    async with reading(api, corpus, tmp_path, chat_id=GROUP) as ann:
        chatter = api.people.write("When was Saltgate Bridge closed?", GROUP, user_id=ANN)["message"]
        await until(lambda: not api.state.updates)
        now = f"{US} When was Saltgate Bridge closed?"
        api.people.edit({**chatter, **mention(now)}, now)
        answer = await ann.say(f"{US} Why was Linden School closed?")
    assert "roof" in answer["text"]
    assert len(api.sent(GROUP)) == 1


# -- what stands under an answer, and above


async def test_a_refusal_offers_what_is_near_and_to_wait_and_what_is_nothing_asks_nothing(
    api: BotApi, corpus: Corpus, tmp_path: Path
) -> None:
    async with reading(api, corpus, tmp_path) as ann:
        nothing = await ann.say("?!")
        refused = await ann.say("How many moons does Jupiter have?")
        names = list(buttons(refused))
        read = await pressed(api, refused, names[0])
    assert nothing["text"] == TEXTS.say("en", "refusal.empty_question")
    assert names[-1] == TEXTS.say("en", "button.await")
    title = entities(read, "bold")[0]
    assert TEXTS.say("en", "button.summary_of", title=title).startswith(names[0].rstrip("…"))


async def test_of_a_long_message_the_question_is_asked(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    told = "I go to work by bus every day and never look out of its windows. " * 40
    async with reading(api, corpus, tmp_path) as ann:
        answer = await ann.say(f"{told}When was Saltgate Bridge closed?")
    line, _, rest = answer["text"].partition("\n\n")
    assert line == TEXTS.say("en", "conversation.shortened", question="When was Saltgate Bridge closed?")
    assert "on Tuesday" in rest


@pytest.mark.parametrize(
    ("news", "follow_up", "language"),
    [("What happened from 15 to 25 May?", "and in April?", "en"), ("Что случилось в мае?", "а в апреле?", "ru")],
)
async def test_what_happened_in_another_time_can_be_asked_in_a_word(  # noqa: PLR0913
    api: BotApi, corpus: Corpus, tmp_path: Path, news: str, follow_up: str, language: str
) -> None:
    async with reading(api, corpus, tmp_path, language=language) as ann:
        may = await ann.say(news)
        april, replied = await ann.say(follow_up), await ann.say("why did its roof fall in?", may)
    assert SCHOOL.url in sources(may)
    assert sources(april) == {FERRY.url}
    assert "storm" in replied["text"]

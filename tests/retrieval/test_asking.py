from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from retrieval.answer.citations import cite
from retrieval.answer.confidence import load_confidence
from retrieval.asking import Asking
from retrieval.grouping import Stories
from retrieval.types import Answer, Article, Citation, Closest, Reading, Refusal, Scope, Sentence, Span, Turn
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE
from tests.retrieval.engine import Engine, Speaker, always, surer_with
from tests.retrieval.summary.test_stories import FIRST, MONDAY, MOST_RU, MOST_RU_AGAIN, SECOND

NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
OWNER = "Who is the owner of the Holm bakery?"
KEPT = "How long did Marta Ellings keep the lighthouse?"


def may(day: int) -> datetime:
    return datetime(2026, 5, day, 9, tzinfo=UTC)


DAYS = (
    Article("heron1", "Heron leaves the yard", "The ferry Heron left the yard with new engines.", published=may(3)),
    Article("heron2", "Divers at work", "Divers checked the hull of the ferry Heron twice.", published=may(6)),
    Article("heron3", "Heron sinks", "The ferry Heron sank off Gull Point in a gale.", published=may(9)),
)
PIER = Article(
    "pier",
    "Inspector closes pier",
    "“The pier is unsafe for visitors,” said the inspector Ruth Calloway. The pier stays closed.",
    published=may(7),
)
HURT = (
    Article("hurt1", "Tram crash", "The tram crash in Ash Lane hurt 12 passengers.", source="Post", published=may(8)),
    Article(
        "hurt2", "Tram", "In Ash Lane 31 passengers of a tram were hurt in a crash.", source="Wire", published=may(10)
    ),
)


class NumberReader:
    """Sure that the first number of a sentence answers, and that a sentence without one does not."""

    def knows(self, language: str) -> bool:
        return language == "en"

    def read(self, question: str, text: str, sentences: Sequence[Span]) -> list[Reading]:
        found = [re.search(r"\d+", text[slice(*sentence)]) for sentence in sentences]
        return [
            Reading(Span(s.start + m.start(), s.start + m.end()), 7.0) if m else Reading(s, -7.0)
            for s, m in zip(sentences, found, strict=True)
        ]


@pytest.fixture
def press(engine: Engine) -> Engine:
    engine.add(LIGHTHOUSE, BAKERY, FERRY_RU)
    return engine


def answered(asking: Asking, text: str, *previous: Turn, unscoped: bool = False) -> Answer:
    reply = asking.ask(text, previous, NOW, unscoped=unscoped)
    assert isinstance(reply, Answer), reply
    return reply


def cited(reply: Answer | Closest) -> set[str]:
    return {citation.article_id for sentence in reply.sentences for citation in sentence.citations}


# --- three states


def test_who_is_sure_enough_answers_who_is_less_so_shows_the_closest_and_else_it_is_refused(press: Engine) -> None:
    answer = press.asking(always("answer")).ask(OWNER, (), NOW)
    closest = press.asking(always("closest")).ask(OWNER, (), NOW)
    refusal = press.asking(always("refusal")).ask(OWNER, (), NOW)
    assert isinstance(answer, Answer)
    assert isinstance(closest, Closest)
    assert isinstance(refusal, Refusal)
    assert answer.sentences == closest.sentences
    assert "Peder Holm" in answer.sentences[0].text
    assert refusal.reason == "not told"
    assert {nearest.article_id for nearest in refusal.nearest} == {"lighthouse", "bakery"}  # a Russian text is no match
    assert answer.confidence == closest.confidence == refusal.confidence == 0.5


def test_each_reply_tells_what_was_searched_and_how_it_came_about(press: Engine) -> None:
    for wanted in ("answer", "closest", "refusal"):
        reply = press.asking(always(wanted)).ask(OWNER, (), NOW)
        assert (reply.searched.articles, reply.searched.widened) == (3, False)
        assert (reply.searched.oldest, reply.searched.newest) == (LIGHTHOUSE.published, FERRY_RU.published)
        assert reply.trace.hits[0] == "bakery"
        assert reply.trace.figures
        assert {"understand", "search", "rank", "write"} <= reply.trace.milliseconds.keys()


@pytest.mark.parametrize("text", ["", "  ", "?!", "—"])
def test_an_empty_question_is_refused_whatever_was_asked_before(press: Engine, text: str) -> None:
    reply = press.asking(always("answer")).ask(text, (Turn(OWNER, ("bakery",)),), NOW)
    assert isinstance(reply, Refusal)
    assert reply.reason == "empty question"


def test_with_no_articles_there_is_nothing_to_ask(engine: Engine) -> None:
    reply = engine.asking(always("answer")).ask(OWNER, (), NOW)
    assert isinstance(reply, Refusal)
    assert (reply.reason, reply.nearest, reply.searched.articles) == ("empty corpus", (), 0)


def test_a_question_that_matches_nothing_is_refused_without_nearest(engine: Engine) -> None:
    engine.add(FERRY_RU)
    reply = engine.asking(always("answer")).ask("Кварки глюоны мезоны?", (), NOW)
    assert isinstance(reply, Refusal)
    assert (reply.reason, reply.nearest, reply.searched.articles) == ("nothing found", (), 1)


# --- a conversation


def test_a_follow_up_is_tried_both_ways_and_the_surer_one_is_kept(press: Engine) -> None:
    earlier = Turn("What destroyed the Holm bakery?", ("bakery",))
    carried = answered(press.asking(surer_with("length", 9.0)), "and who is the owner?", earlier)
    alone = answered(press.asking(surer_with("length", -9.0)), "and who is the owner?", earlier)
    assert "Holm bakery" in carried.question
    assert alone.question == "and who is the owner?"
    assert carried.trace.figures["length"] > alone.trace.figures["length"] > 0


def test_a_question_that_stands_by_itself_takes_nothing_from_the_one_before(press: Engine) -> None:
    alone = answered(press.asking(always("answer")), KEPT)
    after = answered(press.asking(always("answer")), KEPT, Turn("What destroyed the Holm bakery?", ("bakery",)))
    assert (after.question, after.sentences) == (alone.question, alone.sentences) == (KEPT, alone.sentences)


def test_articles_that_are_passed_over_are_as_if_they_were_not_there(press: Engine) -> None:
    reply = press.asking(always("answer")).ask(OWNER, (), NOW, without={"bakery"})
    assert isinstance(reply, Answer)
    assert cited(reply) == {"lighthouse"}
    assert "bakery" not in reply.trace.hits
    none = press.asking(always("answer")).ask(OWNER, (), NOW, without={"bakery", "lighthouse", "parom"})
    assert isinstance(none, Refusal)
    assert none.reason == "nothing found"


# --- scope


def test_a_source_that_is_named_limits_the_search_and_is_told(engine: Engine) -> None:
    engine.add(*HURT)
    asked = "How many passengers were hurt in the tram crash, according to Wire?"
    answer = answered(engine.asking(always("answer")), asked)
    assert cited(answer) == {"hurt2"}
    assert answer.searched.scope == Scope(sources=("Wire",))
    assert (answer.searched.articles, answer.searched.widened) == (1, False)
    assert "Wire" not in answer.question


def test_days_that_are_named_limit_the_search(press: Engine) -> None:
    answer = answered(press.asking(always("answer")), "What happened to the bakery since 10 May?")
    assert answer.searched.scope.since == datetime(2026, 5, 10, tzinfo=UTC)
    assert answer.searched.articles == 2
    assert "lighthouse" not in answer.trace.hits


def test_a_scope_can_be_taken_off(engine: Engine) -> None:
    engine.add(*HURT)
    asked = "How many passengers were hurt in the tram crash, according to Wire?"
    answer = answered(engine.asking(always("answer")), asked, unscoped=True)
    assert answer.searched.scope == Scope()
    assert answer.searched.articles == 2
    assert set(answer.trace.hits) == {"hurt1", "hurt2"}


def test_where_nothing_is_within_the_scope_all_is_searched_and_that_is_told(press: Engine) -> None:
    answer = answered(press.asking(always("answer")), "What burned in Mill Street yesterday?")
    assert answer.searched.widened
    assert answer.searched.scope.since == datetime(2026, 5, 30, tzinfo=UTC)
    assert answer.searched.articles == 3
    assert "bakery" in cited(answer)


# --- forms


def test_what_happened_is_told_day_by_day(engine: Engine) -> None:
    engine.add(*reversed(DAYS), BAKERY)
    answer = answered(engine.asking(always("answer")), "What happened with the ferry Heron?")
    assert answer.timeline
    assert [sentence.citations[0].article_id for sentence in answer.sentences] == ["heron1", "heron2", "heron3"]
    assert not any(sentence.span for sentence in answer.sentences)


def test_who_said_it_is_marked(engine: Engine) -> None:
    engine.add(PIER, BAKERY)
    sentence = answered(engine.asking(always("answer")), "Who said the pier was unsafe?").sentences[0]
    assert sentence.span is not None
    assert sentence.text[slice(*sentence.span)].endswith("Ruth Calloway")


def test_sources_that_contradict_each_other_are_both_told_newest_first(engine: Engine) -> None:
    engine.add(*HURT)
    asked = "How many passengers were hurt in the tram crash in Ash Lane?"
    answer = answered(engine.asking(always("answer"), reader=NumberReader()), asked)
    marked = [value.text[slice(*value.span)] for value in answer.values if value.span]
    assert [int(words.split()[0]) for words in marked] == [31, 12]
    assert [value.citations[0].source for value in answer.values] == ["Wire", "Post"]


def test_sources_that_agree_have_no_values(engine: Engine) -> None:
    engine.add(HURT[0], replace(HURT[1], text="In Ash Lane 12 passengers of the tram were hurt, the police said."))
    asked = "How many passengers were hurt in the tram crash in Ash Lane?"
    assert answered(engine.asking(always("answer"), reader=NumberReader()), asked).values == ()


def test_yes_or_no_is_settled_by_the_first_sentence(press: Engine) -> None:
    answer = answered(press.asking(always("answer")), "Did a fire destroy the Holm bakery?")
    assert answer.verdict == "yes"
    assert "fire destroyed" in answer.sentences[0].text


# --- in words of its own


def quote(article: Article, words: str) -> Citation:
    start = article.text.index(words)
    return cite(article, Span(start, start + len(words)))


OTHER = quote(BAKERY, "Nobody was hurt.")
TRUE = Sentence(OTHER.quote, (OTHER,))
MADE_UP = Sentence("Peder Holm owns nine bakeries in Buenos Aires.", (OTHER,))
FORGED = Sentence("Nobody was hurt.", (replace(OTHER, start=OTHER.start + 3, end=OTHER.end + 3),))
ELSEWHERE = Sentence("Nobody minds.", (replace(OTHER, article_id="nowhere", quote="Nobody minds."),))


def test_what_is_put_in_other_words_is_said_if_it_can_be_verified(press: Engine) -> None:
    speaker = Speaker(TRUE)
    answer = answered(press.asking(always("answer"), prose=speaker), OWNER)
    assert answer.sentences == (TRUE,)
    assert speaker.asked == [OWNER]


def test_what_cannot_be_verified_is_left_out(press: Engine) -> None:
    speaker = Speaker(MADE_UP, TRUE, FORGED, ELSEWHERE)
    assert answered(press.asking(always("answer"), prose=speaker), OWNER).sentences == (TRUE,)


@pytest.mark.parametrize("says", [(), (MADE_UP,), (FORGED, ELSEWHERE)])
def test_where_nothing_of_it_holds_the_articles_own_words_are_said(press: Engine, says: tuple[Sentence, ...]) -> None:
    plain = answered(press.asking(always("answer")), OWNER)
    speaker = Speaker(*says)
    assert answered(press.asking(always("answer"), prose=speaker), OWNER).sentences == plain.sentences
    assert speaker.asked == [OWNER]


@pytest.mark.parametrize("state", ["closest", "refusal"])
def test_what_is_not_sure_is_never_put_in_other_words(press: Engine, state: str) -> None:
    speaker = Speaker(TRUE)
    reply = press.asking(always(state), prose=speaker).ask(OWNER, (), NOW)
    assert not isinstance(reply, Answer)
    assert speaker.asked == []


def test_a_timeline_and_contradicting_values_stay_in_the_articles_words(engine: Engine) -> None:
    engine.add(*DAYS, *HURT)
    speaker = Speaker(TRUE)
    asking = engine.asking(always("answer"), reader=NumberReader(), prose=speaker)
    assert answered(asking, "What happened with the ferry Heron?").timeline
    assert answered(asking, "How many passengers were hurt in the tram crash in Ash Lane?").values
    assert speaker.asked == []


# --- other sources


def told_by(source: str, days: int) -> Article:
    """The story of the bridge, days after it began."""
    end = f"The barge lies at the bridge still, the {source} says."
    changed = replace(SECOND, id=source, source=source, text=f"{SECOND.text} {end}")
    return replace(changed, published=MONDAY + timedelta(days=days))


def also(engine: Engine, asked: str, *without: str) -> list[str | None]:
    """The sources named beside the answer."""
    Stories(engine.store, engine.index).follow()
    reply = engine.asking(always("answer")).ask(asked, (), MONDAY + timedelta(days=6), without=without)
    assert isinstance(reply, Answer), reply
    assert not {near.source for near in reply.also} & {c.source for s in reply.sentences for c in s.citations}
    return [near.source for near in reply.also]


CRACK = "Who heard a crack like thunder at the Oster bridge?"


def test_other_sources_of_the_story_are_named_newest_first_and_three_at_most(engine: Engine) -> None:
    engine.add(FIRST, *(told_by(f"Paper {day}", day) for day in (1, 3, 2, 4)), BAKERY)
    assert also(engine, CRACK) == ["Paper 4", "Paper 3", "Paper 2"]


def test_a_source_is_named_once_and_not_if_it_is_cited_or_passed_over(engine: Engine) -> None:
    again = replace(told_by("Quill Post", 2), id="again")
    own = replace(told_by("Coast Herald", 3), id="own")
    engine.add(FIRST, SECOND, again, own, told_by("Valley Wire", 1), replace(told_by("none", 1), source=None))
    assert also(engine, CRACK, "Valley Wire") == ["Quill Post"]


def test_other_sources_are_named_in_russian_too(engine: Engine) -> None:
    engine.add(replace(MOST_RU, source="Причал"), replace(MOST_RU_AGAIN, source="Вестник Вешки"), FERRY_RU)
    assert also(engine, "Сколько месяцев будут восстанавливать опору моста через Вешку?") == ["Причал"]


def test_where_nobody_else_tells_it_no_source_is_named(engine: Engine) -> None:
    engine.add(BAKERY, FIRST, LIGHTHOUSE)
    assert also(engine, OWNER) == []


def test_a_refusal_offers_one_article_of_each_story(engine: Engine) -> None:
    engine.add(FIRST, SECOND, told_by("Valley Wire", 1), BAKERY, LIGHTHOUSE)
    Stories(engine.store, engine.index).follow()
    reply = engine.asking(always("refusal")).ask("Who designed the Oster bridge and the lighthouse?", (), NOW)
    assert isinstance(reply, Refusal)
    offered = [near.article_id for near in reply.nearest]
    assert len({"first", "second", "Valley Wire"} & set(offered)) == 1
    assert "lighthouse" in offered


# --- what is pointed at


SCHOOL = Article("school", "A school reopens", "The school in Ash Lane reopened. The repair cost 3 million crowns.")
HALL = Article("hall", "A hall reopens", "The town hall of Holm reopened. The repair cost 8 million crowns.")
COST = "What did the repair cost?"


def pointing(*articles: Article) -> Turn:
    return Turn(articles[0].title, tuple(article.id for article in articles), pointed=True)


@pytest.mark.parametrize("article", [SCHOOL, HALL])
def test_what_is_pointed_at_is_asked_first(engine: Engine, article: Article) -> None:
    engine.add(SCHOOL, HALL)
    told = answered(engine.asking(always("answer")), COST, pointing(article))
    assert cited(told) == {article.id}


def test_where_what_is_pointed_at_does_not_tell_the_others_are_asked(press: Engine) -> None:
    press.add(SCHOOL)
    told = answered(press.asking(load_confidence()), KEPT, pointing(SCHOOL))
    assert cited(told) == {"lighthouse"}


def test_what_is_pointed_at_may_be_gone(press: Engine) -> None:
    assert cited(answered(press.asking(always("answer")), KEPT, Turn("A pier", ("gone",), pointed=True))) == {
        "lighthouse"
    }


def test_what_is_pointed_at_is_asked_whatever_days_the_question_names(engine: Engine) -> None:
    engine.add(replace(SCHOOL, published=may(7)), HALL)
    told = answered(engine.asking(always("answer")), "What did the repair cost in April?", pointing(SCHOOL))
    assert cited(told) == {"school"}


def test_of_sources_that_are_not_there_nothing_is_said_though_it_is_pointed_at(engine: Engine) -> None:
    engine.add(replace(SCHOOL, source="Post"), replace(HALL, source="Wire"))
    told = engine.asking(always("answer")).ask(COST, (pointing(SCHOOL),), NOW, sources=("Wire",))
    assert isinstance(told, Answer)
    assert cited(told) == {"hall"}

"""Summary | StorySummary | TopicSummary in, messages within Telegram's limits out. Pure: text and marks, no network.

Every sentence carries its footnote: one article's all lead to that article; a story's and a topic's are numbered, and
each article that they lead to is quoted below.
"""

from __future__ import annotations

from bot.answering.searched import extent_line, is_limited, scope_words, widened_line
from bot.sheet import (
    Buttons,
    Sheet,
    after_title,
    clipped,
    place_link,
    source_and_date,
    title_of,
    web_link,
)  # fmt: skip
from bot.texts import Texts
from bot.types import MarkKind, Reply
from retrieval import Citation, Development, KeyFacts, Sentence, StorySummary, Summary, TopicSummary

FACT_CHARACTERS = 60  # of a name, a day or a number; an ellipsis shows the cut
TITLES_PER_STORY = 3  # beside the article that is cited; what is left out is counted


def summary(told: Summary, texts: Texts, language: str, buttons: Buttons = ()) -> Reply:
    """The title, the sentences, each linked to its place, who, when and how many, and where they are from."""
    article, sheet = told.article, Sheet()
    sheet.write(title_of(article, texts, language), MarkKind.BOLD)
    sheet.write("\n")
    for sentence in told.sentences:
        sheet.write("\n• ")
        sheet.say(sentence, bold=False)
        sheet.write(" ")
        sheet.link("[1]", place_link(article.url, sentence.citations[0].quote if sentence.citations else ""))
    if facts := _facts_line(told.facts, texts, language):
        sheet.write(f"\n\n{facts}")
    sheet.write("\n\n")
    sheet.link("[1]", web_link(article.url))
    sheet.write(" " + (source_and_date(article, texts, language) or title_of(article, texts, language)))
    return Reply(sheet.messages(buttons))


def _facts_line(facts: KeyFacts, texts: Texts, language: str) -> str:
    kinds = (("who", facts.who), ("when", facts.when), ("numbers", facts.numbers))
    named = [(kind, ", ".join(_each_once(slices))) for kind, slices in kinds]
    return " · ".join(texts.say(language, f"facts.{kind}", facts=words) for kind, words in named if words)


def _each_once(slices: tuple[Citation, ...]) -> list[str]:
    words = {text.casefold(): text for one in reversed(slices) if (text := clipped(one.quote, FACT_CHARACTERS))}
    return list(reversed(words.values()))


def story(told: StorySummary, texts: Texts, language: str, buttons: Buttons = ()) -> Reply:
    """The newest title, how much there is, what happened, what is new, who says what."""
    sheet = Sheet()
    sheet.write(title_of(told.articles[-1], texts, language), MarkKind.BOLD)
    days = sorted(article.published for article in told.articles if article.published)
    extent = texts.say(language, "story.articles", count=len(told.articles))
    sheet.write("\n" + " · ".join([extent, *([texts.days(language, days[0], days[-1])] if days else [])]))
    _write_part(sheet, "story.happened", told.happened, texts, language, bold=False)
    _write_part(sheet, "story.new", told.new, texts, language, bold=False)
    _write_part(sheet, "story.said", told.said, texts, language, bold=True)
    sheet.quotes(texts, language)
    return Reply(sheet.messages(buttons))


def _write_part(  # noqa: PLR0913 a heading's key and what stands below it
    sheet: Sheet, key: str, sentences: tuple[Sentence, ...], texts: Texts, language: str, *, bold: bool
) -> None:
    if not sentences:
        return
    sheet.write("\n\n")
    sheet.write(texts.say(language, key))
    for sentence in sentences:
        sheet.write("\n• ")
        sheet.cite(sentence, bold=bold)


def topic(told: TopicSummary, texts: Texts, language: str, buttons: Buttons = ()) -> Reply:
    """What the topic and the time are, how much there is, one sentence a story, and the other articles about it."""
    if not told.stories:
        return _no_stories(told, texts, language)
    sheet = Sheet()
    if widened := widened_line(told.searched, texts, language):
        sheet.write(f"{widened}\n")
    sheet.write(_topic_title(told, texts, language), MarkKind.BOLD)
    sheet.write("\n" + _topic_extent(told, texts, language))
    for number, development in enumerate(told.stories, start=1):
        sheet.write(f"\n\n{number}. ")
        sheet.cite(development.sentence, bold=False)
        _write_others(sheet, development, texts, language)
    sheet.quotes(texts, language)
    return Reply(sheet.messages(buttons))


def _no_stories(told: TopicSummary, texts: Texts, language: str) -> Reply:
    scope = scope_words(told.searched.scope, texts, language)
    about = ", ".join(filter(None, (clipped(told.topic), scope)))
    said = texts.say(language, "topic.none", about=about) if about else texts.say(language, "refusal.nothing_found")
    extent = extent_line(told.searched, texts, language)
    return Reply(Sheet(" ".join(filter(None, (said, extent)))).messages(), refused=True)


def _topic_title(told: TopicSummary, texts: Texts, language: str) -> str:
    scope = scope_words(told.searched.scope, texts, language) if is_limited(told.searched) else ""
    return " — ".join(filter(None, (clipped(told.topic), scope))) or texts.say(language, "topic.everything")


def _topic_extent(told: TopicSummary, texts: Texts, language: str) -> str:
    articles = {near.article_id for development in told.stories for near in development.articles}
    counts = (("stories", len(told.stories)), ("articles", len(articles)), ("sources", told.sources))
    return " · ".join(texts.say(language, f"topic.{name}", count=count) for name, count in counts if count)


def _write_others(sheet: Sheet, development: Development, texts: Texts, language: str) -> None:
    cited = {citation.article_id for citation in development.sentence.citations}
    others = [near for near in development.articles if near.article_id not in cited]
    for near in others[:TITLES_PER_STORY]:
        sheet.write("\n   ")
        sheet.link(clipped(title_of(near, texts, language)), web_link(near.url))
        sheet.write(after_title(near, texts, language))
    if more := len(others[TITLES_PER_STORY:]):
        sheet.write("\n   " + texts.say(language, "topic.more", count=more))

"""What the engine said to a question in, messages within Telegram's limits out. Pure: text and marks, no network.

    answer | closest | refusal -> Sheet (text + marks) -> split -> messages

Above what was said stands how to take it, below it what was searched, and at the end one quote for each article.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.searched import extent_line, scope_line, widened_line
from bot.sheet import Buttons, Sheet, after_title, clean, clipped, source_and_date, title_of, web_link
from bot.texts import Texts
from bot.types import MarkKind, Reply
from retrieval import Answer, Closest, Nearest, Refusal, Searched, Sentence


def answer(found: Answer, texts: Texts, language: str, buttons: Buttons = ()) -> Reply:
    """The sentences with their footnotes, or a line for each day; then what sources say differently."""
    sheet = Sheet()
    _write_lines(sheet, widened_line(found.searched, texts, language))
    if found.verdict is not None:
        _write_lines(sheet, texts.say(language, f"answer.{found.verdict}"))
    if found.timeline:
        _write_timeline(sheet, found.sentences, texts, language)
    else:
        _write_prose(sheet, found.sentences)
    if found.values:
        _write_values(sheet, found.values, texts, language)
    if found.also:
        _write_others(sheet, found.also, texts, language)
    _write_end(sheet, found.searched, texts, language)
    return Reply(sheet.messages(buttons), outcome="answered")


def closest(found: Closest, texts: Texts, language: str, buttons: Buttons = ()) -> Reply:
    """That we are not sure, and the nearest sentences as a list. Nothing is bold: nothing is known to be the answer."""
    sheet = Sheet()
    _write_lines(sheet, widened_line(found.searched, texts, language))
    sheet.write(texts.say(language, "closest.head"))
    for sentence in found.sentences:
        sheet.write("\n• ")
        sheet.cite(sentence, bold=False)
    _write_end(sheet, found.searched, texts, language)
    return Reply(sheet.messages(buttons), outcome="closest")


def refusal(
    refused: Refusal, texts: Texts, language: str, buttons: Buttons = (), *, below: Sequence[str] = ()
) -> Reply:
    """That the articles do not tell, what was searched, the nearest titles, and `below` what is offered instead."""
    sheet = Sheet()
    searched = refused.searched
    _write_lines(sheet, widened_line(searched, texts, language))
    said = texts.say(language, f"refusal.{refused.reason.replace(' ', '_')}")
    sheet.write(" ".join(filter(None, (said, extent_line(searched, texts, language)))))
    if limits := scope_line(searched, texts, language):
        sheet.write(f"\n{limits}")
    if refused.nearest:
        sheet.write("\n\n" + texts.say(language, "refusal.nearest"))
    for near in refused.nearest:
        sheet.write("\n• ")
        sheet.link(title_of(near, texts, language), web_link(near.url))
        sheet.write(after_title(near, texts, language))
    for paragraph in below:
        sheet.write(f"\n\n{paragraph}")
    return Reply(sheet.messages(buttons), refused=True, outcome="refused")


def _write_others(sheet: Sheet, others: Sequence[Nearest], texts: Texts, language: str) -> None:
    """Who else tells the story, each a link: "Also: The Observer, Harbour Post"."""
    sheet.write("\n" + texts.say(language, "answer.also") + " ")
    for number, other in enumerate(others):
        sheet.write(", " if number else "")
        sheet.link(clipped(other.source or "") or title_of(other, texts, language), web_link(other.url))


def _write_lines(sheet: Sheet, line: str) -> None:
    sheet.write(f"{line}\n" if line else "")


def _write_prose(sheet: Sheet, sentences: tuple[Sentence, ...]) -> None:
    for number, sentence in enumerate(sentences):
        sheet.write(" " if number else "")
        sheet.cite(sentence)


def _write_timeline(sheet: Sheet, sentences: tuple[Sentence, ...], texts: Texts, language: str) -> None:
    """One line a day; a sentence whose day is not known has a line of its own."""
    written = ""
    for number, sentence in enumerate(sentences):
        published = next((citation.published for citation in sentence.citations if citation.published), None)
        day = texts.date(language, published) if published else ""
        if day and day == written:
            sheet.write(" ")
        else:
            sheet.write("\n" if number else "")
            sheet.write(f"{day} — " if day else "")
        written = day
        sheet.cite(sentence)


def _write_values(sheet: Sheet, values: tuple[Sentence, ...], texts: Texts, language: str) -> None:
    """Who says what, without a word on who is right."""
    sheet.write("\n\n" + texts.say(language, "answer.differ"))
    for told in values:
        sheet.write("\n• ")
        value = clean(told.text[slice(*told.span)]) if told.span else ""
        if value:
            sheet.write(value, MarkKind.BOLD)
        else:
            sheet.say(told, bold=False)
        for citation in told.citations[:1]:
            credit = source_and_date(citation, texts, language) or title_of(citation, texts, language)
            sheet.write(f" — {credit}")
        for citation in told.citations:
            sheet.footnote(citation)


def _write_end(sheet: Sheet, searched: Searched, texts: Texts, language: str) -> None:
    if limits := scope_line(searched, texts, language):
        sheet.write(f"\n\n{limits}")
    sheet.quotes(texts, language)

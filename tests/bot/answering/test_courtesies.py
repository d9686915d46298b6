"""Yes, no, thanks, or none of them."""

from __future__ import annotations

import pytest

from bot.answering.courtesies import courtesy, wants_news


@pytest.mark.parametrize(
    "text",
    ["yes", "Yes!", "yes, please", "Sure.", "ok", "OK 👍", "go ahead, sure", "yes, the first one", "👍",
     "да", "Да, пожалуйста", "давай", "Давай первую", "ок", "конечно", "ага"],
)  # fmt: skip
def test_a_yes_is_a_yes(text: str) -> None:
    assert courtesy(text) == "yes"


@pytest.mark.parametrize(
    "text", ["no", "No, thanks", "nope", "not now, no", "нет", "Нет, спасибо", "не надо", "не сейчас"]
)
def test_a_no_is_a_no_even_with_thanks(text: str) -> None:
    assert courtesy(text) == "no"


@pytest.mark.parametrize(
    "text", ["thanks", "Thank you very much!", "ok thanks", "thx", "great, thanks a lot", "спасибо",
             "Большое спасибо!", "спасибо за ответ", "ок, спасибо", "🙏"],
)  # fmt: skip
def test_thanks_are_thanks(text: str) -> None:
    assert courtesy(text) == "thanks"


@pytest.mark.parametrize(
    "text",
    ["", "?", "yes?", "Yes, but why?", "Is it ok", "no bridge was closed", "Who said thanks to the mayor?",
     "please", "the first one", "нет ли новостей", "да или нет?", "спасибо кому сказал мэр", "what now", "Norway"],
)  # fmt: skip
def test_anything_that_asks_or_tells_is_neither(text: str) -> None:
    assert courtesy(text) is None


@pytest.mark.parametrize(
    "text",
    ["What is new?", "what's new", "Any news?", "news", "Hi! Tell me the latest news, please", "the headlines",
     "Что нового?", "новости", "какие новости?", "Нет ли новостей?", "Привет, расскажи последние новости"],
)  # fmt: skip
def test_what_is_new_is_asked_in_many_ways(text: str) -> None:
    assert wants_news(text)


@pytest.mark.parametrize(
    "text", ["", "What?", "What is new about the tram?", "news of last week", "Is the ferry new?", "what is it",
             "Что нового о пароме?", "новости за вчера", "What's new today?"],
)  # fmt: skip
def test_news_of_something_is_a_question_like_any_other(text: str) -> None:
    assert not wants_news(text)

"""People who know no command, and say what they want."""

from __future__ import annotations

import pytest

from bot.answering.plain_words import meant_command


@pytest.mark.parametrize(
    ("command", "texts"),
    [
        ("/start", ["hello", "Hi!", "Hey there", "Good morning!", "Start", "Привет", "Добрый день!", "здравствуйте"]),
        ("/following", ["stop", "STOP!", "unsubscribe me please", "Stop all alerts", "стоп", "Хочу отписаться"]),
        ("/help", ["help", "Help!", "Hi, what can you do?", "Who are you?", "How does this work?", "помощь",
                   "Привет! Что ты умеешь?", "кто ты?", "Как это работает?"]),
        ("/summary bridge closure", ["Summarise the bridge closure", "please, summarize the bridge closure."]),
        ("/summary last week", ["Summary of last week", "Give me a summary of last week!"]),
        ("/summary", ["summarise this", "Sum up this article"]),
        ("/summary статью про паром", ["перескажи статью про паром"]),
        ("/follow ferry", ["follow the ferry", "Follow ferry", "Subscribe me to news of ferry", "alert me on ferry"]),
        ("/follow https://news.example/rss", ["follow https://news.example/rss"]),
        ("/follow", ["follow this"]),
        ("/follow паром", ["подпишись на паром", "Подпишите меня на новости про паром", "сообщай мне про паром"]),
    ],
)  # fmt: skip
def test_some_words_say_what_a_command_does(command: str | None, texts: list[str]) -> None:
    assert {text: meant_command(text) for text in texts} == dict.fromkeys(texts, command)


@pytest.mark.parametrize(
    "text",
    ["", "?", "Good", "day", "all", "/stop", "follow", "Why did the tram stop?", "Did the mayor say hello?",
     "stop the ferry", "Who are they?", "What is this about?", "help for the flooded", "Can you follow up on it?",
     "Who will follow the mayor?", "What is the summary of it?", "день города", "Кто вы думаете победил"],
)  # fmt: skip
def test_a_question_is_none(text: str) -> None:
    assert meant_command(text) is None


def test_a_reply_asks_about_what_it_replies_to_but_for_a_stop() -> None:
    assert meant_command("What is this?", is_reply=True) is None
    assert meant_command("stop", is_reply=True) == "/following"

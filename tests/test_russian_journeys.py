"""A Russian chat walks through everything that can be said and pressed, and reads no English word of ours.

Whatever a room says is found by walking: each command, odd message and alert is said, then every button that appears
is pressed, and every button that appears then. The articles are Russian to the last letter, so that a Latin word can
only be one of ours.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product
from pathlib import Path

import pytest
from babel import Locale

from bot.desk import Desk
from bot.menu import COMMANDS
from bot.outgoing.types import Alert, Delivery, Digest, FeedNews, Lane, Letter, Stray
from bot.rules import Access, Rules
from bot.store import BotStore
from bot.suggestions import Suggestion
from bot.texts import PLURALS, load_texts
from bot.types import Button, Chat, Forwarded, Heard, Kind, Message, Reply, SentFile, Subscription
from retrieval import Article, Corpus
from retrieval import errors as tree
from tests.blank import blank_store
from tests.bot.wiring import FakeRights
from tests.botapi import BotApi, Json
from tests.fake_corpus import NOON, HandClock
from tests.journey import api, buttons, running

__all__ = ["api"]  # a fixture
TEXTS = load_texts()
READER, GROUP = 100, -500
MOST_PRESSES = 700
LAST = ("forget:",)  # what is deleted has nothing left to press

NAMES = frozenset(  # no English words of ours: formats, programs, settings, keys, units
    re.findall(
        r"\w+",
        "Telegram BotFather OPML JSON RSS Atom XML HTML PDF EPUB UTC UTF Ctrl English Footnote "
        "en ru txt md markdown html htm pdf docx epub zip jsonl http https id open allowlist invite closed",
    )
)
_ADDRESS = re.compile(  # addresses, mentions, commands with a word of theirs, files, settings
    r"https?://\S+|@\w+|(?<![\w/])/[a-z]+(?: (?:off|list|stop|en|ru)\b)?|\bfootnote \w+|\b[A-Z][a-z]+/[A-Z]\w+"
    r"|\b[\w-]+\.(?:xml|opml|json|db|md|env|txt|png)\b|\b[A-Z]+_[A-Z_]+(?:=\w+)?\b"
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z_]+")
_KEY = re.compile(rf"\b(?:{'|'.join(sorted({key.partition('.')[0] for key in TEXTS.entries('en')}))})\.[a-z_]+\b")


def english(text: str) -> list[str]:
    """Latin words and keys of the catalogue in what a Russian reads, addresses, commands and names aside."""
    bare = _ADDRESS.sub(" ", text)
    return [word for word in _LATIN.findall(bare) if word not in NAMES] + _KEY.findall(bare)


def article(name: str, day: int, title: str, text: str, source: str = "Вестник порта") -> Article:
    published = datetime(2026, 5, day, 8, tzinfo=NOON.tzinfo)
    return Article(name, title, text, "ru", f"https://вестник.example/{name}", source, None, published)


FERRY = article(
    "parom", 29, "Новый паром на остров Терн",
    "Новый паром на остров Терн начнёт ходить 4 июня. Билет будет стоить 12 крон, сказал капитан Рурик Хальдане.\n\n"
    "Паром построили на верфи в Бренноке за два года. Он вмещает 240 пассажиров и 30 машин.",
)  # fmt: skip
FERRY_AGAIN = article(
    "parom-2", 30, "Паром на остров Терн пойдёт в июне",
    "Новый паром на остров Терн начнёт ходить 4 июня, сообщило управление порта. Билет будет стоить 14 крон.\n\n"
    "Паром построили на верфи в Бренноке. Первый рейс поведёт капитан Рурик Хальдане.",
    "Утро",
)  # fmt: skip
ARTICLES = (
    FERRY,
    FERRY_AGAIN,
    article("most", 28, "Мост закрыли из-за трещин",
            "Солтгейтский мост закрыли во вторник: в двух балках нашли трещины. Ремонт обойдётся в 14 миллионов крон, "
            "заявил заместитель мэра Томас Феррин. Работы займут девять месяцев."),
    article("kubok", 30, "Кубок вернулся в город", "Около 24 тысяч человек встретили команду в воскресенье. Капитан "
            "Ада Брикс сказала, что команда отдохнёт две недели.", "Утро"),
)  # fmt: skip
POST = (
    "Пожар на пароме задержал рейсы\nНебольшой пожар в машинном отделении остановил утром во вторник все рейсы парома. "
    "Никто не пострадал, сообщила береговая охрана. Девяносто двух пассажиров сняли два рыболовных судна, на это ушло "
    "сорок минут. Оператор обещает вернуть судно в субботу. Причиной стала течь топливной трубы."
)
LIST = '<opml version="2.0"><body><outline type="rss" text="Лента" xmlUrl="http://127.0.0.1:9/feed.xml"/></body></opml>'
SAID = (
    *(f"/{command.name}" for command in COMMANDS if command.name != "forget"),
    "Сколько будет стоить билет на паром?",
    "а когда?",
    "Что сказал Рурик Хальдане?",
    "Правда ли, что мост закрыли?",
    "Что случилось с паромом?",
    "Сколько лун у Юпитера?",
    "да",
    "Сколько лун у Сатурна?",
    "нет",
    "спасибо",
    "Сколько стоит билет по данным Утро?",
    "Сколько стоит билет вчера?",
    "Что случилось на прошлой неделе?",
    "/summary кубок",
    "/summary Мост закрыли из-за трещин",
    "/summary паром на этой неделе",
    "/summary неизвестное слово",
    "/summary https://вестник.example/нет",
    "/follow паром на остров",
    "/follow источник: Утро",
    "/follow источник: Никто",
    "/follow всё ежедневно в 8:30",
    "/follow Когда откроют мост?",
    "/follow https://127.0.0.1:9/feed.xml",
    "/following",
    "/tune 1 ежедневно 8:30 строго +паром -мост",
    "/unfollow 99",
    "/unfollow паром",
    "/timezone Москва",
    "/timezone Нигдебург",
    "/quiet 22:00-7:00",
    "/quiet off",
    "/mute день",
    "/mute off",
    "/pause",
    "/resume",
    "/add https://127.0.0.1:9/нет",
    "/add",
    "/language xx",
    "/start a_0000",
    "/start s_1",
    "/ask",
    "/stats 7",
    "/stats неделя",
    "/broadcast Всем привет",
    "/broadcast stop",
    "/invite 2 7",
    "/invite list",
    "/follow кубок в @канал",
    "/ban 31337",
    "/unban 31337",
    "/ban 8",
    "/ban 100",
    "/unban",
    "/невесть",
    "/nonsense",
    "?",
    "🎉",
    POST,
    "https://вестник.example/parom",
    "https://127.0.0.1:9/нет",
    "слово " * 300,
    "/forget",
)


@dataclass
class Walk:
    """Somebody in a chat of a desk: what was said back, and the buttons not yet pressed."""

    desk: Desk
    store: BotStore
    chat_id: int = READER
    user_id: int = READER
    texts: list[str] = field(default_factory=list)
    faults: list[tuple[str, str, list[str]]] = field(default_factory=list)
    buttons: deque[Button] = field(default_factory=deque)
    pressed: set[tuple[str, str]] = field(default_factory=set)

    @property
    def chat(self) -> Chat:
        return self.store.chat(self.chat_id, language="ru", kind="private" if self.chat_id > 0 else "group")

    def say(self, text: str, **more: object) -> None:
        said = self.desk.hear(Heard(self.chat, self.user_id, text, **more))  # type: ignore[arg-type]
        self.read(text or str(more), said)

    def read(self, asked: str, said: Reply | Message) -> None:
        for message in said.messages if isinstance(said, Reply) else (said,):
            found = [button for row in message.buttons for button in row]
            for text in (message.text, *(button.text for button in found)):
                self.texts.append(text)
                if wrong := english(text):
                    self.faults.append((asked[:60], text, wrong))
            self.buttons += found

    def press_all(self, most: int = MOST_PRESSES) -> int:
        """Every kind of button once: its verb and what stands on it. English is not chosen. How many that were."""
        count = 0
        while self.buttons and count < most:
            button = self.buttons.popleft()
            if button.data.startswith(LAST) and not all(other.data.startswith(LAST) for other in self.buttons):
                self.buttons.append(button)
                continue
            kind = (re.sub(r"[0-9a-f]{16}|\d+", "", button.data), re.sub(r"\d+", "", button.text))
            if kind in self.pressed or button.data == "lang:en":
                continue
            self.pressed.add(kind)
            count += 1
            self.read(f"[{button.text}]", self.desk.press(Heard(self.chat, self.user_id, button.data, message_id=1)))
        return count


@pytest.fixture
def corpus(make_corpus: Callable[[], Corpus]) -> Corpus:
    corpus = make_corpus()
    for each in ARTICLES:
        corpus.add(each)
    return corpus


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    opened = blank_store(tmp_path / "bot")
    yield opened
    opened.close()


@pytest.fixture
def rights() -> FakeRights:
    rights = FakeRights()
    rights.admins[GROUP] = {READER}
    return rights


@pytest.fixture
def desk(corpus: Corpus, store: BotStore, rights: FakeRights) -> Desk:
    return Desk(
        corpus, store, TEXTS, admins=frozenset({READER}), clock=HandClock(), rights=rights, rules=Rules(),
        suggestions=(Suggestion("Вестник", "https://127.0.0.1:9/feed.xml", "ru"),), username=lambda: "бот",
    )  # fmt: skip


def alerts(store: BotStore, corpus: Corpus) -> Iterator[Delivery]:
    """One of every kind that may wait in the outbox."""
    corpus_url = "https://вестник.example/лента"
    kinds = {kind: ("паром" if kind is Kind.TOPIC else "Вестник порта") for kind in Kind}
    subjects = {Kind.FEED: corpus_url, Kind.STORY: str(corpus.story("parom").id), Kind.EVERYTHING: ""}
    for number, (kind, title) in enumerate(kinds.items()):
        wanted = store.subscribe(Subscription(READER, kind, subjects.get(kind, title), title, NOON))
        assert wanted is not None
        alert = Alert("parom", corpus.story("parom").id, wanted)
        for place, content in enumerate(
            (alert, replace(alert, update="reply"), Digest((alert, Alert("most", 2, wanted))))
        ):
            yield Delivery(f"k:{number}:{place}", Lane.ALERT, READER, content)
    for state in ("down", "back", "ended"):
        yield Delivery(f"f:{state}", Lane.ALERT, READER, FeedNews(corpus_url, state))  # type: ignore[arg-type]
    yield Delivery("stray", Lane.ALERT, READER, Stray(READER))


def test_a_private_chat_reads_no_english_word(desk: Desk, store: BotStore, corpus: Corpus) -> None:
    walk = Walk(desk, store)
    for kind in ("sticker", "voice", "photo", "video", "place", "contact", "poll", "other"):
        walk.say("", wordless=kind)
    for text in SAID:
        walk.say(text)
    walk.say(POST, forwarded=Forwarded("Новости порта", "https://t.me/harbour/17"))
    walk.say("", file=SentFile("list.opml", LIST.encode()))
    walk.say("", file=SentFile("заметка.txt", POST.encode()))
    walk.say("", file=SentFile("заметка.txt", fault="too large"))
    for delivery in alerts(store, corpus):
        if isinstance(letter := desk.letter(delivery), Letter):
            walk.read(delivery.key, letter.message)
    assert 100 < walk.press_all() < MOST_PRESSES
    assert walk.faults == []


def test_a_group_reads_no_english_word(desk: Desk, store: BotStore) -> None:
    walk, member = Walk(desk, store, GROUP), Walk(desk, store, GROUP, 9)
    for text in SAID:
        walk.say(text)
    for command in COMMANDS:
        member.say(f"/{command.name}")
    member.buttons.extend(walk.buttons)
    assert 10 < member.press_all() < MOST_PRESSES
    assert 50 < walk.press_all() < MOST_PRESSES
    assert walk.faults + member.faults == []


FEW = Rules(questions_per_minute=2, questions_per_day=6, links_per_day=1, feeds_per_day=1, files_per_day=1)
SHUT = Rules(access=Access.INVITE)


@pytest.mark.parametrize("rules", [FEW, SHUT], ids=["few", "shut"])
@pytest.mark.parametrize("chat_id", [9, GROUP])
def test_a_stranger_reads_no_english_word(corpus: Corpus, store: BotStore, rules: Rules, chat_id: int) -> None:
    clock = HandClock()
    desk = Desk(corpus, store, TEXTS, admins=frozenset({1}), clock=clock, rights=FakeRights(), rules=rules)
    walk = Walk(desk, store, chat_id, 9)
    for text in SAID:
        walk.say(text)
        clock.advance(20)
    for _ in range(3):
        walk.say("", file=SentFile("list.opml", LIST.encode()))
    walk.press_all()
    assert walk.texts
    assert walk.faults == []


def test_an_empty_bot_reads_no_english_word(make_corpus: Callable[[], Corpus], store: BotStore) -> None:
    walk = Walk(Desk(make_corpus(), store, TEXTS, admins=frozenset({READER}), clock=HandClock()), store)
    for text in SAID:
        walk.say(text)
    walk.press_all()
    assert walk.faults == []


# -- the catalogue


@pytest.mark.parametrize("key", sorted(key for key in TEXTS.entries("ru") if not key.startswith(("cli.", "doctor."))))
def test_no_entry_is_left_in_english(key: str) -> None:
    entry = TEXTS.entries("ru")[key]
    for form in [entry] if isinstance(entry, str) else entry.values():
        assert english(re.sub(r"\{\w+\}", " ", form)) == []


@pytest.mark.parametrize("language", TEXTS.languages())
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    plural_form = Locale(language).plural_form
    assert [PLURALS[language](count) for count in range(1001)] == [plural_form(count) for count in range(1001)]


def test_every_entry_with_forms_is_said_for_every_count() -> None:
    counted = {key: entry for key, entry in TEXTS.entries("ru").items() if isinstance(entry, dict)}
    for (key, entry), count in product(counted.items(), range(1001)):
        said = PLURALS["ru"](count)
        assert said in entry, key
    assert len(counted) > 20


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(tree).values() if isinstance(kind, type) and issubclass(kind, tree.FootnoteError)]
)
def test_every_fault_is_told_in_russian(kind: type[tree.FootnoteError]) -> None:
    keys = (key.rpartition(".")[2] for key in TEXTS.entries("ru") if f".{kind.__name__}." in key)
    reasons = [key.replace("_", " ") for key in keys if key != "default"]
    for reason in [*reasons, "иное"]:
        assert english(TEXTS.error("ru", kind("заметка", reason))) == []


# -- over HTTP


async def test_a_russian_chat_over_http(api: BotApi, corpus: Corpus, tmp_path: Path) -> None:
    pressed: set[str] = set()
    async with running(api.start(), corpus, tmp_path / "bot", frozenset({READER})):

        async def settled(before: int) -> list[Json]:
            return await api.wait(lambda: api.sent(READER)[before:], 30)

        for text in (
            "/start",
            "/help",
            "/settings",
            "Сколько будет стоить билет на паром?",
            "Сколько лун у Юпитера?",
            POST,
        ):
            before = len(api.sent(READER))
            api.people.write(text, READER, language="ru")
            said = (await settled(before))[-1]
            for name, data in buttons(said).items():
                if name not in pressed and len(pressed) < 12 and not data.startswith(("pick", "set:")):
                    pressed.add(name)
                    api.people.press(said, data)
                    await api.wait(lambda: all(api.state.queries.values()), 30)
        await api.wait(lambda: not api.state.updates, 30)
    texts = [message["text"] for message in api.sent(READER)]
    names = [name for message in api.sent(READER) for name in buttons(message)]
    assert [(text, wrong) for text in (*texts, *names) if (wrong := english(text))] == []
    menu = next(
        c.parameters for c in api.calls if c.method == "setMyCommands" and c.parameters.get("language_code") == "ru"
    )
    assert [wrong for command in menu["commands"] if (wrong := english(command["description"]))] == []


# -- the ear itself


def test_an_english_word_and_a_bare_key_would_be_noticed() -> None:
    assert english("Вот что нашлось: Sources") == ["Sources"]
    assert english("button.stale") == ["button", "stale", "button.stale"]
    assert english("/help, /quiet off, https://x.example/a, @news, FOOTNOTE_ADMINS, файл list.opml") == []

"""Publishers' furniture goes, prose that talks about the same things stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.sources.articles import read_article
from retrieval.sources.furniture import strip_furniture
from retrieval.sources.types import Fetched

# Prose around what is tried, so that positions matter as they do in articles.
_BODY = [
    "The harbour master closed the north pier on Monday after a crane dropped a container.",
    "Nobody was hurt, but eleven ships had to wait in the roads until the evening.",
    "The crane was last inspected in October, according to the port's own register.",
    "An investigation has begun, and its first results are expected within a month.",
    "The company that owns the crane declined to comment on the state of its brakes.",
    "Dockers had complained about the machine twice since the beginning of the year.",
    "The pier is to reopen on Thursday if the inspectors agree.",
]

_FURNITURE = [
    "Subscribe to our morning newsletter and never miss a story.",
    "Join our commenting forum",
    "Join lively conversations, follow other readers of the Pier Gazette and see their replies",
    "Sign up for The Tide, our weekly letter, delivered to your inbox every Friday.",
    "Follow us on Facebook, Instagram and Telegram.",
    "Share | Save | Print | Listen to this article (3 min)",
    "SHARE THIS STORY: Mail | Copy link | Print",
    "Facebook Twitter Email WhatsApp",
    "Read also: What the new timetable means for Millbrook",
    "READ MORE: Which pier is next? / The gossip from the docks",
    "Related: A short history of cranes",
    "214 comments. Join the row below!",
    "Comments (31) - Have your say!",
    "© 2026 Pier Gazette Ltd. All rights reserved.",
    "Texts may be republished with a link to the original.",
    "We use cookies to make this site better. By continuing you agree to our cookie policy.",
    "Already a subscriber? Log in",
    "You have 2 free articles left this month. Become a member and read them all.",
    "Support local journalism. Subscribe today.",
    "If you value what we do, please consider a donation: even 3 crowns a month helps.",
    "Got a story? Ring the newsdesk, day or night.",
    "Reach the reporter at ida.holm@pier.example or on Twitter @idaholm.",
    "Remind me later",
    "×",
    "Advertisement",
    "Подписывайтесь на наш канал: главные новости города каждое утро.",
    "Читайте также: Как высушить подвал после потопа",
    "Поддержите редакцию! Мы живём на взносы читателей, от 100 рублей в месяц.",
    "Нашли ошибку? Выделите её и нажмите Ctrl+Enter.",
    "Мы используем файлы cookie. Продолжая читать, вы соглашаетесь с правилами сайта.",
    "Комментарии (14)",
    "Поделиться: ссылка, почта",
    "© «Портовый листок», 2026. Перепечатка только со ссылкой на источник.",
    "Следите за нашими новостями в Телеграме и ВКонтакте.",
    "Присылайте новости в редакцию: нам важно знать, что происходит у вас во дворе.",
    "Напомнить позже",
    "Реклама",
]

_PROSE = [
    "The shipowner, who donated $300 million to the campaign, was not invited to the dinner.",
    "Supporters of the library have collected 4,000 signatures and 12,000 crowns in donations.",
    "Subscribers to the theatre's season ticket will get their money back, the director said.",
    "“Please donate what you can, every penny counts,” the mayor told residents after the flood.",
    "Readers of the newsletter, which has a circulation of 900, were the first to learn of the sale.",
    "The company follows its rivals on Twitter and Facebook more closely than it admits.",
    "Cookies are baked here every morning by two brothers from Saltholm.",
    "The council voted to support independent bookshops with a grant of 40,000 crowns a year.",
    "She asked the court to share the costs between the two ports, and the judge agreed.",
    "AFP and Reuters contributed reporting.",
    "Copyright law was last changed in 1998, when the term of protection was extended.",
    "He wrote to the newspaper to say that its report had been fair.",
    "More than 200 people signed up for the course, and 40 of them had never sailed.",
    "What will happen to the crane?",
    "The two clubs will join the county's forum of small ports in May.",
    "На двери висит табличка: «Поддержите наш музей», а под ней стоит стеклянная банка для мелочи.",
    "Подписка на городскую газету подорожает с июля на треть, сообщила редакция.",
    "Меценат поддержал музей: его пожертвование составило 5 миллионов рублей.",
    "«Поддержите нас, нам нужна ваша помощь», — сказал капитан команды на встрече с болельщиками.",
    "Комментарии экспертов разошлись: одни ждут роста цен, другие — падения.",
    "Читатели библиотеки принесли на выставку более трёхсот старых открыток.",
]


@pytest.mark.parametrize("line", _FURNITURE)
def test_furniture_below_an_article_goes(line: str) -> None:
    assert strip_furniture([*_BODY, line]) == _BODY


@pytest.mark.parametrize("line", _FURNITURE)
def test_furniture_above_an_article_goes(line: str) -> None:
    assert strip_furniture([line, *_BODY]) == _BODY


@pytest.mark.parametrize("line", _PROSE)
def test_prose_about_the_same_things_stays_anywhere(line: str) -> None:
    for position in (0, 3, len(_BODY)):
        paragraphs = [*_BODY[:position], line, *_BODY[position:]]
        assert strip_furniture(paragraphs) == paragraphs


def test_an_appeal_goes_with_all_that_belongs_to_it() -> None:
    appeal = [
        "A message from the Pier Gazette:",
        "Dear readers,",
        "We are going through the hardest year in our history. Paper costs twice as much, and a harbour company has "
        "taken us to court over our reports on its cranes.",
        "These attacks will not make us look away. But our newsroom of nine cannot pay its lawyers alone.",
        "Your support makes the difference. If you can, support us from just $3 a month.",
        "Thank you for standing with us.",
        "Continue",
        "Not ready to give today?",
        "Remind me next month",
    ]

    assert strip_furniture([*_BODY, *appeal]) == _BODY


def test_a_russian_appeal_goes_with_all_that_belongs_to_it() -> None:
    appeal = [
        "Дорогие читатели!",
        "Наша редакция работает без рекламы уже шестой год, и каждый текст мы отдаём вам бесплатно.",
        "Оформите ежемесячное пожертвование: даже 100 рублей в месяц помогают нам платить корреспондентам.",
        "Спасибо, что вы с нами!",
    ]

    assert strip_furniture([*_BODY, *appeal]) == _BODY


def test_the_article_goes_on_after_an_appeal_in_its_middle() -> None:
    appeal = ["Support our work.", "We take no advertising. If you like this report, please donate 5 crowns a month."]

    assert strip_furniture([*_BODY[:3], *appeal, *_BODY[3:]]) == _BODY


def test_a_message_that_asks_for_nothing_is_part_of_the_article() -> None:
    letter = ["A message from the mayor", "We have lost a bridge, but we have not lost our patience with each other."]

    assert strip_furniture([*_BODY, *letter]) == [*_BODY, *letter]


def test_the_titles_below_related_go_and_prose_below_them_stays() -> None:
    links = ["Related", "Cranes: a user's guide", "Who owns the north pier?"]

    assert strip_furniture([*_BODY[:3], *links, *_BODY[3:]]) == _BODY


def test_buttons_without_words_of_their_own_go_only_among_furniture() -> None:
    assert strip_furniture([*_BODY, "Share this article", "City desk"]) == _BODY
    assert strip_furniture([*_BODY, "City desk"]) == [*_BODY, "City desk"]


def test_bylines_and_dates_go_at_the_edges() -> None:
    assert strip_furniture(["By Ida Holm and Per Lund, 15 May 2026", "15 May 2026", *_BODY, "Photo: Per Lund"]) == _BODY
    assert strip_furniture(["By midday the pier was empty", *_BODY]) == ["By midday the pier was empty", *_BODY]


def test_only_furniture_leaves_nothing() -> None:
    assert strip_furniture(_FURNITURE) == []


def test_a_line_without_end_is_judged_quickly() -> None:
    line = "“" * 200_000

    assert strip_furniture([*_BODY, line, "follow " * 50_000]) == [*_BODY, "follow " * 50_000]


def test_the_users_own_example_comes_out_as_the_article_alone(shared: Path) -> None:
    content = (shared / "seed_article.txt").read_bytes()
    first, second = content.decode().split("\n")[:2]

    article = read_article(Fetched("/seed_article.txt", content, "text/plain"), "seed")

    assert article.title == first
    assert article.text.startswith(second)
    assert article.text.endswith("AFP and Reuters contributed reporting.")
    assert "$300 million" in article.text
    for part in ("$2", "monthly", "Dear readers", "Continue", "Remind me", "×"):
        assert part not in article.text

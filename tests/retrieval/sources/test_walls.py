"""Pages that are no article say why, and articles about such pages stay articles."""

from __future__ import annotations

import gzip
import json
import tarfile
from pathlib import Path

import pytest

from retrieval.errors import NoArticle
from retrieval.sources.articles import read_article
from retrieval.sources.types import Fetched
from retrieval.types import Article

_URL = "https://coast.example/2026/05/two-boats"
_FIRST = "The ferry to Holm Island will sail every half hour from June, the harbour office said on Monday."
_SECOND = "Two new boats, built in Saltgate for 9 million crowns, will replace the old one, which leaks."
_THIRD = "Islanders had asked for them since 2019. “We stopped counting the letters,” said Marta Ellings."
_RUSSIAN = (
    "Паром на остров Хольм с июня будет ходить каждые полчаса, сообщило в понедельник управление порта Солтгейта."
)
_LONG = [_FIRST, _SECOND, _THIRD] * 6


def _page(title: str, *blocks: str, head: str = "") -> str:
    """Blocks that are no markup become paragraphs."""
    body = "".join(block if block.startswith("<") else f"<p>{block}</p>" for block in blocks)
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def _article(title: str, *blocks: str, head: str = "") -> str:
    body = "".join(block if block.startswith("<") else f"<p>{block}</p>" for block in blocks)
    return _page(title, f"<main><article><h1>{title}</h1>{body}</article></main>", head=head)


def _linked(**said: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", **said})}</script>'


def _kind(name: str) -> str:
    return f'<meta property="og:type" content="{name}">'


def _cards(count: int) -> str:
    return "".join(
        f'<div class="c"><h3><a href="/news/{number}">The council of Millbrook votes on pier {number}</a></h3>'
        f"<p>Members were divided over pier {number}, which has been closed for repairs since last spring.</p></div>"
        for number in range(count)
    )


def _read(page: str, url: str = _URL) -> Article:
    return read_article(Fetched(url, page.encode(), "text/html"), "a")


_LOCKED = _linked(**{"@type": "NewsArticle", "isAccessibleForFree": False})

_PAYWALLS = [
    _article("Two boats for Holm", _FIRST, head=_LOCKED),
    _article("Two boats for Holm", _FIRST, _SECOND, "Subscribe to continue reading.", "Already a subscriber? Log in"),
    _article("Two boats for Holm", _FIRST, _SECOND, _THIRD, "To continue reading, create an account.", head=_LOCKED),
    _article("Two boats for Holm", _FIRST, "<div><h2>This article is for subscribers only.</h2><a "
    "href='/pay'>Join</a></div>"),
    _article("Два судна для Хольма", _RUSSIAN, "Чтобы дочитать статью до конца, оформите подписку."),
    _article("Два судна для Хольма", _RUSSIAN, "Материал доступен только подписчикам. Уже есть подписка? Войдите"),
    _article("Zwei Boote", "Die Fähre nach Holm fährt ab Juni jede halbe Stunde, teilte das Hafenamt am Montag mit. "
             "Zwei neue Boote ersetzen das alte.", "Dieser Artikel ist nur für Abonnenten. Sie haben bereits ein Abo?"),
    _article("Deux bateaux", "Le bac pour Holm partira toutes les demi-heures dès juin, a annoncé lundi le port. "
             "Deux bateaux neufs remplacent l'ancien.", "La suite de cet article est réservée aux abonnés. Déjà "
             "abonné ?"),
]  # fmt: skip

_CONSENTS = [
    _page("The Coast Herald", "<h1>Before you continue to The Coast Herald</h1>",
          "We and our 214 partners store and access information on your device, such as cookies, to show "
          "personalised ads.",
          "You can change your choices at any time in our privacy centre.", "<button>Accept all</button>",
          "<button>Reject all</button>", "<button>Manage options</button>"),
    _page("Your privacy choices", "We use cookies and your data to run this site and to measure how it is used.",
          "By clicking “Accept”, you agree to our privacy policy and to the use of your data by our partners.",
          "<div role='dialog'><button>Accept all</button></div>"),
    _page("Вестник побережья", "<h1>Прежде чем продолжить</h1>",
          "Мы и наши партнёры используем файлы cookie, чтобы показывать персональную рекламу и изучать ваши данные.",
          "<button>Принять все</button>", "<button>Отклонить все</button>"),
    _page("Küstenbote", "<h1>Bevor Sie fortfahren</h1>",
          "Wir und unsere 120 Partner speichern Cookies und verarbeiten personenbezogene Daten mit Ihrer Einwilligung.",
          "<button>Alle akzeptieren</button>", "<button>Einstellungen verwalten</button>"),
    _page("Le Courrier", "<h1>Avant de continuer</h1>",
          "Nous et nos 90 partenaires utilisons des cookies pour mesurer l'audience, avec votre consentement.",
          "<button>Tout accepter</button>", "<button>Continuer sans accepter</button>"),
]  # fmt: skip

_CHALLENGES = [
    _page("Just a moment...", "<h1>coast.example</h1>", "Checking your browser before accessing coast.example.",
          "<noscript>Enable JavaScript and cookies to continue</noscript>"),
    _page("Attention Required!", "<h1>Sorry, you have been blocked</h1>", "You are unable to access coast.example.",
          "This website is using a security service to protect itself from online attacks. The action you just "
          "performed "
          "triggered the security solution. There are several actions that could trigger this block.",
          "You can email the site owner to let them know you were blocked. Please include what you were doing "
          "when this "
          "page came up and the Ray ID found at the bottom of this page."),
    _page("Access to this page has been denied", "<p>Press &amp; Hold to confirm you are a human (and not a bot).</p>",
          "Reference ID 33c1-99", ),
    _page("coast.example", "Request unsuccessful. Incapsula incident ID: 877000-4321, please keep this number for the "
          "support team of the site."),
    _page("DDoS-Guard", "<h1>Checking your browser before accessing coast.example</h1>",
          "Please wait a few seconds. Once this check is complete, the website will open automatically."),
    _page("Проверка браузера", "<h1>Проверка браузера</h1>",
          "Подождите несколько секунд, пока мы проверяем ваш браузер. Страница откроется сама."),
    _page("Ой!", "Подтвердите, что запросы отправляли вы, а не робот.",
          "Нам очень жаль, но запросы с вашего устройства похожи на автоматические. Нажмите, чтобы продолжить."),
    _page("Captcha", "Please complete the security check to access the site. Solve the captcha below to prove "
    "you're not "
          "a robot, and you will be taken to the page you asked for."),
]  # fmt: skip

_INDEXES = [
    (_page("The Coast Herald", _cards(30), head=_kind("website")), "https://coast.example/"),
    (_page("Harbours", "<h1>Harbours</h1>", _cards(24), head=_kind("website")), "https://coast.example/harbours"),
    (_page("News", "<ul>", *(f"<li><a href=/n/{n}>Saltgate opens its {n}th new crossing today</a></li>"
           for n in range(40)), "</ul>"), "https://coast.example/news"),
    (_page("Вестник", *(f"<div><h2><a href=/n/{n}>В Солтгейте открыли мост номер {n}</a></h2><p>Движение по мосту {n} "
           "началось утром, сообщило управление порта в понедельник.</p></div>" for n in range(25))),
     "https://vestnik.test/"),
]  # fmt: skip

_VIDEOS = [
    _article("Watch: the old ferry's last trip", _FIRST, head=_kind("video.other")),
    _article(
        "Watch: the old ferry's last trip", _FIRST, _SECOND, head=_linked(**{"@type": "VideoObject", "name": "Trip"})
    ),
    _article("Последний рейс парома", _RUSSIAN, head=_kind("video.episode")),
]

_ERRORS = [
    _page("Page not found | The Coast Herald", "<h1>Page not found</h1>",
          "We could not find what you were looking for. It may have moved, or the address may be misspelt."),
    _page("404", "<h1>Oops! That page can't be found</h1>", "It looks like nothing was found here. Maybe try a search?",
          "Or have a look at what others are reading in the meantime, there is plenty."),
    _page("Страница не найдена — Вестник", "<h1>Ошибка 404</h1>",
          "Возможно, она удалена или переехала. Проверьте адрес или вернитесь на первую страницу сайта, там много "
          "нового."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "reason"),
    [(page, reason) for reason, pages in {
        "paywall": _PAYWALLS, "consent": _CONSENTS, "challenge": _CHALLENGES, "video": _VIDEOS, "error page": _ERRORS,
    }.items() for page in pages],
)  # fmt: skip
def test_a_page_that_is_no_article_says_what_it_is(page: str, reason: str) -> None:
    with pytest.raises(NoArticle) as error:
        _read(page)

    assert (error.value.subject, error.value.reason) == (_URL, reason)


@pytest.mark.parametrize(("page", "url"), _INDEXES)
def test_a_page_of_headlines_is_an_index(page: str, url: str) -> None:
    with pytest.raises(NoArticle) as error:
        _read(page, url)

    assert error.value.reason == "index page"


_ARTICLES = {
    "a full text that is not free": _article("Two boats for Holm", *_LONG, head=_LOCKED),
    "a brief that is not free": _article("Two boats for Holm", _FIRST, _SECOND, _THIRD, head=_LOCKED),
    "a full text above an offer": _article("Two boats", *_LONG, "Subscribe to continue reading more stories like "
    "this."),
    "an offer above the text": _article("Two boats", "Subscribe now for just $1 a week.", *_LONG[:9]),
    "about paywalls": _article(
        "Why readers meet more locked doors",
        "More newspapers than ever ask readers to subscribe to continue reading, a study by Saltgate University found.",
        "Of 400 sites that the authors visited, 212 showed a message such as “This article is for subscribers only”.",
        "The share has doubled since 2019, said Marta Ellings, who led the work. Most of the sites are local papers.",
        "Readers who met a wall left within nine seconds, and one in fifty paid, according to the study.",
    ),
    "about cookies": _article(
        "Court fines shop over cookie banner",
        "A court in Millbrook fined an online shop 90,000 crowns on Monday because its banner had no “Reject all” "
        "button.",
        "The banner said “We use cookies” and offered “Accept all”, while refusing took eleven clicks, the judge "
        "wrote.",
        "The shop's lawyer, Per Lund, said that it would appeal. Regulators have warned 60 other shops this year.",
    ),
    "about captchas": _article(
        "Machines now solve captchas better than people",
        "A program written in Saltgate solved 98 of 100 captchas, more than any of the 40 people it was compared with.",
        "Pages that ask visitors to prove they are not a robot will have to find another way, its author Ida Holm "
        "said.",
        "Her team published the program in May, and two large sites have already dropped their puzzles since.",
    ),
    "with a banner": _article(
        "Two boats for Holm", _FIRST, _SECOND, _THIRD,
        "<div><p>We use cookies. By continuing you agree to that.</p><button>Accept all</button></div>",
    ),
    "with a hint for old browsers": _article(
        "Two boats for Holm", _FIRST, _SECOND, _THIRD, "<noscript>Please enable JavaScript to view comments.</noscript>"
    ),
    "with many links": _page(
        "Two boats for Holm",
        f"<article><h1>Two boats for Holm</h1><p>{'</p><p>'.join(_LONG)}</p></article>", _cards(30),
        head=_kind("article"),
    ),
    "with many links and no claim": _page(
        "Two boats", f"<article><h1>Two boats</h1><p>{'</p><p>'.join(_LONG)}</p></article><div>{_cards(14)}</div>"
    ),
    "with a video": _article("Two boats", *_LONG[:9], head=_kind("video.other")),
    "about a lost page": _article("Page not found: how the town lost its archive", *_LONG[:9]),
    "about paywalls in Russian": _article(
        "Газеты закрывают тексты",
        "Каждая третья газета просит читателей оформить подписку, чтобы прочитать текст целиком, показало "
        "исследование.",
        "Его авторы обошли 400 сайтов. «Материал доступен только подписчикам», — написано на 120 из них, "
        "рассказала Марта "
        "Эллингс из университета Солтгейта.",
        "За три года таких сайтов стало вдвое больше, а платит за доступ лишь один читатель из пятидесяти.",
    ),
    "about captchas in Russian": _article(
        "Роботы научились решать капчу",
        "Программа из Солтгейта решила 98 капч из 100 — лучше любого из сорока человек, с которыми её сравнивали.",
        "Страницам, которые просят посетителя доказать, что он не робот, придётся искать другой способ, считает "
        "её автор.",
        "Проверка браузера, которую используют крупные сайты, программе тоже не помешала, сообщила газета «Маяк».",
    ),
    "about cookies in Russian": _article(
        "Магазин оштрафовали за файлы cookie",
        "Суд в Миллбруке оштрафовал магазин на 90 тысяч крон: на его сайте не было кнопки «Отклонить все».",
        "Сайт сообщал: «Мы используем файлы cookie», а отказаться от них можно было только за одиннадцать нажатий.",
        "Адвокат магазина Пер Лунд заявил, что обжалует решение. Регулятор предупредил ещё шестьдесят магазинов.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("page", _ARTICLES.values(), ids=_ARTICLES)
def test_an_article_stays_one_whatever_it_is_about(page: str) -> None:
    article = _read(page)

    assert len(article.text) > 200
    assert article.text.count("\n\n") >= 2


def test_real_articles_stay_articles(shared: Path, tmp_path: Path) -> None:
    with tarfile.open(shared / "data" / "fundus.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    said = json.loads(next(tmp_path.rglob("ground_truth.json")).read_text())

    for name, page in list(said.items())[::4]:
        content = gzip.decompress(next(tmp_path.rglob(name)).read_bytes())
        article = read_article(Fetched(page["url"], content, "text/html"), "a")
        assert article.image
        assert article.published


def test_the_summary_in_a_feed_is_no_wall() -> None:
    assert _read(f"<p>{_FIRST}</p><p>Subscribe to continue reading.</p>").text == _FIRST

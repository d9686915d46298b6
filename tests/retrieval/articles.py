"""Small invented articles for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from retrieval import Article

LIGHTHOUSE = Article(
    id="lighthouse",
    title="Lighthouse keeper retires after 41 years",
    text=(
        "Marta Ellings switched off the lamp at Gull Point for the last time on Sunday.\n\n"
        "She had kept the lighthouse for 41 years. The coast guard will run it by remote control from June because "
        "the post was cut from its budget.\n\n"
        '"I shall miss the fog," Ellings said. Her cottage will become a museum of the coast, which opens in September.'
    ),
    url="https://coast.example/2026/05/lighthouse",
    source="Coast Herald",
    published=datetime(2026, 5, 4, tzinfo=UTC),
)
BAKERY = Article(
    id="bakery",
    title="Bakery burns in Mill Street",
    text=(
        "A fire destroyed the Holm bakery in Mill Street early on Tuesday. Nobody was hurt.\n\n"
        "The fire brigade said an oven had been left on overnight. The owner, Peder Holm, wants to reopen within "
        "three months. About 12,000 loaves a week came from its ovens."
    ),
    url="https://coast.example/2026/05/bakery",
    source="Coast Herald",
    published=datetime(2026, 5, 12, tzinfo=UTC),
)
FERRY_RU = Article(
    id="parom",
    title="Паром на остров Лисий отменили из-за шторма",
    text=(
        "Паром на остров Лисий не выйдет в море до четверга, сообщил начальник порта Игорь Савельев.\n\n"
        "Ветер достиг 28 метров в секунду. На острове остались 140 туристов, их разместили в школе."
    ),
    language="ru",
    url="https://prichal.example/2026/05/parom",
    source="Причал",
    published=datetime(2026, 5, 20, tzinfo=UTC),
)

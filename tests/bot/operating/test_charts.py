"""A picture is drawn from any numbers, in any language, by several threads at a time."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.operating.charts import BLUE, GREEN, GREY, ORANGE, Chart, Charts, Series

WEEK = [f"{day}.05" for day in range(1, 8)]


@pytest.fixture(scope="module")
def charts() -> Charts:
    return Charts()


def four(scale: float = 1.0) -> list[Chart]:
    rising = [scale * day for day in range(7)]
    stacked = (Series("ответ", rising), Series("ближайшее", rising, ORANGE), Series("нет ответа", rising, GREY))
    return [
        Chart("Вопросы", stacked),
        Chart("Секунд на 95 из 100", (Series("", [None, 0.4, 0.5, None, 0.3, 0.2, None]),), "line"),
        Chart("Новые статьи", (Series("", rising, GREEN),)),
        Chart("New subscriptions", (Series("", [0] * 7),)),
    ]


def test_it_is_a_png_of_a_phones_width(charts: Charts) -> None:
    png = charts.picture(WEEK, four())
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (1200, 800)
    assert len(png) < 500_000


@pytest.mark.filterwarnings("error")
def test_every_letter_is_drawn_and_no_number_is_too_large(charts: Charts) -> None:
    """A missing letter would be a warning."""
    assert charts.picture(WEEK, four(1e6))
    one_day = [Chart("Questions", (Series("", [1]),)), Chart("Seconds", (Series("", [None]),), "line")]
    assert charts.picture(["1/05"], one_day)
    assert charts.picture([str(day) for day in range(90)], [Chart("Quarter", (Series("", range(90)),))])


def test_the_same_numbers_give_the_same_picture_on_every_thread(charts: Charts) -> None:
    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(lambda _: charts.picture(WEEK, four()), range(3)))
    assert len(set(drawn)) == 1


def test_other_numbers_give_another_picture(charts: Charts) -> None:
    assert charts.picture(WEEK, four()) != charts.picture(WEEK, four(2.0)[:3] + four()[3:])


def test_it_takes_less_than_a_second(charts: Charts) -> None:
    began = time.process_time()
    charts.picture(WEEK, four())
    assert time.process_time() - began < 1.0


def test_colours_differ_in_lightness_so_that_no_colour_vision_is_needed() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    blue, orange, grey = map(lightness, (BLUE, ORANGE, GREY))
    assert min(orange, grey) - blue > 0.1
    assert orange - grey > 0.05


def test_nothing_is_drawn_with_before_a_picture_is_asked_for() -> None:
    told = "import sys, bot.desk, bot.operating.charts; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"

"""Texts -> sentences: invented news prose, the golden rules, and what must hold for any text at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.text.sentences import LONGEST, split
from tests.conftest import SHARED

# Each case: the sentences that stand, one space apart, in one paragraph.
ENGLISH = [
    ["The council met on Monday.", "It adopted the budget by nine votes to two."],
    ["Dr. Helen Marsh joined the clinic in 2019.", "Mr. and Mrs. Oakley followed a year later."],
    ["The U.S. Treasury raised its forecast.", "Growth in the U.S. has slowed.", "The E.U. has not reacted."],
    ["She has lived in Washington, D.C. since 2004.", "Her brother stayed in the U.K.", "He runs a bakery there."],
    ["The first train left at 5 a.m. Monday.", "The last one arrived at 11 p.m.", "Passengers slept on the floor."],
    ["At 9 a.m. Judge Winters opened the hearing.", "He closed it at 4 p.m.", "Nobody had spoken."],
    ["Shares of Borealis Inc. fell.", "It sold its stake to Pell & Sons Ltd.", "The price was 3.5 million euros."],
    ["Novelist J. R. Halloway died on Friday.", "George W. Trent, his editor, was with him."],
    ["“We will rebuild the bridge,” the mayor said.", "“It may take two years.”", "Traffic is diverted."],
    ["“Are you going to resign?” Harper asked.", "“No!” he replied.", "The room went quiet."],
    ["“Is anyone hurt?”", "Nobody answered.", "(Two firefighters were treated later.)", "The fire is out."],
    ['"It was over in a minute."', "She pointed at the roof.", '"I saw it," she said.'],
    ["The verdict in Dale v. Norton stands.", "So does the fine of $1.2 million."],
    ["See No. 14 and pp. 3-9 of the report.", "Is that all?", "The answer was no.", "Then the line went dead."],
    ["Write to press@harbour.example.org or see www.harbour.example.org/a.html.", "The form closes at noon."],
    ["The ship... well, it simply vanished.", "Nobody knows why...", "The search goes on."],
    ["The storm lasted from Sept. 12 until Oct. 3.", "Schools reopened in Nov.", "The roofs held."],
    ["Gov. Lena Ortiz and Sen. Paul Reyes, D-Calif., signed the deal.", "Lt. Gov. Amy Stone did not."],
    ["What a night!", "What next?!", "Nobody could say."],
    ["The museum (founded in 1887 by E. Lund) reopens today.", "Entry is free."],
    ["It takes 5 lb. of flour, sugar, eggs, etc.", "Bake it at 180 C.", "The crust turns golden."],
    ["“You told us to wait.", "We waited.", "Nothing came,” said Ruth Amari, who lost her farm."],
    ["Prices rose by 2.4%.", "$3 billion was lost.", "1,200 people were dismissed."],
    ["St. Anne's stands on Mt. Royal.", "Henry VIII never saw it."],
    ["Martin Bell Jr. won the seat.", "Ada Bell, Ph.D., lost hers."],
    ["iPhone sales fell.", "iPad sales did not.", "The reason is unclear, i.e. nobody asked."],
    ["The minister — who had denied it — resigned.", "— That is news to me, he said."],
    ["Researchers[3] found ice on the moon.[4]", "They were not the first.[5][6]", "Others saw it in 1998."],
    ["LISBON, Portugal (AP) — The sea is calm.", "SALEM, Ore. — The forest is not."],
    ["It was over.", "They never heard the news from Yahoo! or from us."],
    ["The panel rejected the claim that 'nothing was known.'", "It had read the letters."],
    ["1. Wash the rice.", "2. Boil it for 12 minutes.", "3. Serve."],
]

RUSSIAN = [
    ["Совет собрался в понедельник.", "Бюджет приняли девятью голосами против двух."],
    ["А. С. Грибов родился в 1795 г. в Москве.", "Учился он у И. И. Ланге."],
    ["Завод построили в 1932 г.", "Он работал до 1991 г.", "Сейчас там музей."],
    ["В 1999 г. Петров возглавил институт.", "Ещё в 1997 г. Сидоров ушёл."],
    ["Музей им. А. П. Чехова стоит на ул. Садовой, д. 5.", "Вход свободный."],
    ["Проект обойдётся в 3,5 млн руб.", "Деньги выделит бюджет г. Тулы.", "Срок — 2 года."],
    ["На ремонт ушло 12 тыс. руб. 50 коп.", "Остаток вернули."],
    ["— Я не приду, — сказал он.", "— Почему? — спросила Анна.", "— Так надо."],
    ["«Мы всё восстановим!» — заявил мэр.", "«Когда?» — спросили из зала.", "Ответа не было."],
    ["«Мост закрыт», — сообщили в ведомстве.", "Объезд работает."],
    ["Он спросил: «Где документы?»", "Никто не ответил."],
    ["«Где ключи?» — Мария обернулась.", "«Не знаю», — сказал я."],
    ["В XIX в. здесь была крепость.", "Первое поселение возникло в V в. до н. э.", "Раскопки идут."],
    ["Закупили парты, доски и т. д.", "Осталось найти учителей."],
    ["Речь идёт о т. н. серых схемах, т. е. об уходе от налогов.", "Проверка идёт."],
    ["Закупили парты и т.д. и т.п.", "Речь о расходах, т.е. о бюджете."],
    ["См. рис. 5 и табл. 2 на с. 14.", "Там всё показано."],
    ["Он ушёл...", "Все молчали.", "Ну что… поехали?", "Поехали!"],
    ["Акад. Н. Н. Волков и проф. Зайцев подписали письмо.", "Их поддержали 35 человек."],
    ["Ночью до −12,5 °C.", "Ветер — до 15 м/с.", "Давление 745 мм рт. ст.", "Вечером потеплеет."],
    ["Матч закончился со счётом 3:1.", "2 игрока удалены.", "Судья — Ф. Мюллер."],
    ["Штраф составит 5 тыс. рублей (ранее — 3 тыс. рублей).", "Закон вступит в силу 1 июля."],
    ["Сайт gorod.example.ru не работает.", "Адрес почты info@gorod.example.ru прежний."],
    ["Как так?!", "Никто не знал.", "«Не может быть!..»", "Все встали."],
    ["Директор ООО «Ромашка» И. Ким отказался от комментариев.", "«Позвоните завтра», — сказал он."],
    ["Жители пос. Новый и с. Старое остались без света.", "Аварию устранят к 18:00."],
    ["По словам В. В. Орлова, «решение принято.", "Обсуждать нечего».", "Суд с ним согласен."],
    ["Часы стоят 399 долл.", "Продажи начнутся в мае."],
    ["Рост составил 4,2%.", "В прошлом году — 3,9%.", "Это немало."],
    ["Там были учёные, врачи и др.", "Всего пришло 300 чел.", "Зал был полон."],
    ["Родился 5 мая 1960 г.", "Окончил университет.", "Работал в Тульской обл. инженером."],
    ["Подробностей мы не знаем.", "Ответ в нем.", "Источник не назван."],
    ["Суд над Анной К. перенесли.", "Дело ведёт следователь группы А.", "Он молчит."],
]

OTHER = [
    ("de", ["Die Wahl war am 3. Oktober.", "Dr. Weber gewann z. B. in Köln.", "Die Beteiligung war hoch."]),
    ("fr", ["M. Dupont a démissionné.", "« Pourquoi ? » demande Mme Leroy.", "Personne ne répond."]),
    ("es", ["El Sr. Ruiz llegó tarde.", "¿Por qué?", "Nadie lo sabe."]),
    ("it", ["Il dott. Rossi ha parlato.", "La sala era piena."]),
    ("uk", ["Завод на вул. Лесі Українки закрили у 2001 р.", "Там працювали 300 осіб."]),
    ("el", ["Η πόλη κοιμάται.", "Κανείς δεν μιλά."]),
    ("hi", ["बारिश हुई।", "सड़कें बंद हैं।"]),
    ("ar", ["هل وصل القطار؟", "نعم.", "وصل متأخرا."]),
]


def sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in split(text, language)]


@pytest.mark.parametrize("expected", ENGLISH, ids=lambda case: case[0][:30])
def test_english_news_prose_is_split_as_an_editor_would(expected: list[str]) -> None:
    assert sentences(" ".join(expected), "en") == expected


@pytest.mark.parametrize("expected", RUSSIAN, ids=lambda case: case[0][:30])
def test_russian_news_prose_is_split_as_an_editor_would(expected: list[str]) -> None:
    assert sentences(" ".join(expected), "ru") == expected


@pytest.mark.parametrize(("language", "expected"), OTHER)
def test_other_languages_are_split_sensibly(language: str, expected: list[str]) -> None:
    assert sentences(" ".join(expected), language) == expected


def test_chinese_and_japanese_need_no_space_between_sentences() -> None:
    assert sentences("桥塌了。没有人受伤！“真的？”他问。", "zh") == ["桥塌了。", "没有人受伤！", "“真的？”", "他问。"]
    assert sentences("橋が落ちた。「本当？」", "ja") == ["橋が落ちた。", "「本当？」"]


def test_the_golden_rules_hold() -> None:
    if SHARED is None:
        pytest.skip("the dev data is not here")
    lines = (SHARED / "data" / "sentences_golden_en.jsonl").read_text("utf-8").splitlines()
    rules = [json.loads(line) for line in lines]
    broken = [rule["text"] for rule in rules if sentences(rule["text"], "en") != rule["sentences"]]
    assert len(rules) == 48
    assert broken == []


def test_an_empty_line_always_parts_sentences() -> None:
    assert sentences("A heading without a full stop\n\nand a line, oddly,\r\n \r\nof two halves", "en") == [
        "A heading without a full stop",
        "and a line, oddly,",
        "of two halves",
    ]


def test_hard_wrapped_lines_go_on() -> None:
    wrapped = (
        "The harbour authority said on Thursday that Mr.\nDale would keep both cranes until the end\n"
        "of the year. The workers had asked for that\nin March."
    )
    assert sentences(wrapped, "en") == [
        "The harbour authority said on Thursday that Mr.\nDale would keep both cranes until the end\nof the year.",
        "The workers had asked for that\nin March.",
    ]


def test_a_short_line_is_a_heading() -> None:
    text = "Weather\nIt will rain in the north on Saturday and in the whole country by Sunday night.\nSport\nNo news"
    assert sentences(text, "en") == [
        "Weather",
        "It will rain in the north on Saturday and in the whole country by Sunday night.",
        "Sport",
        "No news",
    ]


def test_each_paragraph_on_its_own_line_stands_alone() -> None:
    long = "and the ferry kept moving between the islands " * 5
    assert len(sentences(f"First: {long}\nsecond: {long}\nthird", "en")) == 3


def test_lines_of_a_list_or_a_dialogue_stand_alone() -> None:
    assert sentences("We need\n- milk and a great deal of bread\n- eggs\n1) tea\n• salt • oil", "en") == [
        "We need",
        "- milk and a great deal of bread",
        "- eggs",
        "1) tea",
        "• salt",
        "• oil",
    ]
    assert sentences("— Ты идёшь, или мне ждать тебя\n— Иду", "ru") == ["— Ты идёшь, или мне ждать тебя", "— Иду"]


def test_a_lost_space_does_not_glue_sentences() -> None:
    assert sentences("The vote was over.The chair left for Node.Js camp.", "en") == [
        "The vote was over.",
        "The chair left for Node.Js camp.",
    ]


def test_a_sentence_without_end_is_cut_at_clauses() -> None:
    clause = "the list of the names went on and on; "
    pieces = sentences(clause * 100, "en")
    assert len(pieces) > 1
    assert all(piece.endswith(";") and len(piece) <= LONGEST for piece in pieces)


def test_a_hostile_run_of_marks_takes_no_longer_than_a_text() -> None:
    for run in ("." * 300_000, " ." * 150_000, '."' * 150_000, "a." * 150_000, "1. " * 100_000, "\n " * 150_000):
        assert "".join("".join(sentences(run, "en")).split()) == "".join(run.split())


texts = (
    st.text()
    | st.text(st.sampled_from("aAбИ1 .!?…\"'«»()-—\n•,;:。\u2028\u00a0"))
    | st.text(min_size=1).map(lambda t: t * 300)
)


@settings(deadline=None)
@given(texts, st.sampled_from(["en", "ru", "de", "zh", "xx"]))
def test_spans_cover_every_character_that_is_not_whitespace(text: str, language: str) -> None:
    spans = split(text, language)
    place = 0
    for start, end in spans:
        assert text[place:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        assert 0 < end - start <= LONGEST
        place = end
    assert text[place:].strip() == ""


@settings(deadline=None)
@given(texts)
def test_splitting_twice_gives_the_same(text: str) -> None:
    assert split(text, "en") == split(text, "en")

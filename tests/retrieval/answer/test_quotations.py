from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.candidates import Candidate, candidates
from retrieval.answer.quotations import quotations, tell_speaker, tell_statement
from retrieval.text.sentences import split
from retrieval.types import Article, Evidence, Hit, Passage, Question

Told = tuple[str, str, bool]


def told(text: str, language: str) -> list[Told]:
    found = quotations(text, split(text, language), language)
    return [(text[slice(*q.speaker)], text[slice(*q.content)], q.verbatim) for q in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"We try things," said Mayor Ilse Brandt.', [("Mayor Ilse Brandt", "We try things", True)]),
        ('Mayor Ilse Brandt said: "We try things."', [("Mayor Ilse Brandt", "We try things.", True)]),
        ("The ministry said that the bridge opens in May.", [("The ministry", "the bridge opens in May", False)]),
        (
            "The mayor told the Post, a local paper, that the bridge opens in May.",
            [("The mayor", "the bridge opens in May", False)],
        ),
        (
            "Per Holm met Finn Oke. Later Holm left the town for good. He said that nobody had asked him.",
            [("Holm", "nobody had asked him", False)],
        ),
        (
            "Per Holm owns the pier. The guide Finn Oke came too. Holm had waited. He said that the tide was late.",
            [("Holm", "the tide was late", False)],
        ),
        ("The bridge opens in May, the mayor said.", [("the mayor", "The bridge opens in May", False)]),
        ("The bridge opens soon, Per Holm told reporters on Monday.", [("Per Holm", "The bridge opens soon", False)]),
        ("On Tuesday, police said two men had fled.", [("police", "two men had fled", False)]),
        (
            "“We try,” Brandt told the Post. “We keep going.”",
            [("Brandt", "We try", True), ("Brandt", "We keep going.", True)],
        ),
        (
            "According to a spokesman for the port, 40 ships are late.",
            [("a spokesman for the port", "40 ships are late", False)],
        ),
        ("The harbour lost 40 ships, according to Ann Lee.", [("Ann Lee", "The harbour lost 40 ships", False)]),
        ("“Jump. He said “no” to me,” said Finn Oke, 19.", [("Finn Oke", "Jump. He said “no” to me", True)]),
        ('"My staff leave at two," said the chief, Dr Ada Quist.', [("Dr Ada Quist", "My staff leave at two", True)]),
        (
            'The site manager, Hanne Eskil, has come. "Welders eat," she said.',
            [("Hanne Eskil", "Welders eat", True)],
        ),
        (
            'Florist Jo Abara, 38, lost her shop. "I saw the sea," she said. "It was in my shop."',
            [("Florist Jo Abara", "I saw the sea", True), ("Florist Jo Abara", "It was in my shop.", True)],
        ),
        (
            'The judge said he had robbed "every child in town".',
            [("The judge", 'he had robbed "every child in town"', False)],
        ),
        ("The mayor, who was away, said in a statement: “We are sorry.”", [("The mayor", "We are sorry.", True)]),
    ],
)  # fmt: skip
def test_who_said_what_in_english(text: str, expected: list[Told]) -> None:
    assert told(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("«Мы закроем мост», — сказал мэр Игорь Лунин.", [("мэр Игорь Лунин", "Мы закроем мост", True)]),
        ("Лунин сказал: «Ждите утра».", [("Лунин", "Ждите утра", True)]),
        ("Анна Белова заявила, что паром не выйдет.", [("Анна Белова", "паром не выйдет", False)]),
        ("По словам Игоря Лунина, паром не выйдет.", [("Игоря Лунина", "паром не выйдет", False)]),
        ("Паром не выйдет, сообщил начальник порта Игорь Лунин.",
         [("начальник порта Игорь Лунин", "Паром не выйдет", False)]),
        ("Мост закрыли, сообщили в министерстве.", [("в министерстве", "Мост закрыли", False)]),
        ("Как рассказал капитан Пётр Зимин, лодка утонула.", [("капитан Пётр Зимин", "лодка утонула", False)]),
        ("— Мы не ждали волны, — отметила директор музея Анна Белова. — Теперь ждём.",
         [("директор музея Анна Белова", "Мы не ждали волны", True),
          ("директор музея Анна Белова", "Теперь ждём.", True)]),
        ("Анна Белова вернулась. «Я устала, — сказала она. — Но рада».",
         [("Анна Белова", "Я устала", True), ("Анна Белова", "Но рада", True)]),
    ],
)  # fmt: skip
def test_who_said_what_in_russian(text: str, expected: list[Told]) -> None:
    assert told(text, "ru") == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It is said that the house is haunted.", "en"),
        ('"It broke," he said.', "en"),
        ("He saw “a crack in the arch.” The mayor said nothing.", "en"),
        ("The bridge cracked in March. Nobody was there.", "en"),
        ("Паром вышел в море утром.", "ru"),
        ('"Es war kalt," sagte Anna.', "de"),
        ("Анна Белова ответила «Причалу» письмом.", "ru"),
        ("", "en"),
    ],
)
def test_who_is_not_known_says_nothing(text: str, language: str) -> None:
    assert told(text, language) == []


TEXT = (
    "The old bridge was closed on Thursday. Deputy mayor Tomas Ferrin went to the barriers.\n\n"
    '"I would rather explain a traffic jam than a funeral," he said. "The cracks are as long as my arm."\n\n'
    "Butcher Gus Halloran said that the traders would sue the city over parking. "
    '"My customers come for two pork chops," said Halloran.'
)
ARTICLE = Article("bridge", "Bridge shut", TEXT)
TEXT_RU = (
    "Мост закрыли в четверг. Мэр Анна Белова приехала на берег. «Трещины длиной с мою руку», — сказала она.\n\n"
    "Мясник Пётр Зимин заявил, что торговцы подадут в суд."
)


def found(article: Article) -> list[Candidate]:
    sentences = tuple(split(article.text, article.language))
    evidence = Evidence(Hit(1, 1.0), Passage(0, len(article.text), sentences), article)
    return candidates(asking("?", article.language), [evidence], {})


def asking(text: str, language: str = "en") -> Question:
    return Question(text, text, language, "thing", True)


def marked(question: str, article: Article = ARTICLE) -> list[tuple[str, str | None, str | None]]:
    """Sentences told, with what they mark and what stands before."""
    ask = asking(question, article.language)
    tell = tell_speaker if question.casefold().startswith(("who", "кто")) else tell_statement
    return [
        (s.text, s.text[slice(*s.span)] if s.span else None, s.before.quote if s.before else None)
        for s in tell(ask, found(article))
    ]


def test_who_said_it_is_marked_where_he_stands() -> None:
    [(text, speaker, before)] = marked("Who said that customers come for pork chops?")
    assert text == '"My customers come for two pork chops," said Halloran.'
    assert (speaker, before) == ("Halloran", None)


def test_a_speaker_who_stands_elsewhere_is_named_by_the_sentence_before() -> None:
    [(text, speaker, before)] = marked("Who said a traffic jam was better than a funeral?", ARTICLE)[:1]
    assert text == '"I would rather explain a traffic jam than a funeral," he said.'
    assert speaker is None
    assert before == "Deputy mayor Tomas Ferrin went to the barriers."


def test_what_somebody_said_is_marked_if_it_stands_verbatim() -> None:
    [(_, words, _)] = marked("What did Tomas Ferrin say about the cracks?")
    assert words == "The cracks are as long as my arm."
    [(text, words, _)] = marked("What did Halloran say about parking?")
    assert "would sue the city" in text
    assert words is None


@pytest.mark.parametrize(
    "question",
    [
        "What did Halloran say about the cracks?",
        "What did Ingrid Solvane say about the cracks?",
        "What did the mayor say about the cracks?",
        "Who said the whale had been fed?",
        "When was the bridge closed?",
    ],
)
def test_nothing_is_told_of_what_nobody_says(question: str) -> None:
    assert marked(question) == []


def test_an_office_is_as_good_as_a_name() -> None:
    [(_, words, _)] = marked("What did the deputy mayor say about the cracks?")
    assert words == "The cracks are as long as my arm."


def test_whom_it_was_told_is_not_what_it_was_about() -> None:
    article = Article("court", "Thief jailed", 'Cas Wynn was jailed. "I went in for the money," he told the court.')
    [(_, words, before)] = marked("What did Cas Wynn tell the court?", article)
    assert (words, before) == ("I went in for the money", "Cas Wynn was jailed.")


def test_the_title_says_what_a_quotation_is_about() -> None:
    assert len(marked("What did Halloran say about the bridge?")) == 2


def test_speech_of_other_words_counts_if_the_title_has_the_rest() -> None:
    text = (
        "Ilse Brandt leads the harbour. She told the Post, a local paper, that the port could buy the old ferry.\n\n"
        "Per Holm said that the town had no money at all."
    )
    [(said, _, before)] = marked(
        "Who said Brennock could buy the ferry Merganser?", Article("f", "Brennock may save the Merganser", text)
    )
    assert "could buy the old ferry" in said
    assert before == "Ilse Brandt leads the harbour."
    assert marked("Who said Brennock could buy the ferry Merganser?", Article("f", "A ferry for sale", text)) == []


def test_russian_questions_are_told() -> None:
    article = Article("most", "Мост", TEXT_RU, "ru")
    [(text, words, before)] = marked("Что сказала Анна Белова о трещинах?", article)
    assert (text, words) == ("«Трещины длиной с мою руку», — сказала она.", "Трещины длиной с мою руку")
    assert before == "Мэр Анна Белова приехала на берег."
    [(text, speaker, _)] = marked("Кто сказал, что торговцы подадут в суд?", article)
    assert speaker == "Мясник Пётр Зимин"


WORDS = st.sampled_from(
    ["Ann Lee", "Mr Holm", "he", "said", "told", "that", "“", "”", '"', "«", "»", ".", ",", ":", "—", "the mayor",
     "\n\n", "According to", "bridge", "он", "сказал", "Анна Белова", "что", "по словам", "- "]
)  # fmt: skip


@given(st.lists(WORDS).map(" ".join) | st.text(), st.sampled_from(["en", "ru"]))
def test_every_span_is_a_slice_of_the_text(text: str, language: str) -> None:
    for quotation in quotations(text, split(text, language), language):
        for span in (quotation.speaker, quotation.cue, quotation.content):
            assert 0 <= span.start < span.end <= len(text)
            assert text[slice(*span)].strip()


@given(st.lists(WORDS).map(" ".join), st.sampled_from(["en", "ru"]))
def test_every_sentence_told_is_a_slice_of_its_article(text: str, language: str) -> None:
    article = Article("a", "Title", text, language)
    for question in ("What did Ann Lee say about the bridge?", "Who said bridge?", "Что сказала Анна Белова?"):
        ask, candidates_found = asking(question, language), found(article)
        for sentence in tell_speaker(ask, candidates_found) + tell_statement(ask, candidates_found):
            [citation] = sentence.citations
            assert text[citation.start : citation.end] == sentence.text == citation.quote
            assert sentence.span is None or sentence.text[slice(*sentence.span)]
            assert sentence.before is None or text[sentence.before.start : sentence.before.end] == sentence.before.quote

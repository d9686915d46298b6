from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.verdict import verdict
from retrieval.types import Question

YES = [
    ("Did the council approve the budget?", "The council approved the budget on Monday."),
    ("Did the council approve the budget?", "The council finally approved the budget, ending a long row."),
    ("Has Ilse Brandt resigned?", "Mayor Ilse Brandt has resigned."),
    ("Did Ilse Brandt win the election?", "Ilse Brandt won the election."),
    ("Is the ferry running?", "The ferry is running again."),
    ("Was the bridge closed?", "Officials said the bridge was closed on Tuesday."),
    ("Was the bridge closed on Tuesday?", "On Tuesday the bridge was closed."),
    ("Is the bridge open?", "The bridge is open."),
    ("Will the tram run on Sunday?", "The tram will run on Sunday."),
    ("Did 40 people die?", "40 people died in the fire."),
    ("Is it true that the museum was robbed?", "The museum was robbed on Friday night."),
    ("Were the sailors rescued?", "The sailors were rescued by a helicopter."),
    ("Did the company sell the harbour?", "The company sold the harbour in June."),
    ("Didn't the council approve the budget?", "The council did not approve the budget."),
    ("Is the harbour not open?", "The harbour is closed."),
    ("Did the mayor refuse to resign?", "The mayor refused to resign."),
    ("Was the zoo not closed?", "The zoo was not closed."),
    ("Закрыт ли мост?", "Мост закрыт."),
    ("Совет одобрил бюджет?", "Совет одобрил бюджет в понедельник."),
    ("Открылся ли музей?", "Музей открылся вчера."),
    ("Правда ли, что паром затонул?", "Паром затонул в среду."),
    ("Выиграла ли Анна Белова выборы?", "Анна Белова выиграла выборы."),
]
NO = [
    ("Did the council approve the budget?", "The council did not approve the budget."),
    ("Did the council approve the budget?", "The council rejected the budget on Monday."),
    ("Did the council approve the budget?", "The council never approved the budget."),
    ("Has Ilse Brandt resigned?", "Ilse Brandt has not resigned."),
    ("Did Ilse Brandt win the election?", "Ilse Brandt lost the election."),
    ("Did the mayor sign the contract?", "The mayor refused to sign the contract."),
    ("Did the club pay the fine?", "The club failed to pay the fine."),
    ("Is the bridge open?", "The bridge is closed."),
    ("Is the ferry running?", "The ferry is no longer running."),
    ("Was the bridge closed?", "The bridge wasn't closed."),
    ("Will the tram run on Sunday?", "The tram will not run on Sunday."),
    ("Did prices rise?", "Prices fell in May."),
    ("Was the baker found guilty?", "The baker was found innocent."),
    ("Is the cat alive?", "The cat is dead."),
    ("Did the mayor not resign?", "The mayor resigned on Friday."),
    ("Was the strike legal?", "The strike was illegal."),
    ("Закрыт ли мост?", "Мост открыт."),
    ("Совет одобрил бюджет?", "Совет не одобрил бюджет."),
    ("Совет одобрил бюджет?", "Совет отклонил бюджет."),
    ("Открылся ли музей?", "Музей не открылся."),
    ("Выиграла ли Анна Белова выборы?", "Анна Белова проиграла выборы."),
    ("Мэр подписал договор?", "Мэр не подписал договор."),
]
UNSURE = [
    ("Did the factory stop production?", "Workers at the factory stopped production of toys."),
    ("Did the council approve the budget?", "The council may approve the budget."),
    ("Did the council approve the budget?", "The council plans to approve the budget on Monday."),
    ("Did the council approve the budget?", "The council approved changes to the budget."),
    ("Did the council approve the budget?", "The council approved the budget committee."),
    ("Did the council approve the budget?", "The council reportedly approved the budget."),
    ("Did the council approve the budget?", "If the council approved the budget, taxes rose."),
    ("Did the council approve the budget?", "The council will approve the budget."),
    ("Did the council approve the budget?", "The council met, and parliament approved the budget."),
    ("Did the mayor resign?", "The deputy mayor resigned."),
    ("Did the mayor resign?", "The mayor stayed, but the treasurer resigned."),
    ("Did the mayor resign?", "The mayor's driver resigned."),
    ("Did the mayor resign?", "The driver of the mayor resigned."),
    ("Did the mayor resign?", "The mayor denied that she had resigned."),
    ("Did the mayor resign?", "The opposition asked the mayor to resign."),
    ("Did the mayor resign?", "The mayor wants to resign."),
    ("Did the mayor resign?", "Did the mayor resign?"),
    ("Did Holm sue Brandt?", "Brandt sued Holm."),
    ("Did Holm sue Brandt?", "Holm was sued by Brandt."),
    ("Was Holm sued by Brandt?", "Holm sued Brandt."),
    ("Is the bridge open?", "The bridge was open until 2020."),
    ("Is the bridge open?", "The bridge opened in 1912."),
    ("Is the bridge open?", "The bridge could be open by May."),
    ("Was the bridge closed on Tuesday?", "The bridge was closed on Monday."),
    ("Did 40 people die?", "30 people died in the fire."),
    ("Did 40 people die?", "Nearly 40 people died in the fire."),
    ("Did prices rise?", "Prices did not fall."),
    ("Did prices rise?", "Oil prices and rents rose."),
    ("Did Ilse Brandt win the election?", "Ilse Brandt won the race, and her brother lost the election."),
    ("Will the tram run on Sunday?", "The tram ran on Sunday."),
    ("Did the bridge fall?", "The bridge toll fell."),
    ("Was the museum robbed?", "Police think the museum was robbed."),
    ("Did the firm buy the mill?", "The firm sold the mill it would have bought."),
    ("Was the harbour sold?", "Some of the harbour was sold."),
    ("Did the club win the cup?", "Fans of the club won the cup quiz."),
    ("Закрыт ли мост?", "Мост могут закрыть."),
    ("Закрыт ли мост?", "Якобы мост закрыт."),
    ("Совет одобрил бюджет?", "Совет планирует одобрить бюджет."),
    ("Совет одобрил бюджет?", "Комитет одобрил бюджет."),
    ("Анна обвинила Петра?", "Пётр обвинил Анну."),
    ("Анна победила Ольгу?", "Ольга победила Анну."),
    ("Ушёл ли мэр?", "Заместитель мэра ушёл."),
    ("Открылся ли музей?", "Если музей открылся, это хорошо."),
]


def judged(question: str, sentence: str) -> str | None:
    language = "ru" if any("а" <= letter <= "я" for letter in question.casefold()) else "en"
    return verdict(Question(question, question, language, "truth", True), sentence)


@pytest.mark.parametrize(("question", "sentence"), YES)
def test_a_sentence_that_says_it_settles_it(question: str, sentence: str) -> None:
    assert judged(question, sentence) == "yes"


@pytest.mark.parametrize(("question", "sentence"), NO)
def test_a_denial_or_the_opposite_settles_it_the_other_way(question: str, sentence: str) -> None:
    assert judged(question, sentence) == "no"


@pytest.mark.parametrize(("question", "sentence"), UNSURE)
def test_what_hedges_or_is_about_something_else_settles_nothing(question: str, sentence: str) -> None:
    assert judged(question, sentence) is None


WORDS = st.sampled_from(
    ["did", "the", "mayor", "not", "approve", "budget", "on", "Monday", "won't", "мэр", "не", ",", "?"]
)


@given(st.lists(WORDS).map(" ".join) | st.text(), st.lists(WORDS).map(" ".join) | st.text())
def test_anything_can_be_asked_of_anything(question: str, sentence: str) -> None:
    assert judged(question, sentence) in {"yes", "no", None}

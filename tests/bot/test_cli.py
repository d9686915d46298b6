"""The command line: what goes to standard output, what to standard error, and the exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errand import default_seeds
from tests.bot.cli import FERRY, Ran
from tests.retrieval.test_calibration import BOUGHT, FOUND, QUESTIONS

ROOT = Path(__file__).parents[2]
HELP_SECONDS = 0.5
TOKEN = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105 made up


def process(*arguments: str, stdin: str = "", **environment: str) -> Ran:
    """The command in a process of its own."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bot", *arguments],
        input=stdin, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))), **environment},
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def test_help_is_instant_and_names_every_command() -> None:
    took = []
    for _ in range(5):
        began = time.perf_counter()
        ran = process("--help")
        took.append(time.perf_counter() - began)
    assert ran.code == 0
    for command in (
        "chat",
        "run",
        "ask",
        "summary",
        "add",
        "remove",
        "list",
        "follow",
        "eval",
        "calibrate",
        "rebuild",
        "stats",
        "doctor",
    ):
        assert re.search(rf"^    {command}\b", ran.out, re.MULTILINE)
    assert min(took) < HELP_SECONDS


def test_parsing_imports_nothing_heavy() -> None:
    code = (
        "import sys, bot.__main__; sys.exit(any(m in sys.modules for m in ('retrieval', 'rich', 'pydantic', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0  # noqa: S603


@pytest.mark.parametrize(
    "arguments",
    [["dance"], ["ask"], ["remove"], ["ask", "--language", "xx", "Who?"], ["summary", "--length", "endless", "ferry"]],
)
def test_bad_usage_is_2(footnote: Callable[..., Ran], arguments: list[str]) -> None:
    ran = footnote(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert "usage:" in ran.err


def test_all_faults_of_the_settings_are_told_at_once(footnote: Callable[..., Ran], here: Path) -> None:
    (here / ".env").write_text("FOOTNOTE_POLL_SECONDS=1\nFOOTNOTE_ADMINS=me\n", encoding="utf-8")
    ran = footnote("stats")
    assert ran.code == 2
    assert [line.split(":")[0] for line in ran.err.splitlines()] == ["FOOTNOTE_ADMINS", "FOOTNOTE_POLL_SECONDS"]


def test_running_the_bot_needs_a_token(footnote: Callable[..., Ran]) -> None:
    ran = footnote("run")
    assert ran.code == 2
    assert "TELEGRAM_BOT_TOKEN is not set" in ran.err


def test_articles_are_added_listed_asked_summed_up_and_removed(footnote: Callable[..., Ran], here: Path) -> None:
    ran = footnote("add", "ferry.txt")
    assert (ran.code, ran.out) == (0, "1 article added.\n")
    assert footnote("add", "ferry.txt").out == "1 article was here already.\n"

    (listed,) = footnote("list", "--json").document
    assert (listed["title"], listed["language"]) == ("Ferry to Tern Island sails again", "en")
    assert listed["published"].startswith("2026-03-05")
    assert "text" not in listed
    assert footnote("list").out == f"2026-03-05\ten\tThe Example\tFerry to Tern Island sails again\t{listed['id']}\n"

    answered = footnote(
        "ask", "How", "many", "people", "does", "the", "ferry", "to", "Tern", "Island", "carry?", "--json"
    )
    assert answered.code == 0
    assert not answered.document["refused"]
    assert answered.document["state"] in ("answer", "closest")
    assert answered.document["searched"]["articles"] == 1
    (cited, *_) = [c for sentence in answered.document["sentences"] for c in sentence["citations"]]
    assert cited["article_id"] == listed["id"]
    assert answered.document["hits"] == [listed["id"]]

    told = footnote("summary", "ferry to tern island", "--json")
    assert told.document["article"]["id"] == listed["id"]
    assert len(told.document["sentences"]) >= 3
    short = footnote("summary", "ferry to tern island", "--json", "--length", "short").document
    assert 0 < len(short["sentences"]) < len(told.document["sentences"])
    story = footnote("summary", "ferry to tern island", "--json", "--story").document
    assert [article["id"] for article in story["articles"]] == [listed["id"]]
    assert footnote("summary", "ferry to tern island", "--story").out.startswith(
        "Ferry to Tern Island sails again\n1 ar"
    )
    assert footnote("summary", "https://news.example/ferry").out.startswith("Ferry to Tern Island sails again\n\n• ")

    removed = footnote("remove", listed["id"])
    assert (removed.code, removed.out) == (0, "Removed: Ferry to Tern Island sails again\n")
    again = footnote("remove", listed["id"])
    assert (again.code, again.err) == (1, "Error: I do not have that article any more.\n")
    assert footnote("list").out == "There are no articles yet.\n"


def test_a_refusal_is_3_with_and_without_json(footnote: Callable[..., Ran]) -> None:
    ran = footnote("ask", "Who paid?", "--language", "ru")
    assert ran.code == 3
    assert ran.out.startswith("Статей здесь пока нет")
    ran = footnote("ask", "Who paid?", "--json")
    assert ran.code == 3
    assert (ran.document["state"], ran.document["reason"]) == ("refusal", "empty corpus")
    assert ran.err == ""


def test_broken_files_are_named_and_the_others_go_on(footnote: Callable[..., Ran], here: Path) -> None:
    (here / "empty.txt").touch()
    (here / "picture.png").write_bytes(b"\x89PNG")
    (here / "rows.jsonl").write_text(
        '{"id": "r1", "title": "Row", "text": "' + "A row has words. " * 10 + '"}\n{broken\n', encoding="utf-8"
    )
    ran = footnote("add", "empty.txt", "picture.png", "nowhere.txt", "rows.jsonl", "ferry.txt", "http://127.0.0.1/x")
    assert ran.code == 1
    assert ran.out == "2 articles added.\n"
    assert all(
        name in ran.err for name in ("empty.txt is empty", "picture.png", "nowhere.txt", "rows.jsonl", "127.0.0.1")
    )
    assert "Traceback" not in ran.err
    told = [line for line in ran.err.splitlines() if not line.startswith("Reading articles")]  # it may take its time
    assert [line.partition(" ")[0] for line in told] == ["Error:"] * 5


def test_an_unknown_article_is_a_failure_in_both_forms(footnote: Callable[..., Ran]) -> None:
    ran = footnote("summary", "Nothing of the kind")
    assert (ran.code, ran.out, ran.err) == (1, "", "Error: No article matches Nothing of the kind.\n")
    assert footnote("summary", "Nothing of the kind", "--json").document == {
        "error": "No article matches Nothing of the kind."
    }


def test_a_story_of_an_unknown_article_is_a_failure(footnote: Callable[..., Ran]) -> None:
    assert footnote("summary", "Nothing of the kind", "--story").code == 1


def test_a_topic_that_names_a_time_is_refused_when_nothing_was_written(
    footnote: Callable[..., Ran], here: Path
) -> None:
    footnote("add", "ferry.txt")
    ran = footnote("summary", "parliament", "yesterday")
    assert (ran.code, ran.err) == (3, "")
    assert "found nothing on: " in ran.out
    document = footnote("summary", "parliament", "yesterday", "--json").document
    assert document["stories"] == []
    assert document["searched"]["since"]


def test_a_feed_that_cannot_be_had_is_a_failure(footnote: Callable[..., Ran]) -> None:
    ran = footnote("follow", "http://127.0.0.1:8080/rss")
    assert ran.code == 1
    assert "public internet" in ran.out


def test_stats_and_rebuild(footnote: Callable[..., Ran]) -> None:
    footnote("add", "ferry.txt")
    assert footnote("rebuild").code == 0
    stats = footnote("stats", "--json").document
    assert (stats["articles"], stats["languages"], stats["feeds"]) == (1, {"en": 1}, 0)
    assert "Articles\t1\n" in footnote("stats").out


def test_doctor_looks_at_everything_and_hides_the_token(
    footnote: Callable[..., Ran], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9")  # nobody is there
    ran = footnote("doctor", "--json")
    assert ran.code == 0
    assert TOKEN.split(":")[1] not in ran.out + ran.err
    findings = {finding["name"]: finding for finding in ran.document["findings"]}
    assert findings.keys() == {
        "python", "sqlite", "expat", "libraries", "settings", "data", "disk", "store", "bot", "monitor", "model",
        "reader", "index", "feeds",
    }  # fmt: skip
    assert "TELEGRAM_BOT_TOKEN=123456:********" in findings["settings"]["detail"]
    assert findings["index"]["state"] == findings["bot"]["state"] == ran.document["state"] == "warn"  # no articles yet
    assert "en" in findings["model"]["detail"]
    assert "marks answers in: en;" in findings["reader"]["detail"]
    footnote("add", "ferry.txt")
    lines = footnote("doctor").out.splitlines()
    assert len(lines) == len(findings)
    elsewhere = ("warn     XML parser:", "warn     Telegram:")  # this machine's parser may be old
    assert all(line.startswith(("ok ", *elsewhere)) for line in lines)


def test_doctor_fails_where_something_is_broken(footnote: Callable[..., Ran], here: Path) -> None:
    (here / "data" / "bot.db").write_bytes(b"not a database" * 100)
    ran = footnote("doctor", "--json")
    assert ran.code == 1
    states = {finding["name"]: finding["state"] for finding in ran.document["findings"]}
    assert states["store"] == "fail"
    assert states["model"] == "ok"


def test_eval_measures_a_folder(footnote: Callable[..., Ran], here: Path) -> None:
    (here / "set").mkdir()
    article = {"id": "ferry", "title": "Ferry to Tern Island sails again", "text": FERRY.split("\n\n", 1)[1]}
    question = {
        "id": "q1",
        "question": "How many people does the ferry carry?",
        "answers": ["ninety people"],
        "articles": ["ferry"],
    }
    (here / "set" / "articles.jsonl").write_text(json.dumps(article) + "\n", encoding="utf-8")
    (here / "set" / "questions.jsonl").write_text(json.dumps(question) + "\n", encoding="utf-8")
    ran = footnote("eval", "set", "--json", "--predictions", "out.jsonl")
    assert ran.code == 0
    assert ran.document["questions"] == 1
    (prediction,) = map(json.loads, (here / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert prediction["id"] == "q1"
    assert footnote("list", "--json").document == []  # the corpus of the evaluation was another
    kept = footnote("eval", "set", "--data", "kept")
    assert kept.code == 0
    assert (here / "kept" / "corpus.db").is_file()
    assert footnote("eval", "nowhere").code == 1


def test_calibrate_fits_the_confidence_to_ones_own_articles_and_takes_it_back(
    footnote: Callable[..., Ran], here: Path
) -> None:
    rows = [{"id": a.id, "title": a.title, "text": a.text, "published": str(a.published)} for a in (*BOUGHT, *FOUND)]
    (here / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (here / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    (here / "few.jsonl").write_text(json.dumps(QUESTIONS[0]), encoding="utf-8")
    assert footnote("add", "own.jsonl").code == 0
    target = here / "data" / "confidence.json"
    few = footnote("calibrate", "few.jsonl")
    assert (few.code, few.out) == (1, "")
    assert "fewer than" in few.err
    assert not target.exists()
    ran = footnote("calibrate", "questions.jsonl")
    assert ran.code == 0
    table, note = ran.out.splitlines()
    way, asked, error, *shares = table.split("\t")
    assert way == "read"
    assert int(asked) > len(QUESTIONS)
    assert re.fullmatch(r"0\.\d{3} → 0\.\d{3}", error)
    assert all(re.fullmatch(r"\d+%", share) for share in shares)
    assert str(target) in note
    assert "Restart" in note
    assert target.is_file()
    assert footnote("ask", "Who", "bought", "the", "inn", "of", "Vellmar?", "--json").document["state"] == "answer"
    for _ in range(2):
        back = footnote("calibrate", "--reset", "--language", "ru")
        assert (back.code, back.err) == (0, "")
        assert "перезапустите" in back.out
        assert not target.exists()
    assert footnote("calibrate").code == footnote("calibrate", "questions.jsonl", "--reset").code == 2


def test_without_any_input_the_chat_just_ends(here: Path) -> None:
    (here / "none").mkdir()
    command = f"{sys.executable} -m bot chat --seeds none <&-"
    done = subprocess.run(  # noqa: S602
        command, shell=True, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_pipe_is_answered_over_the_starter_articles(here: Path) -> None:
    (here / "seeds").mkdir()
    (here / "seeds" / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (here / "seeds" / "empty.txt").touch()
    ran = process("chat", "--seeds", "seeds", stdin="How many people does the ferry to Tern Island carry?\n\n")
    assert ran.code == 0
    assert "ninety people" in ran.out
    assert "[1] https://news.example/ferry" in ran.out
    assert "\x1b" not in ran.out
    assert "empty.txt is empty" in ran.err
    (listed,) = json.loads(process("list", "--json").out)
    assert listed["id"] == "ferry.txt"


def test_the_bare_command_chats_without_a_token(here: Path) -> None:
    process("add", "ferry.txt")
    ran = process(stdin="/summary ferry to tern island\n", LANG="ru_RU.UTF-8")
    assert ran.code == 0
    assert "5 марта 2026" in ran.out


def test_a_reader_that_leaves_early_is_no_failure(here: Path) -> None:
    command = f"{sys.executable} -m bot list | true; exit ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))}
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    assert done.returncode == 0
    assert done.stderr == ""


def test_seeds_that_are_not_there_are_bad_usage(footnote: Callable[..., Ran]) -> None:
    ran = footnote("chat", "--seeds", "nowhere")
    assert (ran.code, ran.err) == (2, "Error: nowhere does not exist.\n")


def test_the_starter_articles_are_found_beside_the_code(here: Path) -> None:
    assert default_seeds() == ROOT / "seeds" / "articles"

"""A parsed command line in, an exit code out: what each subcommand does. Results on stdout, the rest on stderr."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.adding import add_places, fill_from
from bot.alerting.planning import Planner
from bot.config import ConfigurationError, corpus_settings, load_settings, secrets_of, spoken_language
from bot.desk import Desk
from bot.documents import article_document, stats_document
from bot.errand import Errand
from bot.logs import blotted, configure
from bot.operating.doctor import examine, worst
from bot.opinions import show_feedback
from bot.outgoing.outbox import utc_now
from bot.printed import print_document, print_failure, print_reply, print_rows
from bot.sheet import clean, clipped, title_of
from bot.shown import read_once, show_feeds
from bot.store import open_store
from bot.suggestions import default_suggestions, load_suggestions
from bot.terminal import ANSWERED, FAILED, USER_ID, Lookout, TerminalChat, answer_lines, converse
from bot.texts import load_texts
from bot.told import ask_once, sum_up_once
from retrieval import Article, Corpus, FootnoteError, evaluate, open_corpus

if TYPE_CHECKING:
    from retrieval import Calibrated

BAD_USAGE = 2
INTERRUPTED = 130  # as shells have it: 128 + SIGINT
ARTICLES_PER_PAGE = 500
_STATE_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}

log = logging.getLogger(__name__)


def execute(arguments: argparse.Namespace) -> int:
    """Runs one command. Errors become one sentence on stderr."""
    _speak_utf8()
    try:
        settings = load_settings()
    except ConfigurationError as wrong:
        return _misconfigured(wrong)
    texts = load_texts()
    errand = Errand(arguments, settings, texts, texts.known(arguments.language or spoken_language()))
    configure(errand.log_level, secrets_of(settings))
    return _guarded(errand)


def _misconfigured(wrong: ConfigurationError) -> int:
    for fault in wrong.faults:
        print(blotted(str(fault)), file=sys.stderr)  # a secret may stand in the wrong place
    return BAD_USAGE


def _guarded(errand: Errand) -> int:
    try:
        code = _COMMANDS[errand.command](errand)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader has seen enough: `footnote list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    except KeyboardInterrupt:
        return INTERRUPTED
    except ConfigurationError as wrong:  # Telegram does not know the token
        return _misconfigured(wrong)
    except FootnoteError as fault:
        return print_failure(errand, errand.texts.error(errand.language, fault))
    except Exception as error:  # the edge of the program
        log.debug("command failed", exc_info=True)
        told = f"{type(error).__name__}: {clipped(blotted(str(error))).rstrip('.')}"
        return print_failure(errand, errand.say("cli.failure", message=told))


def _speak_utf8() -> None:
    """Whatever the locale, and with no failure over a character that a terminal lacks."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


# --- talking


@contextmanager
def _terminal(errand: Errand, corpus: Corpus) -> Iterator[tuple[TerminalChat, Planner]]:
    with closing(open_store(errand.settings.data)) as store:
        admins, planner = errand.settings.admins | {USER_ID}, Planner(corpus, store, utc_now)
        desk = Desk(
            corpus, store, errand.texts, admins=admins, clock=utc_now,
            suggestions=load_suggestions(default_suggestions()), replay=planner.replay,
        )  # fmt: skip
        chat = TerminalChat(desk, store, errand.texts, errand.language)
        if errand.arguments.language:
            store.set_language(chat.chat.id, errand.language)
        yield chat, planner


def _chat(errand: Errand) -> int:
    seeds = errand.arguments.seeds
    if seeds is not None and not seeds.exists():
        errand.complain(errand.say("cli.no_such_file", path=seeds))
        return BAD_USAGE
    with errand.corpus() as corpus:
        errand.plant(corpus)
        with _terminal(errand, corpus) as (chat, planner):
            lines = sys.stdin or StringIO()  # it is None when it was closed: `footnote chat <&-`
            if not (lines.isatty() and sys.stdout.isatty()):
                return answer_lines(chat, lines, sys.stdout)
            print(chat.say("terminal.welcome" if corpus.stats().articles else "terminal.welcome_empty") + "\n")
            lookout = Lookout(corpus, planner, chat, poll_seconds=errand.settings.poll_seconds)
            converse(chat, Console(), errand.settings.data / "history", lookout)
    return ANSWERED


def _run(errand: Errand) -> int:
    if errand.settings.telegram_bot_token is None:
        errand.complain(errand.say("cli.no_token"))
        return BAD_USAGE
    from bot.app import run  # the Telegram library is needed for nothing else

    if errand.arguments.command is None:  # whoever just tries it out has something to ask about
        with errand.corpus() as corpus:
            errand.plant(corpus)
    run(errand.settings)
    return ANSWERED


# --- articles


def _remove(errand: Errand) -> int:
    with errand.corpus() as corpus:
        removed = corpus.remove(errand.arguments.id)
    print(errand.say("cli.removed", title=title_of(removed, errand.texts, errand.language)))
    return ANSWERED


def _list(errand: Errand) -> int:
    with errand.corpus() as corpus:
        articles = list(_articles(corpus))
    if errand.arguments.json:
        print_document([article_document(article) for article in articles])
    elif not articles:
        print(errand.say("cli.empty_list"))
    else:
        names = ("date", "language", "source", "title", "id")
        print_rows(map(_row, articles), tuple(errand.say(f"cli.column.{name}") for name in names))
    return ANSWERED


def _articles(corpus: Corpus) -> Iterator[Article]:
    offset = 0
    while page := corpus.articles(limit=ARTICLES_PER_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _row(article: Article) -> tuple[str, ...]:
    date = article.published.date().isoformat() if article.published else ""
    return tuple(map(clean, (date, article.language, article.source or "", article.title, article.id)))


def _follow(errand: Errand) -> int:
    with errand.corpus() as corpus, _terminal(errand, corpus) as (chat, _):
        with Console(stderr=True).status("…"):  # a list of feeds takes a while
            reply = chat.follow(errand.arguments.feed)
        return print_reply(reply)


# --- keeping


def _eval(errand: Errand) -> int:
    arguments = errand.arguments
    with (
        tempfile.TemporaryDirectory(prefix="footnote-eval-") as fresh,
        errand.corpus(arguments.data or Path(fresh)) as corpus,
        errand.progress("terminal.evaluating") as report,
    ):
        measured = evaluate(arguments.directory, corpus, predictions=arguments.predictions, on_progress=report)
    if arguments.json:
        print_document(measured.as_dict())
    else:
        print(measured.table())
    return ANSWERED


def _calibrate(errand: Errand) -> int:
    settings = replace(corpus_settings(errand.settings), llm=None)  # its words would change nothing, and cost
    if errand.arguments.reset:
        settings.confidence.unlink(missing_ok=True)
        print(errand.say("cli.calibration_reset"))
        return ANSWERED
    from retrieval import calibrate  # what it fits with is slow to load

    with closing(open_corpus(settings)) as corpus, errand.progress("terminal.calibrating") as report:
        ways = calibrate(errand.arguments.questions, corpus, settings.confidence, on_progress=report)
    names = ("way", "questions", "error", "answered", "false")
    rows = ((errand.say(f"cli.way.{way.way}"), *_figures(way)) for way in ways)
    print_rows(rows, tuple(errand.say(f"cli.fit.{name}") for name in names))
    print(errand.say("cli.calibrated", path=settings.confidence))
    return ANSWERED


def _figures(way: Calibrated) -> tuple[str, ...]:
    error = f"{way.error_before:.3f} → {way.error_after:.3f}"
    return (str(way.questions), error, f"{way.answered:.0%}", f"{way.false:.0%}")


def _rebuild(errand: Errand) -> int:
    with errand.corpus() as corpus, errand.progress("terminal.rebuilding") as report:
        corpus.rebuild(on_progress=report)
    print(errand.say("cli.rebuilt"))
    return ANSWERED


def _stats(errand: Errand) -> int:
    with errand.corpus() as corpus:
        document = stats_document(corpus.stats())
    if errand.arguments.json:
        print_document(document)
        return ANSWERED
    document["languages"] = ", ".join(f"{language} {count}" for language, count in document["languages"].items())
    print_rows(
        (errand.say(f"stats.{name}"), str(value if value is not None else "–")) for name, value in document.items()
    )
    return ANSWERED


def _doctor(errand: Errand) -> int:
    findings = []
    for finding in examine(errand.settings, errand.texts, errand.language):
        findings.append(finding)
        if not errand.arguments.json:
            state = Text(f"{errand.say(f'doctor.{finding.state}'):<9}", _STATE_STYLES[finding.state])
            said = f"{errand.say(f'doctor.{finding.name}')}: {finding.detail}"
            Console(soft_wrap=True).print(Text.assemble(state, said), highlight=False)
    if errand.arguments.json:
        rows = [{"name": f.name, "state": f.state, "detail": f.detail} for f in findings]
        print_document({"state": worst(findings), "findings": rows})
    return FAILED if worst(findings) == "fail" else ANSWERED


_COMMANDS: Mapping[str, Callable[[Errand], int]] = {
    "chat": _chat,
    "run": _run,
    "ask": ask_once,
    "summary": sum_up_once,
    "add": add_places,
    "fill": fill_from,
    "read": read_once,
    "feeds": show_feeds,
    "remove": _remove,
    "list": _list,
    "follow": _follow,
    "eval": _eval,
    "calibrate": _calibrate,
    "feedback": show_feedback,
    "rebuild": _rebuild,
    "stats": _stats,
    "doctor": _doctor,
}

"""A command line in, an exit code out: 0 answered, 1 failure, 2 bad usage, 3 the articles do not tell.

Only what parses the line is imported here, so that `--help` is instant; the work is in bot/commands.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Parses and runs one command."""
    arguments = command_line().parse_args(argv)
    from bot.commands import execute  # heavy, and not needed for --help

    return execute(arguments)


def command_line() -> argparse.ArgumentParser:
    """The whole grammar. Without a subcommand: the bot if a token is set, else the chat."""
    parser = argparse.ArgumentParser(
        prog="footnote",
        description="Answers questions about your articles, with footnotes.",
        epilog="Without a command: the Telegram bot if TELEGRAM_BOT_TOKEN is set, else a chat in this terminal. "
        "Exit codes: 0 answered, 1 failure, 2 bad usage, 3 the articles do not tell.",
    )
    parser.set_defaults(command=None, language=None, json=False, seeds=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _talking(commands)
    _articles(commands)
    _keeping(commands)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: str, *, json: bool = False
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    parser.add_argument("--language", choices=("en", "ru"), help="of what is said (default: this terminal's)")
    if json:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _talking(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    chat = _command(commands, "chat", "chat in this terminal; a pipe is read as one question a line")
    chat.add_argument("--seeds", type=Path, metavar="FOLDER", help="articles to begin with when there are none yet")
    _command(commands, "run", "run the Telegram bot")
    ask = _command(commands, "ask", "answer one question", json=True)
    ask.add_argument("question", nargs="+", metavar="QUESTION")
    summary = _command(commands, "summary", "sum up an article, its story or a topic", json=True)
    summary.add_argument(
        "reference", nargs="+", metavar="REF|TOPIC", help="an id, a link, words of a title, or a topic and a time"
    )
    summary.add_argument("--length", choices=("short", "medium", "long"), default="medium", help="(default: medium)")
    summary.add_argument("--story", action="store_true", help="sum up all articles about the same event")


def _articles(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    add = _command(commands, "add", "add files, folders, JSONL files or links")
    add.add_argument("places", nargs="+", metavar="PATH|URL")
    read = _command(commands, "read", "show what would be stored of a file, page or feed; stores nothing", json=True)
    read.add_argument("place", metavar="FILE|URL")
    fill = _command(commands, "fill", "add the newest pages of a site, by its sitemaps or its own links")
    fill.add_argument("site", metavar="URL")
    fill.add_argument("--limit", type=_positive, default=100, metavar="N", help="pages at most (default: 100)")
    remove = _command(commands, "remove", "remove an article")
    remove.add_argument("id", metavar="ID")
    _command(commands, "list", "list the articles, newest first", json=True)
    wanted = "follow a topic, source, question, site, feed or OPML file in this terminal's chat"
    follow = _command(commands, "follow", wanted)
    follow.add_argument("feed", metavar="TOPIC|SOURCE|SITE|FEED|OPML")
    feeds = _command(commands, "feeds", "list the feeds that are watched", json=True)
    feeds.add_argument("--opml", action="store_true", help="print them as an OPML list")


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def _keeping(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    evaluation = _command(commands, "eval", "measure answers against a folder of questions", json=True)
    evaluation.add_argument("directory", type=Path, metavar="DIR")
    evaluation.add_argument("--predictions", type=Path, metavar="FILE", help="write one JSON line a question")
    evaluation.add_argument(
        "--data", type=Path, metavar="DIR", help="build the corpus here (default: a temporary folder)"
    )
    calibration = _command(commands, "calibrate", "fit how sure an answer must be to your own articles")
    choice = calibration.add_mutually_exclusive_group(required=True)
    choice.add_argument("questions", type=Path, nargs="?", metavar="QUESTIONS", help="a file, or the folder it is in")
    choice.add_argument("--reset", action="store_true", help="go back to what Footnote came with")
    feedback = _command(commands, "feedback", "show what people think of the answers", json=True)
    feedback.add_argument(
        "--export", type=Path, metavar="FILE", help="write it as questions for an evaluation (-: standard output)"
    )
    _command(commands, "rebuild", "build the index anew")
    _command(commands, "stats", "show how much there is", json=True)
    _command(commands, "doctor", "check that everything is in order", json=True)


if __name__ == "__main__":
    sys.exit(main())

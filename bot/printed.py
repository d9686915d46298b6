"""Documents, replies and rows in, standard output out: JSON, text for people, tabs for pipes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.documents import Document
from bot.errand import Errand
from bot.lines import coloured_lines, plain_lines
from bot.terminal import ANSWERED, FAILED, REFUSED
from bot.types import Reply


def print_document(document: Document | list[Document]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def print_failure(errand: Errand, message: str) -> int:
    """On stderr, and with --json as a document too; returns the exit code."""
    errand.complain(message)
    if errand.arguments.json:
        print_document({"error": message})
    return FAILED


def print_reply(reply: Reply) -> int:
    """Prints it without its buttons; returns the exit code."""
    console = Console()
    for message in reply.messages:
        if console.is_terminal:
            console.print(coloured_lines(message), highlight=False)
        else:
            sys.stdout.write(plain_lines(message) + "\n")
    return FAILED if reply.failed else REFUSED if reply.refused else ANSWERED


def print_rows(rows: Iterable[tuple[str, ...]], headers: tuple[str, ...] = ()) -> None:
    """Columns for people, tabs for pipes."""
    console = Console()
    if not console.is_terminal:
        sys.stdout.writelines("\t".join(row) + "\n" for row in rows)
        return
    table = Table(*headers, box=None, show_header=bool(headers), pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table, highlight=False)

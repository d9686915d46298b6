"""How far a long task is, on standard error: a bar for people, a line now and then for logs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

QUIET_SECONDS = 2.0  # what takes less gets no line
LINE_SECONDS = 5.0  # between two lines

Report = Callable[[int, int], None]
"""(done, of how many). The total may grow on the way."""


@contextmanager
def progress(what: str, line: Callable[[int, int], str]) -> Iterator[Report]:
    """`what` stands before the bar; `line` words a plain line of progress."""
    if not sys.stderr.isatty():
        yield _Lines(line)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=max(done, total))


class _Lines:
    """Plain lines, not more often than every few seconds."""

    def __init__(self, line: Callable[[int, int], str]) -> None:
        self._line = line
        self._due = time.monotonic() + QUIET_SECONDS

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._due = now + LINE_SECONDS
            sys.stderr.write(self._line(done, max(done, total)) + "\n")
            sys.stderr.flush()

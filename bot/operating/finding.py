"""What an examination says of one thing that was looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`name` is a key below "doctor." in the catalogue; `detail` says what was seen and, if that is not well, what to
    do.
    """

    name: str
    state: State
    detail: str


def worst(findings: Iterable[Finding]) -> State:
    """What the whole comes to."""
    states = {finding.state for finding in findings}
    return "fail" if "fail" in states else "warn" if "warn" in states else "ok"

"""Which language model to ask, and where."""

from __future__ import annotations

from dataclasses import dataclass, field

TOTAL_SECONDS = 8.0  # for everything that is asked about one question: who asked it is waiting


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """`url` is the address that ends before /chat/completions; `key` may be empty, for servers that ask for none."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = TOTAL_SECONDS

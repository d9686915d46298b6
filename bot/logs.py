"""Log records -> lines on standard error, with every bot token blotted out, wherever it stands."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
_TALKATIVE = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "openai",
    "telegram",
    "alembic",
)  # they log whole addresses, and what people write

_REPEATING = "telegram.request"  # logs an answer that is no JSON with its traceback, and raises what we log as well


class Redacting(logging.Formatter):
    """Works on the finished line, so that tracebacks and arguments are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub("<token>", super().format(record))


def configure(level: str) -> None:
    """For the whole process; libraries that would tell too much say only what is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_REPEATING).setLevel(logging.CRITICAL)

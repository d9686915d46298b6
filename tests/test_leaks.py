"""What a bot tells and keeps holds none of its secrets, whatever goes wrong."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.botapi import TOKEN, BotApi
from tests.journey import api
from tests.leakrun import LeakRun, blots, leaks

__all__ = ["api"]  # a fixture


async def test_a_bot_in_trouble_tells_everything_but_its_token(api: BotApi, tmp_path: Path) -> None:
    await LeakRun(api, tmp_path).brief()
    assert blots(tmp_path) > 10  # else there was nothing to hide
    assert leaks(tmp_path) == {}


@pytest.mark.parametrize("before", ["", "a", "user:"])
def test_a_secret_is_found_in_any_form(tmp_path: Path, before: str) -> None:
    told = (TOKEN, TOKEN.partition(":")[2], quote(TOKEN), b64encode(f"{before}{TOKEN}!".encode()).decode())
    for number, form in enumerate(told):
        (tmp_path / f"{number}.log").write_text(f"{before}{form}")
    assert len(leaks(tmp_path)) == len(told)

"""A bot process that tells all it can, in all sorts of trouble -> where in what it told and kept its secrets stand.

python -m tests.leakrun     # the process: settings from the environment, every logger at DEBUG, plain handlers

Everything a process leaves behind is looked through: what it printed, logged and kept, and its pages of figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import warnings
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from bot.app import Service
from bot.config import ConfigurationError, load_settings, secrets_of
from bot.lock import hold
from bot.logs import configure
from bot.store import open_store
from retrieval import Corpus
from tests.botapi import TOKEN, BotApi
from tests.botrun import HOOK, HOOK_SECRET, free_port
from tests.fake_corpus import FERRY, FakeCorpus

ROOT = Path(__file__).parents[1]
STARTING_SECONDS = 30.0
REFUSALS = {401: "Unauthorized", 404: "Not Found", 409: "Conflict", 429: "Too Many Requests", 502: "Bad Gateway"}
HANDLED = {400: "Bad Request", 403: "Forbidden", 429: "Too Many Requests", 500: "Internal Server Error"}
ECHO = f"http://proxy.example/bot{TOKEN}/x or /bot{quote(TOKEN)}/x"  # what a server or a proxy says of a request


def forms(secret: str) -> set[bytes]:
    """As it is, its second half, in addresses, and in base64 at any place."""
    texts = {secret, secret.rpartition(":")[2]}
    told = {form for text in texts for form in (text, quote(text, safe=""), quote(quote(text, safe="")))}
    for text in texts:
        for at in range(3):
            for encode in (b64encode, urlsafe_b64encode):
                told.add(encode(b"." * at + text.encode()).decode()[4:-4])
    return {form.encode() for form in told}


def leaks(folder: Path, secrets: tuple[str, ...] = (TOKEN, HOOK_SECRET)) -> dict[str, int]:
    """File -> how often one of the secrets stands in it, in whatever form."""
    sought = {form for secret in secrets for form in forms(secret)}
    counted = {
        str(file.relative_to(folder)): sum(file.read_bytes().count(form) for form in sought)
        for file in folder.rglob("*")
        if file.is_file()
    }
    return {name: count for name, count in counted.items() if count}


def blots(folder: Path) -> int:
    """How often a secret would have stood in what was told."""
    files = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return sum(told.count(b"<token>") + told.count(b"<secret>") for told in files)


class LeakRun:
    """Processes in trouble, one after the other. All that they leave behind is under `folder`."""

    def __init__(self, api: BotApi, folder: Path) -> None:
        self._api, self._folder, self._root = api, folder, api.start()
        self._monitor, self._hook = free_port(), free_port()
        api.webhooks.via = f"http://127.0.0.1:{self._hook}"
        self.processes = 0

    async def brief(self) -> None:
        """A little of all."""
        self._api.faults.refuse("getUpdates", 409, f"Conflict: {ECHO}")
        self._api.faults.refuse("sendChatAction", 404, f"Not Found: {ECHO}")
        async with self._process("brief"):
            self._api.faults.refuse("sendMessage", 400, f"Bad Request: {ECHO}")
            await self._ask("When does the ferry sail?", 7)
            await self._ask("explode", 8)
            self._fetch_pages("brief")

    async def polling(self) -> None:
        """Refused, cut off and misunderstood at every method, with an error in a handler."""
        faults = self._api.faults
        for code, said in REFUSALS.items():
            faults.refuse("getMe" if code in (429, 502) else "getUpdates", code, f"{said}: {ECHO}", {"retry_after": 1})
        faults.drop("getUpdates")
        faults.lose_reply("getUpdates")
        async with self._process("polling"):
            for number, (code, said) in enumerate(HANDLED.items()):
                faults.refuse("sendMessage", code, f"{said}: {ECHO}", {"retry_after": 1})
                faults.refuse("sendChatAction", code, f"{said}: {ECHO}")
                await self._ask("When does the ferry sail?", 7 + number)
            faults.drop("sendMessage")
            await self._ask("When does the ferry sail?", 17)
            await self._ask("explode", 18)
            self._api.people.send_document("list.opml", b"<opml/>", 19)
            await self._api.wait(lambda: self._api.sent(19), 20)
            self._fetch_pages("polling")

    async def webhook(self) -> None:
        """Brought to us, by Telegram and by others who do not know the secret, or say nonsense."""
        told = {"FOOTNOTE_WEBHOOK_URL": HOOK, "FOOTNOTE_WEBHOOK_SECRET": HOOK_SECRET}
        self._api.faults.refuse("setWebhook", 429, f"Too Many Requests: {ECHO} {HOOK_SECRET}", {"retry_after": 1})
        async with self._process("webhook", FOOTNOTE_WEBHOOK_LISTEN=f"127.0.0.1:{self._hook}", **told):
            await self._ask("When does the ferry sail?", 27)
            for secret, body in (
                (HOOK_SECRET, b"no json"),
                (HOOK_SECRET, b"{}"),
                (TOKEN, b"{}"),
                (HOOK_SECRET[:-1], b"{}"),
            ):
                await asyncio.to_thread(self._post, secret, body)
            await self._ask("explode", 28)
            self._fetch_pages("webhook")

    async def wrong_settings(self) -> None:
        """The token in the wrong place, misspelt, or at the wrong server: each ends by itself, or is ended."""
        with _echoing() as echo:
            wrong = (
                {"TELEGRAM_BOT_TOKEN": f"{TOKEN}!"},
                {"TELEGRAM_BOT_TOKEN": f"bot{TOKEN}"},
                {"FOOTNOTE_ADMINS": TOKEN},
                {"FOOTNOTE_POLL_SECONDS": TOKEN},
                {"FOOTNOTE_WEBHOOK_URL": HOOK, "FOOTNOTE_WEBHOOK_SECRET": f"{HOOK_SECRET}:{TOKEN}"},
                {"TELEGRAM_API_URL": f"{self._root}/bot{TOKEN}"},
                {"TELEGRAM_API_URL": f"http://127.0.0.1:{free_port()}"},
                {"TELEGRAM_API_URL": echo},
            )
            for number, settings in enumerate(wrong):
                await self._errand(f"wrong-{number}", "run", **settings)

    async def doctor(self) -> None:
        """With everything well, with a token that nobody knows, and with everything wrong."""
        await self._errand("doctor", "doctor")
        self._api.faults.refuse("getMe", 401, f"Unauthorized: {ECHO}", times=3)
        hook = {"FOOTNOTE_WEBHOOK_URL": HOOK, "FOOTNOTE_WEBHOOK_SECRET": HOOK_SECRET}
        await self._errand("doctor-refused", "doctor", **hook)
        await self._errand("doctor-lost", "doctor", TELEGRAM_API_URL=f"http://127.0.0.1:{free_port()}/bot{TOKEN}")

    # -- processes

    @asynccontextmanager
    async def _process(self, name: str, **settings: str) -> AsyncIterator[None]:
        """A bot that listens, until it is told to stop."""
        command = (sys.executable, "-X", "dev", "-m", "tests.leakrun")
        process = await self._begin(name, command, settings)
        try:
            await self._api.wait(lambda: self._is_present(process), STARTING_SECONDS)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                await process.wait()
            self._api.calls.clear()

    async def _errand(self, name: str, command: str, **settings: str) -> None:
        """A command that ends, or waits in vain for somebody who is not there."""
        process = await self._begin(name, (sys.executable, "-m", "bot", command), settings)
        try:
            async with asyncio.timeout(6):
                await process.wait()
        except TimeoutError:
            process.send_signal(signal.SIGTERM)
            await process.wait()

    async def _begin(
        self, name: str, command: tuple[str, ...], settings: Mapping[str, str]
    ) -> asyncio.subprocess.Process:
        environment = os.environ | {
            "TELEGRAM_API_URL": self._root,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "FOOTNOTE_DATA": str(self._folder / "data"),
            "FOOTNOTE_LOG_LEVEL": "DEBUG",
            "FOOTNOTE_MONITOR": f"127.0.0.1:{self._monitor}",
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self.processes += 1
        out, err = (self._folder / f"{name}.{kind}" for kind in ("stdout", "stderr"))
        with out.open("wb") as stdout, err.open("wb") as stderr:
            place = {"cwd": self._folder, "env": environment, "stdout": stdout, "stderr": stderr}
            return await asyncio.create_subprocess_exec(*command, **cast("dict[str, Any]", place))

    def _is_present(self, process: asyncio.subprocess.Process) -> bool:
        """It has told Telegram of its commands, which is the last thing that it does at its start."""
        if process.returncode is not None:
            raise AssertionError("the bot did not start; see the files of its output")
        return any(call.method == "setMyCommands" for call in self._api.calls)

    # -- what goes on around it

    async def _ask(self, words: str, chat_id: int) -> None:
        said = len(self._api.calls)
        self._api.people.write(words, chat_id)

        def tried() -> bool:
            return any(call.method == "sendMessage" and call.chat_id == chat_id for call in self._api.calls[said:])

        await self._api.wait(tried, 20)

    def _fetch_pages(self, name: str) -> None:
        for page in ("healthz", "readyz", "metrics"):
            with contextlib.suppress(URLError):
                told = urlopen(f"http://127.0.0.1:{self._monitor}/{page}", timeout=5).read()
                (self._folder / f"{name}.{page}").write_bytes(told)

    def _post(self, secret: str, body: bytes) -> None:
        path = HOOK.split("/", 3)[3]
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
        with contextlib.suppress(URLError):
            urlopen(Request(f"http://127.0.0.1:{self._hook}/{path}", body, headers), timeout=5).read()


@contextlib.contextmanager
def _echoing() -> Any:
    """A server that is none of Telegram's: it repeats what it was asked for. Gives its address."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = f"<html>No such page: {self.path}</html>".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


# -- the process


class Explosive(FakeCorpus):
    """Fails at one question, as a library would that quotes what it was called with."""

    def ask(self, text: str, **options: Any) -> Any:
        if "explode" in text:
            warnings.warn(f"deprecated: POST {ECHO}", stacklevel=1)
            Thread(target=int, args=(ECHO,)).start()
            raise RuntimeError(f"POST {ECHO} failed")
        return super().ask(text, **options)


def loosen(folder: Path) -> None:
    """Every logger tells everything, to handlers that know of no secrets."""
    root = logging.getLogger()
    plain = (logging.StreamHandler(sys.stdout), logging.FileHandler(folder / "plain.log"))
    root.handlers += plain
    root.setLevel(logging.DEBUG)
    for name in list(logging.Logger.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    httpx = logging.FileHandler(folder / "httpx.log")
    logging.getLogger("httpx").addHandler(httpx)


def main() -> None:
    settings = load_settings()
    configure(settings.log_level, secrets_of(settings))
    settings.data.mkdir(parents=True, exist_ok=True)
    loosen(settings.data)
    with hold(settings.data), closing(open_store(settings.data)) as store:
        corpus = cast("Corpus", Explosive(FERRY))
        asyncio.run(_serve(Service(settings, corpus, store)))


async def _serve(service: Service) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with contextlib.suppress(ConfigurationError):
        await service.serve(stop)


if __name__ == "__main__":
    main()

"""A way to a server that can lose bytes in silence, as a router does that forgets a connection: nobody hangs up."""

from __future__ import annotations

import asyncio
from types import TracebackType
from urllib.parse import urlsplit


class BlackHole:
    """Passes everything on until it `swallows`; then what was connected, or whatever connects, hears nothing more."""

    def __init__(self, root: str) -> None:
        parts = urlsplit(root)
        self._to = (parts.hostname, parts.port)
        self._server: asyncio.Server | None = None
        self._lines: list[Line] = []
        self._swallows_new = False
        self.connected = 0

    async def __aenter__(self) -> BlackHole:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.cut()
        await asyncio.sleep(0)

    @property
    def root(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def swallow(self, *, new: bool = False) -> None:
        """What is connected now is dead; with `new`, so is whatever connects, until it `heals`."""
        self._swallows_new = new
        for line in self._lines:
            line.dead = True

    def heal(self) -> None:
        """New connections get through. The dead stay dead."""
        self._swallows_new = False

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        line = Line(self._swallows_new, [writer])
        self._lines.append(line)
        there, back = await asyncio.open_connection(*self._to)
        line.ends.append(back)
        await asyncio.gather(line.pass_on(reader, back), line.pass_on(there, writer))


class Line:
    """One connection, both ways."""

    def __init__(self, dead: bool, ends: list[asyncio.StreamWriter]) -> None:
        self.dead, self.ends = dead, ends

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            if not self.dead:
                writer.write(piece)
        if not self.dead:
            writer.close()

    def cut(self) -> None:
        for end in self.ends:
            end.close()

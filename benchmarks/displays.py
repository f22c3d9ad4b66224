"""Many displays without a browser: each does what ``components/static/wall.js`` does, over kept connections of its own.

One stream, its scene, the others when their turn comes; after a change the scene that is shown, at a moment of its own.
"""

import asyncio
import gzip
import html
import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SPREAD, LEAST = 14.0, 20.0  # seconds, as the script has them
SIZE = "w=1920&h=1080"


@dataclass
class Display:
    """One display: the token that it carries; ``redrawn``: when, after the last change, its scene was there anew."""

    token: str
    scenes: list[str] = field(default_factory=list)
    asked: str = ""
    region: str = ""
    seconds: float = 25
    version: int = -1
    redrawn: float = 0.0
    failed: Counter[str] = field(default_factory=Counter)


class Line:
    """A connection that is kept, and opened again where the server closed it."""

    def __init__(self, url: str, token: str) -> None:
        self._at = urlsplit(url)
        self._token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, path: str, tag: str = "") -> asyncio.StreamReader:
        """Asks for a path; the reader stands before the answer."""
        if self._streams is None or self._streams[0].at_eof() or self._streams[1].is_closing():
            self._streams = await asyncio.open_connection(self._at.hostname, self._at.port, limit=2**22)
        reader, writer = self._streams
        known = f"If-None-Match: {tag}\r\n" if tag else ""
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self._at.netloc}\r\nCookie: wr={self._token}\r\n{known}"
            "Accept-Encoding: gzip\r\n\r\n".encode()
        )
        return reader

    async def get(self, path: str, tag: str = "") -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        for _ in range(2):  # a connection that was closed meanwhile is noticed here
            try:
                reader = await self.send(path, tag)
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                return int(head[0].split()[1]), headers, body
            except (OSError, asyncio.IncompleteReadError):
                self._streams = None
        raise ConnectionError(path)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()


async def shown(url: str, display: Display) -> None:
    """Lives as a display until it is cancelled."""
    line = Line(url, display.token)
    _, headers, body = await line.get("/wall")
    text = (gzip.decompress(body) if "content-encoding" in headers else body).decode()
    told = json.loads(html.unescape(re.search(r'data-wall="([^"]*)"', text)[1]))
    display.scenes = [scene["name"] for scene in told["scenes"]]
    display.asked, display.region, display.seconds = told["asked"], told["region"], told["seconds"]
    kept: dict[str, tuple[int, str]] = {}  # scene → version it was asked for at, and its mark
    due, last, turn, until = 0.0, 0.0, 0, 0.0

    async def made(name: str) -> None:
        version, (_, tag) = display.version, kept.get(name, (0, ""))
        at = display.scenes.index(name)
        beside = ",".join([*display.scenes[at + 1 :], *display.scenes[:at]])
        status, headers, _ = await line.get(f"/wall/scene/{name}?{display.asked}&{SIZE}&beside={beside}", tag)
        if status in (200, 204, 304):
            kept[name] = version, headers["etag"]
        else:
            display.failed[f"answers {status}"] += 1

    async for beat in _beats(url, display):
        now = time.monotonic()
        if display.version < 0:
            due, until = now, now + display.seconds * random.random()
        elif beat["version"] != display.version:
            due = min(due or 1e18, max(now + random.random() * SPREAD, last + LEAST))
        display.version = beat["version"]
        await asyncio.sleep(max(0.0, min(due - now, 2.0)) if due else 0)
        if due and time.monotonic() >= due:
            due, last = 0.0, time.monotonic()
            await made(display.scenes[turn])
            display.redrawn = time.monotonic()
        elif now >= until:
            turn, until = (turn + 1) % len(display.scenes), now + display.seconds
            if kept.get(display.scenes[turn], (None, ""))[0] != display.version:
                await made(display.scenes[turn])


async def _beats(url: str, display: Display) -> AsyncIterator[dict[str, int]]:
    while True:
        stream = Line(url, display.token)
        try:
            reader = await stream.send(f"/pulse/stream?region={display.region}")
            while told := await reader.readline():
                if told.startswith(b"data: "):
                    yield json.loads(told[6:])
        except (OSError, asyncio.LimitOverrunError):
            pass
        finally:
            stream.close()
        display.failed["streams broken off"] += 1
        await asyncio.sleep(0.3)

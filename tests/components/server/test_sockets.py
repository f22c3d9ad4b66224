"""Answers leave as they are written, with Nagle's algorithm off; who connects and says nothing is let go."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from components.server import sockets
from components.server.sockets import close_silent, send_at_once
from tests.loops import run


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A socket as Streamlit makes it."""
    with socket.socket(socket.AF_INET) as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one


def at_once(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_what_a_listening_socket_accepts_sends_at_once(listening: socket.socket):
    with socket.socket(socket.AF_INET) as idle, socket.socket(socket.AF_UNIX), socket.socket(type=socket.SOCK_DGRAM):
        socket.socket().close()
        send_at_once()
        assert not at_once(idle)
    with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
        assert at_once(accepted)


@pytest.mark.parametrize(
    ("begins", "then", "kept"),
    [(b"", b"", False), (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n", False),
     (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"", True),
     (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", b"a", True)],
    ids=["says nothing", "a head that has no end", "is answered late", "a body, which the door times"],
)  # fmt: skip
def test_a_head_that_is_not_whole_in_time_ends_the_connection(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch, begins: bytes, then: bytes, kept: bool
):
    monkeypatch.setattr(sockets, "HEAD", 0.2)
    monkeypatch.setattr(sockets, "_LOOK", 0.02)

    async def late(scope: dict, receive: object, send: object) -> None:
        await asyncio.sleep(1.5)
        await PlainTextResponse("late")(scope, receive, send)

    async def said() -> bytes:
        server = uvicorn.Server(uvicorn.Config(late, lifespan="off", log_level="critical"))
        serving, watch = asyncio.create_task(server.serve([listening])), asyncio.create_task(close_silent())
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        writer.write(begins)
        answer = asyncio.create_task(reader.read(15))
        while not answer.done():
            await asyncio.sleep(0.05)
            writer.write(then)
        watch.cancel()
        server.should_exit = True
        writer.close()
        await serving
        with contextlib.suppress(ConnectionError):
            return answer.result()
        return b""

    assert run(said()) == (b"HTTP/1.1 200 OK" if kept else b"")

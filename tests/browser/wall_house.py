"""The routes of a wall on a server of this process: it stops, comes back as another build, keeps any time, and others
answer in its place."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from components.server.guard import Guard
from components.server.packed import PackedFiles
from components.server.pulse import pulse_routes
from components.server.sockets import note_servers
from components.wall.files import STATIC
from components.wall.routes import wall_routes
from data.access.viewer import Viewer
from data.clock import county_clock
from data.people.devices import add_device, opened_by
from data.people.sign_in import begin_display
from data.store.engine import writing
from tests.browser.server import free_port


class House:
    """A server at ``url``; ``ahead``: by how much its clock goes before the real one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ahead = timedelta()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def clock(self) -> datetime:
        return county_clock() + self.ahead

    def set(self, moment: datetime) -> None:
        """Have its clock show this moment now."""
        self.ahead = moment - county_clock()

    def start(self) -> None:
        """Serve, and wait until it listens."""
        routes: list[BaseRoute] = [
            *wall_routes(lambda: self.engine, self.clock),
            *pulse_routes(lambda: self.engine, self.clock),
        ]
        routes.append(Mount("/assets/map", PackedFiles(STATIC)))
        app = Guard(Starlette(routes=routes), self.engine, county_clock)
        told = uvicorn.Config(app, "127.0.0.1", self.port, log_level="error", lifespan="off", ws="none")
        self._server = uvicorn.Server(told)
        note_servers()
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        """End it and whatever is connected to it."""
        if self._server and self._thread:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join()
        self._server = None

    def display(self, region: str, administrator: Viewer) -> tuple[int, str]:
        """A new display of a region: its number and the token that its browser carries."""
        now = county_clock()
        with writing(self.engine) as connection:
            link = add_device(connection, administrator, region, "会议室", address="", now=now)
            known = opened_by(connection, link.rpartition("/")[2])
        assert known is not None
        return known[0], begin_display(self.engine, *known, address="", agent="", now=now)


@contextmanager
def in_its_place(port: int, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    """While the block lasts, every connection to the port is handed to ``answer``, and kept open until then."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", port)) as listening:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listening.accept()
                    kept.append(peer)
                    answer(peer)
                except OSError:
                    if listening.fileno() < 0:
                        return

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()
    for peer in kept:
        peer.close()


def bad_gateway(peer: socket.socket) -> None:
    """What a proxy says whose server is away, in English."""
    peer.recv(65536)
    page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    peer.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nConnection: close\r\n")
    peer.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(page), page))
    peer.close()


def reset(peer: socket.socket) -> None:
    """A connection that breaks off."""
    peer.close()


def silence(_peer: socket.socket) -> None:
    """A line on which nothing comes any more."""

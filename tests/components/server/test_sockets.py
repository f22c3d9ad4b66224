"""Answers leave as they are written: what the server accepts has Nagle's algorithm off."""

import socket
from collections.abc import Iterator

import pytest

from components.server.sockets import send_at_once


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

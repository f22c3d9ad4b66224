"""The sockets that the server listens on."""

import gc
import socket


def send_at_once() -> None:
    """Have every answer sent as it is written.

    Streamlit makes its socket without naming TCP, and asyncio then leaves Nagle's algorithm on: on a connection that is
    kept open the body of an answer waits 40 ms until the browser has acknowledged the head. What is accepted inherits
    the option from what listens.
    """
    for one in gc.get_objects():
        if type(one) is socket.socket and one.fileno() >= 0 and _listens(one):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _listens(one: socket.socket) -> bool:
    inet = one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM
    return inet and bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))

"""A visitor without a browser: one session of a running server, spoken to over the websocket as the browser does."""

import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

LONGEST = 120  # seconds that a run may take
SHORT = 200  # bytes: the message that ends a run is shorter
FAILED = "页面没有完成", "无法显示"  # what components.shell.errors says instead of a page


class BrokenPage(Exception):
    """The page did not show what it should."""


@dataclass(frozen=True)
class Run:
    """One run of a page: seconds from the request to the last message of the run, and bytes of all its messages."""

    seconds: float
    received: int


class Session:
    """Opens a session at a server's ``url`` for as long as the ``with`` block lasts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._held: set[str] = set()  # hashes of the messages that a browser would keep, and not be sent again

    def __enter__(self) -> Self:
        host = urlsplit(self._url).netloc
        self._connected = connect(
            f"ws://{host}/_stcore/stream",
            origin=f"http://{host}",
            subprotocols=["streamlit"],
            compression=None,
            max_size=None,
        )
        self._socket = self._connected.__enter__()
        return self

    def __exit__(self, *raised) -> None:
        self._connected.__exit__(*raised)

    def run(self, page: str, query: str, *, expected: str) -> Run:
        """Have the server run a page (``overview``) with a query string, and wait until the run has ended.

        Raises BrokenPage where the page failed or ``expected`` stands nowhere in what came.
        """
        payload = self._request(page, query)
        messages: list[bytes] = []
        begun = time.perf_counter()
        self._socket.send(payload)
        while not (messages and _ends(messages[-1])):
            messages.append(self._socket.recv(timeout=LONGEST))
        seconds = time.perf_counter() - begun
        self._keep(messages)
        shown = b"".join(messages)
        if any(words.encode() in shown for words in FAILED):
            raise BrokenPage(f"/{page}?{query} failed")
        if expected.encode() not in shown:
            raise BrokenPage(f"/{page}?{query} does not say “{expected}”")
        return Run(seconds, len(shown))

    def _request(self, page: str, query: str) -> bytes:
        request = BackMsg()
        request.rerun_script.page_name = page
        request.rerun_script.query_string = query
        request.rerun_script.cached_message_hashes.extend(self._held)
        context = request.rerun_script.context_info
        context.url, context.timezone, context.locale = f"{self._url}/{page}", "Asia/Shanghai", "zh-CN"
        return request.SerializeToString()

    def _keep(self, messages: list[bytes]) -> None:
        for message in messages:
            if len(message) > SHORT:
                parsed = ForwardMsg.FromString(message)
                if parsed.metadata.cacheable:
                    self._held.add(parsed.hash)


def _ends(message: bytes) -> bool:
    """Whether this message ends a run. Long ones are not looked into while the clock runs."""
    if len(message) > SHORT:
        return False
    parsed = ForwardMsg.FromString(message)
    if parsed.WhichOneof("type") == "page_not_found":
        raise BrokenPage("there is no such page")
    if parsed.WhichOneof("type") != "script_finished":
        return False
    if parsed.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
        raise BrokenPage("the script could not be compiled")
    return parsed.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY

"""What one client may ask of the server: names, lengths, numbers, time."""

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

UPLOADS = "/_stcore/upload_file/"
MB = 1024 * 1024
BODY = MB  # bytes; of uploads what Streamlit's setting says
BODY_PAUSE = 30.0  # seconds between two parts of a body
BODY_TIME = 60.0  # seconds for all of one; an upload may take as long as it goes on
URL = 8192  # characters
PARAMETERS = 100
SOCKETS_OF_ONE = 40  # of a person, over all his sessions; of a display
SOCKETS_OF_ADDRESS = 400  # of all who are not signed in there
CLOSE = {"Connection": "close"}


def too_much(scope: Scope, headers: Headers) -> tuple[str, int] | None:
    """Why a request is refused before anything is looked at, and with which status; None where it is not."""
    if not _known_host(headers.get("host", "")):
        return "本服务器不以这个名称提供服务，请核对网址。", 421
    query = scope["query_string"]
    if len(scope["path"]) + len(query) > URL:
        return "网址太长。", 414
    if query.count(b"&") >= PARAMETERS:
        return "网址中的参数太多。", 400
    length = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]+", length):
        return "请求无法识别。", 400
    if len(length) > 15 or int(length) > most(scope["path"]):
        return "提交的内容太大。", 413
    return None


def most(path: str) -> int:
    """Bytes that a body may have."""
    if not path.startswith(UPLOADS):
        return BODY
    return (int(st.get_option("server.maxUploadSize")) + 1) * MB  # the form around a file


def measured(scope: Scope, receive: Receive) -> Receive:
    """``receive`` that gives up a body which is too large or too slow."""
    path = scope["path"]
    left, begun, whole = most(path), time.monotonic(), False

    async def next_part() -> Message:
        nonlocal left, whole
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), BODY_PAUSE)
        except TimeoutError:
            raise HTTPException(408, "提交得太慢，请重试。", CLOSE) from None
        left -= len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if left < 0:
            raise HTTPException(413, "提交的内容太大。", CLOSE)
        if not whole and time.monotonic() - begun > BODY_TIME and not path.startswith(UPLOADS):
            raise HTTPException(408, "提交得太慢，请重试。", CLOSE)
        return message

    return next_part


class Sockets:
    """How many websockets and streams stand open, by who is signed in and by the address of who is not."""

    def __init__(self) -> None:
        self._open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def one_more(self, whose: str, address: str) -> Iterator[bool]:
        """Counts one while the block lasts; whether there was room for it."""
        of, most = (("", whose), SOCKETS_OF_ONE) if whose else ((address, ""), SOCKETS_OF_ADDRESS)
        if self._open[of] >= most:
            yield False
            return
        self._open[of] += 1
        try:
            yield True
        finally:
            self._open[of] -= 1
            if not self._open[of]:
                del self._open[of]


def length_of(headers: Headers, path: str) -> int:
    """Bytes that a body says it has, else the most that it may have."""
    told = headers.get("content-length")
    return most(path) if told is None else int(told)


def _known_host(given: str) -> bool:
    """Whether the name is one that WARROOM_HOSTS lists (between commas); without the variable every name is."""
    names = {name.strip().lower() for name in os.environ.get("WARROOM_HOSTS", "").split(",") if name.strip()}
    return not names or (split(f"//{given}").hostname or "") in names


def split(url: str) -> SplitResult:
    """What a header names; nothing where it cannot be read."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")

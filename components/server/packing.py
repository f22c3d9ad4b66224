"""What a browser says of an answer before it has it: whether it unpacks gzip, whether it holds it already."""

import gzip
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import Response


def takes_gzip(asked: Headers) -> bool:
    """Whether who asks unpacks gzip, also one who says how gladly (``gzip;q=0`` is a no)."""
    told = [part.replace(" ", "").lower().partition(";q=") for part in asked.get("accept-encoding", "").split(",")]
    return any(name in ("gzip", "*") and (not given or weight.strip("0.")) for name, given, weight in told)


def holds(asked: Headers, tag: str) -> bool:
    """Whether who asks holds the answer of this ETag."""
    return tag in [one.strip() for one in asked.get("if-none-match", "").split(",")]


def packed_answer(asked: Headers, packed: bytes, headers: Mapping[str, str]) -> Response:
    """Markup that lies packed, unpacked for who does not do that himself."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if not takes_gzip(asked):
        return Response(gzip.decompress(packed), headers=headers, media_type="text/html")
    return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type="text/html")

"""A picture without what its camera or its maker wrote into it: place, author, device, comments, small pictures, and
whatever hangs behind it. What is seen stays bit by bit: pixels, which side is up, colours."""

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

JPEG, PNG = "image/jpeg", "image/png"
_ORIENTATION = 0x0112
_KEPT_CHUNKS = (
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
)  # fmt: skip
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_ZIP = rb"PK\x03\x04[\x0a-\x3f]\x00|PK\x05\x06\x00{4}"
_SECOND = re.compile(rb"%PDF-\d\.|" + _ZIP + rb"|<(?:!doctype\s|\?php\s|(?:html|script|svg)[\s>])", re.IGNORECASE)
_AT_THE_END = 65_557  # bytes in which a zip's list of contents begins
_IN_FRONT = 1024  # bytes in which a browser that guesses looks for markup


class Torn(ValueError):
    """The file does not go on as its kind does."""


def bare(content: bytes, media_type: str) -> bytes:
    """The picture alone; raises Torn for what is no whole JPEG or PNG."""
    parts = _jpeg(content) if media_type == JPEG else _png(content)
    kept = b"".join(part for part, shown in parts if shown)
    return _turned(kept, media_type, orientation(content))


def is_two_things(content: bytes, media_type: str) -> bool:
    """Whether a picture or a PDF is a second thing as well for a program that looks elsewhere in it: an archive, a page
    with a script, a PDF."""
    if media_type in (JPEG, PNG):
        parts = _jpeg(content) if media_type == JPEG else _png(content)
        return any(_SECOND.search(part) for part, shown in parts if not shown)
    return bool(_SECOND.search(content[5:_IN_FRONT]) or re.search(_ZIP, content[-_AT_THE_END:]))


def orientation(content: bytes) -> int:
    """Which side of a picture is up, as EXIF numbers it; 1 where that is not said."""
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            told = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # notes of a camera that cannot be read turn nothing
        return 1
    return told if isinstance(told, int) and 1 <= told <= 8 else 1


def _jpeg(content: bytes) -> Iterator[tuple[bytes, bool]]:
    """The parts of a JPEG, and whether each belongs to the picture that is seen."""
    if not content.startswith(b"\xff\xd8"):
        raise Torn
    yield content[:2], True
    place = 2
    while True:
        marker = _NEXT_MARKER.match(content, place)
        if marker is None:
            raise Torn
        kind, start = content[marker.end() - 1], marker.end()
        if kind == 0xD9:
            yield content[place:start], True
            break
        end = start + int.from_bytes(content[start : start + 2])
        if end > len(content) or end < start + 2:
            raise Torn
        if kind == 0xDA:  # behind the head of a scan come its pixels
            found = _NEXT_MARKER.search(content, end)
            if found is None:
                raise Torn
            end = found.start()
        yield content[place:end], _belongs(kind, content[start + 2 : start + 14])
        place = end
    yield content[start:], False


def _belongs(kind: int, beginning: bytes) -> bool:
    """A comment and an application's notes do not, but for JFIF's head, the colour profile, and Adobe's colours."""
    if kind == 0xFE or not 0xE0 <= kind <= 0xEF:
        return kind != 0xFE
    return (kind, beginning[:5]) in ((0xE0, b"JFIF\0"), (0xEE, b"Adobe")) or beginning == b"ICC_PROFILE\0"


def _png(content: bytes) -> Iterator[tuple[bytes, bool]]:
    """The same of a PNG."""
    yield content[:8], True
    place, kind = 8, b""
    while kind != b"IEND":
        end = place + 12 + int.from_bytes(content[place : place + 4])
        kind = content[place + 4 : place + 8]
        if end > len(content) or len(kind) < 4:
            raise Torn
        yield content[place:end], kind in _KEPT_CHUNKS
        place = end
    yield content[place:], False


def _turned(kept: bytes, media_type: str, side: int) -> bytes:
    """The picture with a note of one line: which side is up."""
    if side == 1:
        return kept
    note = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, side, 0, 0)
    if media_type == JPEG:
        said = b"Exif\0\0" + note
        return kept[:2] + b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said + kept[2:]
    chunk = b"eXIf" + note
    return kept[:33] + struct.pack(">I", len(note)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + kept[33:]

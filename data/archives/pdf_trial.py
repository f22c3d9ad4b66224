"""Reads a PDF from outside in a process of its own, with little memory and time, and says whether it may be kept.

``python -m data.archives.pdf_trial < FILE`` writes one line of JSON, ``{"verdict": …, "turned": degrees}``, and behind
it the JPEG that is the first page where that is a scan; ``… pdf_trial bare < FILE`` the file without what its makers
wrote of themselves. A file that means harm costs this process, not the application.
"""

import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from data.archives.bare import JPEG, Torn, bare

MEMORY = 640 * 2**20  # the file three times over, and what one of its streams may hold
SECONDS = 10
MOST_UNPACKED = 2**30  # forty pages scanned in colour at 300 dpi, unpacked
ACTIVE_KEYS = {"/JS", "/XFA", "/EF", "/EmbeddedFiles"}
ACTIVE_KINDS = {
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData"),
    *("/RichMedia", "/FileAttachment", "/EmbeddedFile"),
}
MAKERS = {"/Metadata", "/PieceInfo", "/LastModified", "/Author", "/Creator", "/Producer"}
NOTES = ("/Text", "/FreeText", "/Highlight", "/Stamp", "/Ink", "/Popup")
NOTES_MAKERS = {"/T", "/M", "/NM", "/CreationDate"}


class _Heavy(Exception):
    """More behind the file than a scanned document has."""


def tried(content: bytes) -> tuple[str, int, bytes]:
    """``fine``, ``encrypted``, ``active`` (carries a script, a file, an order to start something), ``heavy``, ``cut``
    or ``damaged``; by how many degrees the first page is to be turned, and its JPEG, empty where it is no scan."""
    if b"%%EOF" not in content[-2048:]:
        return "cut", 0, b""
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if "/Encrypt" in reader.trailer:
            return "encrypted", 0, b""
        if _active(reader):
            return "active", 0, b""
        first = reader.pages[0]
        return "fine", int(first.get("/Rotate", 0)) % 360, _scan(first)
    except (_Heavy, MemoryError):
        return "heavy", 0, b""
    except Exception:  # a parser stumbles over hostile bytes in more ways than it documents
        return "encrypted" if b"/Encrypt" in content else "damaged", 0, b""


def _active(reader: PdfReader) -> bool:
    """Whether any object of the file does something; on the way, how much its streams hold. Raises _Heavy."""
    left = MOST_UNPACKED
    places = {(number, age) for age, listed in reader.xref.items() for number in listed}
    places |= {(number, 0) for number in reader.xref_objStm}
    for number, age in sorted(places):
        found = reader.get_object(IndirectObject(number, age, reader))
        for part in _parts(found):
            kinds = {str(part[key]) for key in ("/S", "/Subtype", "/Type") if key in part}
            if ACTIVE_KEYS & part.keys() or ACTIVE_KINDS & kinds:
                return True
        if isinstance(found, StreamObject):
            left -= _unpacked(found, left)
    return False


def _parts(found: object, depth: int = 0) -> Iterator[DictionaryObject]:
    """The dictionaries of one object, those it holds directly included; what it refers to is an object of its own."""
    if depth > 40:
        raise _Heavy
    inner: Iterable[object] = ()
    if isinstance(found, DictionaryObject):
        yield found
        inner = dict.values(found)
    elif isinstance(found, ArrayObject):
        inner = list.__iter__(found)
    for one in inner:
        yield from _parts(one, depth + 1)


def _unpacked(stream: StreamObject, most: int) -> int:
    """Bytes that a deflated stream holds, counted without keeping them. Raises _Heavy beyond ``most``."""
    filters = _filters(stream)
    if filters.count("/FlateDecode") > 1:
        raise _Heavy
    if not filters or filters[0] != "/FlateDecode":
        return 0
    unpacking, rest, size = zlib.decompressobj(), stream._data, 0
    while rest and not unpacking.eof:
        try:
            size += len(unpacking.decompress(rest, 2**20))
        except zlib.error:  # viewers show what came before
            return size
        rest = unpacking.unconsumed_tail
        if size > most:
            raise _Heavy
    return size


def _filters(stream: StreamObject) -> list[str]:
    named = stream.get("/Filter", [])
    return [str(one) for one in (named if isinstance(named, list) else [named])]


def _scan(page: DictionaryObject) -> bytes:
    """The JPEG of a page that holds this one picture."""
    resources = page["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    drawn = resources.get("/XObject", DictionaryObject()).get_object()
    pictures = [drawn[name] for name in drawn if drawn[name].get("/Subtype") == "/Image"]
    return pictures[0]._data if len(pictures) == 1 and _filters(pictures[0]) == ["/DCTDecode"] else b""


def bared(content: bytes) -> bytes:
    """The PDF without author, programs, times, notes' authors and XMP, also of the pictures in it; what it was before
    it was changed is not in it either."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content), strict=False))
    writer.metadata = None
    for found in writer._objects:  # private, so held by a test
        if found is None:
            continue
        for part in _parts(found):
            for key in MAKERS & part.keys():
                del part[key]
            if part.get("/Subtype") in NOTES or "/Rect" in part:
                for key in NOTES_MAKERS & part.keys():
                    del part[key]
        if isinstance(found, StreamObject) and _filters(found) == ["/DCTDecode"]:
            try:
                found._data = bare(found._data, JPEG)
            except Torn:  # shown as far as it goes
                continue
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _limit() -> None:
    try:
        import resource  # not on Windows, where the time limit of the caller remains
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    _limit()
    if sys.argv[1:] == ["bare"]:
        sys.stdout.buffer.write(bared(sys.stdin.buffer.read()))
        sys.exit()
    verdict, turned, scan = tried(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps({"verdict": verdict, "turned": turned}).encode() + b"\n" + scan)

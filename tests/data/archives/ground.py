"""Material for the tests of archives: pictures and PDFs, sound and hostile, made on the spot."""

import io
import struct
import wave
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

DEFLATED = NameObject("/FlateDecode")


def photo(width: int = 400, height: int = 300, form: str = "JPEG", shade: int = 120, **options) -> bytes:
    """A picture of one shade; ``options`` as Pillow's ``save`` takes them."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 90, 40)).save(content, form, **options)
    return content.getvalue()


def recorded(seconds: int = 1) -> bytes:
    """A voice note."""
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(b"\0\1" * 16_000 * seconds)
    return made.getvalue()


def pdf(*, open_action: dict | None = None, attached: bytes = b"", password: str | None = None) -> bytes:
    """One empty page, with what a scan does not carry."""
    writer = PdfWriter()
    writer.add_blank_page(200, 300)
    if open_action:
        action = {NameObject(name): value for name, value in open_action.items()}
        writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    if attached:
        writer.add_attachment("list.exe", attached)
    if password is not None:
        writer.encrypt(password, "owner")
    return _written(writer)


def script_pdf() -> bytes:
    return pdf(open_action={"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")})


def launching_pdf() -> bytes:
    return pdf(open_action={"/S": NameObject("/Launch"), "/F": TextStringObject("calc.exe")})


def scanned_pdf() -> bytes:
    """A page that is one JPEG, as scanners write them."""
    content = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(content, "PDF")
    return content.getvalue()


def swollen_pdf(megabytes: int, times: int = 1) -> bytes:
    """A page whose content unpacks to so many megabytes, packed once or twice."""
    content = _swollen(b" " * 2**20, megabytes)
    for _ in range(times - 1):
        content = zlib.compress(content)
    writer, stream = PdfWriter(), StreamObject()
    page = writer.add_blank_page(200, 300)
    stream._data = content
    stream[NameObject("/Filter")] = ArrayObject([DEFLATED] * times)
    page[NameObject("/Contents")] = writer._add_object(stream)
    return _written(writer)


def pdf_of_many_objects(megabytes: int) -> bytes:
    """A PDF whose table of objects unpacks to so many megabytes."""
    table = _swollen(b"\0" * 2**20, megabytes)
    head = b"<</Type/XRef/Size 10/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>>" % len(table)
    return b"%%PDF-1.5\n1 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n9\n%%%%EOF" % (head, table)


def _written(writer: PdfWriter) -> bytes:
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """Few bytes, ``side`` × ``side`` pixels."""
    return _png(side, (b"IDAT", _swollen(b"\0" * (side + 1), side)))


def png_text_bomb() -> bytes:
    """A small picture with a comment that unpacks to 300 MB."""
    comment = b"Comment\0\0" + _swollen(b"\0" * 2**20, 300)
    return _png(10, (b"zTXt", comment), (b"IDAT", zlib.compress(b"\0" * 110)))


def _swollen(part: bytes, times: int) -> bytes:
    """A deflated stream of ``part`` so many times (its check sum, at the very end, is not right)."""
    packing = zlib.compressobj(9)
    head, again = (packing.compress(part) + packing.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return head + again * (times - 1) + packing.flush()


def _png(side: int, *chunks: tuple[bytes, bytes]) -> bytes:
    head = (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    packed = (
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in (head, *chunks, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def jpeg_that_claims(width: int, height: int, **options) -> bytes:
    """A small JPEG whose head speaks of many pixels."""
    content = photo(16, 16, **options)
    frame = next(place for mark in (b"\xff\xc0", b"\xff\xc2") if (place := content.find(mark)) > 0)
    return content[: frame + 5] + struct.pack(">HH", height, width) + content[frame + 9 :]


def one_colour_after_the_other(content: bytes) -> bytes:
    """A JPEG whose first scan says that it holds one colour of three."""
    scan = content.index(b"\xff\xda")
    return content[: scan + 4] + b"\x01" + content[scan + 5 :]

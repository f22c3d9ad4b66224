"""S8: place, author and device of a photo or a PDF stay in the archive; what is served is what is seen. What is two
things at once is not taken in."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, StreamObject
from sqlalchemy import Engine

from data.archives.bare import Torn, bare, orientation
from data.archives.files import PDF, examine, keep, shown_content
from data.archives.pdf_trial import bared
from data.errors import Refused
from tests.data.archives import ground

JPEG, PNG = "image/jpeg", "image/png"
TELLING = (b"zhang san", b"Phone X", b"GPS", b"2026:11:02", b"secret comment", b"41.123", b"exif", b"xmp")


def upright(size: tuple[int, int] = (80, 40)) -> Image.Image:
    """A picture of which every corner is another colour, so that turning shows."""
    picture = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (picture, picture.rotate(90).resize(size), picture.rotate(180)))


def telling(form: str, *, side: int = 6, **options) -> bytes:
    """A photo as a phone writes it: device, author, time, GPS, comment, XMP, a small picture, which side is up."""
    notes = Image.Exif()
    notes[0x0112], notes[0x010F], notes[0x013B], notes[0x0132] = side, "Phone X", "zhang san", "2026:11:02 10:00:00"
    notes.get_ifd(0x8825).update({1: "N", 2: (41.0, 7.0, 24.0), 29: "2026:11:02"})
    content, info = io.BytesIO(), PngInfo()
    info.add_text("Author", "zhang san")
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>zhang san 41.123</x:xmpmeta>")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    also = {"pnginfo": info} if form == "PNG" else {"comment": b"secret comment", "xmp": b"<x:xmpmeta>zhang san</x>"}
    upright().save(content, form, exif=notes, icc_profile=profile, **also, **options)
    return content.getvalue()


@pytest.mark.parametrize("options", [{"form": "JPEG"}, {"form": "JPEG", "progressive": True}, {"form": "PNG"}])
@pytest.mark.parametrize("side", [1, 3, 6, 8])
def test_a_photo_leaves_without_place_author_and_device_and_looks_the_same(options: dict, side: int):
    original = telling(side=side, **options)
    assert any(word in original for word in TELLING)
    left = bare(original, PNG if options["form"] == "PNG" else JPEG)
    assert [word for word in TELLING if word in left.replace(b"Exif\0\0", b"").replace(b"eXIf", b"")] == []
    with Image.open(io.BytesIO(original)) as before, Image.open(io.BytesIO(left)) as after:
        assert ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox() is None
        assert (after.format, after.size, orientation(left)) == (before.format, before.size, side)
        assert after.info["icc_profile"] == before.info["icc_profile"]
        assert set(after.getexif()) <= {0x0112} and not after.getexif().get_ifd(0x8825)


def test_a_second_picture_behind_the_first_does_not_leave():
    content, second = io.BytesIO(), upright((40, 40))
    upright().save(content, "MPO", save_all=True, append_images=[second])
    left = bare(content.getvalue(), JPEG)
    assert left.count(b"\xff\xd8\xff") == 1 and left.endswith(b"\xff\xd9")


def test_what_tells_nothing_leaves_as_it_is():
    for content, media_type in ((ground.photo(), JPEG), (ground.photo(form="PNG"), PNG)):
        assert bare(content, media_type) == content


@pytest.mark.parametrize("media_type", [JPEG, PNG])
def test_what_does_not_go_on_as_its_kind_does_is_told(media_type: str):
    content = telling("JPEG" if media_type == JPEG else "PNG")
    for end in (3, 20, len(content) // 2, len(content) - 3):
        with pytest.raises(Torn):
            bare(content[:end], media_type)


def telling_pdf() -> bytes:
    """Author and programs, XMP of the whole and of a page, a note by somebody, a scan with a place in it, and what the
    file was before it was changed."""
    scan = io.BytesIO()
    with Image.open(io.BytesIO(telling("JPEG"))) as picture:
        picture.save(scan, "PDF")
    writer = PdfWriter(clone_from=PdfReader(scan))
    writer.add_metadata({"/Author": "zhang san", "/Creator": "Phone X", "/Subject": "secret comment"})
    xmp = StreamObject()
    xmp._data = b"<x:xmpmeta>zhang san</x:xmpmeta>"
    xmp[NameObject("/Type")] = NameObject("/Metadata")
    held = writer._add_object(xmp)
    writer._root_object[NameObject("/Metadata")] = held
    writer.pages[0][NameObject("/Metadata")] = held
    writer.pages[0][NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Phone X"): held})
    note = FreeText(text="看这里", rect=(10, 10, 50, 50))
    note[NameObject("/T")] = NameObject("/zhang san")
    writer.add_annotation(0, note)
    for one in writer._objects:
        if isinstance(one, StreamObject) and one.get("/Filter") == "/DCTDecode":
            one._data = telling("JPEG")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def test_a_pdf_leaves_without_author_programs_and_the_notes_of_its_pictures():
    original = telling_pdf()
    left = bared(original)
    words = (b"zhang", b"Phone X", b"secret comment", b"xmpmeta", b"GPS", b"pypdf")
    assert [word for word in words if word in left] == [] and all(word in original for word in words[:4])
    reader = PdfReader(io.BytesIO(left))
    assert not reader.metadata and reader.xmp_metadata is None and len(reader.pages) == 1
    assert [note.get_object()["/Contents"] for note in reader.pages[0]["/Annots"]] == ["看这里"]
    assert reader.pages[0].images[0].image.size == (80, 40)


def test_the_original_stays_in_the_archive(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    for content, media_type in ((telling("JPEG"), JPEG), (telling("PNG"), PNG), (telling_pdf(), PDF)):
        digest = keep(engine, examine(content))
        served = [shown_content(engine, digest, media_type) for _ in range(2)]
        assert served[0] == served[1] and b"zhang" not in served[0]
        assert (tmp_path / "kept" / digest[:2] / digest).read_bytes() == content


def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("run.exe", b"MZ")
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        ground.photo() + zipped(),
        ground.photo(form="PNG") + zipped(),
        ground.pdf() + zipped(),
        ground.photo() + ground.pdf(),
        ground.photo() + b"<html><script>alert(1)</script>",
        ground.photo(comment=b"<script>alert(1)</script>"),
        ground.photo(form="PNG").replace(b"IEND", b"IEND") + b"<?php system('id'); ?>",
        b"%PDF-1.4\n<html><script>alert(1)</script></html>\n" + ground.pdf(),
    ],
    ids=["jpeg+zip", "png+zip", "pdf+zip", "jpeg+pdf", "jpeg+html", "script in a comment", "png+php", "pdf+html"],
)
def test_a_file_that_is_two_things_at_once_is_refused_with_a_sentence(content: bytes):
    with pytest.raises(Refused, match="还藏着另一个文件"):
        examine(content)


def test_what_phones_hang_behind_a_photo_is_no_second_thing():
    assert examine(ground.photo() + b"\0\0\0\x18ftypmp42" + b"SEFT" * 100).media_type == JPEG

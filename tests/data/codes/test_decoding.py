"""Codes in pictures as they are taken at a door: whatever is legible is read, nothing else harms."""

import io
import math
import random
import struct
import zlib

import pytest
import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps
from qrcode.constants import ERROR_CORRECT_Q

from data.codes import decoding
from data.codes.decoding import tokens
from data.errors import Refused

ADDRESS = "http://192.168.1.10:8501/q/99Zz_-0123456789abcdef"
WALL = 190


def code(text: str = ADDRESS, box: int = 8) -> Image.Image:
    made = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=4, box_size=box)
    made.add_data(text)
    made.make(fit=True)
    return made.make_image().get_image().convert("L")


def wall(*codes: tuple[Image.Image, tuple[int, int]], size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    scene = Image.new("L", size, WALL)
    for picture, place in codes:
        scene.paste(picture, place)
    return scene


def photo(picture: Image.Image, kind: str = "JPEG", quality: int = 80) -> bytes:
    content = io.BytesIO()
    picture.convert("RGB").save(content, kind, quality=quality)
    return content.getvalue()


def turned(picture: Image.Image, degrees: float) -> Image.Image:
    return picture.rotate(degrees, expand=True, fillcolor=WALL, resample=Image.Resampling.BICUBIC)


def half_in_shadow(picture: Image.Image, light: float) -> Image.Image:
    width, height = picture.size
    mask = Image.new("L", picture.size, 255)
    corners = [(0, 0), (width * 0.52, 0), (width * 0.45, height), (0, height)]
    ImageDraw.Draw(mask).polygon(corners, fill=int(255 * light))
    return ImageChops.multiply(picture, mask.filter(ImageFilter.GaussianBlur(15)))


def from_the_side(picture: Image.Image, part: float) -> Image.Image:
    """The right edge shorter than the left one, as a wall is seen in passing."""
    width, height = picture.size
    slope = 2 * part / width
    return picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        (1 - slope, 0, 0, -part * height / width, 1, 0, -slope / 2, 0),
        Image.Resampling.BICUBIC,
        fillcolor=WALL,
    )


def grainy(picture: Image.Image, strength: int) -> Image.Image:
    chance = random.Random(3)
    small = Image.new("L", (200, 150))
    small.putdata([min(255, max(0, round(chance.gauss(128, strength)))) for _ in range(200 * 150)])
    return ImageChops.add(picture, small.resize(picture.size, Image.Resampling.NEAREST), 1, -128)


ONE = wall((code(), (600, 400)))
HARD = {
    "as it is": ONE,
    **{f"turned by {degrees}°": turned(ONE, degrees) for degrees in (7, 22, 45, 90, 200)},
    "blurred": ONE.filter(ImageFilter.GaussianBlur(4)),
    "half in shadow": half_in_shadow(ONE, 0.3),
    "half in deep shadow": half_in_shadow(ONE, 0.12),
    "seen from the side": from_the_side(ONE, 0.25),
    "light on dark": ImageOps.invert(ONE),
    "grainy": grainy(ONE, 40),
    "small in a large picture": wall((code(box=2), (2000, 1500)), size=(4000, 3000)),
    "small": wall((code(box=2), (30, 30)), size=(240, 200)),
    "crooked, blurred and half in shadow": half_in_shadow(turned(ONE, 30).filter(ImageFilter.GaussianBlur(3)), 0.3),
}


@pytest.mark.parametrize("name", HARD)
def test_a_code_is_read_from_a_picture_that_is(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "SECONDS", math.inf)  # a busy machine must not decide
    assert tokens(photo(HARD[name])) == [ADDRESS]


@pytest.mark.parametrize("quality", [8, 20])
def test_a_picture_that_a_messenger_has_squeezed_is_read(quality: int):
    assert tokens(photo(ONE, quality=quality)) == [ADDRESS]


def test_a_screenshot_as_png_is_read_and_so_is_one_that_is_transparent():
    assert tokens(photo(ONE, "PNG")) == [ADDRESS]
    clear = Image.merge("LA", (code(), ImageOps.invert(code()))).convert("RGBA")
    content = io.BytesIO()
    clear.save(content, "PNG")
    assert tokens(content.getvalue()) == [ADDRESS]


def test_all_codes_of_one_picture_are_read_each_once_from_the_top():
    texts = [f"{ADDRESS[:-2]}{number:02d}" for number in range(15)]
    sheet = Image.new("L", (2480, 3508), 255)
    for place, text in enumerate(texts):
        sheet.paste(code(text, 5), (200 + place % 3 * 780, 200 + place // 3 * 660))
    assert tokens(photo(sheet)) == texts
    crooked = half_in_shadow(turned(sheet, 4), 0.5)
    assert set(tokens(photo(crooked))) == set(texts)
    assert tokens(photo(wall((code(), (100, 100)), (code(), (900, 700))))) == [ADDRESS]


def test_a_picture_without_a_code_holds_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "SECONDS", 0.0)  # the second tries are many
    assert tokens(photo(grainy(wall(), 60))) == []
    assert tokens(photo(Image.new("L", (1, 1)))) == []


def test_the_second_tries_come_to_an_end():
    assert tokens(photo(grainy(wall(size=(320, 240)), 60))) == []


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<svg/>", b"GIF89a\x01\x00\x01\x00", photo(ONE)[:2000]])
def test_what_is_no_whole_picture_is_refused(content: bytes):
    with pytest.raises(Refused):
        tokens(content)


def test_a_small_file_of_enormous_pixels_is_refused_before_it_is_unpacked():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    lines = zlib.compress(bytes(10_000_000), 9)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    with pytest.raises(Refused, match="像素"):
        tokens(bomb)


def test_fifty_million_pixels_are_read():
    assert tokens(photo(wall((code(box=30), (3000, 2000)), size=(8200, 6150)))) == [ADDRESS]

"""A code as a drawing is read again by a scanner, with room around it and a quarter of it to lose."""

import re

import zxingcpp
from PIL import Image, ImageDraw

from components.drawing.qr import QUIET, qr_svg

URL = "http://192.168.1.10:8501/q/fiLvuWaNHvggWnc748mbDA?c=7K3F-9QXM"


def drawn(svg: str, scale: int = 6) -> Image.Image:
    """The drawing as pixels: each run of dark modules a rectangle."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    picture = Image.new("L", (side * scale, side * scale), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        x, y, run = int(x), int(y), int(run)
        pen.rectangle((x * scale, y * scale, (x + run) * scale - 1, (y + 1) * scale - 1), fill=0)
    return picture


def test_a_drawn_code_says_its_address_with_correction_q():
    read = zxingcpp.read_barcode(drawn(qr_svg(URL)))
    assert (read.text, read.ec_level) == (URL, "Q")


def test_there_is_white_around_it():
    runs = re.findall(r"M(\d+) (\d+)h(\d+)", qr_svg(URL))
    side = int(re.search(r'viewBox="0 0 (\d+)', qr_svg(URL))[1])
    assert min(int(x) for x, *_ in runs) == min(int(y) for _, y, _ in runs) == QUIET == 4
    assert max(int(x) + int(run) for x, _, run in runs) == max(int(y) + 1 for _, y, _ in runs) == side - QUIET


def test_a_scratched_code_is_still_read():
    picture = drawn(qr_svg(URL))
    middle = picture.width // 2
    ImageDraw.Draw(picture).rectangle((middle, middle, middle + 60, middle + 60), fill=255)
    assert zxingcpp.read_barcode(picture).text == URL


def test_the_drawing_holds_no_text_of_its_own():
    assert "script" not in qr_svg("</svg><script>alert(1)</script>") and "<text" not in qr_svg(URL)

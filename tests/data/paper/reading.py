"""Reading paper back: a PDF as pictures and as text (Poppler), its codes (ZXing), its fonts."""

import io
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader


def pictures(pdf: bytes, *, dpi: int = 150) -> list[Image.Image]:
    """Every page as a grey picture."""
    with tempfile.TemporaryDirectory() as folder:
        _poppler("pdftoppm", "-gray", "-png", "-r", str(dpi), "-", f"{folder}/page", given=pdf)
        return [Image.open(io.BytesIO(path.read_bytes())) for path in sorted(Path(folder).iterdir())]


def part(pdf: bytes, box: tuple[float, float, float, float], *, dpi: int = 150) -> Image.Image:
    """What lies in a box (left, top, right, bottom in millimetres) of the first page, as a grey picture."""
    left, top, right, bottom = (round(side / 25.4 * dpi) for side in box)
    cut = ("-x", left, "-y", top, "-W", right - left, "-H", bottom - top)
    drawn = _poppler("pdftoppm", "-gray", "-r", str(dpi), "-f", "1", "-l", "1", *map(str, cut), "-", given=pdf)
    return Image.open(io.BytesIO(drawn))


Word = tuple[float, float, float, float, str]
"""left, top, right, bottom in points; what it says."""


def words(pdf: bytes) -> list[tuple[float, float, list[Word]]]:
    """Each page's width and height in points, and its words with their boxes."""
    html = _poppler("pdftotext", "-bbox", "-", "-", given=pdf).decode()
    tree = ElementTree.fromstring(re.sub(r' xmlns="[^"]+"|<!DOCTYPE[^>]+>', "", html))
    return [
        (float(page.attrib["width"]), float(page.attrib["height"]), [_word(word) for word in page.iter("word")])
        for page in tree.iter("page")
    ]


def _word(word: ElementTree.Element) -> Word:
    left, top, right, bottom = (float(word.attrib[side]) for side in ("xMin", "yMin", "xMax", "yMax"))
    return left, top, right, bottom, word.text or ""


def texts(pdf: bytes) -> list[str]:
    """What can be selected on every page, in reading order, without blanks: lines may break anywhere."""
    pages = _poppler("pdftotext", "-layout", "-", "-", given=pdf).decode().split("\f")[:-1]
    return ["".join(page.split()).replace("\u200b", "") for page in pages]


def codes(picture: Image.Image) -> set[str]:
    """What the QR codes in a picture say."""
    return {found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)}


def embedded(pdf: bytes) -> dict[str, bool]:
    """Font → whether its outlines are in the file."""
    found = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            held = font.get_object()
            inner = held["/DescendantFonts"][0].get_object() if "/DescendantFonts" in held else held
            descriptor = inner["/FontDescriptor"].get_object()
            found[held["/BaseFont"]] = any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3"))
    return found


def _poppler(program: str, *arguments: str, given: bytes) -> bytes:
    if shutil.which(program) is None:
        why = f"no {program}: apt-get install poppler-utils"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    return subprocess.run([program, *arguments], input=given, capture_output=True, check=True).stdout

"""QR codes in pictures as people take them: crooked, blurred, half in shadow, several in one; decoded on the server."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from data.archives.pictures import shrunk

LONGEST = 2800  # pixels of the longer side: a sheet of labels photographed whole is still legible
SECONDS = 3.0  # after which no further try is begun
MOST = 60  # codes of one picture; a sheet holds fewer
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_TURNS = (15, 30, 45, -15, -30)


def tokens(content: bytes) -> list[str]:
    """The texts of all QR codes in a picture, each once, from top left to bottom right; none where there is none.

    What is easy to read is read at two sizes. Where nothing was, the picture is sharpened, lightened, enlarged,
    cut into tiles and turned, until something is or the time is up. Raises Refused, with what to do, for what is no
    JPEG or PNG, is damaged, or has too many pixels.
    """
    until = time.monotonic() + SECONDS
    grey = shrunk(content, LONGEST).convert("L")
    found = _read(grey, binarizers=(zxingcpp.Binarizer.LocalAverage,))
    for other in (_half(grey), *([_lit(grey)] if len(found) != 1 else [])):
        found |= {text: place for text, place in _read(other).items() if text not in found}
    tries = _second_tries(grey)
    while not found and time.monotonic() < until and (attempt := next(tries, None)):
        found = _read(attempt())
    return sorted(found, key=lambda text: found[text])[:MOST]


def _read(
    picture: Image.Image,
    binarizers: Sequence[zxingcpp.Binarizer] = (zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram),
) -> dict[str, tuple[int, int]]:
    """Text → where it stands, as tenths of the picture from top and left."""
    found: dict[str, tuple[int, int]] = {}
    for binarizer in binarizers:
        for code in zxingcpp.read_barcodes(picture, formats=_QR, binarizer=binarizer):
            corner = code.position.top_left
            place = (corner.y * 10 // picture.height, corner.x * 10 // picture.width)
            found.setdefault(code.text, place)
    return found


def _half(grey: Image.Image) -> Image.Image:
    """At half its size noise and blur are half as large."""
    return grey.reduce(2)


def _lit(grey: Image.Image) -> Image.Image:
    """What is dark made lighter, so that black and white in a shadow lie far enough apart."""
    return ImageOps.autocontrast(grey).point([round(255 * (value / 255) ** 0.4) for value in range(256)])


def _sharp(grey: Image.Image, radius: float) -> Image.Image:
    return ImageOps.autocontrast(grey.filter(ImageFilter.UnsharpMask(radius, 250, 0)), cutoff=2)


def _larger(grey: Image.Image) -> Image.Image:
    part = min(2.0, LONGEST * 1.5 / max(grey.size))
    return grey.resize([round(side * part) for side in grey.size], Image.Resampling.BICUBIC)


def _tiles(grey: Image.Image) -> Iterator[Image.Image]:
    """Nine parts that overlap by half, each enlarged: for codes that are small in the picture."""
    width, height = grey.width // 2, grey.height // 2
    for row in range(3):
        for column in range(3):
            left, top = column * width // 2, row * height // 2
            yield _larger(grey.crop((left, top, left + width, top + height)))


def _second_tries(grey: Image.Image) -> Iterator[Callable[[], Image.Image]]:
    """What may help where the picture as it is holds nothing, the cheapest first."""
    half = _half(grey)
    for radius in (2, 4, 8):
        yield partial(_sharp, half, radius)
        yield partial(_sharp, grey, radius)
    yield lambda: _sharp(_lit(half), 4)
    yield lambda: _lit(half).filter(ImageFilter.MedianFilter(5))
    yield lambda: _half(_half(grey))
    yield lambda: _larger(grey)
    for degrees in _TURNS:
        yield partial(half.rotate, degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    for tile in _tiles(grey):
        yield tile.copy
        yield partial(_sharp, tile, 4)

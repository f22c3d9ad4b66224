"""Pictures from outside, opened so that neither a bomb nor a broken file does harm: JPEG and PNG, small in memory."""

import math
import threading
from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageOps

from data.errors import Refused

FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png"}
"""Pillow's name → media type; MPO is a phone's JPEG with a second picture (depth, a larger range) behind the first."""
MOST_PIXELS = 80_000_000  # A3 scanned at 600 dpi has 70 million, a phone's camera 50; beyond 89 Pillow warns of a bomb
MOST_UNPACKED = 60_000_000  # of what cannot be opened at a part of its size: half a gigabyte in memory at worst
_one_at_a_time = threading.Lock()  # so that ten large pictures at once need the memory of one

TOO_LARGE = "图片的像素太多（{width}×{height}），请在相机设置里改用普通分辨率重拍，或把扫描分辨率降到 300 dpi。"
DAMAGED = "图片已损坏或没有传完，打不开。请在手机上确认能看到整张图片，再重新上传。"


def shrunk(content: bytes, longest: int) -> Image.Image:
    """The picture as RGB, upright, on white where it is transparent, no side longer than ``longest`` pixels.

    The whole file is read, so that one cut off is found. A JPEG is opened at 1/2, 1/4 or 1/8 of its size where that
    is enough: 50 million pixels take 10 MB then. Raises Refused, in words that say what to do, for what is no
    JPEG or PNG, is damaged, or has too many pixels.
    """
    with _one_at_a_time:
        try:
            with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
                _bounded(picture, content)
                picture.verify()  # the check sums of a PNG, to its end; the picture cannot be read after it
            with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
                return _upright(picture, longest)
        except Refused:
            raise
        except Image.DecompressionBombError as error:
            raise Refused("图片的像素太多，请改用普通分辨率重拍，或把扫描分辨率降到 300 dpi。") from error
        except Exception as error:  # a decoder stumbles over hostile bytes in more ways than it documents
            raise Refused(DAMAGED) from error


def _bounded(picture: Image.Image, content: bytes) -> None:
    """Refuse by what the head of the file says, before anything is unpacked."""
    width, height = picture.size
    whole = picture.format == "PNG" or picture.info.get("progressive") or _in_several_scans(picture, content)
    if width * height > (MOST_UNPACKED if whole else MOST_PIXELS):
        raise Refused(TOO_LARGE.format(width=width, height=height))


def _in_several_scans(picture: Image.Image, content: bytes) -> bool:
    """Whether a JPEG has its colours one after the other: it must be held whole while it is read, as a progressive."""
    place = 2
    while content[place] == 0xFF and content[place + 1] != 0xDA:  # segments: a marker, their length, what they say
        padding = content[place + 1] == 0xFF
        place += 1 if padding else 2 + int.from_bytes(content[place + 2 : place + 4])
    return content[place + 4] < len(picture.getbands())  # the number of colours in the first scan


def _upright(picture: Image.Image, longest: int) -> Image.Image:
    if picture.mode in ("P", "PA"):  # indices into a palette cannot be averaged
        picture.load()
        picture = picture.convert("RGBA" if "transparency" in picture.info or picture.mode == "PA" else "RGB")
    elif picture.mode.startswith("I"):
        picture.load()
        picture = picture.point(lambda value: value / 256).convert("L")
    elif picture.mode == "1":
        picture = picture.convert("L")
    part = longest / max(picture.size)
    width, height = picture.size
    picture.draft(None, (math.ceil(width * part), math.ceil(height * part)))
    picture.thumbnail((longest, longest), Image.Resampling.BICUBIC, reducing_gap=2.0)
    picture.load()
    with suppress(Exception):  # notes of a camera that cannot be read turn nothing
        picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture).convert("RGB")
    return picture.convert("RGB")


def as_jpeg(picture: Image.Image, quality: int = 72) -> bytes:
    """The picture as JPEG without any note of the camera's."""
    clean = BytesIO()
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    bare.save(clean, "JPEG", quality=quality, optimize=True)
    return clean.getvalue()

"""Archive material as files outside the database: what may come in, where it lies, what it looks like small.

A file is named by the SHA-256 of its content, ``FOLDER/ab/abcdef…``, so that the same paper twice is one file; beside
it lies its small picture, ``….thumb``. Nothing that a user named becomes part of a path.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from data.archives.bare import Torn, bare, is_two_things
from data.archives.pictures import DAMAGED, as_jpeg, shrunk
from data.errors import Refused
from data.store.engine import ROOT, beside
from data.store.private import own_folder, tighten

LARGEST = 20 * 2**20  # a phone's 50-megapixel photo has some 15 MB, forty pages scanned at 200 dpi as well
LONGEST_SIDE = 8_000  # pixels of a picture that is drawn anew
THUMBNAIL = 320  # pixels of the longer side: two beside each other fill a phone
PDF, WAV = "application/pdf", "audio/wav"
EXTENSIONS = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png", WAV: "wav"}
PDF_SECONDS = 60  # the trial stops itself after ten of work; this is for a machine that stands still

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAGIC = {b"%PDF-": PDF, b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_AS_PDF = "请用“打印为 PDF”或重新扫描得到一份普通的 PDF 再上传。"
_PDF_REASONS = {
    "encrypted": f"这份 PDF 加了密码或权限限制，不能存档。{_AS_PDF}",
    "active": f"这份 PDF 里带有脚本、附件或要启动的程序，不能存档。{_AS_PDF}",
    "heavy": f"这份 PDF 解开后过于庞大，不像扫描件。{_AS_PDF}",
    "cut": "这份 PDF 没有传完或已截断，请重新扫描或重新上传完整的文件。",
    "damaged": f"这份 PDF 已损坏，读不出第一页。{_AS_PDF}",
}
_OTHERS = (  # how the beginning of a file tells it, what it is, what to do
    (re.compile(rb"....ftyp(hei|hev|mif1|msf1|avif)", re.DOTALL), "HEIC/AVIF 照片",
     "请在手机“设置 → 相机 → 格式”里选“兼容性最佳”后重拍，或在相册里“导出为 JPEG”后再上传。"),
    (re.compile(rb"....ftyp", re.DOTALL), "视频", "只收照片和扫描件，请截图或拍照后上传。"),
    (re.compile(rb"RIFF....WEBP|GIF8|BM|II\*\0|MM\0\*", re.DOTALL), "其他格式的图片",
     "请另存为 JPEG 或 PNG 后再上传。"),
    (re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0|\{\\rtf"), "Word、Excel 文档或压缩包",
     "文档请“另存为 PDF”，压缩包请解开后逐个上传。"),
)  # fmt: skip


@dataclass(frozen=True)
class Material:
    """What came in and was found sound: media type, content, and its small picture as JPEG, None for a PDF without
    one."""

    media_type: str
    content: bytes
    thumbnail: bytes | None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def examine(content: bytes) -> Material:
    """What ``content`` is, told by itself and by a whole reading, never by a name. Raises Refused with the reason and
    what to do, for anything but a sound JPEG, PNG or PDF of at most LARGEST bytes."""
    if not content:
        raise Refused("文件是空的，请重新选择。")
    if len(content) > LARGEST:
        size = f"文件有 {len(content) / 2**20:.0f} MB，超过 {LARGEST >> 20} MB"
        raise Refused(f"{size}。请降低扫描分辨率（300 dpi 即可），或分成几份上传。")
    media_type = next((found for magic, found in _MAGIC.items() if content.startswith(magic)), None)
    if media_type is None:
        raise Refused(_why_not(content))
    small = _pdf_thumbnail(content) if media_type == PDF else as_jpeg(shrunk(content, THUMBNAIL))
    try:
        if is_two_things(content, media_type):
            raise Refused("这个文件里还藏着另一个文件（压缩包、网页或脚本），不能存档。请重新拍照或扫描后上传。")
    except Torn as error:
        raise Refused(DAMAGED) from error
    return Material(media_type, content, small)


def _why_not(content: bytes) -> str:
    for beginning, what, remedy in _OTHERS:
        if beginning.match(content):
            return f"只收 PDF、JPEG、PNG，这是 {what}。{remedy}"
    return "只收 PDF、JPEG、PNG，这个文件的内容不是其中任何一种（不看文件名）。请拍照或扫描后上传。"


def _pdf_thumbnail(content: bytes) -> bytes | None:
    """Try the PDF in a process of its own; its first page small where that is a scan. Raises Refused."""
    line, _, scan = _in_trial(content).partition(b"\n")
    said = json.loads(line) if line else {}
    verdict = said.get("verdict", "heavy")
    if verdict != "fine":
        raise Refused(_PDF_REASONS[verdict])
    try:
        return as_jpeg(shrunk(scan, THUMBNAIL).rotate(-said["turned"], expand=True)) if scan else None
    except Refused:  # a viewer may still show it
        return None


def _in_trial(content: bytes, *how: str) -> bytes:
    """What the process that may be lost says of a PDF; nothing where it was. Raises Refused for one that takes long."""
    command = [sys.executable, "-m", "data.archives.pdf_trial", *how]
    try:
        done = subprocess.run(command, input=content, capture_output=True, cwd=ROOT, timeout=PDF_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Refused(_PDF_REASONS["heavy"]) from error
    return done.stdout if done.returncode == 0 else b""


def folder(engine: Engine) -> Path:
    """Where the files of this store lie: WARROOM_ARCHIVES, else beside the database."""
    given = os.environ.get("WARROOM_ARCHIVES")
    return Path(given) if given else beside(engine, "archives")


def place(home: Path, digest: str) -> Path:
    """The path of a file below a folder of archives; raises ValueError for what is no digest."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("no digest")
    return home / digest[:2] / digest


def keep(engine: Engine, material: Material) -> str:
    """Put a file and its small picture (empty where it has none) where they belong; returns the digest. What lies
    there already, and is sound, stays."""
    home = folder(engine)
    tighten(home)
    target = place(home, material.digest)
    if sound(target) is None:
        write_whole(target, material.content)
    if not _small(target).exists():
        write_whole(_small(target), material.thumbnail or b"")
    return material.digest


def write_whole(target: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner alone, and on the disk when this returns."""
    own_folder(target.parent)
    handle, partial = tempfile.mkstemp(dir=target.parent, suffix=".partial")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def content_of(engine: Engine, digest: str) -> bytes:
    """The content of a file; raises Refused where it is missing or not what it was."""
    content = sound(place(folder(engine), digest))
    if content is None:
        raise Refused("这份档案的文件缺失或已损坏，请管理员从备份恢复（python -m data restore）。")
    return content


def shown_content(engine: Engine, digest: str, media_type: str) -> bytes:
    """A file as it leaves: without the place, the device and the author that its maker wrote into it, which stay in
    the file alone. Raises Refused where it is missing, damaged, or cannot be parted from them."""
    content = content_of(engine, digest)
    if media_type == PDF:
        return _bare_pdf(engine, digest, content)
    if media_type == WAV:  # written anew when it was taken in (``data.archives.sounds``)
        return content
    try:
        return bare(content, media_type)
    except Torn:  # taken in under other rules
        return as_jpeg(shrunk(content, LONGEST_SIDE), quality=90)


def _bare_pdf(engine: Engine, digest: str, content: bytes) -> bytes:
    """Made once, in a process of its own, and kept beside the file."""
    kept = place(folder(engine), digest)
    kept = kept.with_name(f"{kept.name}.bare")
    with suppress(FileNotFoundError):
        return kept.read_bytes()
    made = _in_trial(content, "bare")
    if not made.startswith(b"%PDF-"):
        raise Refused("这份 PDF 里的作者、时间等信息去不掉，不能打开，请联系管理员。")
    write_whole(kept, made)
    return made


def sound(path: Path) -> bytes | None:
    """The content of a file that is what its name says; None where it is not, or not there."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == path.name else None


def thumbnail(engine: Engine, digest: str) -> bytes | None:
    """The small picture of a file as JPEG; None where there is none. A backup has none: one is made when asked for."""
    target = place(folder(engine), digest)
    try:
        return _small(target).read_bytes() or None
    except FileNotFoundError:
        pass
    content = sound(target)
    if content is None:
        return None
    try:
        made = examine(content).thumbnail
    except Refused:  # taken in under other rules
        made = None
    write_whole(_small(target), made or b"")
    return made


def _small(target: Path) -> Path:
    return target.with_name(f"{target.name}.thumb")


def forget(engine: Engine, digests: Iterable[str]) -> None:
    """Remove the files of these digests with what was made of them; the caller knows that no row names them."""
    for digest in digests:
        kept = place(folder(engine), digest)
        for path in kept.parent.glob(f"{kept.name}*"):
            path.unlink(missing_ok=True)


def lying(engine: Engine) -> Iterator[str]:
    """The digests of all files that lie there."""
    for path in folder(engine).glob("??/*"):
        if _DIGEST.fullmatch(path.name):
            yield path.name

"""Of which data a workbook of ours is: their version and the moment, in its properties (of a zip: in its comment)."""

import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import xlsxwriter
from sqlalchemy import Connection, select

from data.clock import ZONE, written
from data.model import data_version

_VERSION, _AT = "数据版本", "数据时间"
_CUSTOM, _CORE = "docProps/custom.xml", "docProps/core.xml"
_MODIFIED = "{http://purl.org/dc/terms/}modified"


@dataclass(frozen=True)
class Stamp:
    """``version`` of the data (0 for an empty store) and the moment ``at`` (ISO, local) from which on it may lack what
    was entered."""

    version: int
    at: str

    def on_book(self, book: xlsxwriter.Workbook) -> None:
        book.set_custom_property(_VERSION, self.version, "number_int")
        book.set_custom_property(_AT, self.at, "text")

    def on_zip(self, archive: zipfile.ZipFile) -> None:
        archive.comment = json.dumps({_VERSION: self.version, _AT: self.at}, ensure_ascii=False).encode()


def stamp(connection: Connection, now: datetime) -> Stamp:
    """The stamp of what is taken out of the store now; asked for before the first row is read."""
    return Stamp(connection.execute(select(data_version.c.version)).scalar() or 0, written(now))


def stamp_of(path: Path) -> Stamp | None:
    """The stamp that a file bears; None for a foreign one."""
    try:
        with zipfile.ZipFile(path) as archive:
            if _CUSTOM in archive.namelist():
                properties = ElementTree.fromstring(archive.read(_CUSTOM))
                held = {one.get("name"): "".join(one.itertext()) for one in properties}
            else:
                held = dict(json.loads(archive.comment))
        return Stamp(int(held[_VERSION]), datetime.fromisoformat(held[_AT]).isoformat(timespec="seconds"))
    except (OSError, zipfile.BadZipFile, ElementTree.ParseError, ValueError, KeyError, TypeError):
        return None


def modified(path: Path) -> str:
    """When a foreign workbook says that it was last saved (ISO, local); empty where it does not say."""
    try:
        with zipfile.ZipFile(path) as archive:
            said = ElementTree.fromstring(archive.read(_CORE)).findtext(_MODIFIED) or ""
        moment = datetime.fromisoformat(said.replace("Z", "+00:00"))
    except (OSError, zipfile.BadZipFile, ElementTree.ParseError, ValueError, KeyError):
        return ""
    local = moment.astimezone(ZONE).replace(tzinfo=None) if moment.tzinfo else moment
    return written(local)

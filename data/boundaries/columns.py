"""Which column of a layer holds what."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from data.text.signs import seen

_CODES = (
    "code", "区划代码", "统计用区划代码", "zldwdm", "qsdwdm", "xzqdm", "行政区划代码", "行政区划代", "行政区代码",
    "行政区代", "cundm", "村代码", "adcode", "pac", "dm", "代码", "xzdm",
)  # fmt: skip
_NAMES = (
    "name", "名称", "zldwmc", "qsdwmc", "xzqmc", "行政区划名称", "行政区划名", "行政区名称", "行政区名",
    "cunmc", "村名称", "村名", "mc",
)  # fmt: skip
_TOWNSHIPS = ("town", "township", "xzmc", "乡镇", "所属乡镇", "乡镇名称", "zhenmc")
_PARTNERS = {"zldwdm": "zldwmc", "qsdwdm": "qsdwmc", "xzqdm": "xzqmc", "cundm": "cunmc", "xzdm": "xzmc", "dm": "mc"}

Cells = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Columns:
    """The headings that are taken, as they are written in the file; '' for none."""

    code: str = ""
    name: str = ""
    township: str = ""


def chosen(columns: Mapping[str, Cells]) -> Columns:
    """The columns of code, name and township among heading → cells."""
    named = {str(name).strip().lower(): column for name, column in columns.items()}
    written = {str(name).strip().lower(): str(name) for name in columns} | {"": ""}
    code = _column(named, _CODES)
    partner = _PARTNERS.get(code or "")
    name = _column(named, ((partner,) if partner else ()) + _NAMES)
    township = _column(named, _TOWNSHIPS)
    return Columns(written[code or ""], written[name or ""], written[township or ""])


def _column(named: Mapping[str, Cells], wanted: Sequence[str]) -> str | None:
    """The first of the wanted columns that holds anything."""
    for name in wanted:
        if name in named and any(cell_text(value) for value in named[name]):
            return name
    return None


def cell_text(value: object) -> str:
    """A cell as text; a number keeps its digits, fifteen of them where it is a float."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}'):f}"
    text = unicodedata.normalize("NFKC", str(value))
    return " ".join(seen(text).split())

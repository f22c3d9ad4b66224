"""What a heading says of its column: which level of region, and whether its code or its name.

Bureaus write headings in Chinese, in initials of pinyin, in pinyin and in English, cut after ten bytes, numbered by a
program where two were alike. They are taken apart instead of listed: what is spoken of, then what of it.
"""

import re
import unicodedata
from typing import NamedTuple

CODE, NAME = "code", "name"
GENERIC = -1
"""A heading that speaks of a region without saying its level (XZQDM, 区划代码, adcode, name)."""

_CODES = (
    "代码", "编码", "编号", "码", "代", "code", "cod", "bianma", "daima", "dm", "bm", "bh", "id",
)  # fmt: skip
_NAMES = ("名称", "全称", "名", "name", "nam", "mingcheng", "nm", "mc")
_WORDS = {
    12: (
        "村 村级 行政村 建制村 村庄 村居 村社区 村社 村委会 村委 村民委员会 居委会 社区 村级行政区 "
        "村级区划 村界 坐落单位 权属单位 村级调查区 最小调查区 cun cj cunji xzc xzcun cunju czcun czc "
        "sqc sq shequ cwh cw jwh cjdcq cjxzq cjxzqh cjgzqy djzq zldw qsdw com comm community village "
        "vill vil block villagecommittee"
    ),
    9: (
        "乡 乡镇 镇 乡级 镇级 街道 街镇 镇街 乡镇级 乡镇街道 所属乡镇 所属街道 所属镇 所在乡镇 "
        "乡级行政区 街道办 xiang xiangzhen xz xzj xzjd xzxzq xjxzqh xzjgzqy zhen zj jd jdb jiedao "
        "town township street subdistrict suoshuxiangzhen"
    ),
    6: (
        "县 区县 县区 县市区 市县 县级 区县级 县级行政区 区 旗县 xian quxian qx xq xs xsq xjxzq "
        "qxjgzqy county cnty district dist"
    ),
    4: ("市 地市 地级市 市级 地市级 市州 地州 地区 盟市 shi ds dsj sjxzq dsjgzqy dq city prefecture pref"),
    2: ("省 省级 省份 省市 sheng shengfen province prov pro"),
    GENERIC: (
        "xzq xzqh xzqy qh 行政区划 行政区 行政区域 区划 统计用区划 统计区划 统计 政区 单位 区域 area "
        "region ad admin adm canton obj tj tjyqh xzdw dw"
    ),
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words.split()} | {"": GENERIC}
_WHOLE = {"pac": (GENERIC, CODE), "cacode": (12, CODE), "pname": (None, NAME), "cname": (12, NAME)}
_NUMBERED = re.compile(r"_\d+$|(?<=[a-z])\d$")
_APART = re.compile(r"[\s_\-.·/\\（）()\[\]【】:：\ufeff]+")


class Heading(NamedTuple):
    """``level``: digits of the codes of the level spoken of, GENERIC, or None where no region is spoken of. ``kind``:
    CODE, NAME or '' where it does not say. ``stem``: what is spoken of, the same for a code and its name."""

    level: int | None
    kind: str
    stem: str


def heading(text: str) -> Heading:
    """What a heading says."""
    plain = _APART.sub("", _NUMBERED.sub("", unicodedata.normalize("NFKC", text).strip().lower()))
    if plain in _WHOLE:
        level, kind = _WHOLE[plain]
        return Heading(level, kind, plain)
    if plain in _LEVELS and plain:
        return Heading(_LEVELS[plain], "", plain)
    for kind, endings in ((CODE, _CODES), (NAME, _NAMES)):
        for ending in endings:
            stem = plain.removesuffix(ending)
            if stem != plain and stem in _LEVELS:
                return Heading(_LEVELS[stem], kind, stem)
    return Heading(None, "", plain)

"""What is read of a name, a number, an illness by whom: every query masks by these, and nothing else does.

By the customs of the field: 张** · 210881********1234 · 138****1234. ID numbers and phones of households are masked
for everybody, also in lists, exports and on paper; who may unmask has one shown by a click that is logged
(``data.households.unmask``). Illness and disability of somebody named stand as ●● until then for who may know of them
at all (``roles.HEALTH``); who may not reads nothing. What the household itself holds in its hand tells its own.
Work phones of officials and helpers are read by every cadre: they are called every day.
"""

import re

import pandas as pd

from data.access.viewer import Viewer
from data.model.surnames import surname
from data.terms import UNPUBLISHED_ATTRIBUTES

ILL = "●●"
HEALTHY = "健康"
IN_A_HOUSEHOLD = "入户问题"
"""What a household's problem is called where its kind would tell of illness."""
_ILL_WORDS = re.compile("[病残疾癌瘫聋哑盲]|健康|精神|失能|住院|手术|医疗救助")


def mask_name(name: str) -> str:
    """张三丰 → 张**, 欧阳娜娜 → 欧阳**: what everybody reads who may not read names; as many stars for every name, so
    that they do not tell its length."""
    return f"{surname(name)}**" if name else ""


_ORGANISED = (
    "公司", "合作", "集团", "企业", "厂", "场", "社", "店", "院", "站", "中心", "协会", "基地", "村", "镇", "乡",
    "街道", "办事处", "政府", "委员会", "局", "户", "集体", "银行",
)  # fmt: skip


def without_telling(viewer: Viewer, frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Rows of households without the columns, of those called so, that tell of illness, cause or code, for who may not
    know."""
    return frame if viewer.sees_health else frame.drop(columns=[name for name in names if name in frame])


def mask_party(viewer: Viewer, name: str | None) -> str | None:
    """A holder of rights or an operator as the viewer may read it: for a wall display masked where it may be a person's
    name, that is, where nothing says that it is an organisation."""
    if name is None or viewer.sees_identity or (len(name) > 3 and any(word in name for word in _ORGANISED)):
        return name
    return mask_name(name)


def mask_id(number: str | None) -> str | None:
    """210881196001011234 → 210881********1234; of what is shorter than an ID number (a passport) the ends alone."""
    if number is None:
        return None
    head, tail = (6, 4) if len(number) >= 15 else (1, 1)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:] if len(number) > 4 else "*" * len(number)


_BORN = r"(?:[1１][9９]|[2２][0０])\d{2}(?:[0０][1-9１-９]|[1１][0-2０-２])(?:[0０][1-9１-９]|[12１２]\d|[3３][01０１])"
_WHOLE_ID = re.compile(rf"(?<!\d)\d{{6}}{_BORN}\d{{3}}[\dXxＸｘ](?:\d{{2}}|\d{{4}})?(?!\d)")


def mask_ids(text: str) -> str:
    """A sentence, a report or a line of a log with the ID numbers in it masked."""
    return _WHOLE_ID.sub(lambda found: mask_id(found[0]) or "", text)


def mask_phone(number: str | None) -> str | None:
    """13812341234 → 138****1234; of what is shorter than a mobile's number the last two alone."""
    if not number:
        return None
    head, tail = (3, 4) if len(number) >= 11 else (0, 2)
    return number[:head] + "*" * max(len(number) - head - tail, 4) + number[-tail:]


def mask_health(viewer: Viewer, health: str | None) -> str | None:
    """健康 as it is, an illness or disability as ●●; nothing for who may not know of either."""
    if health is None or not viewer.sees_health:
        return None
    return HEALTHY if health == HEALTHY else ILL


def mask_attribute(attribute: str | None) -> str | None:
    """户属性 as it stands where others than officials read it: nothing of who is only identified and not helped."""
    return None if attribute in UNPUBLISHED_ATTRIBUTES else attribute


def mask_kind(viewer: Viewer, kind: str) -> str:
    """The kind of a household's problem, which is free text: for who may not know of illness without one."""
    return IN_A_HOUSEHOLD if not viewer.sees_health and _ILL_WORDS.search(kind) else kind

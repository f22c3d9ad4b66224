"""Surnames: where one ends in a name, and how those are read that are read otherwise elsewhere."""

COMPOUND = (
    "欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "东方",
    "独孤", "南宫", "长孙", "宇文", "端木", "轩辕", "百里", "钟离", "闻人", "澹台", "申屠", "太史",
    "呼延", "西门", "赫连", "鲜于", "完颜", "拓跋", "万俟", "单于", "濮阳", "淳于", "公冶", "公羊",
    "太叔", "漆雕", "东郭", "闾丘", "羊舌", "纳兰",
)  # fmt: skip
"""Surnames of two characters, behind which the given name begins. Those that begin like a common surname of one
character and are rarer than it (段干, 左丘, 梁丘) are left out."""
DOTS = "·•・‧∙⋅"
"""What stands between the parts of a transliterated name: 买买提·艾力 begins with no surname."""
READINGS = {
    "单": "s", "曾": "z", "解": "x", "仇": "q", "查": "z", "区": "o", "朴": "p", "缪": "m", "乐": "y", "秘": "b",
    "种": "c", "繁": "p", "尉": "y", "万": "w", "覃": "q", "盖": "g", "翟": "z", "召": "s", "黑": "h", "重": "c",
    "员": "y", "折": "s", "阚": "k", "郇": "x", "乜": "n", "祭": "z", "句": "g", "隗": "w", "粘": "n", "佴": "n",
    "万俟": "mq", "单于": "cy", "尉迟": "yc", "澹台": "tt",
}  # fmt: skip
"""Initials of surnames that are read otherwise than elsewhere, or whose usual reading is doubtful."""


def surname(name: str) -> str:
    """The surname of a Chinese name: two characters where they are a compound one with one or two behind it; else the
    first character, which is also what a transliterated name is shortened to. '' of ''."""
    compound = 2 < len(name) < 5 and name[:2] in COMPOUND and not any(dot in name for dot in DOTS)
    return name[: 2 if compound else 1]

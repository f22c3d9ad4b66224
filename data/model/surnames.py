"""Surnames: where one ends in a name, which words read as a name, which surnames are read otherwise than elsewhere."""

import re

COMPOUND = (
    "欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "东方",
    "独孤", "南宫", "长孙", "宇文", "端木", "轩辕", "百里", "钟离", "闻人", "澹台", "申屠", "太史",
    "呼延", "西门", "赫连", "鲜于", "完颜", "拓跋", "万俟", "单于", "濮阳", "淳于", "公冶", "公羊",
    "太叔", "漆雕", "东郭", "闾丘", "羊舌", "纳兰",
)  # fmt: skip
"""Surnames of two characters, behind which the given name begins. Those that begin like a common surname of one
character and are rarer than it (段干, 左丘, 梁丘) are left out."""
_COMMON = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛"
    "伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘"
    "景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜"
    "晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和"
    "蔺肖闫代付仝"
)
"""Surnames of one character that nearly everybody bears who bears one of one."""
_NO_NAME = re.compile(
    "[村镇乡县市区局办站所队组部委会室科处厅院校厂社司委员]$|书记|主任|[镇乡县村局所站队院校组科处会社员部]长|干部|支部|政府|委员|党委|党员"
    "|工作|负责|责任|人员|帮扶|驻村|网格|专班|单位|公司|中心|街道|集体|各|等|文书|会计|出纳|支书|包[保联户]|全[体部]|应急"
)
"""What stands in the words for an office or a body and in hardly any name."""
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}")
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


def reads_as_name(words: str) -> bool:
    """Whether they read as a person's name: two to four Chinese characters, of which the first are a known surname and
    none an office's or a body's. 村党支部 and 王书记 do not."""
    if not _HAN.fullmatch(words) or _NO_NAME.search(words):
        return False
    return surname(words) in COMPOUND or (words[0] in _COMMON and len(words) < 4)

"""What a county decides for itself. A setting stands in the store; where it does not, its default holds."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, insert, select

from data.access.rights import needs, require_right
from data.access.roles import ADMINISTER, BACKUPS, READ
from data.access.roles import SETTINGS as COUNTYS
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import NotFound, OutOfScope, Refused
from data.model import ledger_year, setting, setting_change
from data.regions import tree as regions
from data.store.engine import ROOT
from data.store.rows import Record, written_id
from data.terms import POST_LEVELS, PROBLEM_SOURCES, SUBJECTS
from data.text.official import WATCHED, WATCHED_NOW, WATCHED_WORDS, speaking
from data.text.signs import hidden

CHANGES = 20  # changes to a page
STRANGER_FACTS = {
    "help": "帮扶措施类别",
    "helper": "帮扶责任人姓名和单位",
    "persons": "家庭人口",
    "visited": "最近走访日期",
}


@dataclass(frozen=True)
class Setting:
    """One setting: its name, label, default, what may stand there (``check`` raises Refused), what it does, and over
    what one must have the right to administer who decides it. What is not the county's but the machine's no workbook
    brings."""

    name: str
    label: str
    default: str
    check: Callable[[str], str]
    explanation: str
    thing: str = COUNTYS


def _text(longest: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if len(value) > longest or not value.isprintable() or hidden(value):
            raise Refused(f"最多 {longest} 个字，不能有换行和看不见的字符。")
        return value

    return check


def _number(low: int, high: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not re.fullmatch(r"[0-9]{1,5}", value) or not low <= int(value) <= high:
            raise Refused(f"应为 {low} 至 {high} 的整数。")
        return str(int(value))

    return check


def _number_or_none(low: int, high: int) -> Callable[[str], str]:
    number = _number(low, high)
    return lambda value: number(value) if value else ""


_SPAN = re.compile(r"([0-9]{1,3}) ?(?:个)?(日|天|工作日)")


def _span(low: int, high: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        found = _SPAN.fullmatch(value)
        if not found or not low <= int(found[1]) <= high:
            raise Refused(f"应写成“5日”或“5个工作日”，{low} 至 {high}。")
        number, working = span_of(value)
        return f"{number}个工作日" if working else f"{number}日"

    return check


def span_of(value: str) -> tuple[int, bool]:
    """How many days such a setting says, and whether working days."""
    found = _SPAN.fullmatch(value)
    if found is None:
        raise ValueError(value)
    return int(found[1]), found[2] == "工作日"


def _between(low: int, high: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        found = re.fullmatch(r"([0-9]{1,5}) ?[-至~] ?([0-9]{1,5})", value)
        if not found or not low <= int(found[1]) < int(found[2]) <= high:
            raise Refused(f"应写成“6-14”，前小后大，{low} 至 {high}。")
        return f"{int(found[1])}-{int(found[2])}"

    return check


def _address(value: str) -> str:
    """An address that a phone can open: http or https and a host, without anything behind its path."""
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        sound = False
    if value and (not sound or not re.fullmatch(r"[A-Za-z0-9:/._~%\[\]-]+", value)):
        raise Refused("应为 http:// 或 https:// 开头的地址，例如 http://192.168.1.10:8501。")
    return value.rstrip("/")


def _day(value: str) -> str:
    if value and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise Refused("应写成 2026-12-31，不填则没有。")
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError as error:
        raise Refused("没有这一天，应写成 2026-12-31。") from error


def _one_of(*words: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in words:
            raise Refused(f"应为：{'、'.join(words)}。")
        return value

    return check


def _facts(value: str) -> str:
    names = [name for name in value.split(",") if name]
    if unknown := [name for name in names if name not in STRANGER_FACTS]:
        raise Refused(f"没有“{unknown[0][:20]}”这一项，可选：{'、'.join(STRANGER_FACTS)}。")
    return ",".join(name for name in STRANGER_FACTS if name in names)


def _coefficients(value: str) -> str:
    """``种植业=0.40,养殖业=0.40``: share of a business income that is taken for expense."""
    named = set()
    for part in filter(None, value.split(",")):
        subject, _, share = part.partition("=")
        if subject in named:
            raise Refused(f"“{subject}”写了两次。")
        named.add(subject)
        if SUBJECTS.get(subject, ("",))[0] != "business" or not re.fullmatch(r"0(\.\d{1,4})?|1(\.0+)?", share):
            raise Refused("应写成“种植业=0.40,养殖业=0.40”：生产经营性科目和 0 至 1 的系数。")
    return value


_QUOTA_KINDS = {"未脱贫户": "unlifted", WATCHED_NOW: "watched", "脱贫户": "lifted"}


def _quota(value: str) -> str:
    numbers = dict.fromkeys(_QUOTA_KINDS, "0")
    for part in filter(None, re.split("[,，]", value.replace(WATCHED, WATCHED_NOW))):
        kind, _, number = (one.strip() for one in part.partition("="))
        if kind not in numbers or not re.fullmatch("[0-9]|[12][0-9]|3[01]", number):
            raise Refused(f"应写成“{'，'.join(f'{name}=2' for name in _QUOTA_KINDS)}”：户类型和每月 0 至 31 次。")
        numbers[kind] = number
    return ",".join(f"{kind}={number}" for kind, number in numbers.items())


_PERIODS = ("日", "周", "月")


def _kept(value: str) -> str:
    return ",".join(f"{word}={many}" for word, many in zip(_PERIODS, backups_kept(value), strict=True))


def backups_kept(text: str) -> tuple[int, int, int]:
    """The setting ``backup_kept``: of how many days, weeks and months the newest backup is kept. Raises Refused."""
    parts = [part.partition("=") for part in text.replace("，", ",").split(",")]
    told = {word.strip(): number.strip() for word, _, number in parts}
    if set(told) != set(_PERIODS) or len(parts) != len(told) or not all(map(_FEW.fullmatch, told.values())):
        raise Refused("应写成“日=7,周=4,月=12”：最近几日、几周、几月各留一份，每个数不超过 99。")
    days, weeks, months = (int(told[word]) for word in _PERIODS)
    if not days:
        raise Refused("最近一日的备份不能不留，日至少为 1。")
    return days, weeks, months


_FEW = re.compile("[0-9]{1,2}")


def _backup_folder(value: str) -> str:
    """A folder that is there, outside the program, whose files anybody may be given."""
    if not value:
        return ""
    folder = Path(_text(200)(value))
    if not folder.is_absolute() or not folder.is_dir():
        raise Refused("应为服务器上已有的文件夹，从根目录写起，例如 /mnt/backup/county；不填则放在数据库旁边。")
    if folder.resolve().is_relative_to(ROOT) and not folder.resolve().is_relative_to(ROOT / "var"):
        raise Refused("不能放在程序的文件夹里，请换一个文件夹，最好在另一只盘上。")
    return str(folder)


MUST_POSTS = "县委书记,县长,乡镇党委书记,乡镇长,包村领导,村党支部书记"
RULES = (
    "第一书记和驻村工作队每月驻村不少于20天|帮扶责任人每月至少入户走访一次|一日一考勤，一周一总结，一月一通报"
    "|问题随到随记，有责任人、有期限，办结销号"
)


def _rules(value: str) -> str:
    lines = rules_of(_text(300)(value))
    if len(lines) > 5 or any(len(line) > 60 for line in lines):
        raise Refused("最多 5 条，每条最多 60 个字，各条之间用“|”隔开。")
    return "|".join(lines)


PROBLEM_KINDS = (
    "政策落实|住房安全|饮水安全|义务教育|基本医疗|帮扶责任|监测帮扶|项目资产|资金管理|数据质量|就业产业|人居环境|其他"
)


def _words(most: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        words = list(dict.fromkeys(rules_of(_text(400)(value))))
        if len(words) > most or any(len(word) > 12 for word in words):
            raise Refused(f"最多 {most} 个，每个最多 12 个字，各个之间用“|”隔开。")
        return "|".join(words)

    return check


def listed(connection: Connection, name: str) -> tuple[str, ...]:
    """The words of a setting that is a list."""
    return tuple(rules_of(value_of(connection, name)))


def _posts(value: str) -> str:
    posts = posts_of(value)
    if unknown := [post for post in posts if post not in POST_LEVELS]:
        raise Refused(f"没有“{unknown[0][:20]}”这个职务，可选：{'、'.join(POST_LEVELS)}。")
    return ",".join(posts)


def posts_of(value: str) -> list[str]:
    """The setting ``must_posts`` post by post."""
    return [post.strip() for post in value.replace("，", ",").replace("、", ",").split(",") if post.strip()]


def rules_of(value: str) -> list[str]:
    """The setting ``wall_rules`` line by line."""
    return [line.strip() for line in value.replace("｜", "|").split("|") if line.strip()]


SETTINGS = {
    one.name: one
    for one in (
        Setting("base_url", "户码网址", "", _address, "二维码里的网址，手机要能打开；不填时用打印时浏览器的地址。"),
        Setting(
            "watched_word", "监测对象的称呼", WATCHED_NOW, _one_of(*WATCHED_WORDS),
            f"页面、大屏和打印里怎么称呼监测对象：{'、'.join(WATCHED_WORDS)}。前者用于2026年2月起的月份，以前的月份仍称"
            f"{WATCHED}；数据模板里的用词不变。",
        ),
        Setting("hotline", "帮扶热线", "12317", _text(30), "路人扫码时看到的电话。"),
        Setting(
            "stranger_facts", "路人可见内容", "help,helper", _facts,
            "除姓氏、村名和热线外，路人扫码还能看到哪些；证件、电话、病情、收入永不显示。",
        ),
        Setting(
            "import_files_days", "导入文件保存天数", "365", _number(30, 3650),
            "递交导入的文件和校验结果保存多少天；过后文件清理，记录仍在，但不能再下载。",
        ),
        Setting("code_days", "户码有效天数", "0", _number(0, 3650), "新发户码过多少天失效；0 为长期有效。"),
        Setting("income_year_start", "收入年度起始月", "10", _number(1, 12), "10 即上年10月至当年9月；1 即自然年。"),
        Setting(
            "expense_coefficients", "支出系数", "", _coefficients,
            "没有填报生产经营性支出时按收入估算，如 种植业=0.40,养殖业=0.40；不填则不估算。",
        ),
        Setting(
            "sinking_share", "收入骤降比例", "20", _number(1, 99),
            "12个月纯收入比上年同期少百分之多少起，列入收入下降户。",
        ),
        Setting(
            "income_mark", "收入达标线", "", _number_or_none(1, 99_999),
            "“收入达标人口占比”计12个月人均纯收入不低于多少元的户，如 5000；不填则取本省监测线。",
        ),
        Setting("arrears_months", "欠收预警期数", "2", _number(1, 24), "项目连续多少期没有收足应收，即预警。"),
        Setting("return_share", "收益预警比例", "50", _number(1, 100), "12个月实收不到应收的百分之多少，即预警。"),
        Setting("publicity_days", "公示天数", "5", _number(5, 60), "收益分配方案公示多少天后才能报镇审核；不少于5天。"),
        Setting("township_days", "镇审天数", "5", _number(1, 60), "乡镇收到分配方案后应在多少天内审核。"),
        Setting("county_days", "县备天数", "10", _number(1, 60), "县级收到分配方案后应在多少天内备案。"),
        Setting("idle_minutes", "无操作退出分钟数", "30", _number(5, 720), "登录后多少分钟不操作即退出。"),
        Setting(
            "day_end_hour", "每日退出时刻", "3", _number(0, 23), "每天到这个整点，所有人重新登录；大屏设备不受影响。"
        ),
        Setting(
            "borrowing", "借阅", "1", _number(0, 1), "1：查看范围以外的一户，写明理由可看两小时并记入日志；0：不允许。"
        ),
        Setting(
            "compared_day", "对比日期", "", _day,
            "大屏“变化”与哪天展示的数字相比，写成 2026-11-22；不填则与最近一次留名的展示（如例会）相比。",
        ),
        Setting(
            "wall_figures", "大屏态势指标", "人均纯收入,走访覆盖率", _text(60),
            "大屏“态势”比较哪些指标，用逗号分开，名称同总览，依次轮换。",
        ),
        Setting("visit_days", "走访间隔天数", "31", _number(1, 366), "下次走访应在上次之后多少天内。"),
        Setting("countdown_day", "倒计时日期", "", _day, "作战室大屏和挂图倒数到这一天；不填则不显示。"),
        Setting("countdown_name", "倒计时名称", "年度核查", _text(12), "倒数的是什么：距离年度核查还有 32 天。"),
        Setting(
            "wall_names", "大屏姓名遮盖", "1", _number(0, 1),
            "1：大屏和上墙挂图上户主姓名写作 张**；0：写全名。病情、致贫原因、证件、电话、户编号任何时候都不上墙。",
        ),
        Setting(
            "escalation_days", "逐级上报天数", "3", _number(1, 60),
            "问题、任务超期后，每过多少个工作日上升一级（村→乡镇→县）；升级后不再下降。",
        ),
        Setting(
            "problem_kinds", "问题类别", PROBLEM_KINDS, _words(20),
            "登记问题时可选的类别，用“|”隔开；导入的问题可有别的类别。",
        ),
        Setting(
            "problem_sources", "增加的问题来源", "", _words(10),
            f"除{'、'.join(PROBLEM_SOURCES)}外，登记问题时还可选的来源，用“|”隔开；不填则没有。",
        ),
        Setting("check_days", "销号核查天数", "3", _number(1, 60), "报整改、报完成后，上一级应在多少个工作日内核查。"),
        Setting(
            "visit_quota", "每月走访次数", f"未脱贫户=2,{WATCHED_NOW}=2,脱贫户=1", _quota,
            "各类户每月应走访几次，0 为不作要求；一户属两类的按多的一类。",
        ),
        Setting(
            "must_days", "必访天数", "7", _number(1, 90), "出生、去世、婚嫁、升学、住院、意外、节日后应在多少天内走访。"
        ),
        Setting(
            "clue_take", "线索转村时限", "2日", _span(1, 60),
            "乡镇接到电话、热线、部门线索后应在多久内转到村。",
        ),
        Setting(
            "case_visit", "入户核查时限", "3日", _span(1, 60),
            "线索到村后应在多久内入户核查，核查完要作出立案或不立案的答复。",
        ),
        Setting(
            "case_compare", "信息比对时限", "5日", _span(1, 60),
            "立案后应在多久内完成全家信息比对；低保户、特困户不再比对。",
        ),
        Setting(
            "case_discuss", "民主评议时限", "5个工作日", _span(1, 60),
            "核查、比对完成后应在多久内召开评议会。",
        ),
        Setting(
            "case_publish", "评议后公示时限", "2日", _span(1, 60),
            "评议通过后应在多久内在村里公示。",
        ),
        Setting(
            "case_public", "监测公示天数", "5日", _span(3, 60),
            "评议结果在村里公示多久，期满才能上报；不少于3日。",
        ),
        Setting(
            "case_report", "公示后上报时限", "2日", _span(1, 60),
            "公示期满后应在多久内上报乡镇。",
        ),
        Setting(
            "case_township", "监测乡镇审核时限", "5个工作日", _span(1, 60),
            "乡镇收到后应在多久内审核。",
        ),
        Setting(
            "case_county", "监测县级审定时限", "5个工作日", _span(1, 60),
            "县级收到后应在多久内审定。",
        ),
        Setting(
            "case_announce", "监测公告时限", "3日", _span(1, 60),
            "县级审定后应在多久内公告并纳入。",
        ),
        Setting(
            "case_whole", "从线索到纳入时限", "20个工作日", _span(5, 90),
            "从线索自身的日期到纳入一共多久，各地15至20个工作日。",
        ),
        Setting(
            "case_return", "退回补正时限", "3个工作日", _span(1, 60),
            "退回补正的应在多久内补好。",
        ),
        Setting(
            "green_papers", "绿色通道补手续时限", "10个工作日", _span(1, 90),
            "绿色通道先行帮扶后，应在多久内补齐评议、公示、审核、审定。",
        ),
        Setting(
            "first_measure_months", "首次帮扶月数", "1", _number(1, 12),
            "识别后应在几个月内落实第一项措施。",
        ),
        Setting(
            "developing_months", "开发式帮扶月数", "6", _number(1, 24),
            "有劳动能力的户识别后几个月内应有开发式措施。",
        ),
        Setting(
            "removal_months", "风险消除最短月数", "6", _number(1, 36),
            "识别满几个月才能提出帮扶消除；收入也须稳定这么久。",
        ),
        Setting(
            "vote_quorum", "评议到会比例", "67", _number(34, 100),
            "实到不少于应到的百分之多少，评议才算数。",
        ),
        Setting(
            "vote_pass", "评议通过比例", "51", _number(34, 100),
            "同意不少于实到的百分之多少，评议才算通过。",
        ),
        Setting(
            "reference_income", "监测参考收入", "0", _number(0, 1),
            "1：监测帮扶里在纯收入旁边列出监测参考收入（纯收入－合规自付＋理赔）；0：不列。",
        ),
        Setting(
            "waiver_days", "数据豁免最长天数", "365", _number(7, 1095),
            "一次豁免最多多少天，到期自动恢复检查。",
        ),
        *(
            Setting(f"rule_{name}", f"数据规则：{label}", default, _number(*span), explanation)
            for name, label, default, span, explanation in (
                ("phone_households", "共用电话户数", "2", (2, 50), "一个联系电话填在几户及以上算共用。"),
                ("head_age", "户主最低年龄", "16", (6, 18), "户主应满多少周岁。"),
                ("labour_share", "缺劳动力比例", "50", (1, 100), "有劳动能力的成员超过百分之多少，就不该缺劳动力。"),
                ("wage_least", "工资性收入下限", "100", (1, 9_999), "监测对象12个月工资性收入应有多少元。"),
                ("income_months", "措施见收入月数", "12", (3, 36), "措施执行满几个月，应有相应的收入。"),
                ("sum_yuan", "合计允许差额", "10", (0, 9_999), "消除时收入合计每人最多相差多少元。"),
                ("college", "大专本科最低年龄", "18", (14, 25), "大专、本科在校生应满多少周岁。"),
                ("master", "研究生最低年龄", "20", (16, 30), "在校研究生应满多少周岁。"),
                ("preschool", "学龄前年龄上限", "7", (5, 9), "满多少周岁不应再是学龄前、幼儿园。"),
                ("books_months", "收支查几个月", "12", (1, 60), "工资、分红来源查最近几个月。"),
                ("place_metres", "坐标允许偏差", "500", (0, 50_000), "坐标在本村边界外多少米以上算不在。"),
                ("visit_months", "走访查几个月", "3", (1, 60), "走访人是否结对查最近几个月。"),
                ("oldest", "年龄上限", "110", (90, 150), "在册成员满多少周岁算可疑。"),
            )
        ),
        *(
            Setting(f"rule_{name}", f"数据规则：{label}", default, _between(*span), explanation)
            for name, label, default, span, explanation in (
                ("school", "义务教育年龄", "6-15", (5, 18), "应在校的周岁，两头都算。"),
                ("working", "劳动年龄", "16-59", (14, 80), "劳动年龄的周岁，两头都算。"),
                ("primary", "小学年龄", "6-14", (4, 20), "小学在校生的周岁，两头都算。"),
                ("lower", "初中年龄", "12-17", (9, 25), "初中在校生的周岁，两头都算。"),
                ("upper", "高中中职年龄", "15-20", (12, 30), "高中、中职在校生的周岁，两头都算。"),
                ("little_education", "文化程度偏低年龄", "16-22", (12, 60), "查小学及以下文化的周岁。"),
                ("identified_income", "识别收入范围", "4000-20000", (0, 99_999), "识别时人均纯收入的正常范围。"),
                ("month_wage", "单月工资范围", "100-30000", (1, 99_999), "一个月工资性收入的正常范围。"),
                ("income_swing", "收入变化范围", "50-200", (1, 999), "是上年同期的百分之几至几为正常。"),
            )
        ),
        Setting("wall_rules", "作战室制度", RULES, _rules, "印在挂图上的几条制度，用“|”隔开，最多5条；不填则不印。"),
        Setting(
            "must_posts", "必须有人的职务", MUST_POSTS, _posts,
            "区划负责人里哪些职务不能空缺，用逗号分开；空缺的写“未明确责任人”，列入超期。",
        ),
        Setting(
            "wall_phones", "大屏负责人电话", "0", _number(0, 1), "1：大屏上区划负责人带电话；0：只有职务和姓名。"
        ),
        Setting(
            "backup_days", "定时备份间隔天数", "1", _number(0, 31), "每隔几天自动备份一次；0 为不自动备份。", BACKUPS
        ),
        Setting(
            "backup_hour", "定时备份时刻", "2", _number(0, 23), "到这个整点备份；那时没有开机的，开机后补做。", BACKUPS
        ),
        Setting(
            "backup_folder", "备份文件夹", "", _backup_folder,
            "服务器上已有的文件夹，最好在另一只盘或另一台机器上；不填则在数据库旁边，磁盘坏了会一起丢失。", BACKUPS,
        ),
        Setting(
            "backup_kept", "备份保留份数", "日=7,周=4,月=12", _kept,
            "最近几日、几周、几月各留一份，其余删去；最后一份完好的备份永不删去。", BACKUPS,
        ),
        Setting(
            "drill_days", "恢复演练间隔天数", "30", _number(0, 366),
            "每隔几天把最新的备份恢复到一个临时库里核对一遍；0 为不自动演练。", BACKUPS,
        ),
    )
}  # fmt: skip


def value_of(connection: Connection, name: str) -> str:
    """The setting in force; raises NotFound for a name that is none."""
    if name not in SETTINGS:
        raise NotFound(f"没有“{name[:30]}”这个设置，现有：{'、'.join(SETTINGS)}。")
    held = connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar()
    return SETTINGS[name].default if held is None else held


def official_words(connection: Connection, month: int, *, tight: bool = False) -> AbstractContextManager[None]:
    """Within it ``data.text.official`` says the words that the county has chosen, for who looks at this month."""
    return speaking(value_of(connection, "watched_word"), month, tight=tight)


def values(connection: Connection) -> dict[str, str]:
    """All settings in force."""
    held = dict(connection.execute(select(setting.c.name, setting.c.value)).all())
    return {name: held.get(name, one.default) for name, one in SETTINGS.items()}


@needs(ADMINISTER, COUNTYS)
def decide(connection: Connection, viewer: Viewer, name: str, value: str, *, now: datetime) -> str:
    """Decide a setting; returns it as stored. Raises OutOfScope for who does not see every county that it holds for,
    or may not administer what it is about, Refused for what it cannot be."""
    before = value_of(connection, name)
    require_right(viewer, ADMINISTER, SETTINGS[name].thing)
    if not all(viewer.may_see(county) for county in regions.counties(connection)):
        raise OutOfScope("设置对库里各县都起作用，其中有的县")
    try:
        after = SETTINGS[name].check(value.strip())
    except Refused as error:
        raise Refused(f"{SETTINGS[name].label}：{error}") from error
    if after != before:
        if name == "income_year_start" and connection.execute(select(ledger_year.c.household_id).limit(1)).first():
            raise Refused(f"{SETTINGS[name].label}：系统里已有按收入年度记的合计（收支表），起始月不能再改。")
        connection.execute(setting.delete().where(setting.c.name == name))
        by = {"name": name, "actor": viewer.actor}
        connection.execute(setting.insert().values(value=after, changed=written(now), **by))
        told = {"before": before, "after": after, "at": written(now), **by}
        made = written_id(connection.execute(insert(setting_change).values(told)))
        label = SETTINGS[name].label
        for table, key in (("setting_change", made), ("setting", name)):
            audit.wrote(connection, table, [key], actor=viewer.actor, view="setting", detail=label, now=now)
    return after


@needs(READ, COUNTYS)
def changes(connection: Connection, viewer: Viewer, *, offset: int = 0, limit: int = CHANGES) -> Sequence[Record]:
    """What was changed, the newest first: ``name``, ``before``, ``after``, ``at``, ``actor`` (``Viewer.actor``)."""
    newest = select(setting_change).order_by(setting_change.c.id.desc()).offset(offset).limit(limit)
    return connection.execute(newest).mappings().all()


@needs(READ, COUNTYS)
def count_changes(connection: Connection, viewer: Viewer) -> int:
    """How many changes there were."""
    return connection.execute(select(func.count()).select_from(setting_change)).scalar_one()


def coefficients(text: str) -> dict[str, float]:
    """The setting ``expense_coefficients`` as 科目 → share."""
    return {part.partition("=")[0]: float(part.partition("=")[2]) for part in filter(None, text.split(","))}


def visit_quota(text: str) -> dict[str, int]:
    """The setting ``visit_quota`` as unlifted, watched, lifted → visits a month."""
    parts = (part.partition("=") for part in text.split(","))
    return {_QUOTA_KINDS[kind]: int(number) for kind, _, number in parts}

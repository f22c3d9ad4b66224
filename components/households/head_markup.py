"""The head of a household's page as markup: who it is, how it stands, what needs action, what it lives on."""

from collections.abc import Iterable, Sequence

from components.drawing import wording
from components.drawing.markup import escape, link, phone_link, picture
from components.drawing.theme import MARKS, palette, state_marks
from components.households.income_chart import income_chart
from components.households.income_rows import income_markup, per_head_markup, years_markup
from components.households.story_list import story_markup
from components.households.tables import days_over
from components.households.timeline import timeline
from data.households.file import HouseholdFile
from data.households.lights import AT_RISK, DOUBTFUL, SECURE, Light
from data.households.rosters import ESTIMATED
from data.households.story import Story
from data.terms import VERDICTS, Record

PARTS = {
    "lights": "两不愁三保障", "facts": "基本情况", "story": "脱贫历程", "income": "收支", "members": "成员",
    "measures": "措施", "projects": "项目", "funds": "资金", "helpers": "责任人", "visits": "走访", "problems": "问题",
    "tasks": "任务",
}  # fmt: skip
"""Parts of the page, by their anchors, in their order."""
FOLD = "part_"
"""What the key of a container begins with that a phone folds like a part: the part's name follows."""
FOLDED = (*PARTS, "course", "years", "looks")
"""Parts that a phone folds."""
LIGHT_MARKS = {SECURE: "●", AT_RISK: "▲", DOUBTFUL: "◆"}
_UNSAFE = ' class="alarm"'
_DATES = (("识别日期", "identified"), ("脱贫日期", "lifted"), ("返贫日期", "relapsed"), ("风险消除", "risk_removed"))
_ONLY_WHEN_KNOWN = ("返贫日期", "风险消除", "备注")


def head_markup(file: HouseholdFile, lights: Sequence[Light], *, dark: bool) -> str:
    """Name, state as a word with its mark, and what needs action, each leading to where it stands."""
    facts = file.facts
    place = " ".join(filter(None, (facts["township_name"], facts["village_name"])))
    warnings = "".join(f"<li>{link(escape(said), f'#{part}')}</li>" for said, part in _warnings(file, lights))
    colour = state_marks(dark)[file.state][1]
    told = [
        place,
        _persons(file),
        facts["cause"],
        facts["attribute"],
        facts["code"] and f"户编号 {facts['code']}",
    ]
    return (
        f'<div class="household-head"><h1>{escape(file.head)}</h1>'
        f'<span class="state"><b style="color: {colour}">{MARKS[file.state]}</b> {escape(file.standing)}</span>'
        + "".join(f"<span>{escape(one)}</span>" for one in told if one)
        + (f'<ul class="warnings" aria-label="需要处置">{warnings}</ul></div>' if warnings else "</div>")
    )


def _persons(file: HouseholdFile) -> str:
    return f"{len(file.members)} 人{f'（{ESTIMATED}）' if file.estimated else ''}"


def _warnings(file: HouseholdFile, lights: Sequence[Light]) -> list[tuple[str, str]]:
    facts, income = file.facts, file.income
    found = [(file.became.said, "story")] if file.became else []
    if income.per_head is not None and income.line is not None and income.per_head < income.line:
        found.append(("低于监测线", "income"))
    if income.record == Record.SILENT:
        found.append(("收入中断", "income"))
    found += [(f"{light.name}有风险", "lights") for light in lights if light.state == AT_RISK]
    if facts["visits"] == 0:
        found.append(("本月未走访", "helpers"))
    unclosed = int(file.problems["closed"].isna().sum())
    if unclosed:
        found.append((f"{unclosed} 个未销号问题", "problems"))
    overdue = sum(
        not task.finished and days_over(task.deadline, facts["as_of"]) > 0 for task in file.tasks.itertuples()
    )
    return [*found, (f"{overdue} 项任务超期", "tasks")] if overdue else found


def sections_markup(parts: Sequence[tuple[str, str]]) -> str:
    """The way to the parts of the page: (anchor, name)."""
    links = "".join(link(escape(name), f"#{part}") for part, name in parts)
    return f'<nav class="sections" aria-label="本页内容">{links}</nav>'


def folds_markup(others: Iterable[str]) -> str:
    """On a phone each part, and each of ``others`` in its container, is its heading alone until it is opened: which are
    open stands at the root, where nothing that is drawn anew closes them (``components/static/links.js``)."""
    rules = "".join(
        f"html:not([data-open~={part}]) :is(#{part}.part > :not(h2), .st-key-{FOLD}{part} :not(h2, h2 *, :has(h2)))"
        "{display:none}"
        for part in (*FOLDED, *others)
    )
    return f"<style>@media screen and (max-width: 640px) {{{rules}}}</style>"


def lights_markup(lights: Sequence[Light], *, dark: bool) -> str:
    """The six lights: state as word and mark, what speaks for it, and the way there."""
    colours = palette(dark)
    lit = {SECURE: state_marks(dark)["脱贫户"][1], AT_RISK: colours.alarm, DOUBTFUL: colours.caution}
    items = "".join(
        f'<li style="--light: {lit.get(light.state, colours.second_ink)}">'
        + link(
            f"<em>{escape(light.name)}</em><b>{LIGHT_MARKS.get(light.state, '○')} {escape(light.state)}</b>"
            f"<span>{escape(light.evidence)}</span>",
            f"#{light.part}",
        )
        + "</li>"
        for light in lights
    )
    title = f"<h2>两不愁三保障和饮水<small>{escape(_counted(lights))}</small></h2>"
    return f'<section class="part" id="lights">{title}<ul class="lights">{items}</ul></section>'


def _counted(lights: Sequence[Light]) -> str:
    """``5 项稳固，1 项有风险``."""
    states = [light.state for light in lights]
    return "，".join(f"{states.count(state)} 项{state}" for state in dict.fromkeys(states))


def facts_markup(file: HouseholdFile) -> str:
    """基本情况."""
    facts = file.facts
    listed = (
        ("户属性", facts["attribute"]),
        ("家庭人口", _persons(file)),
        ("致贫原因", "、".join(filter(None, (facts["cause"], facts["other_causes"])))),
        *((name, _by(facts["as_of"], facts[column])) for name, column in _DATES),
        ("住房安全", _safe(facts["housing_safe"])),
        ("饮水安全", _safe(facts["water_safe"])),
        ("联系电话", phone_link(facts["phone"])),
        ("住址", facts["address"]),
        ("备注", facts["remark"]),
    )
    rows = "".join(
        f"<div><dt>{name}</dt><dd{_UNSAFE if value == '不安全' else ''}>{escape(value or wording.NO_VALUE)}</dd></div>"
        for name, value in listed
        if value or name not in _ONLY_WHEN_KNOWN
    )
    return f'<section class="part" id="facts"><h2>基本情况</h2><dl class="household-facts">{rows}</dl></section>'


def _by(as_of: str, day: str | None) -> str | None:
    """A day, where it had come by the day of the file."""
    return day if day and day <= as_of else None


def _safe(value: int | None) -> str:
    return "未知" if value is None else {1: "安全", 0: "不安全"}.get(value, VERDICTS[value])


def story_section(story: Story, *, dark: bool) -> str:
    """脱贫历程: the picture where there is room for it, and the list."""
    drawing = timeline(story, colours=palette(dark), marks=state_marks(dark))
    shown = picture(drawing, "从识别到退出的历程图，内容同下方列表", style="story-picture")
    return (
        '<section class="part" id="story"><h2>脱贫历程<small>从精准识别到精准退出</small></h2>'
        f"{shown}{story_markup(story)}</section>"
    )


def income_section(file: HouseholdFile, *, dark: bool) -> str:
    """12个月收支."""
    colours = palette(dark)
    kept = file.income.months.notna().any(axis=None) or any(file.income.totals.values())
    table = income_markup(file.income, colour=colours.series, muted=colours.second_ink) if kept else ""
    return f'<section class="part" id="income"><h2>12个月收支</h2>{per_head_markup(file.income)}{table}</section>'


def course_sections(file: HouseholdFile, *, dark: bool) -> tuple[str, str]:
    """历年收入: kinds and expense a head by month, against the line, and beside it the years in figures."""
    income, colours = file.income, palette(dark)
    title = "<h2>历年收入<small>人均，元；每点为截至当月的12个月</small></h2>"
    if income.course.empty:
        why = "没有登记家庭成员" if not income.persons else "账目不满12个月"
        return f'<section class="part" id="course">{title}<p class="calm">{why}，画不出走势。</p></section>', ""
    alt = "截至各月的12个月人均收入构成、支出、纯收入与监测线，数字见旁边的表"
    drawn = "".join(
        picture(income_chart(income.course, colours=colours, width=width), alt, style=style)
        for width, style in ((560, "course-wide"), (360, "course-narrow"))
    )
    years = f'<section class="part" id="years"><h2>逐年数字<small>全户，元</small></h2>{years_markup(income)}</section>'
    return f'<section class="part" id="course">{title}{drawn}</section>', years

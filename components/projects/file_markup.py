"""One project as markup: its head, its way from 储备 to 运营, the asset with its four rights, the money into it."""

from collections.abc import Callable, Sequence

from components.drawing import wording
from components.drawing.markup import escape
from components.drawing.tables import TableColumn, TableLook, table_markup
from data.figures.indicators import INDICATORS
from data.projects.file import BUILT, RIGHTS, ProjectFile, Stage
from data.store.rows import Record

_FUNDS = (
    TableColumn("year", "年度", "figure"), TableColumn("name", "资金"), TableColumn("source", "来源"),
    TableColumn("arranged", "安排（元）", "fen"), TableColumn("paid", "已拨付（元）", "fen"),
    TableColumn("last_paid", "最近拨付"),
)  # fmt: skip
_MODES = (
    TableColumn("year", "年度", "figure"), TableColumn("mode", "带动方式"), TableColumn("households", "户", "integer"),
    TableColumn("amount", "金额（元）", "fen"), TableColumn("untold", "未填金额（户）", "integer"),
)  # fmt: skip


EVER = INDICATORS["cumulative_return_rate"]


def head_markup(file: ProjectFile) -> str:
    """Name, what it is, and the figures that one asks for first."""
    facts = file.facts
    year = file.returns[file.returns["month"] > facts["month"] - 12] if len(file.returns) else file.returns
    due, received = float(year["due"].sum()), float(year["received"].sum())
    ever = float(file.returns["received"].sum())
    investment = facts["investment_fen"] / 100
    earning = bool(facts["earning"] and investment)
    rate = f"年收益率 {wording.percent(received / investment)}" if earning else _unrated(facts)
    rate_ever = f"累计收益率 {wording.percent(ever / investment, EVER.decimals)}" if earning else ""
    agreed = f"约定 {wording.percent(facts['agreed_rate'])}" if facts["agreed_rate"] is not None else "没有约定收益率"
    arrears = wording.money(due - received)
    shown = (
        ("投资", *_parts(wording.money(investment)), agreed, ""),
        ("12个月应收", *_parts(wording.money(due)), "", ""),
        ("12个月实收", *_parts(wording.money(received)), rate, ""),
        ("欠收", arrears.number, arrears.unit, "12个月应收－实收", "alarm" if due > received else ""),
        ("累计实收", *_parts(wording.money(ever)), rate_ever, ""),
        ("带动户", f"{facts['households']:,}", "户", f"{facts['household_years']:,} 户次", ""),
    )
    tiles = "".join(
        f'<div class="fact"><span>{escape(name)}</span>'
        f'<b class="{style}">{escape(number)}<small>{escape(unit)}</small></b>'
        f"{f'<em>{escape(beside)}</em>' if beside else ''}</div>"
        for name, number, unit, beside, style in shown
    )
    about = " · ".join(
        str(part)
        for part in (facts["code"], facts["place"], facts["kind"], facts["asset_class"], facts["operator"])
        if part
    )
    risk = f'<p class="problem" role="status">有风险：{escape(file.risk)}</p>' if file.risk else ""
    return (
        f'<div class="project-head"><h1>{escape(facts["name"])}</h1><p>{escape(about)}</p></div>{risk}'
        f'<div class="strip">{tiles}</div>'
    )


def _unrated(facts: Record) -> str:
    """Why a project has no rate of return."""
    named = facts["asset_class"] or "经营性"
    return f"{'未投产' if named == '经营性' else named}，不计收益率"


def _parts(amount: wording.Amount) -> tuple[str, str]:
    return amount.number, amount.unit


def stages_markup(stages: Sequence[Stage]) -> str:
    """The ten stages in a line, what is late marked; on a phone one below the other."""
    lines = []
    for number, stage in enumerate(stages, start=1):
        late = (
            f'<em class="alarm">{"已超" if stage.state == "now" else "超"} {stage.late} 天</em>' if stage.late else ""
        )
        lines.append(
            f'<li class="{stage.state}{" late" if stage.late else ""}"{_current(stage)}><i>{_sign(stage, number)}</i>'
            f"<b>{escape(stage.name)}</b><span>{escape(_when(stage))}</span>{late}</li>"
        )
    return f'<ol class="stages">{"".join(lines)}</ol>'


def _current(stage: Stage) -> str:
    return ' aria-current="step"' if stage.state == "now" else ""


def _sign(stage: Stage, number: int) -> str:
    return "!" if stage.late else "✓" if stage.state == "done" else str(number)


def _when(stage: Stage) -> str:
    if stage.state == "ahead":
        return ""
    if not stage.entered:
        return "没有登记日期"
    told = f"{stage.entered} 起"
    return f"{told}\n计划 {stage.planned}" if stage.planned else told


def stages_finding(stages: Sequence[Stage]) -> str:
    """What the line says in a sentence."""
    now = next(stage for stage in stages if stage.state == "now")
    if now.late:
        return f"处于{now.name}，比计划已超 {now.late} 天"
    late = [stage for stage in stages if stage.late]
    if late:
        return f"处于{now.name}；{'、'.join(stage.name for stage in late[:3])}曾比计划晚" + (
            "等" if len(late) > 3 else ""
        )
    return f"处于{now.name}" + ("，各阶段没有超期" if any(stage.planned for stage in stages) else "")


def asset_markup(file: ProjectFile) -> str:
    """The four rights and who holds each, contract, insurance, custody; first of all what is missing."""
    facts = file.facts
    if file.gaps:
        gaps = "".join(f"<li>{escape(gap)}</li>" for gap in file.gaps)
        lacks = f'<div class="lacks"><b>缺什么（{len(file.gaps)}）</b><ul>{gaps}</ul></div>'
    else:
        words = "四权、合同、保险、管护、标识牌都齐全。" if facts["stage"] in BUILT else "还没有竣工，尚未形成资产。"
        lacks = f'<p class="calm">{words}</p>'
    rights = "".join(
        f'<div class="{"none" if f"{name}没有登记由谁持有" in file.gaps else ""}"><span>{name}</span>'
        f"<b>{escape(facts[column] or '无')}</b></div>"
        for column, name in RIGHTS.items()
    )
    board = {1: "已设", 0: "没有设"}.get(facts["sign_board"], "没有登记")
    rest = (
        ("经营合同", facts["contract"] or "没有"),
        ("合同到期", facts["contract_until"] or "没有登记"),
        ("保险到期", facts["insured_until"] or "没有投保"),
        ("管护责任人", facts["custodian"] or "没有"),
        ("标识牌", board),
        ("开工", facts["started"] or "没有登记"),
        ("竣工", facts["completed"] or "没有登记"),
    )
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rest)
    return f'{lacks}<div class="rights">{rights}</div><dl class="facts-list">{listed}</dl>'


def funds_markup(file: ProjectFile, url: Callable[[str, str], str | None] = lambda code, region: None) -> str:
    """What was arranged and paid for it; ``url`` takes a fund's code and region, None where it is not to be opened."""
    if file.funds.empty:
        return '<p class="calm">没有登记投向这个项目的资金。</p>'
    return table_markup(
        file.funds,
        _FUNDS,
        caption="投入资金",
        look=TableLook(cards=True, whole=True, opener="name", row_url=lambda row: url(row.code, row.region)),
    )


def modes_markup(file: ProjectFile) -> str:
    """By year and mode: how many households and how much."""
    return table_markup(file.modes, _MODES, caption="历年带动", look=TableLook(whole=True))

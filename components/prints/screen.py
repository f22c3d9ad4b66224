"""打印发放: which households, what, how; a specimen before hundreds are printed, and the job that prints them."""

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.prints.address import PrintChoice, pick_what, read_print_choice, show_controls
from components.prints.charts import show_charts
from components.prints.making import CARD, OF_HOUSEHOLDS, WHAT, Order, sample
from components.prints.ordering import base_address, base_line, show_making, warn_of
from components.prints.progress import ordered_job, show_print_job
from components.shell.asking import ask, ask_uncached
from components.shell.empty import no_households
from components.shell.errors import problem, show_problems
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.reading import whole
from components.shell.screen import Screen
from components.shell.site import PRINTS
from components.wallcharts.making import CHART
from data.access.jobs import Job
from data.access.roles import FIGURES, PRINT
from data.cards import card as income_card
from data.codes import labels as label_sheets
from data.figures import read as figures
from data.months import month_of
from data.paper import fonts

MOST = 3000
"""Households to a job: a large township. More would be hours of paper."""
TOWNSHIP = 9


def show_prints(screen: Screen) -> None:
    """Draw the page."""
    show_markup(
        heading("打印发放", f"{screen.region.name} · 明白卡发给户，户码标签贴在门口，挂图上作战室的墙", level=1)
    )
    fonts.family()  # says what to install before anything is chosen
    job = ordered_job(screen)
    asked = whole(st.query_params.get("household"))
    offered = [*OF_HOUSEHOLDS, *([CHART] if screen.viewer.may(PRINT, FIGURES) else [])]
    if asked is None and st.query_params.get("what") == CHART and CHART in offered:
        show_charts(screen, job, offered)
        return
    if asked is None and len(screen.region.code) < TOWNSHIP:
        if job:
            show_print_job(screen, job)
        with st.container(key="print_controls"):
            pick_what(_of_households(st.query_params.get("what")), offered)
        _show_places(screen)
        return
    with screen.engine.connect() as connection:
        years = income_card.years(connection)
        usual = income_card.card_year(connection, month_of(screen.status.built), screen.region.code)
    choice, problems = read_print_choice(st.query_params, years, usual)
    ids = [asked] if asked is not None else ask_uncached(screen, income_card.villages_households, screen.region.code)
    show_problems(problems)
    if not ids:
        no_households(screen.region.name)
        return
    show_controls(choice, years, offered if asked is None else list(OF_HOUSEHOLDS))
    left, right = st.columns([58, 42], gap="medium")
    with left:
        picked = _show_one(screen, choice, asked) if asked is not None else _show_households(screen, choice, ids)
    with right:
        _show_order(screen, choice, picked, job)


def _of_households(asked: str | None) -> str:
    """What of households is asked for: cards unless it is something else."""
    return asked if asked in OF_HOUSEHOLDS else CARD


def _show_places(screen: Screen) -> None:
    """Above a township there is too much to print at once: the regions below, each with its households."""
    places = ask(screen, figures.children, screen.region.code, screen.status.last_month, "households")
    if places.empty:
        no_households(screen.region.name)
        return
    _place_table(screen, places, "一次打印一个乡镇或一个村，请选择：")


def _show_one(screen: Screen, choice: PrintChoice, household: int) -> tuple[int, ...]:
    """The household of the address; raises NotFound where it is not there or not the viewer's."""
    one = ask_uncached(screen, label_sheets.households, [household], choice.year.year)[0]
    url = screen.link(PRINTS, region=one.village, what=choice.what)
    whole = link(escape(f"改为{one.village_name}全村"), url, style="underlined")
    show_markup(
        f'<p class="print-one">只打印 <b>{escape(one.head)}</b> 这一户（{escape(one.village_name)}）。{whole}</p>'
    )
    return (household,)


def _show_households(screen: Screen, choice: PrintChoice, ids: list[int]) -> tuple[int, ...]:
    """The households and the ones to print: all, or those ticked in the list of a village."""
    if not screen.region.is_village:
        _show_villages(screen)
        return tuple(ids)
    held = ask_uncached(screen, label_sheets.households, ids, choice.year.year)
    list_shown(screen, "打印户名单", count=len(ids))
    frame = pd.DataFrame(
        {
            "户主": [one.head for one in held],
            "户编号": [one.code for one in held],
            "帮扶责任人": [one.helper or "未结对" for one in held],
            "明白卡最近打印": [(one.printed or "")[:10] or "未打印" for one in held],
        }
    )
    show_markup('<p class="calm">勾选要打印的户；一户不勾就是全村。</p>')
    event = st.dataframe(
        frame,
        hide_index=True,
        height=min(38 + 35 * len(frame), 460),
        on_select="rerun",
        selection_mode="multi-row",
        key=f"print_rows_{screen.region.code}",
    )
    rows = event.selection.rows
    return tuple(ids[row] for row in sorted(rows) if row < len(ids)) if rows else tuple(ids)


def _show_villages(screen: Screen) -> None:
    places = ask(screen, figures.children, screen.region.code, screen.status.last_month, "households")
    _place_table(screen, places, "全乡镇一起打印，按村排列；只印一个村时点村名，进村后还可勾选户。")


def _place_table(screen: Screen, places: pd.DataFrame, sentence: str) -> None:
    table = table_markup(
        places,
        (TableColumn("name", "区划"), TableColumn("value", "户数", "integer")),
        caption=f"{screen.region.name}各地的户数",
        look=TableLook(
            row_url=lambda row: screen.link(PRINTS, region=row.code, what=_of_households(st.query_params.get("what"))),
            opener="name",
            whole=True,
        ),
    )
    show_markup(f'<p class="calm">{escape(sentence)}</p><div class="print-places">{table}</div>')


def _show_order(screen: Screen, choice: PrintChoice, picked: tuple[int, ...], job: Job | None) -> None:
    """What will be printed, the address in the codes, a specimen, and the button."""
    base = base_address(screen)
    show_markup(
        f'<div class="print-order"><p><b>{len(picked):,}</b> 户 · {escape(WHAT[choice.what])}</p>'
        f'<p class="calm">{escape(choice.pages(len(picked)))}</p>{base_line(base)}</div>'
    )
    warn_of(base, "正式发放前")
    order = Order(
        choice.what,
        picked,
        choice.year.year,
        base,
        st.context.ip_address or "127.0.0.1",
        masked=choice.masked,
        size=choice.size,
        with_code=choice.with_code,
        with_helper=choice.with_helper,
    )
    if len(picked) > MOST:
        problem(f"一次最多打印 {MOST:,} 户，请逐村打印。")
        return
    part = "" if len(picked) > 1 else "_一户"
    when = f"{choice.year.year}年度" if choice.what == CARD else label_sheets.SIZES[choice.size].name.split()[0]
    show_making(
        screen,
        order,
        f"{WHAT[choice.what]}_{screen.region.name}_{when}{part}.pdf",
        job,
        make=f"生成 PDF（{len(picked):,} 户）",
        look="预览第一页",
        alt=f"{WHAT[choice.what]}样张",
        sample=lambda: sample(screen.engine, screen.viewer, order, screen.now),
        ready=bool(base),
    )

"""导入边界: handing in files of boundaries, what was handed in so far; one of them."""

import pandas as pd
import streamlit as st

from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import moment
from components.imports.boundary_address import BoundaryChoice, boundary_link, read_boundary_choice
from components.imports.boundary_job import outcome_words, show_boundary_job
from components.imports.outcome import state_words
from components.imports.past import files_words
from components.imports.upload import show_place
from components.shell.asking import ask_uncached
from components.shell.errors import problem, show_problems
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from data.errors import NotFound
from data.imports import jobs
from data.imports.files import LIMIT_FILES, LIMIT_MB
from data.imports.jobs import BOUNDARY, PAGE, Wanted

TYPES = ("zip", "geojson", "json", "gpkg", "shp", "dbf", "prj", "shx", "cpg", "kml", "geojsonl", "topojson")
_HOW = (
    '<p class="import-how">收 <b>GeoJSON、GeoPackage、Shapefile</b>（.shp 连同 .dbf、.prj、.shx 一起选，或打成 zip）；'
    f"一次最多 <b>{LIMIT_FILES} 个文件、合计 {LIMIT_MB} MB</b>，坐标系不限。<br>递交后先核对，在地图上看过、"
    "按“采用”后才写入；采用后还能撤回。</p>"
)
_COLUMNS = (
    TableColumn("id", "编号", "integer"), TableColumn("files", "文件"), TableColumn("who", "递交人"),
    TableColumn("made", "时间"), TableColumn("state", "状态"), TableColumn("outcome", "结果"),
)  # fmt: skip


def show_boundaries(screen: Screen) -> None:
    """Draw what the address asks for."""
    choice, problems = read_boundary_choice(st.query_params)
    show_problems(problems)
    if choice.job is not None:
        try:
            show_boundary_job(screen, choice, choice.job)
            return
        except NotFound:
            problem("没有这次导入，或它不在您的查看范围内。已显示全部导入。")
    show_markup(_HOW)
    show_place(screen, BOUNDARY, TYPES, "递交并核对", lambda on, job: boundary_link(on, BoundaryChoice(job)))
    _show_past(screen, choice)


def _show_past(screen: Screen, choice: BoundaryChoice) -> None:
    """The imports of boundaries so far, the latest first."""
    wanted = Wanted(kind=BOUNDARY)
    rows, total = ask_uncached(screen, jobs.jobs, wanted, choice.page)
    show_markup(heading("边界导入记录", "谁、何时、交了什么、结果怎样；点开看地图和每个区划，可以撤回"))
    if not total:
        show_markup('<p class="calm">还没有人递交过边界文件。向县自然资源局要村界、乡界，拖到上面即可。</p>')
        return
    at = paged(choice.page, total, PAGE)
    if at.page != choice.page:
        rows, _ = ask_uncached(screen, jobs.jobs, wanted, at.page)
    frame = pd.DataFrame(
        [(one.id, files_words(one), one.who, moment(one.made), state_words(one), outcome_words(one)) for one in rows],
        columns=[column.id for column in _COLUMNS],
    )
    look = TableLook(
        row_url=lambda row: boundary_link(screen, BoundaryChoice(row.id)), opener="files", whole=True, cards=True
    )
    show_markup(
        table_markup(frame, _COLUMNS, caption="边界导入记录", look=look)
        + pager_markup(
            at.page, at.pages, f"共 {total:,} 次", lambda to: boundary_link(screen, BoundaryChoice(), page=to)
        )
    )

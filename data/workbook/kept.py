"""What the application itself writes and a workbook can carry: one sheet of rows that nobody fills in or changes.

Each row names its kind and holds one record as JSON, households by their codes. They come in only where nothing of
their kind stands, so that a file neither undoes nor repeats what was decided.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from data import model
from data.access.viewer import Viewer

KEPT = "系统留存"
HEADINGS = ("类别", "内容")
NOTE = "系统自己的记录，请勿改动或删去；导入空的数据库时用它还原分配方案、设置等。"
LEFT_OUT = (
    "修改记录和导入记录、问题和任务的办理过程和材料、监测线索、帮扶计划、尚未纳入的风险情况和有序退出评估、数据豁免、"
    "月调度、照片和扫描件、户码和家庭口令、"
    "打印过的收入卡、查看日志、区划边界"
)
"""What is in the store and in no workbook: a backup has it."""


@dataclass(frozen=True)
class Kind:
    """One table that is carried: its name in words; ``of_plan``: it belongs to the dividend plans; ``of_old``: it has a
    sheet of its own by now, and is read in files of before."""

    name: str
    table: Table
    of_plan: bool = False
    of_old: bool = False


KINDS = (
    Kind("设置", model.setting),
    Kind("闭账决定", model.books_decision),
    Kind("保障核实", model.assurance, of_old=True),
    Kind("经营风险", model.trouble),
    Kind("分配方案", model.dividend_plan, of_plan=True),
    Kind("分配来源", model.dividend_source, of_plan=True),
    Kind("分配名单", model.dividend_share, of_plan=True),
    Kind("分配留用", model.dividend_kept, of_plan=True),
    Kind("分配记账", model.dividend_payment, of_plan=True),
    Kind("分配办理", model.dividend_step, of_plan=True),
    Kind("随村转移", model.matter_move),
    Kind("放假安排", model.calendar_day),
    Kind("每日记录", model.day_record),
    Kind("五必访事件", model.life_event),
)
"""In the order in which they refer to each other."""


def carries(viewer: Viewer) -> bool:
    """Whether his export has this sheet: it is whole or it is not."""
    return viewer.region == "" and not viewer.sees_own_only


def count_kept(connection: Connection) -> int:
    """How many rows there are."""
    tables = (kind.table for kind in KINDS if not kind.of_old)
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def kept_rows(connection: Connection) -> Iterator[tuple[str, str]]:
    """Kind and content of every row."""
    codes: dict[int, str] = dict(connection.execute(select(model.household.c.id, model.household.c.code)).all())
    for kind in (kind for kind in KINDS if not kind.of_old):
        order = list(kind.table.primary_key)
        for row in connection.execute(select(kind.table).order_by(*order)).mappings():
            values = {name: value for name, value in row.items() if value is not None}
            if "household_id" in values:
                values["household_id"] = codes[values["household_id"]]
            yield kind.name, json.dumps(values, ensure_ascii=False)

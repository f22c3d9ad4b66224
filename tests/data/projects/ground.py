"""The small county with what projects need: operators, stages, papers of assets, and households behind them."""

import random

from sqlalchemy import Engine, update

from data import model
from data.figures import cube
from data.store.engine import upsert, writing
from tests.data import small_county
from tests.data.small_county import COUNTY, HOUSEHOLDS, LAST, TODAY, TOWNSHIPS, VILLAGES

YEAR = LAST // 12
LINE = 7_500_00
FIRM, OTHER = "示范果业合作社", "示范牧业公司"
STEADY, SHORT, LATE, VILLAGE = "X-STEADY", "X-SHORT", "X-LATE", "X-VILLAGE"
"""Projects that pay in full; got less than half; missed the last whole periods; of one village alone."""
PROJECTS = {STEADY: COUNTY, SHORT: TOWNSHIPS[0], LATE: TOWNSHIPS[1], VILLAGE: VILLAGES[0]}
_COLUMNS = (
    "code", "name", "kind", "region", "stage", "investment_fen", "started", "completed", "operator", "asset_class",
    "owner", "manager", "beneficiary", "supervisor", "agreed_rate", "contract", "contract_until", "custodian",
    "insured_until", "sign_board",
)  # fmt: skip


def fill(engine: Engine) -> None:
    """Fill an empty store."""
    small_county.fill(engine, build=False)
    chance = random.Random(11)
    with writing(engine) as connection:
        upsert(connection, model.project, _COLUMNS, list(_projects()))
        upsert(connection, model.project_return, ("project", "month", "due_fen", "received_fen"), list(_returns()))
        upsert(connection, model.project_stage, ("project", "stage", "entered", "planned"), _STAGES)
        upsert(
            connection,
            model.project_household,
            ("project", "household_id", "year", "mode", "amount_fen"),
            list(_takers(connection, chance)),
        )
        connection.execute(
            update(model.project).where(model.project.c.code == "P1").values(kind="养殖", operator=OTHER)
        )
        connection.execute(update(model.project).where(model.project.c.code == "P2").values(started="2026-12-20"))
        table = model.monitoring_line
        connection.execute(table.delete())
        connection.execute(
            table.insert().values(province="99", since=f"{YEAR}-01-01", amount_fen=LINE, standing="测试")
        )
        cube.rebuild(connection, today=TODAY)


def _projects():
    whole = ("甲集体", "乙公司", "丙村", "丁镇", 0.08, "HT1", "2030-01-01", "王管护", "2027-01-01", 1)
    lacking = (None, "乙公司", "丙村", None, None, None, None, None, "2026-01-01", 0)
    yield (STEADY, "稳当项目", "种植", COUNTY, "运营", 10_000_000, "2021-03-01", "2021-10-01", FIRM, "经营性", *whole)
    yield (
        SHORT,
        "<b>短收</b>项目",
        "林果",
        TOWNSHIPS[0],
        "运营",
        20_000_000,
        "2021-03-01",
        "2021-10-01",
        FIRM,
        "经营性",
        *lacking,
    )
    yield (LATE, "拖欠项目", "养殖", TOWNSHIPS[1], "资产移交", 5_000_000, None, "2025-10-01", OTHER, "到户类", *whole)
    yield (VILLAGE, "村里项目", "光伏", VILLAGES[0], "储备", 0, None, None, None, "公益性", *lacking)


def _returns():
    for back in range(0, 24):
        yield STEADY, LAST - back, 100_00, 100_00
        if back % 3 == 2:
            yield SHORT, LAST - back, 900_00, 200_00 if back > 2 else 900_00
            yield LATE, LAST - back, 500_00, 0 if back < 6 else 500_00


_STAGES = [
    (STEADY, "储备", "2020-06-01", "2020-08-01"), (STEADY, "建设", "2020-09-01", "2021-01-01"),
    (STEADY, "运营", "2022-01-10", None), (LATE, "资产移交", "2026-05-01", "2026-11-01"),
]  # fmt: skip


def _takers(connection, chance: random.Random):
    villages = dict(
        connection.execute(
            model.household.select().with_only_columns(model.household.c.id, model.household.c.village)
        ).all()
    )
    for household in range(1, HOUSEHOLDS + 1):
        for project, region in PROJECTS.items():
            if not villages[household].startswith(region):
                continue
            for year in (YEAR - 3, YEAR - 1, YEAR):
                for mode in ("分红", "务工"):
                    if chance.random() < 0.35:
                        amount = chance.randrange(10_00, 9_000_00) if mode == "分红" or chance.random() < 0.5 else None
                        yield project, household, year, mode, amount

"""The small county of tests/data/small_county.py with what hangs on single households, known by hand."""

from sqlalchemy import Engine

from data import model
from data.figures import cube
from data.store.engine import upsert, writing
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS, VILLAGES, fill

VILLAGE, NEIGHBOUR = VILLAGES[0], VILLAGES[1]
OTHER_TOWNSHIP = VILLAGES[2]
FAR = 950  # a household of OTHER_TOWNSHIP
HERE = (901, 902, 903, 904)
"""Households of VILLAGE: 901 unlifted and ill; 902 lifted; 903 marginal, visited this month; 904 ordinary."""

_COLUMNS = (
    "id",
    "code",
    "village",
    "head",
    "type",
    "identified",
    "lifted",
    "risk_removed",
    "cause",
    "phone",
    "address",
)
_HOUSEHOLDS = (
    (901, "K901", VILLAGE, "钱一", "未脱贫户", "2020-01-01", None, None, "因病", "13812345678", "一组1号"),
    (902, "K902", VILLAGE, "孙二", "脱贫户", "2015-01-01", "2018-01-01", None, "因学", None, None),
    (903, "K903", VILLAGE, "李三", "边缘易致贫户", "2024-01-01", None, None, "因病", None, None),
    (904, "K904", VILLAGE, "周四", "一般户", None, None, None, None, None, None),
    (FAR, "K950", OTHER_TOWNSHIP, "吴五", "未脱贫户", "2020-01-01", None, None, "因残", None, None),
)
_MEMBERS = (
    ("901a", 901, "钱一", "户主", "990181196001011234", "大病"),
    ("901b", 901, "钱小", "子女", "990181199001011234", "健康"),
    ("902a", 902, "孙二", "户主", None, "健康"),
    ("903a", 903, "李三", "户主", None, "健康"),
    ("950a", FAR, "吴五", "户主", None, "残疾"),
)
_PAIRINGS = (
    ("D1", 901, "2023-01-01", None),
    ("D2", 901, "2022-01-01", "2022-12-31"),
    ("D2", 902, "2023-01-01", None),
    ("D1", 903, "2023-01-01", "2026-09-30"),
    ("D1", FAR, "2023-01-01", None),
)


def fill_village(engine: Engine) -> None:
    """Fill an empty store with the small county and the households above; the cube is built for TODAY."""
    fill(engine, build=False)
    tables = {
        model.household: [dict(zip(_COLUMNS, row, strict=True)) for row in _HOUSEHOLDS],
        model.member: [
            dict(zip(("code", "household_id", "name", "relation", "id_number", "health"), row, strict=True))
            for row in _MEMBERS
        ],
        model.helper: [
            {"code": code, "name": name, "unit": "示范局", "team": "教师", "phone": "13900000000"}
            for code, name in (("D1", "郑六"), ("D2", "王七"))
        ],
        model.pairing: [
            dict(zip(("helper", "household_id", "started", "ended"), row, strict=True)) for row in _PAIRINGS
        ],
        model.ledger: [
            {"household_id": 901, "month": month, "wage_work_fen": 100_000, "expense_fen": 10_000}
            for month in range(cube.month_of(TODAY) - 23, cube.month_of(TODAY) + 1)
        ],
        model.visit: [
            _visit("x1", 903, "2026-11-22"),
            _visit("x2", 903, "2026-11-02"),
            _visit("x3", 901, "2026-10-30"),
        ],
        model.measure: [
            {
                "code": "s1",
                "household_id": 901,
                "category": "健康",
                "name": "大病救助",
                "started": "2025-01-01",
                "ended": None,
                "amount_fen": 120_050,
                "unit": "医保局",
            },
            {
                "code": "s2",
                "household_id": 901,
                "category": "其他教育",
                "name": "助学金",
                "started": "2024-01-01",
                "ended": "2024-12-31",
                "amount_fen": None,
                "unit": "教育局",
            },
        ],
        model.project: [
            {
                "code": "PV",
                "name": "大棚",
                "kind": "种植",
                "region": VILLAGE,
                "stage": "运营",
                "investment_fen": 1_000_000,
                "started": "2023-01-01",
            },
        ],
        model.project_household: [
            {"project": "PV", "household_id": 901, "year": 2025, "mode": "分红", "amount_fen": 50_000},
            {"project": "PV", "household_id": 902, "year": 2026, "mode": "公益岗位", "amount_fen": None},
        ],
        model.problem: [_problem("q1", 901, None), _problem("q2", 902, "2026-11-01"), _problem("q3", None, None)],
        model.task: [_task("r1", 901, None), _task("r2", 902, "2026-11-20"), _task("r3", None, "2026-10-20")],
    }
    with writing(engine) as connection:
        for table, rows in tables.items():
            upsert(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])
        cube.rebuild(connection, today=TODAY)


def _visit(code: str, household: int, day: str) -> dict:
    return {
        "code": code,
        "household_id": household,
        "helper": "D1",
        "visited": day,
        "occasion": "日常走访",
        "content": "看望",
    }


def _problem(code: str, household: int | None, closed: str | None) -> dict:
    return {
        "code": code,
        "region": VILLAGE,
        "household_id": household,
        "source": "排查",
        "category": "住房",
        "description": f"问题{code}",
        "found": "2026-09-01",
        "deadline": "2026-10-31",
        "owner": "赵某",
        "rectified": closed,
        "closed": closed,
    }


def _task(code: str, household: int | None, finished: str | None) -> dict:
    return {
        "code": code,
        "village": VILLAGE,
        "household_id": household,
        "name": f"任务{code}",
        "target": "完成",
        "started": "2026-09-01",
        "deadline": "2026-10-31",
        "owner": "赵某",
        "progress_bp": 4000,
        "finished": finished,
    }


__all__ = ["COUNTY", "FAR", "HERE", "NEIGHBOUR", "OTHER_TOWNSHIP", "TOWNSHIPS", "VILLAGE", "fill_village"]

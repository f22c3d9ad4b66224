"""The village of tests/data/village_ground.py beside one of 300 households, whose every name is as long as it comes."""

from sqlalchemy import Engine, update

from components.wallcharts.making import Chart, ChartOrder, charts
from data import model
from data.access.viewer import Viewer
from data.figures import cube
from data.store.engine import upsert, writing
from tests.data.small_county import TODAY, VILLAGES
from tests.data.village_ground import COUNTY, NEIGHBOUR, fill_village
from tests.moment import clock

CADRE = Viewer("county", COUNTY)
BASE = "http://192.168.1.10:8501"
LARGE = NEIGHBOUR
MANY = 300
KINDS = ("健康", "产业", "就业", "义务教育保障", "住房安全保障", "饮水安全保障", "综合保障", "生产生活条件改善")
HEAD = "阿卜杜热合曼买买提依明江吐尔逊古丽努尔艾"
UNIT = "示范自治州住房公积金管理中心驻示范市办事处综合业务科工作WWWWWWWWWWWWWWWW"
TASK = "WMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWM通村道路硬化和安全饮水管网改造提升工程"


def fill(engine: Engine) -> None:
    """Fill an empty store."""
    fill_village(engine)
    with writing(engine) as connection:
        for table, rows in _large().items():
            upsert(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])
        for place, code in enumerate(VILLAGES):
            here = {"lon": 121.0 + place % 2 * 0.05, "lat": 40.0 + place // 2 * 0.04}
            connection.execute(update(model.region).where(model.region.c.code == code).values(here))
        cube.rebuild(connection, today=TODAY)


def _large() -> dict:
    ids = range(5001, 5001 + MANY)
    return {
        model.household: [
            {
                "id": id, "code": f"L{id}", "village": LARGE, "head": HEAD, "type": "边缘易致贫户",
                "identified": "2020-01-01", "cause": "因病", "phone": "13812345678", "walking_order": id - 5000,
                "lon": 121.05 + id % 20 * 0.0003 if id % 3 else None, "lat": 40.0 + id // 20 % 15 * 0.0003,
            }
            for id in ids
        ],
        model.member: [
            {"code": f"l{id}{n}", "household_id": id, "name": HEAD, "relation": "户主", "health": "大病"}
            for id in ids for n in range(12)
        ],
        model.helper: [
            {"code": f"L{n}", "name": HEAD, "unit": UNIT, "team": team, "post": UNIT[:20], "phone": "19900000000"}
            for n, team in enumerate(("第一书记", "驻村工作队", "党支部", "网格员", "区直干部"))
        ],
        model.pairing: [
            {"helper": f"L{n}", "household_id": id, "started": "2023-01-01", "ended": None}
            for id in ids for n in (id % 5, (id + 1) % 5)
        ],
        model.measure: [
            {
                "code": f"l{id}{n}", "household_id": id, "category": category, "name": "大病救助",
                "started": "2024-01-01",
            }
            for id in ids for n, category in enumerate(KINDS)
        ],
        model.task: [
            {
                "code": f"l{n}", "village": LARGE, "household_id": 5001 if n == 0 else None,
                "name": "慢性病送药" if n == 0 else TASK, "target": "完成", "started": "2026-10-01",
                "deadline": f"2026-1{n % 3}-28", "owner": HEAD, "progress_bp": 4000, "finished": None,
            }
            for n in range(8)
        ],
        model.problem: [
            {
                "code": f"l{n}", "region": LARGE, "household_id": 5002 if n == 0 else None, "source": "排查",
                "category": "饮水安全", "description": "大病没有报销" if n == 0 else TASK * 2, "found": "2026-09-01",
                "deadline": "2026-10-31", "owner": HEAD, "rectified": None, "closed": None,
            }
            for n in range(6)
        ],
    }  # fmt: skip


def printed(
    engine: Engine, *regions: str, size: str = "A4", viewer: Viewer = CADRE, month: int | None = None, base: str = BASE
) -> list[Chart]:
    """The charts of these regions."""
    return list(charts(engine, viewer, ChartOrder(regions, size, month, base, "127.0.0.1"), clock=clock))

"""Two counties with a few people who have accounts, displays and open sessions, straight in the store."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, insert

from data import model
from data.access.sessions import digest_of, sessions_of
from data.access.viewer import Viewer
from data.audit.chain import begin
from data.store.engine import follow_keys, writing

NOW = datetime(2026, 11, 29, 9, 0)
TAKEN_OVER = "2026-11-01T08:00:00"
"""When the log began, with a line for each person and each account."""
COUNTY, OTHER = "990181", "990182"
TOWNSHIP, VILLAGE = "990181101", "990181101201"
ADMINISTRATOR = Viewer("admin", COUNTY, None, 1)
ELSEWHERE = Viewer("admin", OTHER, None, 2)
CADRE = Viewer("village", VILLAGE, None, 4)
HOSTILE = "<script>alert(1)</script>"
_REGIONS = (
    (COUNTY, "示范市", ""), (OTHER, "邻县", ""), (TOWNSHIP, "示范镇", COUNTY), (VILLAGE, "示范村", TOWNSHIP),
)  # fmt: skip
_PEOPLE = (
    (1, "赵一", "zhao", "admin", COUNTY, {"totp": "JBSWY3DPEHPK3PXP"}), (2, "钱二", "qian", "admin", OTHER, {}),
    (3, "孙三", "sun", "township", TOWNSHIP, {"must_change": 1}), (4, HOSTILE, "li", "village", VILLAGE, {}),
    (5, "周五", "zhou", "helper", VILLAGE, {"disabled": "2026-11-20T08:00:00"}),
)  # fmt: skip


def fill(engine: Engine) -> None:
    """Fill an empty store."""
    with writing(engine) as connection:
        regions = [dict(zip(("code", "name", "parent"), row, strict=True)) for row in _REGIONS]
        connection.execute(insert(model.region), regions)
        connection.execute(insert(model.helper).values(code="B01", name="周五", unit="示范局", team="教师"))
        for id, name, login, role, region, more in _PEOPLE:
            own = {"helper": "B01"} if role == "helper" else {}
            row = {"id": id, "name": name, "unit": HOSTILE, "phone": "13800000000", "made": "2026-11-01", **own}
            connection.execute(insert(model.person).values(actor="command", **row))
            held = {"login": login, "role": role, "region": region, "hash": "", "must_change": 0, "version": 1, **more}
            connection.execute(insert(model.account).values(person_id=id, changed="2026-11-01", **held))
        follow_keys(connection, model.person)
        begin(connection, TAKEN_OVER)


def signed_in(engine: Engine, person: int, *, version: int = 1, now: datetime = NOW) -> str:
    """A session of a person; its digest."""
    later = now + timedelta(hours=12)
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36"
    held = {"address": "192.0.2.7", "agent": agent, "now": now, "idle": 30, "until": later}
    return digest_of(sessions_of(engine).begin(person=person, version=version, **held))

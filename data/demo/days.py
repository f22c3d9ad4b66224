"""每日记录 of the demonstration: what villages and those who help them wrote in the last days; some wrote nothing."""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select, text

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.figures import cube
from data.model.running import runs_on
from data.store.engine import writing
from data.store.rows import StoredRow
from data.terms import LEVELS

_LAST = 12  # days
_SILENT = 7  # of a hundred villages, that wrote nothing at all
_WRITE = {True: 78, False: 35}  # of a hundred others: on a working day, on a weekend
_OF_VILLAGES = {
    "done": ("村部到三组的排水沟清完了。", "低保动态核查的入户表全部交到镇里。", "冬季防火宣传单发到每户。"),
    "carried_out": ("公益岗位人员清扫村道。", "组织党员给独居老人送煤。", "村务公开栏换了这个月的内容。"),
    "settled": ("和镇农机站说定，下周来检修水泵。", "危桥加固的钱落实了，月底开工。"),
    "problem": ("四组路灯坏了两盏，已报镇里。", "自来水管接头渗水，要换一段。"),
}
_OF_HOMES = {
    "done": ("合作医疗缴费手续办完。", "奖补材料交到镇里了。", "家里的电线换好了。"),
    "carried_out": ("上门核对了这个月的收入。", "帮着把玉米装车卖了。", "和户主商量了明年种什么。"),
    "settled": ("务工岗位说定了，下周一上班。", "轮椅已经送到家里。"),
    "problem": ("房顶有一处渗水，需要修补。", "孩子校服费还没有着落。"),
}
_HOMES = f"""
    SELECT h.id, h.village, x.helper FROM pairing x JOIN household h ON h.id = x.household_id
    CROSS JOIN data_version d WHERE {runs_on("x", "d.built")} ORDER BY h.village, h.id, x.helper"""


def make_days(engine: Engine, now: datetime) -> int:
    """The records of every village's last days; how many."""
    chance = random.Random(29)
    with writing(engine) as connection:
        rows = [row for village, homes in _villages(connection) for row in _of_village(chance, village, homes, now)]
        if not rows:
            return 0
        connection.execute(insert(model.day_record), rows)
        by = model.day_record.c
        known = connection.execute(select(by.id, by.actor)).all()
        for actor in sorted({row.actor for row in known}):
            mine = [row.id for row in known if row.actor == actor]
            audit.wrote(connection, "day_record", mine, actor=actor, view="day", detail="写下", now=now)
        for village in sorted({str(row["village"]) for row in rows}):
            cube.refresh(connection, village, now, households=False, of="days")
    return len(rows)


def _villages(connection: Connection) -> list[tuple[str, list[StoredRow]]]:
    region = model.region.c
    villages = select(region.code).where(text(f"length(code) = {max(LEVELS)}"), region.closed.is_(None))
    codes = connection.execute(villages.order_by(region.code)).scalars().all()
    homes: dict[str, list[StoredRow]] = {}
    for row in connection.execute(text(_HOMES)):
        homes.setdefault(row.village, []).append(row)
    return [(code, homes.get(code, [])) for code in codes]


def _of_village(
    chance: random.Random, village: str, homes: Sequence[StoredRow], now: datetime
) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    if chance.randrange(100) < _SILENT:
        return made
    for back in range(_LAST, -1, -1):
        moment = now - timedelta(days=back, minutes=chance.randrange(5, 300) if back else 1)
        if chance.randrange(100) >= _WRITE[moment.weekday() < 5]:
            continue
        for home in (None, chance.choice(homes) if homes and chance.random() < 0.6 else None):
            if home is None and made and made[-1]["day"] == moment.date().isoformat():
                continue  # the village's own has been written
            made.append(_row(chance, village, home, moment))
    return made


def _row(chance: random.Random, village: str, home: StoredRow | None, moment: datetime) -> dict[str, object]:
    kind = chance.choices(("done", "carried_out", "settled", "problem"), (30, 40, 18, 12))[0]
    viewer = Viewer("village", village) if home is None else Viewer("helper", village, home.helper)
    return {
        "number": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "village": village,
        "household_id": home.id if home else None, "day": moment.date().isoformat(), "kind": kind,
        "words": chance.choice((_OF_HOMES if home else _OF_VILLAGES)[kind]), "written": written(moment),
        "at": written(moment), "actor": viewer.actor,
    }  # fmt: skip

"""The village of tests/data/village_ground.py with cases, clues, a plan and exits of 监测帮扶, known by hand."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Table, insert

from data import model
from data.figures import cube
from data.store.engine import follow_keys, writing
from tests.data.small_county import TODAY
from tests.data.village_ground import FAR, OTHER_TOWNSHIP, VILLAGE, fill_village

CHECKING, WATCHED, REMOVED, ELSEWHERE = 1, 2, 3, 4
"""Cases: of 904 since 2026-11-02 (a clue of the door of 2026-11-01, visited 11-04), of 903 watched since 2024, removed
again of 902, and of FAR at its township since 2026-10-12."""
_CASES = (
    (CHECKING, "A904", 904, VILLAGE, "2026-11-01", None, None, "checking", "2026-11-02"),
    (WATCHED, "K903-1", 903, VILLAGE, "2024-01-01", "边缘易致贫户", "因病、缺劳动力", "watched", "2024-01-01"),
    (REMOVED, "A902", 902, VILLAGE, "2025-01-01", "脱贫不稳定户", "因学", "removed", "2026-03-01"),
    (ELSEWHERE, "A950", FAR, OTHER_TOWNSHIP, "2026-09-01", "突发严重困难户", "因残", "reported", "2026-10-12"),
)
_STEPS = (
    (CHECKING, "2026-11-02", "begin", None, "checking"),
    (CHECKING, "2026-11-04", "visit", "checking", "checking"),
    (REMOVED, "2025-01-03", "begin", None, "checking"),
    (REMOVED, "2025-02-01", "include", "decided", "watched"),
    (REMOVED, "2026-03-01", "remove", "removal_decided", "removed"),
    (ELSEWHERE, "2026-09-02", "begin", None, "checking"),
    (ELSEWHERE, "2026-10-12", "report", "public", "reported"),
)
_CLUES = (
    (1, 904, VILLAGE, None, "door", "因病", "看病花钱多", "2026-11-01", CHECKING, "case"),
    (2, None, VILLAGE, "村东头一户", "hotline", None, "反映断水", "2026-11-10", None, "held"),
    (3, FAR, OTHER_TOWNSHIP, None, "department", "因残", "残联推送", "2026-08-30", ELSEWHERE, "case"),
    (4, 902, VILLAGE, None, "department", None, "医保推送", "2026-10-01", None, "none"),
)
_ITEMS = (
    (1, WATCHED, 903, VILLAGE, "因病", "健康", "慢病签约", "2026-06-30", "done", "2026-06-01"),
    (2, WATCHED, 903, VILLAGE, "缺劳动力", "公益岗位", "保洁岗", "2026-10-31", "planned", "2026-05-01"),
    (3, WATCHED, 903, VILLAGE, "因病", "综合保障", "申请低保", "2026-12-31", "doing", "2026-11-01"),
)
_EXITS = (
    (1, 902, VILLAGE, "退出", "收入稳定", "reported", "2026-11-10"),
    (2, FAR, OTHER_TOWNSHIP, "继续帮扶", "大病未愈", "decided", "2026-10-01"),
)


def fill_watched(engine: Engine) -> None:
    """Fill an empty store with the village and what is told above of it; the cube is built for TODAY."""
    fill_village(engine)
    with writing(engine) as connection:
        _fill(connection, model.monitoring_case, "id code household_id village began kind risks state since", _CASES)
        _fill(connection, model.case_step, "case_id day action before after", _STEPS)
        _fill(connection, model.clue, "id household_id village subject source risk words told case_id state", _CLUES)
        clue_steps = [(id, told, "tell", None, "open") for id, *_, told, _, _ in _CLUES]
        clue_steps[1] = (2, "2026-11-10", "take", None, "held")
        clue_steps += [(1, "2026-11-02", "found", "open", "case"), (3, "2026-09-02", "found", "open", "case"),
                       (4, "2026-10-03", "dismiss", "open", "none")]  # fmt: skip
        _fill(connection, model.clue_step, "clue day action before after", clue_steps)
        _fill(connection, model.plan_item, "id case_id household_id village risk kind what until state since", _ITEMS)
        items = [(id, since, "plan", None, "planned") for id, *_, since in _ITEMS]
        items += [(1, "2026-06-20", "carry_out", "planned", "done"), (3, "2026-11-05", "progress", "planned", "doing")]
        _fill(connection, model.plan_item_step, "item day action before after", items)
        _fill(connection, model.exit_review, "id household_id village verdict evidence state since", _EXITS)
        _fill(
            connection, model.episode, "code household_id kind identified risks removed removal",
            (("K903-1", 903, "边缘易致贫户", "2024-01-01", "因病、缺劳动力", None, None),
             ("A902", 902, "脱贫不稳定户", "2025-02-01", "因学", "2026-03-01", "帮扶消除")),
        )  # fmt: skip
        cube.rebuild(connection, today=TODAY)


def _fill(connection: Connection, table: Table, names: str, rows: Sequence[tuple]) -> None:
    marks = {"version": 1, "at": "2026-11-22T09:00:00", "actor": f"village:{VILLAGE}:", "who": "赵某"}
    own = {name: value for name, value in marks.items() if name in table.c}
    connection.execute(insert(table), [{**own, **dict(zip(names.split(), row, strict=True))} for row in rows])
    if "id" in names.split():
        follow_keys(connection, table)

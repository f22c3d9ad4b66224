"""A second, small way on two tables of its own: a problem that is mended, checked by another, closed by the county."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, ForeignKey, Integer, MetaData, RowMapping, Table, Text, event, select

from data import settings, workflow
from data.access.roles import PLANS, ROLES
from data.access.viewer import Viewer
from data.audit.records import WATCHED, Watched
from data.errors import NotFound, OutOfScope, Refused, WarRoomError
from data.store.engine import writing
from data.workflow import LONGEST_REASON, Changed, Register, Transition, Way

STATES = {"open": "待整改", "mended": "待核验", "checked": "待销号", "closed": "已销号"}
ACTIONS = {
    "raise": "提出", "note": "补充", "mend": "整改", "check": "核验", "return": "退回", "close": "销号",
    "reopen": "重开",
}  # fmt: skip
WAY = Way(
    name="整改问题",
    noun="问题",
    states=STATES,
    actions=ACTIONS,
    transitions=(
        Transition("raise", None, "open", "township"),
        Transition("raise", None, "open", "county"),
        Transition("note", "open", "open", "village"),
        Transition("mend", "open", "mended", "village"),
        Transition("mend", "open", "mended", "township"),
        Transition("check", "mended", "checked", "township", other_than="mend"),
        Transition("return", "mended", "open", "township", reason=True),
        Transition("return", "checked", "open", "county", reason=True),
        Transition("close", "checked", "closed", "county", other_than="raise"),
        Transition("reopen", "closed", "open", "county", reason=True),
    ),
    turn={"open": "village", "mended": "township", "checked": "county"},
    thing=PLANS,
    deadlines={"open": "mend_days", "mended": "check_days"},
)
# the same law once more by hand: (role, state) → action → the state it comes to
LAW = {
    ("village", "open"): {"note": "open", "mend": "mended"},
    ("township", None): {"raise": "open"},
    ("township", "open"): {"mend": "mended"},
    ("township", "mended"): {"check": "checked", "return": "open"},
    ("county", None): {"raise": "open"},
    ("county", "checked"): {"close": "closed", "return": "open"},
    ("county", "closed"): {"reopen": "open"},
}
TABLES = MetaData()
ISSUES = Register(
    WAY,
    Table(
        "issue", TABLES, Column("id", Integer, primary_key=True), Column("place", Text, nullable=False),
        Column("what", Text, nullable=False), Column("state", Text, nullable=False),
        Column("version", Integer, nullable=False), Column("since", Text, nullable=False),
    ),
    Table(
        "issue_step", TABLES, Column("id", Integer, primary_key=True),
        Column("issue", Integer, ForeignKey("issue.id"), nullable=False), Column("at", Text, nullable=False),
        Column("actor", Text, nullable=False), Column("action", Text, nullable=False), Column("before", Text),
        Column("after", Text, nullable=False), Column("reason", Text), Column("day", Text, nullable=False),
    ),
    key="issue", region="place",
)  # fmt: skip
VILLAGE, NEIGHBOUR = "990181100001", "990181100002"
CADRE, TOWN = Viewer("village", VILLAGE), Viewer("township", VILLAGE[:9])
COUNTY, PREFECTURE = Viewer("county", VILLAGE[:6]), Viewer("county", VILLAGE[:4])
VIEWERS = {
    "admin": Viewer("admin", ""), "display": Viewer("display", ""), "county": COUNTY, "township": TOWN,
    "village": CADRE, "helper": Viewer("helper", VILLAGE, "B1"),
}  # fmt: skip
ACTED = {"mend": CADRE.key, "raise": PREFECTURE.key}
NOW = datetime(2026, 11, 20, 9, 30)


@pytest.fixture
def store(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    TABLES.create_all(engine)
    monkeypatch.setitem(WATCHED, ISSUES.steps.name, Watched(ISSUES.steps))
    for name, label, default in (("mend_days", "整改天数", "7"), ("check_days", "核验天数", "3")):
        monkeypatch.setitem(settings.SETTINGS, name, settings.Setting(name, label, default, str, ""))
    return engine


def raised(store: Engine, viewer: Viewer = PREFECTURE, at: datetime = NOW, day: date | None = None) -> int:
    with writing(store) as connection:
        return ISSUES.add(connection, viewer, "raise", {"place": VILLAGE, "what": "饮水不稳定"}, at=at, day=day)


def step(
    store: Engine,
    viewer: Viewer,
    id: int,
    action: str,
    version: int,
    *,
    reason: str = "",
    note: str = "",
    at: datetime = NOW,
    day: date | None = None,
) -> None:
    with writing(store) as connection:
        held = ISSUES.locked(connection, viewer, id, version)
        arrow = ISSUES.transition(connection, viewer, held, action)
        ISSUES.take(connection, viewer, held, arrow, at=at, day=day, reason=reason, note=note)


def row(store: Engine, id: int) -> RowMapping:
    with store.connect() as connection:
        return ISSUES.row(connection, VIEWERS["admin"], id)


def whole(store: Engine) -> list[list[tuple]]:
    with store.connect() as connection:
        tables = (ISSUES.things, ISSUES.steps)
        return [[tuple(one) for one in connection.execute(select(table).order_by(table.c.id))] for table in tables]


@pytest.mark.parametrize(("role", "state", "action"), list(product(ROLES, (None, *STATES), ACTIONS)))
def test_every_role_in_every_state_may_do_what_the_law_says_and_nothing_else(role: str, state: str, action: str):
    viewer, after = VIEWERS[role], LAW.get((role, state), {}).get(action)
    if after is None:
        with pytest.raises(Refused):
            WAY.transition(viewer, VILLAGE, state, action, ACTED)
    else:
        assert WAY.transition(viewer, VILLAGE, state, action, ACTED).after == after
    assert (action in {one.action for one in WAY.allowed(viewer, VILLAGE, state, ACTED)}) == (after is not None)


@pytest.mark.parametrize(
    ("viewer", "state", "action", "words"),
    [
        (CADRE, "mended", "mend", r"^问题现在是“待核验”，不能整改；只有“待整改”的问题可以。$"),
        (TOWN, "mended", "reopen", r"^问题现在是“待核验”，不能重开；只有“已销号”的问题可以。$"),
        (CADRE, "open", "raise", r"^问题现在是“待整改”，不能提出。$"),
        (CADRE, None, "mend", r"^问题还没有提出，不能整改"),
        (CADRE, "open", "burn", r"^问题现在是“待整改”，不能这样做。$"),
        (COUNTY, "open", "mend", r"^“整改”由村干部、乡镇干部办理，您现在的身份是县级干部。$"),
        (Viewer("stranger", VILLAGE), "open", "mend", r"您现在的身份是访客。$"),
    ],
)
def test_a_refusal_says_in_the_words_of_the_thing_what_would_do(viewer, state, action, words):
    with pytest.raises(Refused, match=words):
        WAY.transition(viewer, VILLAGE, state, action, ACTED)


def test_a_thing_of_another_place_is_nobodys(store: Engine):
    id = raised(store)
    far = Viewer("township", "990181200")
    with pytest.raises(OutOfScope, match="这个整改问题不在您的查看范围内"):
        WAY.transition(far, VILLAGE, "mended", "check", ACTED)
    assert WAY.allowed(far, VILLAGE, "mended", ACTED) == [] and not WAY.waits_for(far, VILLAGE, "mended")
    for who, which in ((Viewer("village", NEIGHBOUR), id), (CADRE, id + 1)):
        with pytest.raises(NotFound, match="没有这个整改问题"):
            step(store, who, which, "mend", 1)
    assert row(store, id)["state"] == "open"


def test_it_waits_for_one_role_and_for_nobody_once_it_is_closed():
    assert {
        state: [role for role, viewer in VIEWERS.items() if WAY.waits_for(viewer, VILLAGE, state)] for state in STATES
    } == {"open": ["village"], "mended": ["township"], "checked": ["county"], "closed": []}


def test_who_mended_does_not_check_and_another_may(store: Engine):
    id = raised(store)
    step(store, TOWN, id, "mend", 1)
    with store.connect() as connection:
        assert [one.action for one in ISSUES.allowed(connection, TOWN, row(store, id))] == ["return"]
    before = whole(store)
    with pytest.raises(Refused, match=r"^“核验”要由“整改”以外的另一人办理，办过“整改”的不能自己核验。$"):
        step(store, TOWN, id, "check", 2)
    assert whole(store) == before
    step(store, TOWN, id, "return", 2, reason="水压仍不足")
    step(store, CADRE, id, "mend", 3)  # who mended last is another now
    step(store, TOWN, id, "check", 4)
    assert row(store, id)["state"] == "checked"


def test_who_raised_it_does_not_close_it_though_of_the_right_role(store: Engine):
    id = raised(store, COUNTY)
    step(store, CADRE, id, "mend", 1)
    step(store, TOWN, id, "check", 2)
    with pytest.raises(Refused, match="要由“提出”以外的另一人办理"):
        step(store, COUNTY, id, "close", 3)
    step(store, PREFECTURE, id, "close", 3)
    assert row(store, id)["state"] == "closed"


def test_where_the_first_person_is_not_known_there_is_no_second():
    assert "check" not in {one.action for one in WAY.allowed(TOWN, VILLAGE, "mended")}
    with pytest.raises(Refused, match="另一人"):
        WAY.transition(TOWN, VILLAGE, "mended", "check")


def late(store: Engine, today: date) -> list[int]:
    """What is overdue, as a list would ask the store."""
    things = ISSUES.things.c
    with store.connect() as connection:
        cuts = WAY.cuts(ISSUES.days(connection), today)
        over = [
            connection.execute(select(things.id).where(things.state == state, things.since < cut)).scalars()
            for state, cut in cuts.items()
        ]
        return sorted(id for found in over for id in found)


def due(store: Engine, id: int) -> date | None:
    held = row(store, id)
    with store.connect() as connection:
        return WAY.due(held["state"], date.fromisoformat(held["since"]), ISSUES.days(connection))


def test_the_clock_runs_from_the_steps_own_day_by_the_countys_setting(store: Engine):
    friday = date(2026, 2, 27)
    id = raised(store, at=datetime(2026, 3, 3, 8), day=friday)  # written down four days later
    assert due(store, id) == date(2026, 3, 6)
    assert late(store, date(2026, 3, 6)) == [] and late(store, date(2026, 3, 7)) == [id]
    step(store, CADRE, id, "note", 1, at=datetime(2026, 3, 5, 8))  # stays where it is: the clock does not begin anew
    assert due(store, id) == date(2026, 3, 6)
    with writing(store) as connection:
        settings.decide(connection, COUNTY, "mend_days", "2", now=NOW)
    assert due(store, id) == date(2026, 3, 1) and late(store, date(2026, 3, 2)) == [id]
    step(store, CADRE, id, "mend", 2, at=datetime(2026, 3, 5, 23, 59))
    assert due(store, id) == date(2026, 3, 8)
    assert late(store, date(2026, 3, 8)) == [] and late(store, date(2026, 3, 9)) == [id]
    step(store, TOWN, id, "check", 3, at=datetime(2026, 3, 20, 8))
    assert due(store, id) is None and late(store, date(2027, 1, 1)) == []


def test_the_log_tells_who_did_what_when_and_why(store: Engine):
    id = raised(store, at=NOW, day=NOW.date() - timedelta(days=3))
    step(store, CADRE, id, "mend", 1, at=NOW + timedelta(hours=1))
    step(store, TOWN, id, "return", 2, reason="  水压不足 ", note="办理时已知：超期 2 天", at=NOW + timedelta(days=1))
    with store.connect() as connection:
        told = ISSUES.history(connection, COUNTY, id)
        seen_from_afar = ISSUES.history(connection, VIEWERS["display"], id)
    assert [(one.at, one.who, one.action, one.after, one.reason, one.day) for one in told] == [
        ("2026-11-21T09:30:00", "乡镇干部", "退回", "open", "水压不足；办理时已知：超期 2 天", "2026-11-21"),
        ("2026-11-20T10:30:00", "村干部", "整改", "mended", None, "2026-11-20"),
        ("2026-11-20T09:30:00", "县级干部", "提出", "open", None, "2026-11-17"),
    ]
    assert [one.reason for one in seen_from_afar] == [None, None, None]
    assert row(store, id)["version"] == 3


@pytest.mark.parametrize(("reason", "words"), [(" \n", "写明原因"), ("长" * (LONGEST_REASON + 1), "最多 500 个字")])
def test_what_goes_back_needs_a_reason_of_a_readable_length(store: Engine, reason: str, words: str):
    id = raised(store)
    step(store, CADRE, id, "mend", 1)
    before = whole(store)
    with pytest.raises(Refused, match=words):
        step(store, TOWN, id, "return", 2, reason=reason)
    assert whole(store) == before


def test_the_second_of_two_is_told_who_was_first_and_what_stands(store: Engine):
    id = raised(store)
    step(store, CADRE, id, "mend", 1)
    with pytest.raises(Changed, match=r"^2026-11-20 09:30 村干部已经改动了这个问题，您的改动没有写入。") as told:
        step(store, TOWN, id, "mend", 1)
    assert told.value.version == 2


def test_of_two_at_once_one_writes_and_the_other_is_told(store: Engine):
    for _ in range(5):
        id, gate = raised(store), threading.Barrier(2)

        def mend(viewer: Viewer, id: int = id, gate: threading.Barrier = gate) -> str:
            gate.wait()
            try:
                step(store, viewer, id, "mend", 1)
            except Changed:
                return "told"
            return "wrote"

        with ThreadPoolExecutor(2) as two:
            assert sorted(two.map(mend, (CADRE, TOWN))) == ["told", "wrote"]
        with store.connect() as connection:
            assert [one.action for one in ISSUES.history(connection, COUNTY, id)] == ["整改", "提出"]
        assert (row(store, id)["state"], row(store, id)["version"]) == ("mended", 2)


def test_a_row_that_was_not_held_is_not_written_over(store: Engine):
    id = raised(store)
    stale = row(store, id)
    step(store, CADRE, id, "note", 1)
    before = whole(store)
    with pytest.raises(Refused, match="问题的状态刚刚变了"), writing(store) as connection:
        ISSUES.take(connection, CADRE, stale, WAY.transition(CADRE, VILLAGE, "open", "mend"), at=NOW)
    assert whole(store) == before


def test_a_crash_at_any_statement_leaves_nothing_and_the_next_try_writes_once(store: Engine):
    id = raised(store)
    before = whole(store)
    left = [0]

    def crash(*_) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise RuntimeError("the power went")

    event.listen(store, "before_cursor_execute", crash)
    try:
        crashes = 0
        while True:
            left[0] = crashes + 1
            try:
                step(store, CADRE, id, "mend", 1)
            except RuntimeError:
                crashes += 1
                left[0] = 0
                assert whole(store) == before
            else:
                break
    finally:
        event.remove(store, "before_cursor_execute", crash)
    assert crashes >= 3  # the lock, the log, the row
    assert row(store, id)["version"] == 2 and len(whole(store)[1]) == 2


def test_only_who_may_brings_a_thing_into_being(store: Engine):
    for viewer in (CADRE, VIEWERS["helper"], VIEWERS["display"], VIEWERS["admin"], Viewer("county", "990182")):
        with pytest.raises(WarRoomError):
            raised(store, viewer)
    assert whole(store) == [[], []]


def test_no_word_of_the_first_way_is_left_in_the_generic_one():
    source = Path(workflow.__file__).read_text(encoding="utf-8").lower()
    words = ("dividend", "plan", "方案", "分配", "收益", "村提", "镇审", "县备")
    assert [word for word in words if word in source] == []

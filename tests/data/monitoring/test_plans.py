"""一户一策: who may plan what when, what is carried out becomes a measure, what the help still lacks."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select, update

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, Refused
from data.monitoring import plans
from data.monitoring.plans import Draft, Given
from data.store.engine import writing
from data.workflow import Changed
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import OTHER_TOWNSHIP, VILLAGE
from tests.data.watched_ground import CHECKING, REMOVED, WATCHED, fill_watched

pytestmark = pytest.mark.filled(by=fill_watched)

NOW = datetime.fromisoformat("2026-11-22T10:00:00+08:00")
OWN, CADRE, STRANGER = Viewer("village", VILLAGE), Viewer("county", COUNTY), Viewer("village", OTHER_TOWNSHIP)
DRAFT = Draft("因病", "公益岗位", "保洁员岗位", None, "村委会", date(2026, 12, 20))


def items(engine: Engine, viewer: Viewer = OWN) -> dict[int, plans.Item]:
    with engine.connect() as connection:
        return {one.id: one for one in plans.items(connection, viewer, WATCHED, TODAY)}


def test_a_measure_is_planned_progresses_and_becomes_a_measure_of_the_household(engine: Engine):
    id = plans.plan(engine, OWN, WATCHED, DRAFT, now=NOW)
    one = items(engine)[id]
    assert (one.state, one.who, one.late, one.measure) == ("planned", "村委会", False, None)
    state = plans.act(engine, OWN, id, "progress", version=1, given=Given("已报名"), now=NOW)
    assert state == "doing"
    day = date(2026, 11, 20)
    assert plans.act(engine, OWN, id, "carry_out", version=2, given=Given("上岗了", day), now=NOW) == "done"
    one = items(engine)[id]
    with engine.connect() as connection:
        made = connection.execute(select(model.measure).where(model.measure.c.code == one.measure)).one()
        told = select(model.change.c.what).where(model.change.c.household_id == 903).order_by(model.change.c.id.desc())
        assert connection.execute(told).scalars().first() == "落实帮扶计划：保洁员岗位"
    assert (made.household_id, made.category, made.name, made.started) == (903, "公益岗位", "保洁员岗位", "2026-11-20")
    assert [(step.action, step.reason, step.day) for step in one.steps] == [
        ("落实", "上岗了", "2026-11-20"), ("写进展", "已报名", "2026-11-22"), ("列入计划", None, "2026-11-22"),
    ]  # fmt: skip


def test_what_is_taken_up_again_does_not_become_a_second_measure(engine: Engine):
    version = items(engine)[2].version
    plans.act(engine, OWN, 2, "carry_out", version=version, given=Given(), now=NOW)
    measure = items(engine)[2].measure
    plans.act(engine, OWN, 2, "resume", version=version + 1, given=Given("又停了"), now=NOW)
    plans.act(engine, OWN, 2, "carry_out", version=version + 2, given=Given(), now=NOW)
    with engine.connect() as connection:
        codes = connection.execute(select(model.measure.c.code).where(model.measure.c.household_id == 903)).scalars()
        assert list(codes) == [measure]


def test_a_change_keeps_in_the_log_what_was_planned_before(engine: Engine):
    changed = replace(DRAFT, what="护林员岗位")
    plans.act(engine, OWN, 2, "change", version=1, given=Given(draft=changed), now=NOW)
    one = items(engine)[2]
    assert (one.what, one.until, one.state) == ("护林员岗位", "2026-12-20", "planned")
    assert one.steps[0].reason == "原为保洁岗；原为赵某；原为2026-10-31"


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (replace(DRAFT, risk="因学"), "请选择针对的风险：因病、缺劳动力。"),
        (replace(DRAFT, kind="发钱"), "请选择措施类别。"),
        (replace(DRAFT, what=" \u200b"), "请写明措施内容。"),
        (replace(DRAFT, who=""), "请写明由谁落实。"),
        (replace(DRAFT, owner=999), "请写明由谁落实。"),
        (replace(DRAFT, until=date(2026, 11, 21)), "落实期限不能早于今天。"),
    ],
)
def test_a_measure_that_says_too_little_is_refused_in_words(engine: Engine, draft: Draft, said: str):
    with pytest.raises(Refused, match=f"^{said}$"):
        plans.plan(engine, OWN, WATCHED, draft, now=NOW)


def test_only_who_is_helped_gets_a_plan(engine: Engine):
    for case in (CHECKING, REMOVED):
        with pytest.raises(Refused, match="纳入监测或启用绿色通道以后"):
            plans.plan(engine, OWN, case, DRAFT, now=NOW)
    with writing(engine) as connection:
        connection.execute(
            update(model.monitoring_case).where(model.monitoring_case.c.id == CHECKING).values(green="2026-11-03")
        )
    assert plans.plan(engine, OWN, CHECKING, DRAFT, now=NOW)


def test_days_versions_and_scope_are_asked(engine: Engine):
    for day in (date(2026, 11, 23), date(2023, 12, 31)):
        with pytest.raises(Refused, match="日期"):
            plans.act(engine, OWN, 2, "carry_out", version=1, given=Given(day=day), now=NOW)
    with pytest.raises(Changed):
        plans.act(engine, OWN, 2, "carry_out", version=7, given=Given(), now=NOW)
    with pytest.raises(Refused, match="请写明原因"):
        plans.act(engine, OWN, 2, "drop", version=1, given=Given(), now=NOW)
    with pytest.raises(NotFound):
        plans.plan(engine, STRANGER, WATCHED, DRAFT, now=NOW)
    with pytest.raises(NotFound):
        plans.act(engine, STRANGER, 2, "carry_out", version=1, given=Given(), now=NOW)
    with pytest.raises(NotFound):
        items(engine, STRANGER)
    assert items(engine)[2].state == "planned"


def test_what_the_help_lacks_is_said_with_its_day(engine: Engine):
    def lacks() -> list[tuple[str, str, bool]]:
        with engine.connect() as connection:
            found = plans.lacks(connection, OWN, WATCHED, TODAY)
        return [(one.words[:8], one.due.isoformat(), one.late) for one in found]

    assert lacks() == [("还没有落实第一项", "2024-02-01", True)]
    with writing(engine) as connection:
        connection.execute(update(model.member).where(model.member.c.code == "903a").values(skill="普通劳动力"))
    assert lacks()[1] == ("有劳动能力，还没", "2024-07-01", True)
    plans.act(engine, OWN, 2, "carry_out", version=1, given=Given(), now=NOW)  # 公益岗位
    assert lacks() == []

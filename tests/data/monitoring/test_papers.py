"""Papers of a case, read back: what must stand on each, and what must never hang in a village."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope, Refused
from data.monitoring.papers import FORMS, form
from data.store.engine import writing
from tests.data.monitoring_ground import (
    CLERK,
    HOUSEHOLD,
    LIFTED,
    REMOVING,
    TOWN,
    fill_monitoring,
    measured,
    opened,
    through,
)  # fmt: skip
from tests.data.paper import reading as paper
from tests.data.small_county import TODAY

BY = "打印人 周明 · 乡镇干部 · 2026-11-22 10:00"
ELSEWHERE = Viewer("village", "990181002001")


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(fill_monitoring, own=True)


def told(engine: Engine, case: int, kind: str, viewer: Viewer = TOWN) -> str:
    with engine.connect() as connection:
        made = form(connection, viewer, case, kind, TODAY, by=BY)
    fonts = paper.embedded(made)
    assert fonts and all(fonts.values())
    said = "".join(paper.texts(made))
    assert "".join(BY.split()) in said and "演示数据" in said
    return said


def published(engine: Engine, household: int = HOUSEHOLD, kind: str | None = None) -> int:
    id = opened(engine, household, date(2026, 11, 10))
    through(engine, id, first=date(2026, 11, 10), until="publish", kind=kind)
    return id


def test_a_notice_names_all_that_hang_and_nothing_that_must_not_stand_there(county: Engine):
    with writing(county) as connection:
        homes, people = model.household, model.member
        mine = homes.c.id.in_([HOUSEHOLD, LIFTED])
        paired = {"helper": "D1", "household_id": LIFTED, "started": "2025-01-01"}
        connection.execute(model.pairing.insert().values(paired))
        connection.execute(homes.update().where(mine).values(attribute="刚性支出困难户", phone="19900000123"))
        who = people.c.household_id == HOUSEHOLD
        connection.execute(people.update().where(who).values(health="大病", id_number="990181198001010016"))
    first = published(county)
    published(county, LIFTED, "脱贫不稳定户")
    said = told(county, first, "公示")
    assert "拟纳入的2户" in said and "2026年11月13日至2026年11月18日" in said
    with county.connect() as connection:
        heads = connection.execute(select(homes.c.head).where(mine)).scalars().all()
    assert all(head in said for head in heads) and "边缘易致贫户" in said and "脱贫不稳定户" in said
    for never in ("因病", "大病", "刚性支出", "收入", "990181198001010016", "9901811980", "19900000123", "K904"):
        assert never not in said, never
    assert "村民委员会（盖章）" in said and "12317" in said


def test_a_notice_is_of_one_village_and_of_what_hangs_alone(county: Engine):
    id = opened(county, day=date(2026, 11, 10))
    with county.connect() as connection:
        with pytest.raises(Refused, match=r"核查比对.*评议通过后"):
            form(connection, TOWN, id, "公示", TODAY)
        with pytest.raises(Refused, match="还没有提出风险消除"):
            form(connection, TOWN, id, "风险消除表", TODAY)
        with pytest.raises(Refused, match="没有“合同”这种表"):
            form(connection, TOWN, id, "合同", TODAY)
        for kind in FORMS:
            with pytest.raises(NotFound):
                form(connection, ELSEWHERE, id, kind, TODAY)
        with pytest.raises(OutOfScope):
            form(connection, replace(CLERK, role="wall"), id, "信息采集表", TODAY)


def test_minutes_have_the_votes_and_blanks_before_there_were_any(county: Engine):
    id = opened(county, day=date(2026, 11, 10))
    before = told(county, id, "评议记录")
    assert "应到" in before and "人实到" not in before and "通过结论" not in before
    through(county, id, first=date(2026, 11, 10), until="discuss")
    said = told(county, id, "评议记录")
    assert "应到30人实到24人同意20人不同意3人" in said and "评议日期2026-11-13" in said and "结论通过" in said


def test_a_survey_is_filled_in_and_masks_what_is_masked(county: Engine):
    with writing(county) as connection:
        who = model.member.c.code == "904a"
        connection.execute(model.member.update().where(who).values(id_number="990181198001010016", health="大病"))
    id = opened(county, day=date(2026, 11, 10))
    said = told(county, id, "信息采集表")
    assert "K904-JC1" in said and "周四" in said and "周母" in said and "家庭人口2人" in said
    assert "990181198001010016" not in said and "大病" not in said and "●●" in said
    assert "工资性收入24,000.00" in said and "人均纯收入12,000.00" in said and "监测线8,000.00" in said
    assert "户主（签字、按手印）" in said


def test_a_removal_has_its_figures_and_who_agreed_on_which_day(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    measured(county)
    assert through(county, id, REMOVING, date(2026, 9, 1)) == "removed"
    said = told(county, id, "风险消除表")
    assert "识别日期2026-01-13" in said and "消除日期2026-09-13" in said and "帮扶消除" in said
    assert "工资性收入24,000.00" in said and "人均纯收入12,000.00" in said and "合规自付支出0.00" in said
    assert "消除民主评议2026-09-04" in said and "公告风险消除2026-09-13" in said and "介绍务工" in said

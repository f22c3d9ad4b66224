"""The notice on paper, read back: every household with its amount, the rule, the days, the fonts in the file."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.dividends.file import plan_file
from data.dividends.notice import notice, rule_name
from data.dividends.rules import Rule
from data.errors import NotFound, OutOfScope, Refused
from data.money import exact
from data.store.engine import writing
from tests.data.dividends.ground import CADRE, TOWN, VILLAGE, proposed, ready, taken_to
from tests.data.paper import reading as paper
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(ready, own=True)


def test_the_notice_names_every_household_its_amount_the_rule_and_where_to_object(county: Engine):
    plan = taken_to(county, proposed(county), "published")
    with writing(county) as connection:
        table = model.household
        first = connection.execute(select(model.dividend_share.c.household_id).limit(1)).scalar_one()
        connection.execute(table.update().where(table.c.id == first).values(head="𠮷#[*名*]\\"))
    with county.connect() as connection:
        by = "打印人 周明 · 乡镇干部 · 2026-11-22 10:00 · 日志止于 12·0123abcd"
        made = notice(connection, TOWN, plan, TODAY.isoformat(), by=by)
        held = plan_file(connection, CADRE, plan, TODAY.isoformat())
    told = "".join(paper.texts(made))
    assert "".join(by.split()) in told and "收益分配方案公示" in told and "演示数据" in told
    assert "2026年11月3日至2026年11月7日，共5天" in told
    assert (
        f"收益{exact(held.line.received)}元=分到户{exact(held.line.distributed)}元+留存{exact(held.line.kept)}元"
        in told
    )
    assert "".join(held.rule_told.split()) in told
    assert "示范村0村民委员会或示范镇1人民政府反映" in told and "12317" in told
    assert all(words in told for words in ("村党组织书记（签字）", "村务监督委员会（签字）", "村民委员会（盖章）"))
    assert "𠮷#[*名*]\\" in told  # a name is text, whatever stands in it
    paid = held.shares[held.shares["total"] != 0]
    for row in paid.itertuples():
        assert exact(round(row.total * 100)) in told
    assert told.count("张某某") == len(paid) - 1
    fonts = paper.embedded(made)
    assert fonts and all(fonts.values())


def test_there_is_no_notice_before_the_publicity_and_none_for_who_may_not_read_names(county: Engine):
    plan = proposed(county)
    with county.connect() as connection:
        with pytest.raises(Refused, match="还没有公示"):
            notice(connection, CADRE, plan, TODAY.isoformat())

        with pytest.raises(OutOfScope):
            notice(connection, Viewer("display", COUNTY), plan, TODAY.isoformat())
        with pytest.raises(NotFound):
            notice(connection, Viewer("township", TOWNSHIPS[1]), plan, TODAY.isoformat())
        assert VILLAGE.startswith(TOWN.region)


def test_a_rule_is_named_with_the_coefficients_that_hold():
    assert rule_name(Rule("equal")) == "按户均分"
    assert (
        rule_name(Rule("weak", {"无劳动力户": 125}, True)) == "照顾无劳动力户（按人计），系数：无劳动力户 1.25，其余 1"
    )

"""What contradicts itself in the records is listed by the codes of its households."""

from sqlalchemy import Engine, insert

from data import model
from data.figures import cube
from data.quality.checks import check
from data.store.engine import writing
from tests.data.small_county import TODAY

HEADS = (
    "有成员而没有户主的户",
    "有两个及以上户主的户",
    "户主姓名与家庭成员中的户主不一致的户",
)


def test_households_without_a_head_with_two_and_with_a_head_of_another_name_are_listed(engine: Engine):
    members = {
        "right": [("张三", "户主"), ("王五", "配偶")],
        "none": [("张三", "配偶"), ("李四", "子女")],
        "two": [("张三", "户主"), ("王五", "户主")],
        "other": [("王五", "户主"), ("张三", "子女")],
        "empty": [],
        "two others": [("王五", "户主"), ("赵六", "户主")],
    }
    with writing(engine) as connection:
        connection.execute(insert(model.region).values(code="990181001001", name="村", parent=""))
        for number, (code, persons) in enumerate(members.items(), 1):
            held = {"id": number, "code": code, "village": "990181001001", "type": "一般户", "head": "张三"}
            connection.execute(insert(model.household).values(held))
            for place, (name, relation) in enumerate(persons):
                person = {"code": f"{code}{place}", "household_id": number, "name": name, "relation": relation}
                connection.execute(insert(model.member).values(person))
        cube.rebuild(connection, today=TODAY)
    found = {finding.what: finding for finding in check(engine)}
    assert [found[what].examples for what in HEADS] == [("none",), ("two", "two others"), ("other", "two others")]
    assert found["没有家庭成员的户"].examples == ("empty",)
    assert not any(found[what].grave for what in HEADS)


def test_households_left_in_a_village_that_is_no_more_are_listed(engine: Engine):
    with writing(engine) as connection:
        for code, closed in (("990181001001", None), ("990181001002", "2026-03-01"), ("990181001003", "2999-01-01")):
            village = {"code": code, "name": "村", "parent": "", "closed": closed}
            connection.execute(insert(model.region).values(village))
            held = {"id": int(code[-1]), "code": f"H{code[-1]}", "village": code, "type": "脱贫户", "head": "张三"}
            connection.execute(insert(model.household).values(held))
        cube.rebuild(connection, today=TODAY)
    found = {finding.what: finding.examples for finding in check(engine)}
    assert found["仍登记在已撤销的村的户"] == ("H2",)

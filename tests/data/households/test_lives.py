"""Births, deaths, moves, splits: what follows is told before, the past stays, each village's figures are as rebuilt."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, text

from data import model
from data.access.viewer import Viewer
from data.cards import card as cards
from data.errors import NotFound, OutOfScope, Refused
from data.figures import cube, lists, spells
from data.figures.read import figures
from data.households import lives
from data.households.checking import checks
from data.households.consequences import follows
from data.households.edits import Conflict, undo
from data.households.entries import correct_household, correct_member
from data.households.fields import Unfit
from data.households.file import household
from data.households.history import history
from data.households.search import search
from data.households.village import in_village, points
from data.model.running import holds_on
from data.store.engine import writing
from data.terms import STATE_NAMES
from tests.data.households.ground import assert_as_rebuilt, assure, derived, one
from tests.data.households.homes import HOME, OTHER, code, two_homes
from tests.data.small_county import COUNTY, LAST, TODAY, VILLAGES
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
DAY = "2026-10-15"
BABY = {"name": "小宝", "relation": "孙子", "sex": "男"}
CHILDREN = {code(3): "子女", code(4): "子女"}


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(two_homes, own=True)


def make(engine: Engine, deed: Callable, *given: object, viewer: Viewer = CADRE, **more: object) -> lives.Deed:
    with engine.connect() as connection:
        return deed(connection, viewer, *given, today=NOW.date(), **more)


def do(engine: Engine, deed: Callable, *given: object, viewer: Viewer = CADRE, **more: object) -> int:
    return lives.carry_out(engine, viewer, make(engine, deed, *given, viewer=viewer, **more), now=NOW).change


def persons_in(engine: Engine, region: str, month: int) -> int:
    with engine.connect() as connection:
        sql = "SELECT persons FROM cube WHERE region = :region AND month = :month"
        return int(connection.execute(text(sql), {"region": region, "month": month}).scalar_one())


def home_persons(engine: Engine, id: int, day: str) -> int:
    sql = f"SELECT COUNT(*) FROM member_spell w WHERE household_id = :id AND {holds_on('w', ':day')}"
    with engine.connect() as connection:
        return int(connection.execute(text(sql), {"id": id, "day": day}).scalar_one())


EVERY: Mapping[str, tuple[Callable, tuple, Mapping]] = {
    "birth": (lives.comes, (HOME, BABY), {"reason": "出生", "day": DAY}),
    "marriage in": (
        lives.comes, (HOME, BABY | {"relation": "儿媳", "born": "1999-01-01"}), {"reason": "婚入", "day": DAY},
    ),
    "death": (lives.goes, (HOME, code(2)), {"reason": "死亡", "day": DAY}),
    "death of the head": (
        lives.goes, (HOME, code(1)), {"reason": "死亡", "day": DAY, "head": code(2), "relations": CHILDREN},
    ),
    "going over": (
        lives.goes_over, (HOME, code(2), OTHER), {"going": "婚出", "relation": "配偶", "day": DAY},
    ),
    "a move": (lives.moves, (HOME, VILLAGES[3]), {"day": DAY, "note": "搬迁安置"}),
    "an end": (lives.ends, (HOME,), {"reason": "整户迁出", "words": "", "day": DAY}),
    "a merger": (lives.merges, (HOME, OTHER), {"day": DAY, "relations": {code(n): "其他" for n in (1, 2, 3, 4)}}),
    "a fall back": (lives.turns, (HOME, "返贫"), {"day": DAY, "words": "大病"}),
    "an orderly exit": (lives.turns, (HOME, "有序退出"), {"day": DAY, "words": ""}),
    "a split": (
        lives.splits, (HOME, [code(3), code(4)]), {"head": code(3), "relations": {code(4): "弟弟"}, "day": DAY},
    ),
    "a new household": (
        lives.founds,
        (VILLAGES[1], {"type": "边缘易致贫户", "identified": "2026-10-20"}, {"name": "新", "born": "1980-01-01"}),
        {"day": DAY},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_whoever_comes_or_goes_the_figures_are_as_rebuilt_and_taken_back_they_are_as_before(county: Engine, name: str):
    deed, given, more = EVERY[name]
    with county.connect() as connection:
        before = derived(connection)
    change = do(county, deed, *given, **more)
    with county.connect() as connection:
        after = derived(connection)
    assert after["member_spell"] != before["member_spell"] or after["state_spell"] != before["state_spell"]
    past = NOW.date().replace(day=1) - timedelta(days=60)  # a month before the day
    held = [row for row in after["cube"] if row[1] < past.year * 12 + past.month - 1]
    assert held == [row for row in before["cube"] if row[1] < past.year * 12 + past.month - 1]
    assert_as_rebuilt(county)
    back = undo(county, CADRE, change, now=NOW)
    with county.connect() as connection:
        assert derived(connection)["cube"] == before["cube"]
    assert_as_rebuilt(county)
    undo(county, CADRE, back, now=NOW)
    with county.connect() as connection:
        assert derived(connection)["cube"] == after["cube"]
    assert_as_rebuilt(county)


def test_a_death_takes_one_person_from_its_day_on_and_the_income_is_shared_by_fewer(county: Engine):
    deed = make(county, lives.goes, HOME, code(2), reason="死亡", day=DAY)
    with county.connect() as connection:
        told = [(one.label, one.before, one.after) for one in follows(connection, CADRE, deed)]
    assert told == [("大户人口", "4 人", "3 人"), ("大户人均纯收入（12个月收入不变）", "9,800 元", "13,067 元")]
    september = persons_in(county, VILLAGES[0], LAST - 2)
    october = persons_in(county, VILLAGES[0], LAST - 1)
    assert one(county, model.member, code=code(2))["gone"] is None  # seen before it was done
    lives.carry_out(county, CADRE, deed, now=NOW)
    assert persons_in(county, VILLAGES[0], LAST - 2) == september
    assert persons_in(county, VILLAGES[0], LAST - 1) == october - 1
    assert [home_persons(county, HOME, day) for day in ("2026-10-14", DAY)] == [4, 3]
    held = one(county, model.member, code=code(2))
    assert (held["gone"], held["gone_reason"], held["name"]) == (DAY, "死亡", "二")


def test_lifted_fallen_back_lifted_again_and_out_in_good_order(county: Engine):
    turns = (("2024-03-01", "返贫", "再脱贫"), ("2025-06-30", "再脱贫", "有序退出"), (DAY, "有序退出", "脱贫"))
    for day, kind, wrong in turns:
        with pytest.raises(Unfit, match=f"的户不能{wrong}"):
            do(county, lives.turns, HOME, wrong, day=day, words="")
        do(county, lives.turns, HOME, kind, day=day, words="评议")
        with pytest.raises(Unfit, match=f"应晚于上一次变动（{day} {kind}）"):
            do(county, lives.turns, HOME, "返贫", day=day, words="")
    with county.connect() as connection:
        spell = spells.state_spell.c
        asked = select(spell.since, spell.state, spell.relapsed).where(spell.household_id == HOME).order_by(spell.since)
        course = [(since, STATE_NAMES[state], relapsed) for since, state, relapsed in connection.execute(asked)]
        events = select(model.household_event.c.kind).order_by(model.household_event.c.day)
        kinds = list(connection.execute(events.where(model.household_event.c.household_id == HOME)).scalars())
    assert course == [
        ("", "一般户", 0), ("2015-01-01", "未脱贫户", 0), ("2018-01-01", "脱贫户", 0), ("2024-03-01", "未脱贫户", 1),
        ("2025-06-30", "脱贫户", 0), (DAY, "已退出帮扶户", 0),
    ]  # fmt: skip
    assert kinds == ["识别", "脱贫", "返贫", "再脱贫", "有序退出"]
    held = one(county, model.household, id=HOME)
    assert (held["identified"], held["lifted"], held["relapsed"]) == ("2015-01-01", "2025-06-30", "2024-03-01")
    assert_as_rebuilt(county)
    with pytest.raises(Refused, match="状态变动"):
        correct_household(county, CADRE, HOME, {"lifted": "2025-06-30"}, {"lifted": "2025-07-01"}, now=NOW)


def test_what_a_turn_makes_of_a_household_is_told_before(county: Engine):
    deed = make(county, lives.turns, HOME, "返贫", day=DAY, words="")
    with county.connect() as connection:
        told = [(one.label, one.before, one.after) for one in follows(connection, CADRE, deed)]
        with pytest.raises(Refused, match="审批"):
            follows(connection, Viewer("village", VILLAGES[0]), deed)
    assert told == [("大户状态", "脱贫户", "未脱贫户，以前月份不变")]


def test_a_move_changes_two_villages_from_its_day_on(county: Engine):
    old, new = VILLAGES[0], VILLAGES[3]
    before = {
        (village, month): persons_in(county, village, month) for village in (old, new) for month in (LAST - 2, LAST)
    }
    do(county, lives.moves, HOME, new, day=DAY, note="")
    assert {at: persons_in(county, *at) - was for at, was in before.items()} == {
        (old, LAST - 2): 0, (old, LAST): -4, (new, LAST - 2): 0, (new, LAST): 4,
    }  # fmt: skip
    assert one(county, model.household, id=HOME)["village"] == new
    with pytest.raises(Unfit, match="日期"):
        do(county, lives.moves, HOME, VILLAGES[1], day="2026-10-01", note="")


def test_the_head_of_then_is_named_then_and_what_the_others_are_to_him_is_asked_anew(county: Engine):
    more = {"head": code(2), "relations": {code(3): "子女", code(4): "侄子"}}
    deed = make(county, lives.goes, HOME, code(1), reason="死亡", day=DAY, **more)
    with county.connect() as connection:
        told = [(one.label, one.before, one.after) for one in follows(connection, CADRE, deed)]
    assert ("户主", "大", "二，以前月份不变") in told
    change = lives.carry_out(county, CADRE, deed, now=NOW).change
    then, now = LAST - 2, LAST
    assert [named(county, month) for month in (then, now)] == [
        ("大", [("大", "户主"), ("二", "子女"), ("三", "子女"), ("四", "子女")]),
        ("二", [("二", "户主"), ("三", "子女"), ("四", "侄子")]),
    ]
    with county.connect() as connection:
        listed = [
            set(lists.whole(connection, CADRE, "households", VILLAGES[0], month)["head"]) & {"大", "二"}
            for month in (then, now)
        ]
        found = search(connection, CADRE, f"{VILLAGES[0]}{HOME}", region=COUNTY, month=now).rows
    assert listed == [{"大"}, {"二"}]
    assert [(row.head, row.persons) for row in found[found["id"] == HOME].itertuples()] == [("二", 3)]
    undo(county, CADRE, change, now=NOW)
    assert named(county, now) == named(county, then)
    do(county, lives.goes_over, HOME, code(1), OTHER, going="婚出", relation="配偶", day=DAY, **more)
    assert named(county, then) == ("大", [("大", "户主"), ("二", "子女"), ("三", "子女"), ("四", "子女")])
    assert [named(county, month, OTHER) for month in (then, now)] == [
        ("甲", [("甲", "户主")]), ("甲", [("甲", "户主"), ("大", "配偶")])
    ]  # fmt: skip


def named(engine: Engine, month: int, id: int = HOME) -> tuple[str, list[tuple[str, str]]]:
    """The head by the household's file, its card and its village's list, and who is what to him."""
    with engine.connect() as connection:
        file = household(connection, CADRE, id, month)
        rows = in_village(connection, CADRE, file.village, month)
        year = next(year for year in cards.years(connection) if year.first <= month <= year.last)
        card = cards.card(connection, CADRE, id, year, until=month)
    members = list(zip(file.members["name"], file.members["relation"], strict=True))
    assert [(one.name, one.relation) for one in card.members] == members
    assert {file.head, card.head} == set(rows[rows["id"] == id]["head"])
    return file.head, members


def test_help_ends_with_a_household_and_what_is_open_stands_and_is_named(county: Engine):
    with writing(county) as connection:
        helper = connection.execute(select(func.min(model.helper.c.code))).scalar_one()
        connection.execute(model.pairing.insert().values(helper=helper, household_id=HOME, started="2024-01-01"))
        measure = {"code": "M901", "household_id": HOME, "category": "产业", "name": "养殖", "started": "2024-01-01"}
        connection.execute(model.measure.insert().values(**measure))
        problem = {"code": "P901", "household_id": HOME, "region": VILLAGES[0], "source": "排查", "category": "住房"}
        problem |= {"description": "漏雨", "found": "2026-05-01", "deadline": "2026-12-31", "owner": "村"}
        connection.execute(model.problem.insert().values(**problem))
    helped = {"结对帮扶": "1 人", "帮扶措施": "1 项", "未销号问题": "1 个"}
    ended = {"结对帮扶": "1 人同日结束", "帮扶措施": "1 项同日结束", "未销号问题": "不随户结束，仍要办结"}
    for deed in ("an end", "a merger", "a move"):
        made, given, more = EVERY[deed]
        with county.connect() as connection:
            followed = follows(connection, CADRE, make(county, made, *given, **more))
        told = {one.label: (one.before, one.after) for one in followed}
        stands = dict.fromkeys(helped, "仍由原来的人办理，请与新村核对")
        after = stands if deed == "a move" else ended
        assert {what: told[what] for what in helped} == {what: (helped[what], after[what]) for what in helped}, deed
        change = do(county, made, *given, **more)
        ends = [one(county, table, household_id=HOME)["ended"] for table in (model.pairing, model.measure)]
        assert ends == [None if deed == "a move" else DAY] * 2
        assert one(county, model.problem, code="P901")["closed"] is None
        assert_as_rebuilt(county)
        undo(county, CADRE, change, now=NOW)
        assert [one(county, table, household_id=HOME)["ended"] for table in (model.pairing, model.measure)] == [
            None
        ] * 2


def test_who_moved_away_is_named_in_the_old_villages_months_and_opened_by_the_new_one_alone(county: Engine):
    do(county, lives.moves, HOME, VILLAGES[3], day=DAY, note="")
    old, new, third = (Viewer("village", VILLAGES[number]) for number in (0, 3, 1))
    with county.connect() as connection:
        then = in_village(connection, old, VILLAGES[0], LAST - 2)
        assert list(then[then["id"] == HOME]["head"]) == ["大"]
        assert "大" in set(lists.whole(connection, old, "households", VILLAGES[0], LAST - 2)["head"])
        assert HOME not in set(in_village(connection, old, VILLAGES[0], LAST)["id"])
        for viewer, month in ((old, LAST - 2), (new, LAST)):  # without coordinates: somewhere in the village of then
            drawn = points(connection, viewer, viewer.region, month)
            assert list(drawn[drawn["id"] == HOME]["village"]) == [viewer.region]
        for viewer, month, named in ((old, LAST - 2, 1), (new, LAST - 2, 0), (old, LAST, 0), (new, LAST, 1)):
            assert len(lists.of_households(connection, viewer, [HOME], viewer.region, month)) == named
        for month in (LAST - 2, LAST):
            with pytest.raises(NotFound, match=f"已于 {DAY} 迁到"):
                household(connection, old, HOME, month)
            with pytest.raises(NotFound, match="没有找到这一户"):
                household(connection, third, HOME, month)
            assert household(connection, new, HOME, month).head == "大"
    with pytest.raises(NotFound):
        do(county, lives.goes, HOME, code(2), reason="死亡", day="2026-11-01", viewer=old)


def test_a_split_founds_a_household_of_the_same_state_that_has_no_past(county: Engine):
    do(county, lives.splits, HOME, [code(3), code(4)], head=code(3), relations={code(4): "弟弟"}, day=DAY)
    with county.connect() as connection:
        new = connection.execute(select(func.max(model.household.c.id))).scalar_one()
    row = one(county, model.household, id=new)
    assert (row["head"], row["type"], row["code"]) == ("三", "脱贫户", f"{VILLAGES[0]}902")
    assert one(county, model.member, code=code(3))["relation"] == "户主"
    assert [home_persons(county, id, day) for id in (HOME, new) for day in ("2026-10-14", DAY)] == [4, 2, 0, 2]
    with county.connect() as connection:
        mine, theirs = (history(connection, CADRE, id).changes[0] for id in (HOME, new))
    assert mine.what == theirs.what == "家庭变动：三、四分户（2026-10-15）"
    undo(county, CADRE, theirs.id, now=NOW)  # from either side, both
    assert [home_persons(county, id, DAY) for id in (HOME, new)] == [4, 0]
    with county.connect() as connection:
        assert [history(connection, CADRE, id).changes[1].undone for id in (HOME, new)] == [True, True]


@pytest.mark.parametrize("turned", ["有序退出", "返贫", "监测"])
def test_a_split_goes_on_as_what_the_old_household_had_become_and_is_not_newly_found(county: Engine, turned: str):
    if turned == "监测":
        with writing(county) as connection:
            table = model.household
            watched = {"type": "脱贫不稳定户", "identified": "2026-09-10"}
            connection.execute(table.update().where(table.c.id == HOME).values(watched))
            cube.rebuild(connection, today=TODAY)
    else:
        do(county, lives.turns, HOME, turned, day="2026-09-10", words="")
    counted = ("households", "unlifted_households", "monitored_households", "relapsed_households")
    counted += ("newly_identified_households", "newly_monitored_households", "lifted_households")

    def told() -> list[float]:
        with county.connect() as connection:
            found = figures(connection, CADRE, COUNTY, LAST, counted)
            for id in counted:
                assert lists.count(connection, CADRE, id, COUNTY, LAST) == (found[id].value or 0)
            return [found[id].value or 0 for id in counted]

    before = told()
    change = do(county, lives.splits, HOME, [code(3), code(4)], head=code(3), relations={code(4): "弟弟"}, day=DAY)
    back = undo(county, CADRE, change, now=NOW)
    assert told() == before
    undo(county, CADRE, back, now=NOW)
    more = {"有序退出": [0, 0, 0, 0, 0, 0, 0], "返贫": [1, 1, 0, 1, 0, 0, 0], "监测": [1, 0, 1, 0, 0, 0, 1]}
    assert [after - held for after, held in zip(told(), before, strict=True)] == more[turned]
    with county.connect() as connection:
        new = connection.execute(select(func.max(model.household.c.id))).scalar_one()
        assert household(connection, CADRE, new, LAST).standing == household(connection, CADRE, HOME, LAST).standing
    assert_as_rebuilt(county)


def test_who_went_over_is_found_in_both_households_each_in_its_time(county: Engine):
    do(county, lives.goes_over, HOME, code(2), OTHER, going="婚出", relation="配偶", day=DAY)
    do(county, lives.goes, OTHER, code(2), reason="死亡", day="2026-11-10")
    assert [home_persons(county, HOME, day) for day in ("2026-10-14", DAY, "2026-11-10")] == [4, 3, 3]
    assert [home_persons(county, OTHER, day) for day in ("2026-10-14", DAY, "2026-11-10")] == [1, 2, 1]
    assert_as_rebuilt(county)


REFUSED = (
    (lives.goes, (HOME, code(2)), {"reason": "死亡", "day": "2026-11-23"}, "日期"),
    (lives.goes, (HOME, code(2)), {"reason": "死亡", "day": "1959-12-31"}, "早于二的出生日期"),
    (lives.goes, (HOME, code(2)), {"reason": "死亡", "day": "2014-01-01"}, "应晚于二加入本户的日期"),
    (lives.goes, (HOME, code(2)), {"reason": "死亡", "day": ""}, "日期"),
    (lives.goes, (HOME, ""), {"reason": "死亡", "day": DAY}, "哪一位：请选择"),
    (lives.goes_over, (HOME, code(2), 0), {"going": "婚出", "relation": "配偶", "day": DAY}, "转入哪一户：请选择"),
    (lives.moves, (HOME, ""), {"day": DAY, "note": ""}, "迁到哪个村：请选择"),
    (lives.goes, (HOME, code(2)), {"reason": "分户", "day": DAY}, "原因"),
    (lives.goes, (HOME, code(1)), {"reason": "死亡", "day": DAY}, "新户主"),
    (lives.goes, (HOME, code(1)), {"reason": "死亡", "day": DAY, "head": code(1)}, "新户主"),
    (lives.goes, (HOME, code(1)), {"reason": "死亡", "day": DAY, "head": code(2)}, "请填三与户主二的关系"),
    (lives.splits, (HOME, [code(3), code(4)]), {"head": code(3), "day": DAY}, "请填四与户主三的关系"),
    (lives.merges, (HOME, OTHER), {"day": DAY, "relations": {code(1): "户主"}}, "请填大与户主甲的关系"),
    (lives.goes, (HOME, code(1, OTHER)), {"reason": "死亡", "day": DAY}, "不在本户"),
    (lives.comes, (HOME, BABY | {"relation": "户主"}), {"reason": "出生", "day": DAY}, "本户已有户主"),
    (lives.comes, (HOME, BABY | {"name": ""}), {"reason": "出生", "day": DAY}, "姓名"),
    (lives.comes, (HOME, BABY | {"born": "2026-11-01"}), {"reason": "迁入", "day": DAY}, "早于出生日期"),
    (lives.moves, (HOME, VILLAGES[0]), {"day": DAY, "note": ""}, "现在的村"),
    (lives.moves, (HOME, VILLAGES[1]), {"day": "2014-01-01", "note": ""}, "纳入统计"),
    (lives.ends, (HOME,), {"reason": "其他", "words": "", "day": DAY}, "说明"),
    (lives.merges, (HOME, HOME), {"day": DAY}, "就是本户"),
    (lives.splits, (HOME, []), {"head": code(3), "day": DAY}, "至少选一人"),
    (lives.splits, (HOME, [code(n) for n in (1, 2, 3, 4)]), {"head": code(1), "day": DAY}, "不能是全家"),
    (lives.splits, (HOME, [code(3)]), {"head": code(4), "day": DAY}, "新户户主"),
    (lives.founds, (VILLAGES[1], {"type": "脱贫户", "identified": ""}, {"name": "新"}), {"day": DAY}, "识别日期"),
)


def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(county: Engine):
    for deed, given, more, said in REFUSED:
        with pytest.raises(Refused, match=said):
            make(county, deed, *given, **more)
    assert one(county, model.change) is None


def test_who_is_gone_goes_no_more_and_a_household_that_ended_does_nothing(county: Engine):
    do(county, lives.goes, HOME, code(2), reason="死亡", day=DAY)
    with pytest.raises(Refused, match="二已于 2026-10-15 死亡"):
        make(county, lives.goes_over, HOME, code(2), OTHER, going="婚出", relation="配偶", day="2026-11-01")
    do(county, lives.ends, HOME, reason="整户迁出", words="", day="2026-11-02")
    with pytest.raises(Refused, match="已于 2026-11-02 注销"):
        make(county, lives.comes, HOME, BABY, reason="出生", day="2026-11-03")
    assert [home_persons(county, HOME, day) for day in ("2026-10-14", "2026-11-01", "2026-11-02")] == [4, 3, 0]


def test_one_person_is_not_entered_in_two_households(county: Engine):
    number = "990181196503080015"
    with writing(county) as connection:
        connection.execute(model.member.update().where(model.member.c.code == code(1, OTHER)).values(id_number=number))
    typed = BABY | {"id_number": number}
    with pytest.raises(Unfit, match="已登记在甲户"):
        make(county, lives.comes, HOME, typed, reason="迁入", day=DAY)
    with pytest.raises(Unfit, match="已登记在别的户"):
        make(county, lives.comes, HOME, typed, reason="迁入", day=DAY, viewer=Viewer("village", VILLAGES[0]))


def test_what_somebody_wrote_meanwhile_is_not_written_over(county: Engine):
    first = make(county, lives.goes, HOME, code(2), reason="死亡", day=DAY)
    do(county, lives.goes, HOME, code(2), reason="迁出", day="2026-11-01")
    with pytest.raises(Conflict):
        lives.carry_out(county, CADRE, first, now=NOW)
    over = make(county, lives.goes_over, HOME, code(3), OTHER, going="迁出", relation="其他", day=DAY)
    do(county, lives.splits, HOME, [code(3)], head=code(3), day=DAY)
    with pytest.raises(NotFound):
        lives.carry_out(county, CADRE, over, now=NOW)
    assert_as_rebuilt(county)


def test_two_who_found_at_once_learn_nothing_of_each_others_household(county: Engine):
    plain, villages = {"type": "一般户"}, [Viewer("village", VILLAGES[place]) for place in (0, 3)]
    deeds = [make(county, lives.founds, one.region, plain, {"name": "新户主"}, day=DAY, viewer=one) for one in villages]
    lives.carry_out(county, villages[1], deeds[1], now=NOW)
    with pytest.raises(Conflict) as told:
        lives.carry_out(county, villages[0], deeds[0], now=NOW)
    assert [(one.label, one.before) for one in told.value.differences] == [("新户编号", None)]
    assert told.value.rebased == () and told.value.who is None
    do(county, lives.founds, VILLAGES[0], plain, {"name": "新户主"}, day=DAY, viewer=villages[0])


def test_a_village_writes_its_own_and_what_is_decided_above_it_goes_to_the_township(county: Engine):
    village = Viewer("village", VILLAGES[0])
    change = do(county, lives.goes, HOME, code(2), reason="死亡", day=DAY, viewer=village)
    undo(county, village, change, now=NOW)
    for deed, given, more in (
        (lives.ends, (HOME,), {"reason": "整户迁出", "words": "", "day": DAY}),
        (lives.splits, (HOME, [code(3)]), {"head": code(3), "day": DAY}),
    ):
        with pytest.raises(Refused, match="乡镇"):
            do(county, deed, *given, viewer=village, **more)
        with county.connect() as connection, pytest.raises(Refused, match="乡镇"):
            follows(connection, village, deed(connection, village, *given, today=TODAY, **more))
    with pytest.raises(OutOfScope):
        do(county, lives.moves, HOME, VILLAGES[3], day=DAY, note="", viewer=village)
    with pytest.raises(NotFound):
        do(county, lives.merges, HOME, OTHER, relations={}, day=DAY, viewer=village)
    with writing(county) as connection:
        helper = connection.execute(select(func.min(model.helper.c.code))).scalar_one()
        connection.execute(model.pairing.insert().values(household_id=HOME, helper=helper, started="2024-01-01"))
    with pytest.raises(Refused, match="乡镇"):
        do(county, lives.moves, HOME, VILLAGES[3], day=DAY, note="", viewer=Viewer("helper", COUNTY, helper=helper))
    plain = {"type": "一般户", "identified": ""}
    founded = do(county, lives.founds, VILLAGES[0], plain, {"name": "新"}, day=DAY, viewer=village)
    undo(county, village, founded, now=NOW)
    struck = do(county, lives.ends, HOME, reason="整户迁出", words="", day=DAY)
    with pytest.raises(Refused, match="乡镇"):
        undo(county, village, struck, now=NOW)


def test_a_check_tells_its_light_and_the_villages_figure_and_two_who_check_at_once_are_told(county: Engine):
    given = {"item": "housing", "evidence": "看了房", "checked": DAY}
    deed = make(county, checks, HOME, verdict=1, **given)
    with county.connect() as connection:
        told = [(one.label, one.before, one.after) for one in follows(connection, CADRE, deed)]
        figure = figures(connection, CADRE, VILLAGES[0], LAST, ["unsafe_housing"])["unsafe_housing"].value
        place = connection.execute(select(model.region.c.name).filter_by(code=VILLAGES[0])).scalar_one()
        doubt = follows(connection, CADRE, make(county, checks, HOME, verdict=2, **given))
        worse = follows(connection, CADRE, make(county, checks, OTHER, verdict=0, **given))
        older = follows(connection, CADRE, make(county, checks, HOME, verdict=1, **given | {"checked": "2023-05-01"}))
    assert told == [
        ("大户住房安全", "有风险", "稳固"),
        ("以前月份", "按当时所知", f"{DAY} 起按这次核实"),
        (f"{place}住房不安全户", f"{figure:.0f} 户", f"{figure - 1:.0f} 户"),
    ]
    assert (doubt[0].after, doubt[-1].after) == ("存疑", f"{figure - 1:.0f} 户")
    assert (worse[0].after, worse[-1].label) == ("有风险", "监测")
    assert [one.after for one in older] == ["有风险", "2023-05-01 起按这次核实"]
    assure(county, CADRE, HOME, verdict=0, now=NOW, **given)
    with pytest.raises(Conflict):
        lives.carry_out(county, CADRE, deed, now=NOW)
    with county.connect() as connection:
        now = figures(connection, CADRE, VILLAGES[0], LAST, ["unsafe_housing"])["unsafe_housing"].value
    assert now == figure


def test_a_repair_today_leaves_the_past_and_a_correction_does_not(county: Engine):
    with county.connect() as connection:
        before = [row for row in derived(connection)["cube"] if row[1] < LAST - 1]
    assure(county, CADRE, HOME, item="housing", verdict=1, evidence="已改造", checked=DAY, now=NOW)
    with county.connect() as connection:
        assert [row for row in derived(connection)["cube"] if row[1] < LAST - 1] == before
        rows = connection.execute(select(model.assurance.c.checked, model.assurance.c.secure)).all()
    assert sorted(map(tuple, rows)) == [("2024-01-01", 0), (DAY, 1)]
    member = dict(one(county, model.member, code=code(2)))
    correct_member(county, CADRE, HOME, code(2), member, {"skill": "丧失劳动力"}, since=DAY, now=NOW)
    held = {row["day"]: row["value"] for row in facts(county, code(2))}
    assert held == {"2024-01-01": "普通劳动力", DAY: "丧失劳动力"}
    member = dict(one(county, model.member, code=code(2)))
    correct_member(county, CADRE, HOME, code(2), member, {"skill": "无劳动力"}, now=NOW)
    held = {row["day"]: row["value"] for row in facts(county, code(2))}
    assert held == {"2024-01-01": "普通劳动力", DAY: "无劳动力"}
    member = dict(one(county, model.member, code=code(2)))
    correct_member(county, CADRE, HOME, code(2), member, {"skill": "技能劳动力"}, since="2025-05-05", now=NOW)
    assert one(county, model.member, code=code(2))["skill"] == "无劳动力"  # what came later stands
    with county.connect() as connection:
        last = history(connection, CADRE, HOME).changes[0]
    assert [(one.record, one.label, one.before, one.after) for one in last.differences] == [
        ("成员状况 二 劳动技能（2025-05-05）", "劳动技能", None, "技能劳动力")
    ]
    assert_as_rebuilt(county)


def facts(engine: Engine, member: str) -> list:
    with engine.connect() as connection:
        return list(connection.execute(select(model.member_fact).filter_by(member=member)).mappings())

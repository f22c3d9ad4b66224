"""Cases taken through the store: by whom, on which days, what comes of it in 监测 and in the household's columns."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, Refused
from data.households import archives
from data.households.edits import undo
from data.households.lives import carry_out, ends
from data.monitoring.cases import Given, allowed, begin, case, step
from data.monitoring.clocks import Due
from data.monitoring.law import PROOF, Unlawful
from data.store.engine import open_engine, writing
from data.workflow import Changed
from tests.data.archives.ground import photo
from tests.data.monitoring_ground import (
    CADRE,
    CLERK,
    FAILING,
    FIGURES,
    HELPER,
    HELPLESS,
    HOUSEHOLD,
    LIFTED,
    PASSING,
    REMOVING,
    TOWN,
    do,
    fill_monitoring,
    measured,
    opened,
    row,
    through,
)
from tests.data.village_ground import FAR, OTHER_TOWNSHIP, VILLAGE
from tests.moment import NOW


@pytest.fixture
def county(filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.setenv("WARROOM_VAR", str(tmp_path))
    return filled(fill_monitoring, own=True)


def test_a_household_is_watched_from_its_first_clue_on_and_no_more_after_its_removal(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    assert through(county, id) == "watched"
    measured(county)
    with county.connect() as connection:
        watched = case(connection, CADRE, id, NOW.date())
        kind = connection.execute(select(model.household.c.type).where(model.household.c.id == HOUSEHOLD)).scalar_one()
    assert (watched.code, watched.watched, watched.identified, kind) == (
        "K904-JC1",
        True,
        date(2026, 1, 13),
        "边缘易致贫户",
    )
    assert through(county, id, REMOVING, date(2026, 9, 1)) == "removed"
    with county.connect() as connection:
        removed = case(connection, CADRE, id, NOW.date())
        row = connection.execute(select(model.episode)).mappings().one()
        home = connection.execute(select(model.household).where(model.household.c.id == HOUSEHOLD)).mappings().one()
    assert (removed.removed, removed.watched, removed.next) == (date(2026, 9, 13), False, ())
    assert removed.figures == {
        "wage": 2_400_000, "business": 0, "property": 0, "transfer": 0, "expense": 0, "per_head": 1_200_000,
        "outlay": 0, "claims": 0,
    }  # fmt: skip
    assert (row["code"], row["removed"], row["removal"], row["removal_per_head_fen"]) == (
        "K904-JC1", "2026-09-13", "帮扶消除", 1_200_000,
    )  # fmt: skip
    assert (home["type"], home["identified"], home["risk_removed"]) == ("一般户", "2026-01-13", "2026-09-13")
    first = removed.steps[0]
    assert (first.word, first.day, first.late) == ("立案", date(2026, 1, 1), (NOW.date() - date(2026, 1, 1)).days)
    assert [one.action for one in removed.steps].count("remove") == 1 and len(removed.steps) == 17


def test_what_a_case_wrote_is_not_taken_back_in_the_households_history(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    with county.connect() as connection:
        change = connection.execute(select(model.change.c.id).order_by(model.change.c.id.desc()).limit(1)).scalar_one()
    with pytest.raises(Refused, match="监测程序"):
        undo(county, CLERK, change, now=datetime(2026, 11, 22, 10))


def refused(county: Engine, id: int, action: str, day: date | None = None, *, viewer: Viewer, **given: object) -> str:
    """What a step is refused with; nothing of it is written."""
    before = row(county, id)
    with pytest.raises(Refused) as told:
        do(county, id, action, day, viewer=viewer, **given)
    assert row(county, id) == before
    return str(told.value)


def test_six_months_are_counted_from_the_day_of_the_last_of_august_to_the_last_of_february(county: Engine):
    id = opened(county, day=date(2025, 8, 19))
    through(county, id, first=date(2025, 8, 19))
    measured(county, started="2025-09-01")
    with county.connect() as connection:
        assert case(connection, CADRE, id, NOW.date()).identified == date(2025, 8, 31)
        (arrow, against), *_ = allowed(connection, CADRE, id, date(2026, 2, 27))
    assert (arrow.action, [one.words for one in against]) == (
        "propose", ["识别未满 6 个月，最早 2026-02-28 可提出风险消除"],
    )  # fmt: skip
    told = refused(county, id, "propose", date(2026, 2, 27), viewer=CADRE, figures=FIGURES)
    assert told == "还不能“提出帮扶消除”：识别未满 6 个月，最早 2026-02-28 可提出风险消除。"
    assert do(county, id, "propose", date(2026, 2, 28), viewer=CADRE, figures=FIGURES) == "removal"


def test_a_household_that_nobody_helped_or_that_nobody_in_it_can_work_is_not_removed(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    assert "识别后还没有落实帮扶措施" in refused(county, id, "propose", viewer=CADRE, figures=FIGURES)
    id = opened(county, HELPLESS, date(2026, 1, 1))
    through(county, id, helped=False)
    measured(county, HELPLESS)
    assert refused(county, id, "propose", viewer=CADRE, figures=FIGURES) == (
        "还不能“提出帮扶消除”：整户没有劳动力，不作帮扶消除，继续兜底保障。"
    )


def test_income_below_the_line_and_water_unsafe_since_the_proposal_stop_a_removal_at_its_end(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    measured(county)
    through(county, id, REMOVING, date(2026, 9, 1), until="removal_county")
    with writing(county) as connection:
        connection.execute(model.household.update().where(model.household.c.id == HOUSEHOLD).values(water_safe=0))
    told = refused(county, id, "remove", date(2026, 9, 13), viewer=CLERK)
    assert told == "还不能“公告风险消除”：饮水安全有风险。"
    with writing(county) as connection:
        connection.execute(model.household.update().where(model.household.c.id == HOUSEHOLD).values(water_safe=1))
        connection.execute(model.monitoring_line.update().values(amount_fen=1_300_000))
    assert "低于监测线 13,000 元" in refused(county, id, "remove", date(2026, 9, 13), viewer=CLERK)


def test_a_step_lies_behind_the_one_before_it_and_not_in_the_future_and_says_how_late_it_was_written(county: Engine):
    id = opened(county, day=date(2026, 11, 2))
    do(county, id, "compare", date(2026, 11, 6), viewer=TOWN)
    do(county, id, "visit", date(2026, 11, 4), viewer=HELPER)  # runs beside it
    assert "2026-11-02" in refused(county, id, "visit", date(2026, 11, 1), viewer=HELPER)
    voted = {"votes": PASSING, "kind": "边缘易致贫户", "risks": ("因病",)}
    assert "2026-11-06" in refused(county, id, "discuss", date(2026, 11, 5), viewer=CADRE, **voted)
    assert "今天" in refused(county, id, "discuss", date(2026, 11, 23), viewer=CADRE, **voted)
    do(county, id, "discuss", date(2026, 11, 9), viewer=CADRE, **voted, handler="李主任")
    with county.connect() as connection:
        held = case(connection, CADRE, id, NOW.date())
    assert [(one.action, one.day.day, one.late) for one in held.steps] == [
        ("begin", 2, 20), ("visit", 4, 18), ("compare", 6, 16), ("discuss", 9, 13),
    ]  # fmt: skip
    assert (held.steps[-1].handler, held.steps[-1].votes) == ("李主任", PASSING)
    assert (held.due, held.whole) == (Due("publish", date(2026, 11, 11)), Due("include", date(2026, 11, 30)))
    assert held.due.late(NOW.date()) == 11


def test_a_clue_begins_the_whole_clock_and_must_be_of_the_household(county: Engine):
    told = {"source": "door", "words": "大病", "told": "2026-11-02", "state": "open", "version": 1, "village": VILLAGE}
    with writing(county) as connection:
        ids = [
            connection.execute(model.clue.insert().values(household_id=home, **told)).inserted_primary_key[0]
            for home in (HOUSEHOLD, LIFTED)
        ]
        with pytest.raises(NotFound):
            begin(connection, CADRE, HOUSEHOLD, clue=ids[1], now=NOW)
        with pytest.raises(Refused, match="线索"):
            begin(connection, CADRE, HOUSEHOLD, clue=ids[0], given=Given(day=date(2026, 11, 1)), now=NOW)
        id = begin(connection, CADRE, HOUSEHOLD, clue=ids[0], now=NOW)
    assert row(county, id)["began"] == "2026-11-02"
    with pytest.raises(Unlawful, match="K904-JC1"):
        opened(county)


def test_what_is_sent_back_is_not_refused_and_what_is_refused_does_not_come_back(county: Engine):
    id = opened(county, day=date(2026, 11, 2))
    through(county, id, first=date(2026, 11, 1), until="report")
    assert "原因" in refused(county, id, "return", viewer=TOWN)
    assert do(county, id, "return", date(2026, 11, 11), viewer=TOWN, reason="公示照片不清") == "returned"
    voted = {"votes": PASSING}
    assert do(county, id, "discuss", date(2026, 11, 12), viewer=CADRE, **voted) == "discussed"
    assert row(county, id)["public_until"] is None
    do(county, id, "publish", date(2026, 11, 13), viewer=CADRE)
    assert "最早 2026-11-19 可上报乡镇" in refused(county, id, "report", date(2026, 11, 18), viewer=CADRE)
    do(county, id, "report", date(2026, 11, 19), viewer=CADRE)
    assert do(county, id, "refuse", date(2026, 11, 20), viewer=TOWN, reason="收入高于监测线") == "refused"
    with county.connect() as connection:
        assert allowed(connection, CADRE, id, NOW.date()) == allowed(connection, CLERK, id, NOW.date()) == []
        assert connection.execute(select(model.episode)).all() == []
    assert row(county, opened(county))["code"] == "K904-JC2"


def test_who_handed_it_in_does_not_look_it_through_himself(county: Engine):
    id = opened(county, day=date(2026, 11, 2))
    through(county, id, first=date(2026, 11, 1), until="report")
    same = Viewer("township", VILLAGE[:9], person=CADRE.person)
    assert "另一人" in refused(county, id, "township", viewer=same)


GREEN = {"kind": "突发严重困难户", "risks": ("因意外事故",), "reason": "车祸"}


def test_the_green_way_helps_first_and_its_papers_are_due(county: Engine):
    id = opened(county, day=date(2026, 11, 2))
    assert "风险里没有" in refused(county, id, "green", viewer=TOWN, **{**GREEN, "risks": ("缺劳动力",)})
    do(county, id, "green", date(2026, 11, 3), viewer=TOWN, **GREEN)
    with county.connect() as connection:
        held = case(connection, CADRE, id, NOW.date())
    assert (held.state, held.watched, held.identified) == ("checking", True, date(2026, 11, 3))
    assert (held.green, held.papers_due) == (date(2026, 11, 3), date(2026, 11, 17))
    assert "已于 2026-11-03" in refused(county, id, "green", viewer=CLERK, **GREEN)
    assert through(county, id, first=date(2026, 11, 3)) == "watched"  # as 边缘易致贫户
    with county.connect() as connection:
        held = case(connection, CADRE, id, NOW.date())
        kinds = connection.execute(select(model.episode.c.kind, model.episode.c.identified)).all()
    assert (held.papers_due, held.identified) == (None, date(2026, 11, 3))
    assert kinds == [("边缘易致贫户", "2026-11-03")]


def test_what_was_helped_first_and_is_void_was_never_watched(county: Engine):
    id = opened(county, day=date(2026, 11, 2))
    do(county, id, "green", date(2026, 11, 3), viewer=TOWN, **GREEN)
    do(county, id, "visit", date(2026, 11, 4), viewer=CADRE)
    told = refused(county, id, "reject", viewer=CADRE, votes=FAILING, reason="不够条件")
    assert "请报县级撤销" in told
    assert do(county, id, "void", viewer=CLERK, reason="核实不符") == "void"
    with county.connect() as connection:
        assert connection.execute(select(model.episode)).all() == []
        home = connection.execute(select(model.household).where(model.household.c.id == HOUSEHOLD)).mappings().one()
    assert (home["type"], home["identified"], home["risk_removed"]) == ("一般户", None, None)


def test_a_household_that_died_out_is_removed_by_its_proof_without_months_measure_or_income(county: Engine):
    id = opened(county, HELPLESS, date(2026, 10, 1))
    through(county, id, first=date(2026, 10, 1), helped=False)
    natural = {"natural_reason": "整户死亡", "reason": "独居老人去世"}
    told = refused(county, id, "propose_natural", viewer=CADRE, **natural)
    assert told == "还不能“提出自然消除”：没有自然消除证明；1 名成员还没有登记去世或迁出，请先办家庭变动。"
    with county.connect() as connection:
        deed = ends(connection, TOWN, HELPLESS, reason="整户死亡", words="", day="2026-11-01", today=NOW.date())
    carry_out(county, TOWN, deed, now=NOW)
    other, paper = archived(county, HOUSEHOLD), archived(county, HELPLESS)
    proof = {**natural, "papers": {other: PROOF}}
    assert "不在本户档案里" in refused(county, id, "propose_natural", viewer=CADRE, **proof)
    do(county, id, "propose_natural", date(2026, 11, 2), viewer=CADRE, **{**natural, "papers": {paper: PROOF}})
    do(county, id, "removal_return", date(2026, 11, 3), viewer=TOWN, reason="缺派出所章")
    do(county, id, "propose_natural", date(2026, 11, 4), viewer=CADRE, **natural)  # its proof is kept
    for action, viewer in (("removal_township", TOWN), ("removal_county", CLERK), ("remove", CLERK)):
        do(county, id, action, date(2026, 11, 5), viewer=viewer)
    with county.connect() as connection:
        held = connection.execute(select(model.episode)).mappings().one()
        assert case(connection, CADRE, id, NOW.date()).state_word == "风险消除"
    assert (held["removed"], held["removal"], held["natural_reason"]) == ("2026-11-05", "自然消除", "整户死亡")


def test_a_second_time_keeps_the_first_whole(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    measured(county)
    through(county, id, REMOVING, date(2026, 9, 1))
    first = row(county, id)
    with pytest.raises(Unlawful, match="最早 2026-09-13 可立案"):
        opened(county, day=date(2026, 9, 12))
    again = opened(county, day=date(2026, 10, 1))
    through(county, again, first=date(2026, 10, 1))
    with county.connect() as connection:
        rows = connection.execute(select(model.episode).order_by(model.episode.c.code)).mappings().all()
        home = connection.execute(select(model.household).where(model.household.c.id == HOUSEHOLD)).mappings().one()
    assert [(one["code"], one["identified"], one["removed"]) for one in rows] == [
        ("K904-JC1", "2026-01-13", "2026-09-13"), ("K904-JC2", "2026-10-13", None),
    ]  # fmt: skip
    assert row(county, id) == first and home["type"] == "边缘易致贫户" and home["risk_removed"] is None


def test_kept_on_the_list_it_is_proposed_again_from_the_beginning(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    measured(county)
    through(county, id, REMOVING, date(2026, 8, 1), until="removal_publish")
    assert do(county, id, "keep", date(2026, 8, 6), viewer=CADRE, reason="群众有异议") == "watched"
    assert row(county, id)["figures"] is None
    do(county, id, "propose", date(2026, 9, 1), viewer=CADRE, figures=FIGURES)
    told = refused(county, id, "removal_discuss", date(2026, 9, 2), viewer=CADRE, votes=PASSING)
    assert "还没有消除入户核实" in told


def test_of_a_version_that_was_gone_on_with_the_second_is_told(county: Engine):
    id = opened(county)
    step(county, HELPER, id, "visit", version=1, now=NOW)
    with pytest.raises(Changed):
        step(county, TOWN, id, "compare", version=1, now=NOW)


@pytest.mark.parametrize("second", (CADRE, HELPER))
def test_two_presses_at_once_are_one_step(county: Engine, second: Viewer):
    """Each in a process's own connections, of the same person or of two."""
    id, url = opened(county), county.url.render_as_string(hide_password=False)
    start = threading.Barrier(2)

    def press(viewer: Viewer) -> str:
        engine = open_engine(url)
        start.wait()
        try:
            return step(engine, viewer, id, "visit", version=1, now=NOW)
        except Changed:
            return "told"
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(press, (CADRE, second))) == ["checking", "told"]
    with county.connect() as connection:
        actions = [one.action for one in case(connection, CADRE, id, NOW.date()).steps]
    assert actions == ["begin", "visit"] and row(county, id)["version"] == 2


def test_two_who_open_a_case_at_once_open_one(county: Engine):
    url, start = county.url.render_as_string(hide_password=False), threading.Barrier(2)

    def press(viewer: Viewer) -> str:
        engine = open_engine(url)
        start.wait()
        try:
            return str(opened(engine, viewer=viewer))
        except Unlawful:
            return "told"
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as both:
        came = sorted(both.map(press, (CADRE, TOWN)))
    assert came[1] == "told" and row(county, int(came[0]))["state"] == "checking"


def test_outside_ones_scope_there_is_no_case(county: Engine):
    id = opened(county, HELPLESS)
    for viewer in (Viewer("village", OTHER_TOWNSHIP, person=19), HELPER):
        with county.connect() as connection, pytest.raises(NotFound):
            case(connection, viewer, id, NOW.date())
        with pytest.raises(NotFound):
            step(county, viewer, id, "visit", version=9, now=NOW)
    with pytest.raises(NotFound):
        opened(county, FAR)


def test_papers_that_belong_to_a_step_are_told_where_they_are_wanting(county: Engine):
    id = opened(county)
    do(county, id, "visit", viewer=CADRE, papers={archived(county, HOUSEHOLD): "排查表"})
    with county.connect() as connection:
        held = case(connection, CADRE, id, NOW.date())
    assert held.steps[-1].papers == ("排查表",)
    assert held.wanting == (("入户核查", "信息采集表", held.steps[-1].id),)


def archived(engine: Engine, household: int) -> int:
    """A paper of a household's archive."""
    return archives.add(engine, TOWN, household, photo(shade=household % 200), kind="其他", title="", now=NOW)

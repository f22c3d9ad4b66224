"""A step with its papers: both or neither, what lies in the archive already once, nothing of what is refused."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, Refused
from data.households import archives
from data.households.archives import archives_of, opened
from data.monitoring.cases import Case, Given, case
from data.monitoring.handing_in import hand_in, step_with_papers
from data.monitoring.law import Unlawful
from data.monitoring.papers import Kept, papers
from data.workflow import Changed
from tests.data.archives.ground import photo
from tests.data.monitoring_ground import CADRE, CLERK, HELPLESS, HOUSEHOLD, PASSING, TOWN, fill_monitoring
from tests.data.monitoring_ground import opened as begun
from tests.data.village_ground import OTHER_TOWNSHIP
from tests.kills import rows
from tests.moment import NOW

SHEET, FORM = ("排查表", photo(shade=10)), ("信息采集表", photo(shade=20))
TABLES = (model.archive, model.case_paper, model.case_step, model.monitoring_case, model.change, model.access_log)


@pytest.fixture
def county(filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.setenv("WARROOM_VAR", str(tmp_path))
    return filled(fill_monitoring, own=True)


def visit(engine: Engine, id: int, *files: tuple[str, bytes], viewer: Viewer = CADRE, version: int = 1, **given) -> str:
    given = Given(**given)
    return step_with_papers(engine, viewer, id, "visit", version=version, given=given, files=files, now=NOW)


def test_what_is_handed_in_lies_in_the_households_archive_and_with_the_step(county: Engine):
    id = begun(county)
    assert visit(county, id, SHEET, FORM) == "checking"
    with county.connect() as connection:
        held = case(connection, CADRE, id, NOW.date())
        kept = archives_of(connection, CADRE, HOUSEHOLD)
    assert (held.steps[-1].action, held.steps[-1].papers, held.wanting) == ("visit", ("排查表", "信息采集表"), ())
    assert set(kept.kind) == {"监测材料"} and set(kept.title) == {"排查表 2026-11-22", "信息采集表 2026-11-22"}
    pictures = {hashlib.sha256(opened(county, CADRE, paper).content).hexdigest() for paper in kept.id}
    assert len(pictures) == 2


def test_without_a_file_it_is_the_step_alone(county: Engine):
    id = begun(county)
    assert visit(county, id) == "checking"
    assert rows(county, [model.archive, model.case_paper]) == {"archive": [], "case_paper": []}


def test_what_lies_in_the_archive_already_is_named_and_not_kept_twice(county: Engine):
    id = begun(county)
    archives.add(county, CADRE, HOUSEHOLD, SHEET[1], kind="其他", title="旧的", now=NOW)
    visit(county, id, SHEET, SHEET)
    with county.connect() as connection:
        (paper,) = connection.execute(select(model.archive.c.id, model.archive.c.title)).all()
        assert paper.title == "旧的"
        assert connection.execute(select(model.case_paper.c.archive)).scalars().all() == [paper.id]


def test_of_a_step_that_is_refused_nothing_is_kept_and_of_a_file_that_is_none_no_step(county: Engine):
    id, other = begun(county), begun(county, HELPLESS)
    before = rows(county, TABLES)
    given = {"votes": PASSING, "kind": "边缘易致贫户", "risks": ("因病",)}
    with pytest.raises(Unlawful, match="还没有入户核查"):
        step_with_papers(
            county, CADRE, id, "discuss", version=1, given=Given(**given), files=[("评议记录", FORM[1])], now=NOW
        )
    with pytest.raises(Changed):
        visit(county, id, SHEET, version=9)
    with pytest.raises(Refused, match="材料不在"):
        visit(county, id, ("不是材料的种类", photo(shade=30)))
    for content in (b"", b"MZ no picture", FORM[1][:200]):
        with pytest.raises(Refused):
            visit(county, id, SHEET, ("信息采集表", content))
    with pytest.raises(Refused):
        visit(county, other, SHEET, viewer=TOWN)  # the visit is the village's
    assert rows(county, TABLES) == before


def test_nobody_hands_in_papers_of_a_household_that_is_not_his_or_without_the_right(county: Engine):
    id = begun(county)
    before = rows(county, TABLES)
    for viewer in (Viewer("village", OTHER_TOWNSHIP, person=19), Viewer("helper", CADRE.region, "D2", person=18)):
        with pytest.raises(NotFound):
            visit(county, id, SHEET, viewer=viewer)
    for viewer in (Viewer("display", CLERK.region), Viewer("stranger", CADRE.region)):
        with pytest.raises(NoRight):
            visit(county, id, SHEET, viewer=viewer)
    assert rows(county, TABLES) == before


def test_what_finds_no_room_is_refused_with_its_step(county: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "MOST_OF_A_HOUSEHOLD", 10)
    id = begun(county)
    before = rows(county, TABLES)
    with pytest.raises(Refused, match="档案已满"):
        visit(county, id, SHEET)
    assert rows(county, TABLES) == before


def test_a_paper_that_was_signed_later_is_kept_with_the_step_it_belongs_to(county: Engine):
    id = begun(county)
    visit(county, id, SHEET)
    held, kept = told(county, id)
    assert [(one.word, one.kind) for one in held.wanting] == [("入户核查", "信息采集表")]
    assert hand_in(county, CADRE, id, [FORM], now=NOW) == 1
    held, kept = told(county, id)
    assert (held.wanting, held.steps[-1].papers) == ((), ("排查表", "信息采集表"))
    assert [(one.kind, one.step) for one in kept] == [(kind, held.steps[-1].id) for kind in ("排查表", "信息采集表")]
    elsewhere = Viewer("village", OTHER_TOWNSHIP, person=19)
    with county.connect() as connection, pytest.raises(NotFound):
        papers(connection, elsewhere, id)
    before = rows(county, TABLES)
    for files, why in (([FORM], "已存档或不属于已办的步骤"), ([("账单", FORM[1])], "“账单”"), ([], "先选择")):
        with pytest.raises(Refused, match=why):
            hand_in(county, CADRE, id, files, now=NOW)
    assert rows(county, TABLES) == before


def test_one_scan_that_is_two_papers_is_kept_once_and_as_both(county: Engine):
    id = begun(county)
    visit(county, id)
    assert hand_in(county, CADRE, id, [SHEET, ("信息采集表", SHEET[1]), SHEET], now=NOW) == 2
    held, kept = told(county, id)
    assert (held.wanting, {one.kind for one in kept}) == ((), {"排查表", "信息采集表"})
    assert len({one.archive for one in kept}) == 1


def test_nobody_hands_in_later_what_he_could_not_hand_in_with_the_step(county: Engine):
    id = begun(county)
    visit(county, id)
    before = rows(county, TABLES)
    for viewer in (Viewer("village", OTHER_TOWNSHIP, person=19), Viewer("helper", CADRE.region, "D2", person=18)):
        with pytest.raises(NotFound):
            hand_in(county, viewer, id, [FORM], now=NOW)
    for viewer in (Viewer("display", CLERK.region), Viewer("stranger", CADRE.region)):
        with pytest.raises(NoRight):
            hand_in(county, viewer, id, [FORM], now=NOW)
    assert rows(county, TABLES) == before


def told(engine: Engine, id: int) -> tuple[Case, tuple[Kept, ...]]:
    with engine.connect() as connection:
        return case(connection, CADRE, id, NOW.date()), papers(connection, CADRE, id)

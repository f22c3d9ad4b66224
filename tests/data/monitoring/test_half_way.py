"""Cases that a workbook brought half-way can be taken to their end; clocks of lists, to-do and page agree."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from data import model
from data.monitoring import board, listing, plans
from data.monitoring.cases import allowed, case
from data.monitoring.law import Unlawful
from data.monitoring.listing import Filters
from data.store.engine import writing
from tests.data.monitoring_ground import (
    CADRE,
    CLERK,
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
from tests.data.small_county import COUNTY
from tests.data.village_ground import VILLAGE


@pytest.fixture
def county(filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.setenv("WARROOM_VAR", str(tmp_path))
    return filled(fill_monitoring, own=True)


def forgets(county: Engine, id: int, **values: object) -> None:
    """What a workbook does not say of a case that it brought."""
    with writing(county) as connection:
        connection.execute(update(model.monitoring_case).where(model.monitoring_case.c.id == id).values(**values))


def test_who_was_decided_in_a_workbook_gets_kind_and_risks_with_the_announcement(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id, until="county")
    forgets(county, id, kind=None, risks=None)
    with county.connect() as connection:
        offered = {arrow.action: against for arrow, against in allowed(connection, CLERK, id, date(2026, 1, 20))}
    assert offered["include"] == (), "nothing stands against it before its form is filled in"
    with pytest.raises(Unlawful, match="没有选定监测对象类型；没有填写返贫致贫风险"):
        do(county, id, "include", date(2026, 1, 20), viewer=CLERK)
    with pytest.raises(Unlawful, match="一般户不能识别为脱贫不稳定户"):
        do(county, id, "include", date(2026, 1, 20), viewer=CLERK, kind="脱贫不稳定户", risks=("因病",))
    given = {"kind": "边缘易致贫户", "risks": ("因病",)}
    assert do(county, id, "include", date(2026, 1, 20), viewer=CLERK, **given) == "watched"
    with county.connect() as connection:
        own = connection.execute(select(model.episode)).mappings().one()
    assert (own["kind"], own["risks"], own["identified"]) == ("边缘易致贫户", "因病", "2026-01-20")


def test_a_removal_that_a_workbook_proposed_takes_the_figures_of_the_books_when_it_is_decided(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    measured(county)
    through(county, id, REMOVING, date(2026, 9, 1), until="removal_township")
    forgets(county, id, figures=None)
    with pytest.raises(Unlawful, match="没有填报合规自付支出、理赔收入"):
        do(county, id, "removal_county", date(2026, 9, 14), viewer=CLERK)
    do(county, id, "removal_return", date(2026, 9, 14), viewer=CLERK, reason="补报自付和理赔")
    spent = {"outlay": 30_000, "claims": 0}
    do(county, id, "removal_discuss", date(2026, 9, 15), viewer=CADRE, votes=PASSING, figures=spent)
    for (action, viewer, _), day in zip(REMOVING[3:], (15, 21, 22, 23, 24), strict=True):
        do(county, id, action, date(2026, 9, day), viewer=viewer)
    assert row(county, id)["state"] == "removed"
    with county.connect() as connection:
        own = connection.execute(select(model.episode)).mappings().one()
    assert (own["removal_per_head_fen"], own["removal_outlay_fen"]) == (1_200_000, 30_000)


def test_a_visit_between_the_clue_and_the_case_counts_in_every_list(county: Engine):
    id = opened(county, day=date(2026, 11, 12))
    forgets(county, id, began="2026-11-09")  # the clue's day
    do(county, id, "visit", date(2026, 11, 10), viewer=CADRE)
    with county.connect() as connection:
        told = case(connection, CADRE, id, date(2026, 11, 13))
        clock = listing.running(connection, CADRE, VILLAGE, date(2026, 11, 13))[id]
    assert told.due is not None and (told.due.action, clock.due) == ("compare", told.due)


def test_who_is_helped_before_the_papers_is_watched_on_the_board_and_wants_a_first_measure(county: Engine):
    id = opened(county, day=date(2026, 9, 1))
    given = {"kind": "突发严重困难户", "risks": ("因意外事故",), "reason": "房屋失火"}
    do(county, id, "green", date(2026, 9, 2), viewer=TOWN, **given)
    today = date(2026, 10, 3)
    with county.connect() as connection:
        (lack, *_) = plans.lacks(connection, CADRE, id, today)
        assert (lack.due, lack.late) == (date(2026, 10, 2), True)
        assert board.gaps(connection, CLERK, COUNTY, today).unhelped == 1
        rows = board.by_region(connection, CLERK, COUNTY, below=9, today=today).set_index("code")
        assert tuple(rows.loc[VILLAGE[:9], ["opening", "watched"]]) == (1, 1)
        assert listing.counts(connection, CLERK, COUNTY, filters=Filters(), today=today)["green"] == 1
    measured(county, started="2026-09-20")
    with county.connect() as connection:
        assert board.gaps(connection, CLERK, COUNTY, today).unhelped == 0
    assert row(county, id)["state"] == "checking"

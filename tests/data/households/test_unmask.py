"""One masked field shown whole: whose it is, who may, and what the log holds of it."""

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.errors import NoRight, NotFound
from data.households.unmask import unmask
from data.store.engine import writing
from tests.data.small_county import COUNTY
from tests.data.village_ground import FAR, NEIGHBOUR, VILLAGE, fill_village
from tests.moment import NOW

CADRE = Viewer("village", VILLAGE, person=7)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_village, own=True)


def told(engine: Engine, viewer: Viewer, household: int, member: str | None, field: str) -> str:
    with writing(engine) as connection:
        return unmask(connection, viewer, household, member, field, now=NOW, address="192.0.2.5")


def entered(engine: Engine) -> list[tuple]:
    audit.flush(engine)
    log = model.access_log.c
    with engine.connect() as connection:
        lines = connection.execute(select(log.actor, log.view, log.household_id, log.detail, log.address))
        return [tuple(row) for row in lines if row.view != "log"]  # the log's own: that it took over what stood


def test_a_click_tells_one_field_whole_and_the_log_says_which_kind_and_no_value(county: Engine):
    assert told(county, CADRE, 901, None, "phone") == "13812345678"
    assert told(county, CADRE, 901, "901a", "id_number") == "990181196001011234"
    assert told(county, CADRE, 901, "901a", "health") not in ("", "健康")
    kinds = ("联系电话", "证件号码", "健康状况")
    assert entered(county) == [("person:7", "unmasked", 901, kind, "192.0.2.5") for kind in kinds]


@pytest.mark.parametrize(
    ("household", "member", "field"),
    [
        (FAR, None, "phone"), (999_999, None, "phone"), (901, "902a", "id_number"), (902, "901a", "id_number"),
        (901, None, "id_number"), (901, "901a", "phone"), (901, None, "address"), (901, "901a", "name"),
        (901, "' OR 1=1 --", "health"),
    ],
)  # fmt: skip
def test_what_is_not_his_or_not_masked_is_not_told_and_leaves_no_line(county: Engine, household, member, field):
    with pytest.raises(NotFound):
        told(county, CADRE, household, member, field)
    assert entered(county) == []


@pytest.mark.parametrize(
    "viewer",
    [Viewer("display", COUNTY), Viewer("borrower", VILLAGE, person=7, households=frozenset({901})),
     Viewer("household", VILLAGE), Viewer("stranger", VILLAGE), Viewer("nobody", "")],
    ids=lambda viewer: viewer.role,
)  # fmt: skip
def test_who_may_not_unmask_is_told_nothing(county: Engine, viewer: Viewer):
    with pytest.raises(NoRight):
        told(county, viewer, 901, None, "phone")
    assert entered(county) == []


def test_a_neighbours_cadre_unmasks_nothing_of_another_village(county: Engine):
    with pytest.raises(NotFound):
        told(county, Viewer("village", NEIGHBOUR), 901, None, "phone")


def test_what_cannot_be_entered_is_not_told(county: Engine, monkeypatch: pytest.MonkeyPatch):
    def broken(*_, **__):
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(audit, "enter", broken)
    with pytest.raises(RuntimeError):
        told(county, CADRE, 901, None, "phone")

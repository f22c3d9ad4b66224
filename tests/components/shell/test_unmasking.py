"""显示: on the household's page and on its card a masked field is shown by a click, and hidden again where it was."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from data.access.viewer import Viewer
from data.people.borrowing import Loan, borrower
from data.store.engine import open_engine
from tests.components.shell.ground import COUNTY, Ground

HOME = "SELECT MIN(household_id) FROM member WHERE health NOT IN ('健康') AND id_number IS NOT NULL"
CADRE = Viewer("county", COUNTY, person=7)


@pytest.fixture
def ground(county_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    engine = open_engine(county_url)
    yield Ground(engine, monkeypatch, viewer=CADRE)
    engine.dispose()


def shown(app) -> str:
    return "".join(one.proto.body for one in app.get("html"))


@pytest.mark.parametrize("page", ["household", "card"])
def test_a_click_shows_one_field_of_one_member_and_stands_in_the_log(ground: Ground, page: str):
    home = ground.one(HOME)
    place = ground.one(f"SELECT village FROM household WHERE id = {home}")
    with ground.engine.connect() as connection:
        asked = text(
            "SELECT code, id_number FROM member WHERE household_id = :home AND id_number IS NOT NULL ORDER BY code"
        )
        (code, number), *others = connection.execute(asked, {"home": home}).all()
    app = ground.run(page, place, household=home)
    assert number not in shown(app) and f"{number[:6]}********{number[-4:]}" in shown(app) and "●●" in shown(app)
    before = len(ground.logged())
    choice = app.get("button_group")[-1]
    choice.set_value([(code, "id_number")]).run()
    assert number in shown(app) and not any(other.id_number in shown(app) for other in others)
    _, actor, view, detail = ground.logged()[before]
    assert (actor, view, detail) == ("person:7", "unmasked", "证件号码")
    app.get("button_group")[-1].set_value([]).run()
    assert number not in shown(app)


def test_who_borrowed_the_household_has_nothing_to_click(ground: Ground):
    home = ground.one(HOME)
    place = ground.one(f"SELECT village FROM household WHERE id = {home}")
    ground.viewer = borrower(CADRE, Loan(int(home), place, "核对随迁家庭情况", "2030-01-02T05:00:00"))
    for page in ("household", "card"):
        app = ground.run(page, place, household=home)
        assert "●●" in shown(app) and not app.get("button_group") and not ground.buttons
        assert "户码" not in shown(app) and "修改记录" not in shown(app) and not app.button

"""户属性 of who is only identified and not helped: on no wall, chart on paper, page of a display or stranger's card."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from components.wall.canvas import Canvas
from components.wall.frame import body_canvas
from components.wall.scene import Place
from components.wall.scenes import scenes_for
from components.wallcharts.making import ChartOrder, charts
from data import model
from data.access.viewer import Viewer
from data.codes.phone_card import stranger_card
from data.figures.indicators import INDICATORS
from data.households.village import EVERY, in_village
from data.regions import tree as regions
from data.settings import values
from data.store.engine import writing
from data.terms import UNPUBLISHED_ATTRIBUTES
from tests.data.paper.reading import texts
from tests.data.small_county import COUNTY, LAST
from tests.data.village_ground import VILLAGE, fill_village
from tests.moment import NOW, clock

DISPLAY, CADRE = Viewer("display", COUNTY), Viewer("county", COUNTY)
TV = Canvas(1920, 1080, 143, 4, False)
_PAGE = "import runpy\nrunpy.run_path('pages/{}.py')"


@pytest.fixture
def dialect() -> str:
    """What is drawn is the same from either engine."""
    return "sqlite"


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    """Every household of one village bears one of the two words."""
    engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        for rest, word in enumerate(UNPUBLISHED_ATTRIBUTES):
            here = model.household.c.id % 2 == rest
            connection.execute(model.household.update().where(here).values(attribute=word))
    return engine


def page(engine: Engine, name: str, viewer: Viewer, asked: dict[str, str]) -> str:
    with engine.connect() as connection:
        region, status = regions.find(connection, viewer, asked.get("region", COUNTY)), regions.status(connection)
    app = AppTest.from_string(_PAGE.format(name), default_timeout=120)
    app.session_state["screen"] = Screen(viewer, region, None, status, False, engine, clock, {})
    for key, value in asked.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return " ".join([*(one.proto.body for one in app.get("html")), *(str(one.proto) for one in app.main)])


def test_two_attributes_stand_where_a_cadre_works_and_nowhere_in_public(county: Engine):
    with county.connect() as connection:
        worked = str(in_village(connection, CADRE, VILLAGE, LAST, filters=EVERY)["attribute"].tolist())
        public = [str(in_village(connection, DISPLAY, VILLAGE, LAST, filters=EVERY)["attribute"].tolist())]
        for region in (COUNTY, VILLAGE[:9], VILLAGE):
            for scene in scenes_for(len(region)):
                for poster in scene.posters(Place(connection, DISPLAY, region, NOW), body_canvas(TV)):
                    public.append(f"{poster.title} {poster.subtitle} {poster.body}")
        public += [str(stranger_card(connection, id, values(connection))) for id in (901, 902, 903)]
    order = ChartOrder((COUNTY, VILLAGE), "A3", None, "", "127.0.0.1")
    public += [said for chart in charts(county, CADRE, order, clock=clock) for said in texts(chart.content)]
    asked = {"region": VILLAGE, "household": "901"}
    public += [page(county, name, DISPLAY, asked) for name in ("overview", "battle_map", "household")]
    worked += page(county, "household", CADRE, asked | {"household": "902"}) + page(county, "household", CADRE, asked)
    public += [f"{one.label} {one.definition}" for one in INDICATORS.values() if one.walls]
    assert len(public) > 20
    for word in UNPUBLISHED_ATTRIBUTES:
        assert worked.count(word) > 1
        assert not any(word in said for said in public), word

"""A village's posters in Chromium, on the demonstration county: read whole from the farthest seat, on each screen."""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, func, select, update

from components.wall.canvas import Canvas
from components.wall.fragments import composed
from components.wall.scene import Place
from components.wall.scenes import scenes_for
from data import model
from data.access.viewer import Viewer
from data.settings import decide
from data.store.engine import open_engine, writing
from tests.browser.wall_eye import flaws, read, standing
from tests.stores import copied

SCREENS = (
    Canvas(1366, 768, 143, 4, dark=False),
    Canvas(1366, 768, 100, 6, dark=True),
    Canvas(1920, 1080, 143, 4, dark=True),
    Canvas(1920, 1080, 143, 4, dark=False),
    Canvas(3840, 2160, 143, 4, dark=False),
    Canvas(1080, 1920, 81, 4, dark=False),
    Canvas(6656, 1792, 1000, 12, dark=True),
)
LONG = "阿卜杜热合曼买买提依明吐尔逊江艾合买提"


@pytest.fixture(scope="module")
def county(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The county, which counts down to a day, has an address and shows whole names, some of them long."""
    engine = open_engine(f"sqlite:///{copied(county_database, tmp_path_factory.mktemp('walls') / 'county.db')}")
    with writing(engine) as connection:
        now = datetime.fromisoformat(f"{connection.execute(select(model.data_version.c.built)).scalar_one()}T09:00:00")
        ahead = f"{now.year + 1}-01-31"
        for name, value in (("countdown_day", ahead), ("base_url", "http://192.168.1.10:8501"), ("wall_names", "0")):
            decide(connection, Viewer("admin", ""), name, value, now=now)
        for table, name in ((model.household, "head"), (model.helper, "name"), (model.task, "owner")):
            key = table.primary_key.columns.values()[0]
            some = select(key).order_by(key).offset(3).limit(200)
            connection.execute(update(table).where(key.in_(some)).values({name: LONG}))
        connection.execute(update(model.task).values(finished=None))
        connection.execute(update(model.problem).values(closed=None, rectified=None))
    return engine


def villages(engine: Engine) -> list[str]:
    """The one with the most households, the one with the fewest, and one whose heads have long names."""
    with engine.connect() as connection:
        h = model.household.c
        ordered = (
            connection.execute(select(h.village).group_by(h.village).order_by(func.count(), h.village)).scalars().all()
        )
        long = connection.execute(select(h.village).where(h.head == LONG).limit(1)).scalar_one()
    return [ordered[-1], ordered[0], long]


@pytest.mark.parametrize("canvas", SCREENS, ids=lambda one: f"{one.width}x{one.height} {one.far} {'dark' * one.dark}")
def test_every_poster_of_a_village_is_read_whole_from_the_farthest_seat(page: Page, county: Engine, canvas: Canvas):
    page.set_viewport_size({"width": canvas.width, "height": canvas.height})
    wrong: list[str] = []
    with county.connect() as connection:
        now = datetime.fromisoformat(f"{connection.execute(select(model.data_version.c.built)).scalar_one()}T09:00:00")
        for village in villages(county):
            place = Place(connection, Viewer("display", village[:6]), village, now)
            for scene in scenes_for(len(village)):
                page.set_content(standing(composed(place, [scene], canvas), canvas))
                posters = page.evaluate("(window.posters = [...document.querySelectorAll('.poster')]).length")
                for at in range(min(posters, 3)):
                    page.evaluate("at => document.querySelector('.layer').replaceChildren(window.posters[at])", at)
                    wrong += [f"{village} {scene.name} {at}: {flaw}" for flaw in flaws(page)]
                    assert all(one.title for one in read(page))
    assert not wrong

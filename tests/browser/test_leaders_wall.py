"""The leaders' posters in Chromium, on the demonstration county: read whole from the farthest seat, on every wall."""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import Connection, Engine, select, text

from components.wall.canvas import Canvas
from components.wall.fragments import composed
from components.wall.scene import Place, Scene
from components.wall.scenes import scenes_for
from data.access.viewer import Viewer
from data.figures import cube
from data.model import data_version
from data.store.engine import open_engine, writing
from data.wall.shown import keep_named
from tests.browser.wall_eye import flaws, read, standing
from tests.stores import copied

COUNTY, TOWNSHIP = "990181", "990181002"
WALLS = (
    Canvas(1366, 768, 143, 6, dark=False),
    Canvas(1920, 1080, 143, 4, dark=True),
    Canvas(3840, 2160, 400, 8, dark=False),
    Canvas(6656, 1792, 1000, 12, dark=True),
    Canvas(11040, 2700, 1656, 15, dark=False),
)
LEADERS = {"position", "income", "projects", "overdue", "changes"}


@pytest.fixture(scope="module")
def county(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The county, some hours after a meeting: problems are put right, others are visited, some fell ill."""
    engine = open_engine(f"sqlite:///{copied(county_database, tmp_path_factory.mktemp('walls') / 'county.db')}")
    with writing(engine) as connection:
        built = connection.execute(select(data_version.c.built)).scalar_one()
        now = datetime.fromisoformat(f"{built}T09:00:00")
        cube.hold(connection)
        keep_named(connection, Viewer("admin", ""), "例会", now=now)
        late = "rectified IS NULL AND closed IS NULL AND deadline < :today ORDER BY code LIMIT 4"
        connection.execute(
            text(f"UPDATE problem SET rectified = :today WHERE code IN (SELECT code FROM problem WHERE {late})"),
            {"today": built},
        )
        some = "SELECT id FROM household WHERE type = '脱贫户' AND lifted IS NOT NULL ORDER BY id LIMIT 9"
        connection.execute(text(f"UPDATE household SET lifted = NULL, type = '未脱贫户' WHERE id IN ({some})"))
        cube.rebuild(connection, today=now.date())
    return engine


def document(connection: Connection, region: str, scene: Scene, canvas: Canvas) -> str:
    day = connection.execute(select(data_version.c.built)).scalar_one()
    place = Place(connection, Viewer("display", COUNTY), region, datetime.fromisoformat(f"{day}T09:00:00"))
    scenes = [one for one in scenes_for(len(region)) if one.name in LEADERS]
    at = scenes.index(scene)
    made = composed(place, [*scenes[at:], *scenes[:at]], canvas)
    return standing(made, canvas)


@pytest.mark.parametrize(
    ("region", "canvas"),
    [*((COUNTY, canvas) for canvas in WALLS), (TOWNSHIP, WALLS[0]), (TOWNSHIP, WALLS[3])],
    ids=lambda value: f"{value.width}x{value.height}" if isinstance(value, Canvas) else value,
)
def test_every_poster_is_read_whole_from_the_farthest_seat(page: Page, county: Engine, canvas: Canvas, region: str):
    page.set_viewport_size({"width": canvas.width, "height": canvas.height})
    wrong: list[str] = []
    with county.connect() as connection:
        scenes = [scene for scene in scenes_for(len(region)) if scene.name in LEADERS]
        assert {scene.name for scene in scenes} == LEADERS
        for scene in scenes:
            page.set_content(document(connection, region, scene, canvas))
            posters = page.evaluate("(window.posters = [...document.querySelectorAll('.poster')]).length")
            assert posters, scene.name
            for at in range(posters):
                page.evaluate("at => document.querySelector('.layer').replaceChildren(window.posters[at])", at)
                wrong += [f"{scene.name} {at}: {flaw}" for flaw in flaws(page)]
                assert all(one.title for one in read(page))
    assert not wrong

"""The village's posters: composed for each canvas, within what can be read, names masked, nothing that a wall hides."""

import re
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, delete, insert, update

from components.drawing.qr import qr_svg
from components.wall.canvas import Canvas
from components.wall.frame import body_canvas
from components.wall.scene import Place, Poster
from components.wall.scenes import scenes_for
from components.wall.village_help import HELP
from components.wall.village_map import MAP, MOST_PAGES
from components.wall.village_parts import VILLAGE, fitted
from components.wall.village_stuck import STUCK
from components.wall.village_tasks import TASKS
from components.wall.village_today import TODAY as SCENE_TODAY
from components.wall.words import MOST_FIGURES, MOST_WORDS, ems
from data import model
from data.access.viewer import Viewer
from data.figures import cube
from data.settings import decide
from data.store.engine import writing
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import VILLAGE as CODE
from tests.data.village_ground import fill_village
from tests.data.watched_ground import fill_watched
from tests.moment import NOW

DISPLAY = Viewer("display", COUNTY)
CANVASES = {
    "1366": Canvas(1366, 768, 143, 4, False),
    "1920": Canvas(1920, 1080, 143, 4, False),
    "3840 dark": Canvas(3840, 2160, 143, 4, True),
    "upright": Canvas(1080, 1920, 81, 4, False),
    "far": Canvas(1366, 768, 100, 6, False),
    "wide": Canvas(6656, 1792, 400, 8, True),
}
TV = CANVASES["1920"]
SCENES = [scene for scene in scenes_for(12) if scene.levels == VILLAGE]
LONG = "阿卜杜热合曼买买提依明吐尔逊江艾合买提"


def fill(engine: Engine, households: int = 40) -> None:
    """The known village with so many households more, placed around its office, every third of them watched."""
    fill_village(engine)
    rows = [
        {
            "id": 2000 + at, "code": f"W{at}", "village": CODE, "head": LONG if at % 5 == 0 else "欧阳某",
            "type": "边缘易致贫户" if at % 3 == 0 else "脱贫户", "identified": "2020-01-01", "lifted": "2019-01-01",
            "lon": 121 + at % 9 / 500 if at % 7 else None, "lat": 40 + at // 9 / 500 if at % 7 else None,
            "cause": "因病",
        }
        for at in range(households)
    ]  # fmt: skip
    measures = [
        {
            "code": f"w{kind}{row['id']}",
            "household_id": row["id"],
            "category": kind,
            "name": kind,
            "started": "2026-01-01",
        }
        for row in rows[:9]
        for kind in ("健康", "产业")
    ]
    with writing(engine) as connection:
        connection.execute(insert(model.household), rows)
        connection.execute(insert(model.measure), measures)
        connection.execute(update(model.region).where(model.region.c.code == CODE).values(lon=121.0, lat=40.0))
        connection.execute(update(model.helper).values(name=LONG, unit=LONG * 2))
        connection.execute(update(model.task).values(owner=LONG, name=LONG, village=CODE, finished=None))
        connection.execute(update(model.problem).values(owner=LONG, category=LONG, region=CODE, closed=None))
        cube.rebuild(connection, today=TODAY)


def fill_hundreds(engine: Engine) -> None:
    fill(engine, 300)


@pytest.fixture
def dialect() -> str:
    """What is drawn is the same from either engine; what is asked is tested beside its queries."""
    return "sqlite"


@pytest.fixture
def village(filled) -> Engine:
    return filled(fill)


@pytest.fixture
def own(filled) -> Engine:
    return filled(fill, own=True)


def posters(engine: Engine, scene, canvas: Canvas = TV, viewer: Viewer = DISPLAY) -> Sequence[Poster]:
    with engine.connect() as connection:
        return scene.posters(Place(connection, viewer, CODE, NOW), body_canvas(canvas))


def text(poster: Poster) -> str:
    """What is read of a poster, without its maps and the numbers on the walk."""
    bare = re.sub(r'<svg.*?</svg>|<b class="v-badge.*?</b>', " ", f"{poster.title} {poster.body}", flags=re.S)
    return re.sub(r"<[^>]*>", " ", bare)


def decided(engine: Engine, name: str, value: str) -> None:
    with writing(engine) as connection:
        decide(connection, Viewer("admin", ""), name, value, now=NOW)


@pytest.mark.parametrize("name", CANVASES)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_each_poster_says_no_more_than_can_be_taken_in_and_in_no_smaller_type(village: Engine, scene, name: str):
    canvas = CANVASES[name]
    told = posters(village, scene, canvas)
    assert told
    for poster in told:
        said = re.sub(r"\d+月|\d+日", " ", text(poster))
        assert len(re.findall(r"[0-9][0-9,.]*", said)) <= MOST_FIGURES, said
        assert sum(-(-len(run) // 4) for run in re.findall(r"[\u4e00-\u9fff]+", said)) <= MOST_WORDS, said
        assert max((len(re.findall("<li>", part)) for part in re.findall("<ol.*?</ol>", poster.body)), default=0) <= 7
        sizes = [float(size) for size in re.findall(r'font-size[:=]"?([0-9.]+)', poster.body)]
        assert min(sizes, default=canvas.text) >= canvas.small - 1
        assert ems(poster.title) * canvas.text <= 2 * body_canvas(canvas).width


@pytest.mark.parametrize("viewer", [DISPLAY, Viewer("village", CODE)], ids=lambda one: one.role)
def test_no_wall_tells_a_whole_name_a_cause_or_a_code_whoever_opened_it(own: Engine, viewer: Viewer):
    everything = " ".join(
        f"{poster.title}{poster.body}" for scene in SCENES for poster in posters(own, scene, TV, viewer)
    )
    assert "欧阳**" in everything and "钱**" in everything and "怎么扶：产业措施最多" in everything
    for secret in (
        "健康",
        "欧阳某",
        "钱一",
        "因病",
        "因学",
        "大病",
        "K901",
        "W1<",
        "13812345678",
        "13900000000",
        "低保",
    ):
        assert secret not in everything
    decided(own, "wall_names", "0")
    assert "欧阳某" in " ".join(poster.body for poster in posters(own, MAP, TV, viewer))


def test_the_map_pages_by_groups_of_no_more_than_fifteen_each_household_once_in_its_order(village: Engine):
    whole, *pages = posters(village, MAP)
    numbers = [[int(one) for one in re.findall(r"v-badge[^>]*>(\d+)<", page.body)] for page in pages]
    assert [number for page in numbers for number in page] == list(range(1, sum(map(len, numbers)) + 1))
    assert len(numbers) > 1 and 7 <= max(map(len, numbers)) <= 15
    assert "<ol" not in whole.body and "示意" in whole.subtitle
    assert all("示意位置" in page.body for page in pages)  # some are placed by guess
    assert pages[0].title.startswith(f"第 1–{numbers[0][-1]} 户，")


def test_hundreds_of_households_are_no_hundred_pages(filled):
    engine = filled(fill_hundreds)
    pages = posters(engine, MAP)[1:]
    assert len(pages) == MOST_PAGES
    assert all("未脱贫或在监测" in page.title for page in pages)


def test_few_households_stand_on_one_poster_with_who_they_are(own: Engine):
    with writing(own) as connection:
        others = ~model.household.c.id.in_((901, 902, 903, 2000, 2001))
        connection.execute(update(model.household).where(others).values(village="990181101202"))
        cube.rebuild(connection, today=TODAY)
    (one,) = posters(own, MAP)
    assert one.title.startswith("5 户，")
    assert one.body.count("v-badge") == 5


def test_a_village_without_households_says_how_to_fill_it_and_shows_nothing_else_of_them(own: Engine):
    with writing(own) as connection:
        connection.execute(update(model.household).values(village="990181101202"))
        connection.execute(delete(model.task))
        connection.execute(delete(model.problem))
        cube.rebuild(connection, today=TODAY)
    (one,) = posters(own, MAP)
    assert one.title == "还没有帮扶户" and "导入“户”表" in one.subtitle
    assert not [scene.name for scene in SCENES if scene is not MAP and posters(own, scene)]


def test_tasks_count_down_to_the_countys_day_and_without_one_to_the_worst(own: Engine):
    (one,) = posters(own, TASKS)
    assert "超期最久" in text(one) and "v-late" in one.body
    decided(own, "countdown_day", "2026-12-24")
    decided(own, "countdown_name", "省级评估")
    (one,) = posters(own, TASKS)
    assert "距离省级评估还有 32 天" in " ".join(text(one).split())


def test_the_plans_of_who_is_watched_stand_as_counts_without_what_they_are(filled):
    engine = filled(fill_watched, own=True)
    (plan,) = [one for one in posters(engine, HELP) if one.title.startswith("帮扶计划")]
    told = " ".join(text(plan).split())
    assert (plan.title, "共 3 项" in plan.subtitle) == ("帮扶计划：1 项超期", True)
    assert "帮扶计划已落实 1 项" in told and told.endswith("已落实 1 待落实 1 超期 1")
    assert not any(word in told for word in ("签约", "保洁", "低保", "健康"))
    with writing(engine) as connection:
        connection.execute(delete(model.plan_item_step))
        connection.execute(delete(model.plan_item))
        cube.rebuild(connection, today=TODAY)
    assert not any(one.title.startswith("帮扶计划") for one in posters(engine, HELP))


def test_what_is_stuck_says_since_when_and_with_whom(village: Engine):
    (one,) = posters(village, STUCK)
    assert re.match(r"卡点：\d+ 个超期没整改", one.title)
    assert fitted(LONG, 6) not in text(one) and LONG[:5] in text(one)
    days = [int(day.replace(",", "")) for day in re.findall(r"超 ([0-9,]+) 天", text(one))]
    assert days and days == sorted(days, reverse=True)


def test_a_code_stands_where_the_county_said_its_address_and_it_is_large_enough(own: Engine):
    assert "v-qr" not in posters(own, SCENE_TODAY)[0].body
    decided(own, "base_url", "http://192.168.1.10:8501")
    (modules,) = re.findall(r'd="[^"]+"', qr_svg(f"http://192.168.1.10:8501/battle_map?region={CODE}"))
    assert modules in posters(own, SCENE_TODAY)[0].body and modules in posters(own, MAP)[0].body
    assert "v-qr" not in posters(own, SCENE_TODAY, CANVASES["far"])[0].body


def test_a_long_word_ends_with_dots_within_its_column():
    assert fitted("张三丰", 3) == "张三丰"
    assert fitted(LONG, 5) == f"{LONG[:4]}…"
    assert ems(fitted(LONG, 5.5)) <= 5.5
    assert fitted(None, 3) == "—"

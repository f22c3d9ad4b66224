"""The leaders' posters: the worst first and largest, as many things as the wall takes, words where there is none."""

import re
from dataclasses import replace

import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine

from components.drawing.wording import amount
from components.wall import (
    leaders_changes,
    leaders_income,
    leaders_overdue,
    leaders_position,
    leaders_projects,
)
from components.wall.canvas import Canvas
from components.wall.fragments import composed
from components.wall.frame import body_canvas
from components.wall.leaders_parts import (
    BAR_AIR,
    GROWN,
    LINE,
    Block,
    bar_rows,
    comfortable,
    figure_and_rows,
    first_fitting,
    hero,
    stacked,
    text_line,
    within_words,
)
from components.wall.leaders_strip import CALM, overdue_strip
from components.wall.scene import Place, Poster, Scene
from components.wall.scenes import scenes_for
from components.wall.words import count_words, cut
from data import model, settings
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.figures import cube
from data.figures.indicators import INDICATORS
from data.figures.read import children, figures
from data.regions.lands import Land, Lands
from data.store.engine import upsert, writing
from data.text.official import WATCHED_SHORT, WATCHED_WORDS
from data.wall.overdue import Overdue
from data.wall.shown import SHOWN, keep_named
from tests.data.projects.ground import FIRM, SHORT, fill
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS, VILLAGES
from tests.data.wall import ground as books
from tests.moment import NOW

CADRE, DISPLAY = Viewer("county", COUNTY), Viewer("display", COUNTY)
ADMIN = Viewer("admin", "", person=1)
SMALL, LARGE = Canvas(1366, 768, 143, 6, dark=False), Canvas(3840, 2160, 400, 8, dark=True)
WALLS = (SMALL, Canvas(1920, 1080, 143, 4, dark=True), LARGE, Canvas(6656, 1792, 1000, 12, dark=True),
         Canvas(11040, 2700, 1656, 15, dark=False))  # fmt: skip
SCENES = [
    leaders_position.SCENE, leaders_income.SCENE, leaders_projects.SCENE, leaders_overdue.SCENE, leaders_changes.SCENE,
]  # fmt: skip


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


def hung(
    engine: Engine, scene: Scene, region: str = COUNTY, wall: Canvas = LARGE, viewer: Viewer = CADRE
) -> list[Poster]:
    with engine.connect() as connection:
        return list(scene.posters(Place(connection, viewer, region, NOW), body_canvas(wall)))


def read(poster: Poster) -> str:
    """What stands in it, without what is drawn."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<svg.*?</svg>", " ", poster.body, flags=re.DOTALL)).split())


def large(poster: Poster) -> str:
    """The one figure that is largest, with its unit."""
    (found,) = re.findall(r'<p class="hero[^>]*>(.*?)</p>', poster.body)
    return re.sub(r"<[^>]*>", "", found)


def sizes(poster: Poster) -> list[float]:
    return [float(size) for size in re.findall(r'font-size(?::|=")\s*([\d.]+)', poster.body)]


def whole_names(poster: Poster) -> str:
    return poster.title + read(poster)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: f"{wall.width}")
@pytest.mark.parametrize("region", [COUNTY, TOWNSHIPS[1]])
def test_no_type_is_smaller_than_the_distance_asks(county: Engine, scene: Scene, wall: Canvas, region: str):
    posters = hung(county, scene, region, wall)
    assert posters
    for poster in posters:
        assert min(sizes(poster)) >= wall.small - 0.06
        assert poster.title and poster.subtitle


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_poster_has_one_thing_that_is_largest(county: Engine, scene: Scene):
    for poster in hung(county, scene):
        found = sorted({round(size) for size in sizes(poster)})
        if "hero" in poster.body:
            largest = found.pop()
            assert largest >= 1.6 * max(size for size in found if size < largest - 1)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_large_wall_says_at_least_what_a_small_one_says(county: Engine, scene: Scene):
    small, big = hung(county, scene, wall=SMALL), hung(county, scene, wall=LARGE)
    assert [poster.title for poster in small] == [poster.title for poster in big]
    for few, many in zip(small, big, strict=True):
        assert len(re.findall(r"\d[\d,.]*", read(few))) <= len(re.findall(r"\d[\d,.]*", read(many)))


def test_the_worst_part_stands_largest_with_how_far_since_when_and_who(county: Engine):
    one = INDICATORS["visit_coverage"]
    with county.connect() as connection:
        month = leaders_position.position(
            Place(connection, CADRE, COUNTY, NOW), COUNTY, one, body_canvas(LARGE)
        ).standing.month
        rows = children(connection, CADRE, COUNTY, month, one.id).sort_values("value")
        whole = figures(connection, CADRE, COUNTY, month, (one.id,))[one.id].value
    poster = next(poster for poster in hung(county, leaders_position.SCENE) if "走访覆盖率" in poster.title)
    worst = rows.iloc[0]
    assert large(poster) == str(amount(one, worst["value"]))
    said = read(poster)
    assert f"最靠后：{worst['name']}" in said
    apart = one.told(whole) - one.told(worst["value"])
    assert f"比县均低 {apart * 100:.1f} 个百分点" in said
    assert re.search(r"连续 \d+ (个月|年)|10月起", said) and "负责：示范局" in said
    left = worst["denominator"] - worst["numerator"]
    assert f"有 {left:.0f} 户未走访" in said


def test_the_figures_of_position_are_those_that_the_county_names(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        settings.decide(connection, ADMIN, "wall_figures", "超期任务、没有这个", now=NOW)
    titles = [poster.title for poster in hung(engine, leaders_position.SCENE)]
    assert titles and all("超期任务" in title or "任务" in title or "：" in title for title in titles)
    assert leaders_position.chosen("没有这个") == [INDICATORS[id] for id in leaders_position.USUAL]


def test_income_stands_with_its_sources_and_who_is_below_the_line(filled):
    county = filled(books.fill)
    with county.connect() as connection:
        known = figures(connection, CADRE, COUNTY, None, ("net_income_per_capita", "below_line_households"))
    course, below = hung(county, leaders_income.SCENE)
    assert large(course) == str(amount(INDICATORS["net_income_per_capita"], known["net_income_per_capita"].value))
    number = f"{known['below_line_households'].value:,.0f}"
    assert f"低于监测线 {number} 户" in read(course) and large(below) == f"{number} 户"
    assert all(kind in read(course) for kind in ("工资性", "生产经营性", "财产性", "转移性"))
    assert "监测线 7,500 元" in read(below)


def test_projects_stand_with_what_they_bring_and_the_households_behind_those_in_trouble(county: Engine):
    returns, risk = hung(county, leaders_projects.SCENE)
    assert {"投资", "应收", "实收", "欠收"} <= set(read(returns).split())
    assert FIRM in whole_names(risk) and large(risk).endswith("户")


def test_a_display_reads_no_person_and_no_words_about_a_household(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        connection.execute(model.project.update().where(model.project.c.code == SHORT).values(operator="欧阳春花"))
        connection.execute(model.problem.update().values(description="户主患尘肺病"))
        cube.refresh(connection, VILLAGES[0], NOW)
    told = [whole_names(poster) for scene in SCENES for poster in hung(engine, scene, viewer=DISPLAY)]
    seen = " ".join(told)
    assert told and not re.search(r"欧阳春花|尘肺|张某某|H\d{4}|因病|残疾", seen)
    assert "欧阳春花" in " ".join(whole_names(poster) for poster in hung(engine, leaders_projects.SCENE))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_wall_shows_nothing_of_another_township(county: Engine, scene: Scene):
    with pytest.raises(OutOfScope):
        hung(county, scene, TOWNSHIPS[1], viewer=Viewer("display", TOWNSHIPS[0]))


def test_what_is_overdue_is_counted_and_the_longest_has_its_owner(county: Engine):
    longest, places = hung(county, leaders_overdue.SCENE)
    with county.connect() as connection:
        known = figures(connection, CADRE, COUNTY, None, ("problems_overdue", "tasks_overdue", "late_funds"))
        strip = overdue_strip(Place(connection, CADRE, COUNTY, NOW))
    assert large(longest) == f"{sum(one.value for one in known.values()):,.0f} 件"
    assert "赵某" in read(longest) and "天" in read(longest)
    assert "示范镇" in places.title
    assert strip[0] == f"超期问题 {known['problems_overdue'].value:,.0f} 个" and strip[-1].startswith("最久：")


def test_without_a_showing_it_is_said_how_one_is_kept_and_with_one_what_became_of_it(filled):
    engine = filled(fill, own=True)
    assert "留存现在展示的数字" in read(hung(engine, leaders_changes.SCENE)[-1])
    with writing(engine) as connection:
        cube.hold(connection)
        keep_named(connection, ADMIN, "例会", now=NOW)
    same = hung(engine, leaders_changes.SCENE)[1]
    assert same.title == "11月22日例会以来没有变化"
    with writing(engine) as connection:
        late = (model.task.c.finished.is_(None)) & (model.task.c.deadline < TODAY.isoformat())
        connection.execute(model.task.update().where(late).values(finished=TODAY.isoformat()))
        more = {"region": VILLAGES[0], "source": "排查", "category": "住房", "description": "漏雨", "owner": "赵某"}
        new = [{**more, "code": f"N{n}", "found": "2026-11-01", "deadline": "2026-11-10"} for n in range(3)]
        connection.execute(model.problem.insert(), new)
        cube.rebuild(connection, today=TODAY)
    _, own, below = hung(engine, leaders_changes.SCENE)
    assert own.title == "11月22日例会以来 2 项变差" and own.subtitle.endswith("11月22日例会至11月22日")
    assert large(own) == "▲3 个" and "超期任务 ▼" in read(own)
    assert "示范镇" in below.title


def empty(engine: Engine) -> None:
    """Regions and nothing else."""
    with writing(engine) as connection:
        rows = [(COUNTY, "示范市", ""), *((code, f"示范镇{code[-1]}", COUNTY) for code in TOWNSHIPS)]
        rows += [(code, f"示范村{code[-1]}", code[:9]) for code in VILLAGES]
        upsert(connection, model.region, ["code", "name", "parent"], rows)
        cube.rebuild(connection, today=TODAY)


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        (leaders_position.SCENE, "还没有人均纯收入的数据"), (leaders_income.SCENE, "还没有满12个月的收支记录"),
        (leaders_projects.SCENE, "还没有开工的项目"), (leaders_overdue.SCENE, CALM), (leaders_changes.SCENE, "上月"),
    ],
    ids=lambda value: getattr(value, "name", None),
)  # fmt: skip
def test_where_there_is_nothing_it_is_said_why_and_how_that_is_mended(filled, scene: Scene, words: str):
    for poster in hung(filled(empty), scene, wall=SMALL):
        assert poster.title and "hero" not in poster.body
    first = hung(filled(empty), scene, wall=SMALL)[0]
    assert words in whole_names(first)
    assert len(re.findall("</p>", first.body)) == 2  # why, and how


def test_without_boundaries_the_words_take_the_room_of_the_map(county: Engine):
    with county.connect() as connection:
        place = Place(connection, CADRE, COUNTY, NOW)
        found = leaders_position.position(place, COUNTY, INDICATORS["visit_coverage"], body_canvas(LARGE))
    lands = tuple(Land(code, f"镇{n}", shapely.box(n, 40, n + 1, 41), False) for n, code in enumerate(TOWNSHIPS))
    ground = Lands(COUNTY, lands, (), shapely.box(0, 40, 2, 41), None)
    bare = leaders_position.overview(found, body_canvas(LARGE))  # there are no boundaries
    drawn = leaders_position.overview(replace(found, ground=ground), body_canvas(LARGE))
    assert "<svg" in drawn.body and "<svg" not in bare.body
    assert large(bare) == large(drawn) and max(sizes(bare)) >= max(sizes(drawn))


def test_every_leaders_scene_hangs_in_each_level_above_the_village_and_in_none_below(county: Engine):
    for level in (0, 2, 4, 6, 9):
        assert [scene for scene in scenes_for(level) if scene in SCENES] == SCENES
    assert not [scene for scene in scenes_for(12) if scene in SCENES]
    with county.connect() as connection:
        place = Place(connection, ADMIN, "", NOW)
        assert all(composed(place, [scene], LARGE) for scene in SCENES)


def test_a_wall_says_the_word_that_the_county_chose_and_the_short_one_where_there_is_little_room(filled):
    county = filled(fill, own=True)
    small = Canvas(1366, 768, 122, 9, dark=False)
    said = {}
    for chosen in WATCHED_WORDS:
        with writing(county) as connection:
            for name, value in (("watched_word", chosen), ("wall_figures", "监测对象,新增防止返贫致贫对象")):
                settings.decide(connection, CADRE, name, value, now=NOW)
        with county.connect() as connection:
            for wall in (LARGE, small):
                hung = composed(Place(connection, CADRE, COUNTY, NOW), [leaders_position.SCENE], wall)
                said[chosen, wall] = [word for word in (*WATCHED_WORDS, WATCHED_SHORT) if word in hung]
    newer, older = WATCHED_WORDS
    assert said == {(newer, LARGE): [newer], (newer, small): [WATCHED_SHORT]} | {
        (older, wall): [older] for wall in (LARGE, small)
    }


def test_every_figure_whose_change_is_told_is_kept():
    assert set(leaders_changes.WATCHED) <= set(SHOWN)


# the parts


def test_of_blocks_that_do_not_all_fit_the_last_in_rank_goes():
    blocks = [Block("<i>a</i>", 40, 0), Block("<i>b</i>", 40, 2), Block("<i>c</i>", 40, 1)]
    assert re.findall("<i>(.)</i>", stacked(blocks, 100, 140, 10)) == ["a", "b", "c"]
    assert re.findall("<i>(.)</i>", stacked(blocks, 100, 139, 10)) == ["a", "c"]
    assert re.findall("<i>(.)</i>", stacked(blocks, 100, 40, 10)) == ["a"]


@pytest.mark.parametrize(
    ("width", "words"), [(100, "负责：某局等单位"), (60, "某局等单位"), (25, "某局"), (10, "")], ids=str
)
def test_a_line_takes_the_fullest_words_that_fit(width: float, words: str):
    options = ["负责：某局等单位", "某局等单位", "某局"]
    assert first_fitting(options, width, 10) == words
    assert bool(text_line(options, width, 10).markup) is bool(words)


@pytest.mark.parametrize(("width", "words"), [(100, "示范田园合作社"), (50, "示范田园…"), (5, "")], ids=str)
def test_a_name_that_is_too_wide_is_cut_with_an_ellipsis(width: float, words: str):
    assert cut("示范田园合作社", width, 10) == words


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: f"{wall.width}")
@pytest.mark.parametrize("number", [2, 4, 7])
def test_rows_take_the_height_of_a_poster_and_say_all_they_said(wall: Canvas, number: int):
    canvas = comfortable(body_canvas(wall), lines=17)
    told = [(f"示范{at}镇", f"{at} 户", float(at)) for at in range(number, 0, -1)]

    def side(canvas: Canvas, width: float) -> list[Block]:
        return [hero("12", "户", canvas, width, label="低于监测线")]

    def rows(canvas: Canvas, width: float, air: float) -> Block:
        return bar_rows(told, width, canvas.text, air=BAR_AIR * air)

    body = figure_and_rows(side, rows, canvas, share=0.36, gap=canvas.text)
    highs = [float(high) for high in re.findall(r'<li style="height:([\d.]+)px', body)]
    least = LINE * BAR_AIR * canvas.text
    assert len(highs) == number and body.count("meter") == number and "…" not in body
    assert sum(highs) <= canvas.height
    assert sum(highs) > canvas.height - number - 2 or min(highs) > GROWN * least * 0.99


def test_what_is_level_is_said_in_a_title():
    rows = [("海泉镇", 12), ("龙庄乡", 12), ("槐河镇", 5)]
    below = pd.DataFrame([(f"99018100{at}", *row, 0) for at, row in enumerate(rows)], columns=_BELOW)
    level = leaders_overdue.places_poster(below, "示范市", LARGE)
    alone = leaders_overdue.places_poster(below.iloc[1:], "示范市", LARGE)
    assert level.title == "乡镇中海泉镇等 2 个并列超期最多" and alone.title == "乡镇中龙庄乡超期最多"


@pytest.mark.parametrize("days", [300, 200], ids=str)
def test_of_what_nobody_answers_for_it_is_said_and_so_is_what_is_as_late(days: int):
    rows = [("资金", "补助资金", "海泉镇", None, None, 300, ""), ("资金", "奖励资金", "龙庄乡", None, None, days, "")]
    counts = {"问题": 0, "任务": 0, "资金": 2, "帮扶措施": 0, "走访": 0}
    found = Overdue("2026-11-22", counts, pd.DataFrame(rows, columns=_ROWS))
    poster = leaders_overdue.longest_poster(found, "示范市", LARGE)
    assert "海泉镇 · 没有登记责任人" in read(poster)
    assert poster.title == ("资金超期最久：海泉镇等" if days == 300 else "资金超期最久：海泉镇")


_BELOW = ["code", "name", "matters", "走访"]
_ROWS = ["kind", "what", "place", "owner", "unit", "days", "region"]


def test_words_are_counted_as_a_glance_takes_them():
    assert count_words("海林镇 云山村", "超 1,581 天", "示范市民政局") == 6
    assert within_words(["海林镇", "示范市民政局", "天"], 3) == 2 and within_words([], 0) == 0


def test_type_grows_where_a_wall_is_higher_than_its_poster_and_never_shrinks():
    high = Canvas(5000, 2160, 520, 8, dark=False)
    assert comfortable(high, 30).text == pytest.approx(high.height / 30)
    assert comfortable(high, 100).text == high.text
    assert comfortable(high, 1).text <= 2 * high.text
    narrow = replace(high, width=900, cm=520 * 900 / 5000)
    assert comfortable(narrow, 30).text == narrow.text


@pytest.mark.parametrize("width", [1200, 210])
def test_bars_begin_at_zero_and_leave_the_bar_before_the_words(width: float):
    block = bar_rows([("甲镇", "12 户", 12.0), ("乙镇", "3 户", 3.0)], width, 30)
    parts = [float(part) for part in re.findall(r"--part:([\d.]+)%", block.markup)]
    assert parts == ([100.0, 25.0] if width > 400 else [])
    assert "12 户" in block.markup and "乙镇" in block.markup

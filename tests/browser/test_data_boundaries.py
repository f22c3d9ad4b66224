"""Boundaries come in through the browser: handed in, looked at on a map, taken, seen on the battle map, taken back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, delete, select

from data.figures import cube
from data.model import boundary
from data.store.engine import open_engine, writing
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.moment import NOW
from tests.stores import copied

COUNTY = "990181"
SECTION = f"/data?region={COUNTY}&view=boundaries&role=county"


@pytest.fixture(scope="module")
def county(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Engine, dict]]:
    """The demonstration county without any outline, its server, and the outlines that it had."""
    folder = tmp_path_factory.mktemp("boundaries")
    path = copied(county_database, folder / "county.db")
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        rows = connection.execute(select(boundary.c.region, boundary.c.geometry)).all()
        connection.execute(delete(boundary))
        cube.stamp(connection, NOW)
    with serving(f"sqlite:///{path}", folder) as server:
        yield server, engine, {code: shapely.from_wkb(bytes(geometry)) for code, geometry in rows}
    engine.dispose()


@pytest.fixture
def files(county: tuple[Server, Engine, dict], tmp_path: Path) -> list[Path]:
    """A file of the county and its townships, one of its villages: one of these far off, one that nobody knows."""
    outlines = county[2]
    upper = {code: shape for code, shape in outlines.items() if len(code) < 12}
    villages = {code: shape for code, shape in sorted(outlines.items()) if len(code) == 12}
    first = next(iter(villages))
    villages[first] = shapely.transform(villages[first], lambda points: points + 2)
    villages["999999001001"] = shapely.box(122, 40, 122.1, 40.1)
    return [written(tmp_path / "县和乡镇.geojson", upper), written(tmp_path / "村界.geojson", villages)]


def written(path: Path, outlines: dict[str, shapely.Geometry]) -> Path:
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": shapely.geometry.mapping(shape)}
        for code, shape in outlines.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def stored(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(select(boundary.c.region)))


def worked(page: Page) -> Page:
    """Wait until no process works on the import any more."""
    expect(page.locator(".st-key-import_work")).to_have_count(0)
    return ready(page)


def test_from_no_outline_to_a_map_and_back(
    county: tuple[Server, Engine, dict], files: list[Path], page: Page, alerts: list[str]
) -> None:
    server, engine, outlines = county
    page.goto(server.url + SECTION)
    ready(page)
    expect(page.get_by_text("还没有人递交过边界文件")).to_be_visible()
    page.locator(".st-key-import_upload input[type=file]").set_input_files(files)
    page.get_by_role("button", name="递交并核对").click()
    expect(page.get_by_role("button", name="采用")).to_be_visible()
    worked(page)
    villages = sum(len(code) == 12 for code in outlines)
    states = page.locator(".outline-states")
    expect(states.get_by_role("link", name="全部")).to_contain_text(f"{villages + 1}")
    expect(states.get_by_role("link", name="未对上")).to_contain_text("1")
    assert stored(engine) == set()

    picture = page.locator(".outline-map.wide img")
    assert picture.evaluate("one => one.naturalWidth") > 500
    far = page.locator(".outline-items a", has_text="在上级范围外").first
    far.focus()
    page.keyboard.press("Enter")
    ready(page)
    item = page.locator(".outline-item")
    expect(item).to_contain_text("的范围外，相距")
    expect(item).to_contain_text("不采用")
    target = page.locator(".outline-map.wide a", has_not=page.locator("[aria-current]")).nth(villages // 2)
    name = (target.get_attribute("title") or "").split("：")[0]
    target.evaluate("one => one.click()")
    ready(page)
    expect(item.locator("h2")).to_contain_text(name)

    page.get_by_role("button", name="采用").click()
    page.get_by_role("button", name="确定采用").click()
    expect(page.locator("p.saved")).to_contain_text("已采用")
    worked(page)
    first = min(code for code in outlines if len(code) == 12)
    assert stored(engine) == outlines.keys() - {first}
    here = page.url
    page.get_by_role("link", name="看作战地图").click()
    ready(page)
    shapes = page.frame_locator("iframe[title*=folium]").locator("path.region")
    expect(shapes.first).to_be_attached()

    page.goto(here)
    ready(page)
    page.get_by_role("button", name="撤回").click()
    page.get_by_role("button", name="确定撤回").click()
    expect(page.locator("p.saved")).to_contain_text("已撤回：恢复")
    worked(page)
    assert stored(engine) == set()
    page.get_by_role("link", name="全部边界导入").click()
    ready(page)
    expect(page.get_by_role("row", name="县和乡镇.geojson 等 2 个文件")).to_contain_text("已撤回")


@pytest.mark.screen(390, 844)
def test_a_phone_shows_the_map_and_the_list_without_scrolling_sideways(
    county: tuple[Server, Engine, dict], files: list[Path], page: Page
) -> None:
    page.goto(county[0].url + SECTION)
    ready(page)
    page.locator(".st-key-import_upload input[type=file]").set_input_files(files)
    page.get_by_role("button", name="递交并核对").click()
    expect(page.locator(".outline-map.narrow img")).to_be_visible()
    worked(page)
    expect(page.locator(".outline-map.wide")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_damaged_file_is_said_and_may_be_handed_in_anew(
    county: tuple[Server, Engine, dict], page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "坏.geojson"
    path.write_text("{")
    page.goto(county[0].url + SECTION)
    ready(page)
    page.locator(".st-key-import_upload input[type=file]").set_input_files([path])
    page.get_by_role("button", name="递交并核对").click()
    expect(page.get_by_role("alert")).to_contain_text("坏.geojson")
    worked(page)
    expect(page.get_by_role("button", name="采用")).to_have_count(0)


@pytest.mark.parametrize("role", ["township", "village", "helper"])
def test_who_may_not_import_boundaries_is_not_offered_the_section(
    county: tuple[Server, Engine, dict], page: Page, role: str
) -> None:
    page.goto(f"{county[0].url}/data?view=boundaries&role={role}")
    ready(page)
    expect(page.get_by_role("link", name="导入边界")).to_have_count(0)
    expect(page.locator(".st-key-import_upload")).to_have_count(0 if role == "helper" else 1)
    expect(page.get_by_text("边界导入记录")).to_have_count(0)

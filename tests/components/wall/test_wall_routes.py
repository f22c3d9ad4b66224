"""What ``/wall`` answers: whose region, set up how, composed for which picture, and how often."""

import itertools
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest
from sqlalchemy import Engine, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.drawing.markup import Markup
from components.server import pulse
from components.server.guard import Guard
from components.wall import asked, routes, scenes, setting_up
from components.wall.canvas import Canvas
from components.wall.fragments import MOST_OWN
from components.wall.scene import Place, Poster, Scene
from data import model
from data.access.viewer import Viewer
from data.clock import county_clock
from data.figures import cube
from data.people.devices import add_device, opened_by
from data.people.sign_in import begin_display
from data.store.engine import writing
from data.villages.edits import carry_out, merges
from data.wall.displays import Setup, setup_of
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS, VILLAGES, fill, real_regions_arrive
from tests.moment import NOW, clock
from tests.people import enrolled, signed_in

SIZE = "w=1920&h=1080"
drawn: list[tuple[str, Canvas]] = []
readers: list[str] = []
questions: list[str] = []


def _question(place: Place) -> str:
    questions.append(place.region)
    return place.region


def _poster(place: Place, canvas: Canvas) -> Sequence[Poster]:
    drawn.append((place.region, canvas))
    readers.append(place.viewer.role)
    assert place.once(_question) == place.region
    return [Poster(f"第 {number} 页", "示范市 · 11月22日", Markup("<p>9</p>")) for number in (1, 2)]


MADE = (
    Scene("one", "一", frozenset({0, 6, 9, 12}), _poster),
    Scene("two", "二", frozenset({6, 9}), _poster, critical=True),
    Scene("none", "空", frozenset({6}), lambda _place, _canvas: []),
)


@pytest.fixture(autouse=True)
def made_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (scenes, asked, routes, setting_up):
        monkeypatch.setattr(module, "SCENES", MADE)
    monkeypatch.setattr(pulse, "_KEPT", 0)
    drawn.clear()
    readers.clear()
    questions.clear()


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    engine = filled(fill, own=True)
    real_regions_arrive(engine)
    return engine


def visitor(engine: Engine, cookies: dict[str, str]) -> TestClient:
    guarded = Guard(Starlette(routes=routes.wall_routes(lambda: engine, clock)), engine, county_clock)
    return TestClient(guarded, cookies=cookies, follow_redirects=False)


@pytest.fixture
def administrator(county: Engine) -> Viewer:
    return Viewer("admin", "", person=enrolled(county, "admin", ""))


@pytest.fixture
def display(county: Engine, administrator: Viewer) -> Iterator[tuple[int, TestClient]]:
    """A display of the first township: its number, and its browser."""
    with writing(county) as connection:
        link = add_device(connection, administrator, TOWNSHIPS[0], "镇政府", address="", now=NOW)
        known = opened_by(connection, link.rpartition("/")[2])
    assert known is not None
    token = begin_display(county, *known, address="", agent="", now=county_clock())
    with visitor(county, {"wr": token}) as client:
        yield known[0], client


def kept(engine: Engine, id: int) -> Setup | None:
    with engine.connect() as connection:
        return setup_of(connection, Viewer("display", ""), id)


def form_of(client: TestClient, path: str) -> dict[str, str]:
    """What the set-up page would send as it was opened."""
    text = client.get(path).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    numbers = dict(re.findall(r'<input name="(\w+)" type="number"[^>]* value="([^"]*)"', text))
    chosen = re.findall(r'<select name="(\w+)">.*?</select>', text)
    selected = {name: re.search(rf'name="{name}">.*?value="([^"]*)" selected', text) for name in chosen}
    return {**hidden, **numbers, **{name: found[1] for name, found in selected.items() if found}}


def told(text: str, what: str) -> str:
    """What the document tells its script."""
    found = re.search(rf"&quot;{what}&quot;: (?:&quot;(.*?)&quot;|(\d+))", text)
    assert found, what
    return (found[1] or found[2]).replace("&amp;amp;", "&").replace("&amp;", "&")


def test_a_wall_shows_its_own_region_whatever_the_address_says(county: Engine, display: tuple[int, TestClient]):
    _, client = display
    for place, shown in (
        ("", TOWNSHIPS[0]), (f"?region={VILLAGES[0]}", VILLAGES[0]), (f"?region={TOWNSHIPS[1]}", TOWNSHIPS[0]),
        ("?region=all", TOWNSHIPS[0]), ("?region=210881", TOWNSHIPS[0]), ("?region=<b>", TOWNSHIPS[0]),
    ):  # fmt: skip
        answer = client.get(f"/wall{place}")
        assert (answer.status_code, told(answer.text, "region")) == (200, shown), place
        assert answer.headers["cache-control"] == "no-store" and "'unsafe-inline'" not in (
            answer.headers["content-security-policy"].replace("style-src-attr 'unsafe-inline'", "")
        )
    assert client.get(f"/wall/scene/one?region={TOWNSHIPS[1]}&{SIZE}").status_code == 404
    assert visitor(county, {}).get("/wall").status_code == 401


def test_the_address_wins_over_what_is_kept_and_that_over_what_is_usual(
    county: Engine, display: tuple[int, TestClient]
):
    id, client = display
    assert told(client.get("/wall").text, "asked") == f"region={TOWNSHIPS[0]}&cm=400&far=8&theme=dark"
    village = client.get(f"/wall?region={VILLAGES[0]}").text
    assert told(village, "asked") == f"region={VILLAGES[0]}&cm=143&far=4&theme=light" and "#FAF9F6" in village
    form = {**form_of(client, "/wall/setup"), "cm": "217", "far": "6.5", "theme": "light", "seconds": "30", "s1": "two"}
    assert "已保存" in client.post("/wall/setup", data={**form, "do": "keep"}).text
    assert kept(county, id) == Setup(217, 6.5, dark=False, scenes=("two",), seconds=30)
    text = client.get("/wall").text
    assert told(text, "asked") == f"region={TOWNSHIPS[0]}&cm=217&far=6.5&theme=light"
    assert told(text, "seconds") == "30" and "&quot;two&quot;" in text and "&quot;one&quot;" not in text
    text = client.get("/wall?cm=143&theme=dark&scenes=one,two&seconds=20").text
    assert told(text, "asked") == f"region={TOWNSHIPS[0]}&cm=143&far=6.5&theme=dark"
    assert told(text, "seconds") == "20" and text.index("&quot;one&quot;") < text.index("&quot;two&quot;")


@pytest.mark.parametrize(
    "nonsense",
    [
        "cm=0", "cm=-5", "cm=1e9", "cm=14.3", "cm=abc", "cm=" + "9" * 400, "far=0", "far=nan", "far=inf", "far=1e3",
        "far=.", "far=", "theme=neon", "theme=", "seconds=0", "seconds=99999", "scenes=one,nothing",
        "scenes=<script>", "far=٤", "cm=１４３",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_told_in_chinese_words(display: tuple[int, TestClient], nonsense: str):
    _, client = display
    for path in (f"/wall?{nonsense}", f"/wall/scene/one?{SIZE}&{nonsense}"):
        answer = client.get(path)
        assert answer.status_code == 400, path
        words = re.sub(r"<head>.*</head>|<[^>]*>", "", answer.text)
        assert re.search("[一-龥]{4}", words) and not re.search(r"Error|Traceback|<script>", words)
    assert drawn == []


@pytest.mark.parametrize(
    "size", ["", "w=1920", "w=0&h=1080", "w=1920&h=-1", "w=99999&h=1080", "w=16000&h=9000", "w=1e3&h=800", "w=x&h=y"]
)
def test_a_picture_of_no_screen_is_refused(display: tuple[int, TestClient], size: str):
    _, client = display
    assert client.get(f"/wall/scene/one?{size}").status_code == 400
    assert client.get(f"/wall/scene/nothing?{SIZE}").status_code == 404
    assert client.get(f"/wall/scene/none?{SIZE}").status_code == 404  # not of a township
    assert drawn == []


def test_a_scene_is_composed_for_the_body_of_its_picture_once_for_all_who_ask(
    county: Engine, display: tuple[int, TestClient]
):
    _, client = display
    address = f"/wall/scene/one?region={TOWNSHIPS[0]}&{SIZE}"
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.get(address), range(16)))
    assert {answer.status_code for answer in answers} == {200} and len(drawn) == 1
    (first,) = {answer.text for answer in answers}
    assert first.count('<section class="poster"') == 2 and "第 1 页" in first
    region, body = drawn[0]
    assert region == TOWNSHIPS[0] and body.width < 1920 and body.height < 1080
    assert body.px(20) == pytest.approx(Canvas(1920, 1080, 400, 8, True).px(20))
    tag = answers[0].headers["etag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    with writing(county) as connection:
        cube.stamp(connection, NOW, TOWNSHIPS[0])
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200 and len(drawn) == 2
    with writing(county) as connection:
        cube.stamp(connection, NOW, TOWNSHIPS[1])
    client.get(address)
    assert len(drawn) == 2


def test_what_several_scenes_ask_of_a_region_is_asked_once_for_each_state_of_its_data(
    county: Engine, display: tuple[int, TestClient]
):
    _, client = display
    township, within = TOWNSHIPS[0], VILLAGES[0]

    def shown() -> None:
        for (region, name), size in itertools.product(
            ((township, "one"), (township, "two"), (within, "one")), (SIZE, "w=1366&h=768")
        ):
            assert client.get(f"/wall/scene/{name}?region={region}&{size}").status_code == 200

    shown()
    assert questions == [township, within] and len(drawn) == 6
    with writing(county) as connection:
        cube.stamp(connection, NOW, township)
    shown()
    assert questions == [township, within] * 2  # it concerns what lies in it too


def test_a_flood_of_sizes_of_one_session_leaves_room_for_the_others(
    county: Engine, display: tuple[int, TestClient], monkeypatch: pytest.MonkeyPatch
):
    _, client = display
    held = threading.Event()
    slow = Scene("one", "一", MADE[0].levels, lambda place, canvas: (held.wait(20) and _poster(place, canvas)) or [])
    monkeypatch.setattr(routes, "SCENES", (slow, *MADE[1:]))
    with ThreadPoolExecutor(MOST_OWN + 5) as threads:
        flood = [
            threads.submit(client.get, f"/wall/scene/one?region={TOWNSHIPS[0]}&w={1000 + at}&h=800")
            for at in range(MOST_OWN + 4)
        ]
        refused = list(itertools.islice(as_completed(flood, timeout=20), 4))
        held.set()
        statuses = [answer.result().status_code for answer in flood]
    assert {answer.result().status_code for answer in refused} == {400}
    assert statuses.count(200) == MOST_OWN
    assert client.get(f"/wall/scene/one?region={TOWNSHIPS[0]}&w=1001&h=900").status_code == 200  # there is room again


def test_what_one_may_see_is_composed_for_nobody_else(county: Engine, display: tuple[int, TestClient]):
    _, client = display
    address = f"/wall/scene/one?region={TOWNSHIPS[0]}&{SIZE}"
    client.get(address)
    with visitor(county, signed_in(county, "township", TOWNSHIPS[0])) as cadre:
        cadre.get(address)
    assert len(drawn) == 2
    assert set(readers) == {"display"}  # who opens it is not who reads it
    assert visitor(county, signed_in(county, "village", VILLAGES[4])).get(address).status_code == 404
    with county.connect() as connection:
        code = connection.execute(select(model.helper.c.code)).scalars().first()
    helper = visitor(county, signed_in(county, "helper", VILLAGES[0], helper=code))
    assert {helper.get(path).status_code for path in ("/wall", "/wall/setup", address)} == {404}


def test_a_scene_with_nothing_to_show_is_passed_over(county: Engine):
    with visitor(county, signed_in(county, "county", COUNTY)) as client:
        assert client.get(f"/wall/scene/none?region={COUNTY}&{SIZE}").status_code == 204


def test_beside_each_other_on_very_wide_walls(county: Engine):
    with visitor(county, signed_in(county, "county", COUNTY)) as client:
        text = client.get(f"/wall/scene/one?region={COUNTY}&w=6656&h=1792&beside=two,none").text
    assert text.count('<section class="poster"') == 2 and text.count('<article class="pane"') == 4
    assert len(drawn) == 2 and all(body.width < 3328 for _, body in drawn)


def test_a_long_band_asks_for_no_more_than_a_few_panes_each_scene_once(county: Engine):
    with visitor(county, signed_in(county, "county", COUNTY)) as client:
        band = f"region={COUNTY}&w=16000&h=240&cm=5000&far=0.5&beside=two,two,one,two"
        text = client.get(f"/wall/scene/one?{band}").text
    assert len(drawn) == 2 and text.count('<article class="pane"') == 2 * 3  # its own, and those of the other


def test_a_display_sets_up_itself_alone_and_who_administers_any(
    county: Engine, display: tuple[int, TestClient], administrator: Viewer
):
    id, client = display
    with writing(county) as connection:
        add_device(connection, administrator, TOWNSHIPS[0], "另一块", address="", now=NOW)
    form = {**form_of(client, "/wall/setup"), "do": "keep"}
    assert form["device"] == str(id)
    assert client.post("/wall/setup", data={**form, "device": str(id + 1)}).status_code == 404
    assert "不是从本页" in client.post("/wall/setup", data={**form, "token": "x"}).text
    assert "不是从本页" in client.post("/wall/setup", data=form, headers={"Sec-Fetch-Site": "cross-site"}).text
    assert "应在" in client.post("/wall/setup", data={**form, "cm": "1"}).text
    assert kept(county, id) is None and kept(county, id + 1) is None
    with visitor(county, signed_in(county, "admin", COUNTY)) as office:
        there = form_of(office, f"/wall/setup?device={id}")
        office.post("/wall/setup", data={**there, "do": "keep", "cm": "190"})
        assert office.get("/wall/setup?device=x").status_code == 404
    assert kept(county, id) == Setup(190, 8, dark=True)
    with county.connect() as connection:
        log = connection.execute(select(model.access_log.c.view, model.access_log.c.detail)).all()
    assert ("device", f"设置大屏 {id} · 画面宽 190 厘米、最远 8 米") in [tuple(row) for row in log]
    with visitor(county, signed_in(county, "county", COUNTY)) as leader:
        assert leader.get(f"/wall/setup?device={id}").status_code == 404
        once = leader.post("/wall/setup", data={**form_of(leader, "/wall/setup"), "region": VILLAGES[0], "do": "once"})
        assert once.status_code == 303 and f"region={VILLAGES[0]}" in once.headers["location"]


def test_a_picture_leaves_with_a_line_in_the_log_and_only_for_who_may_take_figures_away(
    county: Engine, display: tuple[int, TestClient]
):
    _, client = display
    asked = f"region={TOWNSHIPS[0]}&{SIZE}"
    assert client.get(f"/wall/picture/one?{asked}").status_code == 404
    assert "存为图片" not in client.get("/wall").text
    with visitor(county, signed_in(county, "township", TOWNSHIPS[0])) as cadre:
        assert "存为图片" in cadre.get("/wall").text
        picture, scene = (cadre.get(f"/wall/{way}/one?{asked}").text for way in ("picture", "scene"))
    assert picture == scene
    with county.connect() as connection:
        left = connection.execute(select(model.access_log.c.detail).where(model.access_log.c.view == "export"))
        assert left.scalars().all() == [f"大屏画面（一） · {TOWNSHIPS[0]} · 1 张"]


def test_the_wall_of_a_village_that_is_no_more_says_so_and_goes_on_where_it_may(
    county: Engine, administrator: Viewer, display: tuple[int, TestClient]
):
    _, client = display
    ways = (
        (VILLAGES[0], VILLAGES[1], "2026-11-10", VILLAGES[1]),
        (VILLAGES[1], VILLAGES[2], "2026-11-12", TOWNSHIPS[0]),
    )
    for village, into, day, led in ways:  # the second to where this display may not look
        with county.connect() as connection:
            deed = merges(connection, administrator, village, into, day=day, today=TODAY)
        carry_out(county, administrator, deed, today=TODAY, now=NOW)
        answer = client.get("/wall", params={"region": village, "cm": "143"})
        assert answer.status_code == 200 and f"已于 {day} 并入示范村" in answer.text
        assert answer.headers["Refresh"] == f"{routes.SECONDS}; url=/wall?region={led}&cm=143"
        assert "Refresh" not in client.get("/wall", params={"region": led}).headers

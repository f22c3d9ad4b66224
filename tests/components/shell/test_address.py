"""The address bar: looked up, never trusted; nobody is sent elsewhere by it."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.shell.address import Address, at_household, read_address, read_indicator
from components.shell.reading import Reading
from components.shell.screen import Screen
from components.shell.site import FIGURE, PAGES
from components.shell.theme_route import own_path, theme_route, theme_url
from data.access.sessions import Signed
from data.access.viewer import Viewer
from data.regions import tree as regions
from data.regions.tree import Region, Status
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES, fill
from tests.moment import NOW, clock

pytestmark = pytest.mark.filled(by=fill)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def read(engine: Engine, **parameters: str) -> Address:
    with engine.connect() as connection:
        return read_address(connection, regions.status(connection), regions.viewers(connection), parameters)


def test_addresses_are_looked_up_and_nonsense_is_said(county: Engine):
    plain = read(county)
    assert (plain.viewer.role, plain.region.code, plain.month, plain.problems) == ("county", COUNTY, None, [])

    given = read(county, region=VILLAGES[1], month="2026-03", role="township")
    assert (given.region.code, given.month, given.viewer.role) == (VILLAGES[1], LAST - 8, "township")
    assert not given.problems and given.refusal is None

    for name, value in [
        ("region", "123"),
        ("region", "990181999"),
        ("region", "'; DROP TABLE region"),
        ("region", ""),
        ("month", "2026-13"),
        ("month", "1999-01"),
        ("month", "2026-3"),
        ("month", "２０２６-０３"),
        ("month", "<b>"),
    ]:
        answer = read(county, **{name: value})
        if (name, value) != ("region", ""):
            assert len(answer.problems) == 1, (name, value)
        assert (answer.viewer.role, answer.region.code, answer.month) in (
            ("county", COUNTY, None),
            ("admin", COUNTY, None),
        ), (name, value)


def test_a_household_s_page_stands_in_its_village_for_who_may_see_it_and_moves_nobody_else(county: Engine):
    with county.connect() as connection:
        id, village = connection.exec_driver_sql("SELECT id, village FROM household ORDER BY village, id").first()
        own, others = read(county, role="village", region=TOWNSHIPS[1]), read(county, role="township", region="all")
        assert own.refusal and others.refusal
        moved = at_household(connection, own, str(id), NOW)
        assert (moved.region.code, moved.refusal) == (village, None)
        far = connection.exec_driver_sql(f"SELECT id FROM household WHERE village LIKE '{TOWNSHIPS[1]}%%'").scalar()
        for asked in (str(far), "0", "-1", "１", "1 OR 1=1", "9" * 30, "", None):
            beyond = far if asked == str(far) else None
            assert at_household(connection, own, asked, NOW) == replace(own, beyond=beyond)


def test_a_region_of_somebody_else_is_refused_and_not_named(county: Engine):
    answer = read(county, region=TOWNSHIPS[1], role="township")
    assert answer.viewer.region == TOWNSHIPS[0]
    assert answer.refusal and answer.region.code == TOWNSHIPS[0]
    assert read(county, region="all", role="village").refusal
    whole = read(county, region="all", role="admin")
    assert whole.refusal is None and whole.region.code == COUNTY  # the whole of one root is that root
    with county.begin() as connection:
        connection.exec_driver_sql("INSERT INTO region (code, name, parent) VALUES ('9903', '另一市', '')")
    assert read(county, region="all", role="admin").region.code == ""


def test_who_is_signed_in_plays_no_other_role(county: Engine):
    own = Viewer("village", VILLAGES[0], person=7)
    with county.connect() as connection:
        status = regions.status(connection)
        for asked in ("admin", "root", ""):
            answer = read_address(connection, status, [own], {"role": asked, "region": VILLAGES[0]})
            assert (answer.viewer, answer.problems) == (own, [])
        assert read_address(connection, status, [own], {"region": COUNTY}).refusal


@pytest.mark.parametrize("asked", ["root", "stranger", "county ", "ADMIN", "<b>"])
def test_an_unknown_role_falls_to_the_least(county: Engine, asked: str):
    answer = read(county, role=asked)
    assert (answer.viewer.role, len(answer.problems)) == ("display", 1)
    assert read(county, role="").viewer.role == "county"


def test_an_unknown_indicator_is_said():
    for asked, known, said in (({"indicator": "visits"}, "visits", 0), ({}, None, 0), ({"indicator": "<b>"}, None, 1)):
        reading = Reading(asked)
        assert read_indicator(reading) == known and len(reading.problems) == said


def test_links_carry_region_role_and_a_month_that_was_asked_for():
    status = Status(1, "2026-11-22T08:00:00", "2026-11-22", LAST - 59, LAST, True)
    screen = Screen(
        Viewer("township", TOWNSHIPS[0]), Region(TOWNSHIPS[0], "甲镇"), LAST, status, False, None, clock, {}
    )
    assert screen.link(FIGURE, indicator="visits") == (
        f"/figure?region={TOWNSHIPS[0]}&month=2026-11&indicator=visits&role=township"
    )
    assert "region=all" in screen.link(FIGURE, region="")
    assert screen.link(FIGURE, page=2, sort="-a&b").endswith("page=2&sort=-a%26b&role=township")
    assert screen.running and screen.month_text == "2026年11月（截至22日）"
    signed = replace(screen, signed=Signed("d", screen.viewer, "李四", "password"))
    assert "role" not in signed.link(FIGURE)
    plain = replace(screen, asked=None)
    assert plain.link(FIGURE, indicator="visits") == f"/figure?region={TOWNSHIPS[0]}&indicator=visits&role=township"
    assert plain.link(FIGURE, month=LAST - 1).endswith(f"?region={TOWNSHIPS[0]}&month=2026-10&role=township")
    assert plain.month == LAST


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        ("/battle_map?region=990181&month=2026-11", True), ("/", True),
        ("//example.com/", False), ("/\\example.com", False), ("https://example.com/", False),
        ("javascript:alert(1)", False), ("", False), ("/\t/example.com", False), ("/a\n", False),
        ("//[", False),
    ],
)  # fmt: skip
def test_the_theme_switch_returns_to_this_server_only(to: str, kept: bool):
    assert own_path(to) == (to if kept else "/")


def test_the_theme_is_set_for_every_page_and_the_way_back_cannot_leave_its_script():
    client = TestClient(Starlette(routes=[theme_route()]))
    page = client.get(theme_url("dark", "/figure?x=</script><script>alert(1)</script>")).text
    assert page.count("<script>") == 1 and '"Dark"' in page
    assert all(f'"/{known.path}"' in page for known in PAGES)
    assert '"System"' in client.get("/theme/neon").text

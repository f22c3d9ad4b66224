"""``/day`` over http: who may write, how often the same is written, and what is tried to break in."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from components.days.pages import SCRIPT, script_url
from components.days.routes import day_routes
from components.server.guard import Guard
from data import model
from data.clock import county_clock
from data.figures import cube
from data.store.engine import writing
from tests.data.archives.ground import photo
from tests.data.small_county import real_regions_arrive
from tests.data.village_ground import FAR, NEIGHBOUR, VILLAGE, fill_village
from tests.people import begun, change_role, disable, enrolled

pytestmark = [
    pytest.mark.filled(by=fill_village),
    pytest.mark.parametrize("dialect", ["sqlite"], indirect=True),  # a route knows nothing of the engine
]

LIMIT = 30_000  # bytes
NUMBER = "00000000-0000-4000-8000-00000000000{}".format
HOSTILE = "\"'><script>alert(1)</script>${7*7}{{7*7}}`"
OURS = {"Origin": "http://warroom.example"}


@pytest.fixture
def county(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    real_regions_arrive(engine)
    with writing(engine) as connection:
        cube.advance(connection, today=county_clock().date(), built="2026-11-22")
    return engine


class Phone:
    """A browser of somebody who is signed in."""

    def __init__(self, engine: Engine, person: int) -> None:
        guard = [Middleware(Guard, engine=engine, clock=county_clock)]
        application = Starlette(routes=day_routes(lambda: engine, county_clock), middleware=guard)
        self.client = TestClient(application, base_url="http://warroom.example", follow_redirects=False)
        self.client.cookies.set("wr", begun(engine, person))
        self.token = self.own().get("token", "")

    def own(self, query: str = "") -> dict:
        return self.client.get(f"/day/own{query}").json()

    def send(self, headers: dict | None = None, **told: str):
        given = {"do": "write", "token": self.token, "number": NUMBER(1), "kind": "done", "village": VILLAGE,
                 "words": "修水渠", "clock": "2026-11-29T10:00:00", "waited": "60"}  # fmt: skip
        return self.client.post("/day", data=given | told, headers=headers or OURS)

    def photo(self, content: bytes, **headers: str):
        given = {**OURS, "X-Number": NUMBER(1), "X-Token": self.token, "Content-Type": "image/jpeg"}
        return self.client.post("/day/photo", content=content, headers=given | headers)


@pytest.fixture
def phone(county: Engine) -> Callable[..., Phone]:
    def of(role: str = "village", region: str = VILLAGE, helper: str | None = None) -> Phone:
        made = Phone(county, enrolled(county, role, region, helper=helper))
        return made

    return of


def written(engine: Engine) -> list[str]:
    """The words of what was sent here; the county has records of its own."""
    with engine.connect() as connection:
        mine = select(model.day_record.c.words).where(model.day_record.c.number.like("00000000-%"))
        return list(connection.execute(mine).scalars())


def papers(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(model.work_paper)).scalar_one()


def test_all_of_the_page_is_small_and_the_same_for_everybody(phone: Callable[..., Phone]):
    shown, other = (phone(role).client.get("/day").text for role in ("village", "county"))
    opens = phone().client.get("/day/worker.js").text
    assert len(shown.encode()) + len(SCRIPT.read_bytes()) + len(opens.encode()) <= LIMIT
    assert shown == other and script_url() in shown and script_url() in opens


def test_a_record_sent_twice_is_written_once_and_its_photo_kept_once(county: Engine, phone: Callable[..., Phone]):
    mine = phone()
    answers = [mine.send(household="902") for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200] and answers[0].json() == answers[1].json()
    assert [mine.photo(photo()).status_code for _ in range(2)] == [200, 200]
    assert written(county) == ["修水渠"] and papers(county) == 1
    (sent,) = mine.own()["sent"]
    assert (sent["about"], sent["photos"]) == ("孙二", 1)
    assert mine.client.post("/day", data={"do": "withdraw", "token": mine.token, "id": sent["id"]}).status_code == 200
    assert mine.own()["sent"] == []


def test_what_one_person_waits_under_no_other_is_told(phone: Callable[..., Phone]):
    one, other = phone().own(), phone().own()
    assert one["person"] != other["person"] and one["key"] != other["key"]
    assert [home[1] for home in one["households"]][:1] and {"901", "902"} <= {home[0] for home in one["households"]}


def test_a_helper_chooses_among_his_own_households(phone: Callable[..., Phone]):
    own = phone("helper", VILLAGE, "D1").own()
    assert own["households"] == [["901", "钱一", 1]] and [place[0] for place in own["villages"]] == [VILLAGE]


def test_a_township_asks_for_one_village_at_a_time(phone: Callable[..., Phone]):
    mine = phone("township", VILLAGE[:9])
    assert mine.own(f"?village={NEIGHBOUR}")["village"] == NEIGHBOUR
    assert mine.client.get("/day/own?village=990181102201").status_code == 403


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"household": str(FAR)}, 404),
        ({"household": "x"}, 404),
        ({"village": NEIGHBOUR}, 403),
        ({"task": "none"}, 404),
        ({"token": "forged"}, 403),
        ({"kind": "<b>"}, 400),
        ({"words": ""}, 400),
        ({"waited": "9" * 9}, 400),
        ({"do": "role", "role": "county"}, 303),
    ],
)
def test_what_is_not_his_is_refused(county: Engine, phone: Callable[..., Phone], told: dict, status: int):
    answer = phone().send(**told)
    assert (
        answer.status_code == status and written(county) == [] and "role=" not in answer.headers.get("set-cookie", "")
    )


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_of_another_site_writes_nothing(county: Engine, phone: Callable[..., Phone], headers: dict):
    mine = phone()
    assert mine.send(headers).status_code == 403
    mine.send()
    assert mine.photo(photo(), **headers).status_code == 403 and papers(county) == 0


def test_the_number_of_another_person_is_no_use(county: Engine, phone: Callable[..., Phone]):
    one, other = phone(), phone()
    one.send()
    assert other.send(words="改掉").status_code == 400 and other.photo(photo()).status_code == 400
    assert written(county) == ["修水渠"] and papers(county) == 0


def test_markup_stays_words(county: Engine, phone: Callable[..., Phone]):
    mine = phone()
    assert mine.send(words=HOSTILE).status_code == 200 and written(county) == [HOSTILE]
    answer = mine.client.get("/day/own")
    assert answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'; " in mine.client.get("/day").headers["content-security-policy"]


def test_a_picture_too_large_or_none_at_all_is_refused(county: Engine, phone: Callable[..., Phone]):
    mine = phone()
    mine.send()
    assert mine.photo(b"\xff\xd8\xff" + b"x" * 12 * 2**20).status_code == 413
    assert mine.photo(b"<svg onload=alert(1)>").status_code == 400 and papers(county) == 0


def test_who_is_signed_out_meanwhile_writes_nothing_and_sends_it_later(county: Engine, phone: Callable[..., Phone]):
    mine = phone()
    mine.client.cookies.clear()
    assert mine.send().status_code == 401 and mine.photo(photo()).status_code == 401 and written(county) == []
    assert mine.client.get("/day", headers={"Accept": "text/html"}).headers["location"] == "/login?next=%2Fday"
    again = phone()
    assert again.send(token=mine.token).headers["x-again"] == "1"  # the token was the session's


def test_a_role_that_changed_meanwhile_decides(county: Engine, phone: Callable[..., Phone]):
    person = enrolled(county, "village", VILLAGE)
    mine = Phone(county, person)
    change_role(county, person)  # to a township elsewhere: the session ends with it
    assert mine.send().status_code == 401
    anew = Phone(county, person)
    assert anew.send().status_code == 403 and anew.own()["villages"] == []
    with writing(county) as connection:
        connection.execute(update(model.account).where(model.account.c.person_id == person).values(role="display"))
    assert anew.send().status_code == 403
    disable(county, person)
    assert anew.send().status_code == 401 and written(county) == []


@pytest.mark.parametrize("role", ["admin", "display"])
def test_who_writes_no_records_is_told_so(phone: Callable[..., Phone], role: str):
    mine = phone(role, "" if role == "admin" else VILLAGE[:6])
    answer = mine.client.get("/day")
    assert answer.status_code == 403 and re.search("每日记录”的填报修改权限|每日记录”的填报权限", answer.text)
    assert mine.send().status_code == 403


def test_the_worker_may_open_the_page_and_nothing_else(phone: Callable[..., Phone]):
    answer = phone().client.get("/day/worker.js")
    assert answer.headers["service-worker-allowed"] == "/day" and answer.headers["content-type"].startswith("text/java")

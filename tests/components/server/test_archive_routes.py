"""The address of an archive: who gets it, for how long, and what the browser may do with it."""

import time
from pathlib import Path
from urllib.parse import quote

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.server import archive_routes as routes
from components.server.archive_routes import archive_url
from components.server.guard import Guard
from data import model
from data.access.sessions import sessions_of
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import county_clock
from data.households import archives
from data.monitoring import clues
from data.monitoring.clues import Subject, Told
from data.projects import archives as project_archives
from tests.data.archives import ground
from tests.data.small_county import COUNTY, VILLAGES, fill
from tests.moment import NOW, clock
from tests.people import signed_in

pytestmark = pytest.mark.filled(by=fill)

CADRE = Viewer("village", VILLAGES[0])


@pytest.fixture
def county(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "kept.key"))
    return engine


@pytest.fixture
def client(county: Engine) -> TestClient:
    return TestClient(Starlette(routes=routes.archive_routes(lambda: county, clock)), client=("10.0.0.7", 50000))


def put(engine: Engine, content: bytes, title: str = "主屋正面") -> int:
    return archives.add(engine, CADRE, household(engine), content, kind="住房照片", title=title, now=NOW)


def test_a_projects_paper_opens_for_its_region_and_the_look_is_logged(client: TestClient, county: Engine):
    with county.begin() as connection:
        connection.execute(model.project.update().where(model.project.c.code == "P1").values(region=VILLAGES[0]))
    id = project_archives.add(county, CADRE, "P1", ground.photo(), kind="合同协议", title="经营合同", now=NOW)
    answer = client.get(archive_url(county, CADRE, id, "project"))
    assert (answer.status_code, answer.content) == (200, ground.photo())
    assert looks(county) == [(CADRE.key, "10.0.0.7", "project_archive", None, "合同协议 · 1 份")]
    for url in (archive_url(county, Viewer("village", VILLAGES[1]), id, "project"), archive_url(county, CADRE, id)):
        assert client.get(url).status_code == 404
    project_archives.hide(county, CADRE, id, now=NOW)
    assert client.get(archive_url(county, CADRE, id, "project")).status_code == 404
    assert len(looks(county)) == 1


def test_the_link_of_a_session_leads_nobody_else_to_the_archive(county: Engine):
    id, application = put(county, ground.photo()), Starlette(routes=routes.archive_routes(lambda: county, clock))
    guarded, tokens = (
        Guard(application, county, county_clock),
        [signed_in(county, "village", VILLAGES[0])["wr"] for _ in range(2)],
    )
    mine, theirs = (TestClient(guarded, cookies={"wr": token}) for token in tokens)
    signed = sessions_of(county).who(tokens[0], county_clock())
    url = archive_url(county, signed.viewer, id, signed=signed)
    assert mine.get(url).content == ground.photo()
    assert looks(county)[-1][0] == signed.viewer.actor
    for other in (theirs, TestClient(guarded)):
        assert (other.get(url).status_code, other.get(url).text) == (404, archives.NO_SUCH_ARCHIVE)
    played = archive_url(county, CADRE, id)  # of a role that is played on demonstration data
    assert mine.get(played).status_code == 404 and TestClient(guarded).get(played).status_code == 200


def household(engine: Engine) -> int:
    with engine.connect() as connection:
        of = model.household.c
        return connection.execute(select(of.id).where(of.village == VILLAGES[0]).order_by(of.id)).scalars().first()


def looks(engine: Engine) -> list[tuple]:
    assert audit.flush(engine)
    log = model.access_log.c
    with engine.connect() as connection:
        asked = select(log.actor, log.address, log.view, log.household_id, log.detail)
        return list(connection.execute(asked.where(log.view.not_in(["log", "change"]))).all())


@pytest.mark.parametrize(
    ("content", "media_type", "extension"),
    [
        (ground.photo(), "image/jpeg", "jpg"),
        (ground.photo(form="PNG"), "image/png", "png"),
        (ground.pdf(), "application/pdf", "pdf"),
    ],
    ids=["jpeg", "png", "pdf"],
)
def test_who_may_see_it_gets_it_and_the_look_is_logged(
    client: TestClient, county: Engine, content: bytes, media_type: str, extension: str
):
    id = put(county, content)
    answer = client.get(archive_url(county, CADRE, id))
    assert (answer.status_code, answer.content[:5]) == (200, content[:5])
    assert extension == "pdf" or answer.content == content
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert ("sandbox" in answer.headers["content-security-policy"]) == (extension != "pdf")
    named = f"inline; filename=\"{id}.{extension}\"; filename*=UTF-8''{quote('主屋正面')}.{extension}"
    assert answer.headers["content-disposition"] == named
    assert looks(county) == [(CADRE.key, "10.0.0.7", "archive", household(county), "住房照片 · 1 份")]


@pytest.mark.parametrize("title", ['a"; filename="x.html', "a\r\nSet-Cookie: x=1", "é/../x", "<script>"])
def test_a_title_makes_no_header(client: TestClient, county: Engine, title: str):
    answer = client.get(archive_url(county, CADRE, put(county, ground.photo(), title)))
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].count('"') == 2


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer("village", VILLAGES[1]),
        Viewer("helper", VILLAGES[0], "none"),
        Viewer("display", COUNTY),
        Viewer("stranger", ""),
    ],
    ids=lambda viewer: viewer.role,
)
def test_a_signed_link_opens_nothing_beyond_the_viewers_rights(client: TestClient, county: Engine, viewer: Viewer):
    answer = client.get(archive_url(county, viewer, put(county, ground.photo())))
    assert (answer.status_code, answer.text) == (404, archives.NO_SUCH_ARCHIVE)
    assert looks(county) == []


def test_what_was_hidden_since_is_not_opened(client: TestClient, county: Engine):
    id = put(county, ground.photo())
    url = archive_url(county, CADRE, id)
    archives.hide(county, CADRE, id, now=NOW)
    assert client.get(url).status_code == 404


def test_a_link_ends_after_ten_minutes_and_is_the_same_for_a_while(
    client: TestClient, county: Engine, monkeypatch: pytest.MonkeyPatch
):
    id, now = put(county, ground.photo()), time.time()
    monkeypatch.setattr(time, "time", lambda: now // routes.STEP * routes.STEP + 1)
    url = archive_url(county, CADRE, id)
    monkeypatch.setattr(time, "time", lambda: now // routes.STEP * routes.STEP + routes.STEP - 1)
    assert archive_url(county, CADRE, id) == url
    monkeypatch.setattr(time, "time", lambda: now // routes.STEP * routes.STEP + 599)
    assert client.get(url).status_code == 200 and archive_url(county, CADRE, id) != url
    monkeypatch.setattr(time, "time", lambda: now // routes.STEP * routes.STEP + 602)
    answer = client.get(url)
    assert answer.status_code == 410 and "刷新" in answer.text


def test_a_forged_token_is_told_nothing(client: TestClient, county: Engine):
    id = put(county, ground.photo())
    sound = archive_url(county, CADRE, id).removeprefix("/archive/")
    foreign = URLSafeTimedSerializer(b"another key", salt="archive").dumps([id, "admin", "", None])
    body, *rest = sound.split(".")
    other = URLSafeTimedSerializer(b"x").dumps([id, "admin", "", None]).split(".")[0]
    forged = [
        foreign,
        ".".join([other, *rest]),
        sound[:-3] + "abc",
        body,
        "",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "9" * 5000,
    ]
    answers = [client.get(f"/archive/{token}") for token in forged]
    assert [answer.status_code for answer in answers] == [404] * len(forged)
    assert not any(ground.photo() in answer.content for answer in answers)


def test_a_missing_file_is_said(client: TestClient, county: Engine, tmp_path: Path):
    id = put(county, ground.photo())
    for path in (tmp_path / "kept").glob("*/*"):
        path.unlink()
    answer = client.get(archive_url(county, CADRE, id))
    assert answer.status_code == 500 and "备份" in answer.text


def test_nothing_can_be_written(client: TestClient, county: Engine):
    assert client.post(archive_url(county, CADRE, put(county, ground.photo()))).status_code == 405


def test_the_application_serves_it(open_client, county_url: str, monkeypatch: pytest.MonkeyPatch):
    answer = open_client(county_url).get("/archive/nonsense")
    assert (answer.status_code, answer.text) == (404, archives.NO_SUCH_ARCHIVE)
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_voice_note_of_a_clue_is_heard_by_its_village_alone_and_tells_nothing_of_its_own(
    client: TestClient, county: Engine
):
    home = household(county)
    told = Told("door", "因病", "张某某住院", NOW.date())
    id = clues.tell(county, CADRE, Subject(home), told, photos=[ground.photo()], voices=[ground.recorded()], now=NOW)
    with county.connect() as connection:
        papers = clues.whole(connection, CADRE, id, today=NOW.date()).papers
    assert [paper.kind for paper in papers] == ["线索照片", "线索录音"]
    for paper, media in zip(papers, ("image/jpeg", "audio/wav"), strict=True):
        answer = client.get(archive_url(county, CADRE, paper.id))
        assert (answer.status_code, answer.headers["content-type"]) == (200, media)
        assert answer.headers["cache-control"] == "no-store"
        assert "张" not in str(answer.headers) + quote(str(answer.headers)) + answer.url.path
        strange = [
            Viewer("village", VILLAGES[1]), Viewer("township", VILLAGES[2][:9]), Viewer("helper", VILLAGES[0], "B99"),
            Viewer("display", COUNTY),
        ]  # fmt: skip
        for viewer in strange:
            refused = client.get(archive_url(county, viewer, paper.id))
            assert (refused.status_code, refused.text) == (404, archives.NO_SUCH_ARCHIVE), viewer
        for of in ("project", "matter", "day"):  # nor as something that it is not
            assert client.get(archive_url(county, CADRE, paper.id, of)).status_code == 404
    assert [look[2] for look in looks(county)].count("archive") == 2

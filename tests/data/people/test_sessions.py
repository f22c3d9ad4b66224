"""Who is signed in is seen by the administrator of his region and by himself, and each may end what he sees."""

import pytest
from sqlalchemy import Engine, select, update

from data import model
from data.access.sessions import sessions_of
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.people.sessions import browser, end_own_session, end_session, open_sessions, own_sessions
from data.store.engine import writing
from tests.data.people.ground import ADMINISTRATOR, CADRE, ELSEWHERE, NOW, VILLAGE, fill, signed_in

pytestmark = pytest.mark.filled(by=fill)

FROM = {"address": "192.0.2.7", "now": NOW}


@pytest.fixture
def store(engine: Engine) -> Engine:
    return engine


def open_to(engine: Engine, viewer: Viewer, **options: int) -> list[str]:
    with engine.connect() as connection:
        return [one.digest for one in open_sessions(connection, viewer, sessions_of(engine), NOW, **options)]


def test_an_administrator_sees_the_open_sessions_of_his_county_and_of_one_person(store: Engine):
    mine, cadre, other = signed_in(store, 1), signed_in(store, 4), signed_in(store, 2)
    assert sorted(open_to(store, ADMINISTRATOR)) == sorted([mine, cadre])
    assert open_to(store, ELSEWHERE) == [other]
    assert open_to(store, ADMINISTRATOR, person=4) == [cadre]
    assert open_to(store, ADMINISTRATOR, person=2) == []
    with store.connect() as connection:
        [one] = open_sessions(connection, ADMINISTRATOR, sessions_of(store), NOW, person=4)
    assert (one.role, one.region, one.address, one.browser) == ("village", VILLAGE, "192.0.2.7", "Chrome · Windows")


def test_a_session_that_the_account_has_ended_is_no_open_one(store: Engine):
    signed_in(store, 4)
    with writing(store) as connection:
        connection.execute(update(model.account).where(model.account.c.person_id == 4).values(version=2))
    assert open_to(store, ADMINISTRATOR) == []


def test_one_ended_holds_no_longer_and_stands_in_the_log(store: Engine):
    digest, kept = signed_in(store, 4), signed_in(store, 3)
    with writing(store) as connection:
        end_session(connection, ADMINISTRATOR, sessions_of(store), digest[:8], **FROM)
    assert open_to(store, ADMINISTRATOR) == [kept]
    line = model.access_log.c
    with writing(store) as connection:
        logged = connection.execute(select(line.actor, line.view, line.detail).order_by(line.id.desc())).first()
        assert tuple(logged) == ("person:1", "session_ended", "人员 4")
        with pytest.raises(NotFound):
            end_session(connection, ADMINISTRATOR, sessions_of(store), digest, **FROM)


@pytest.mark.parametrize("digest", ["", "0", "%", "x" * 64])
def test_what_names_no_session_or_one_of_another_county_ends_none(store: Engine, digest: str):
    mine, other = signed_in(store, 4), signed_in(store, 2)
    with writing(store) as connection:
        for named in (digest, other):
            with pytest.raises(NotFound):
                end_session(connection, ADMINISTRATOR, sessions_of(store), named, **FROM)
        with pytest.raises(OutOfScope):
            end_session(connection, CADRE, sessions_of(store), mine, **FROM)
        with pytest.raises(OutOfScope):
            open_sessions(connection, CADRE, sessions_of(store), NOW)
    assert open_to(store, ADMINISTRATOR) == [mine] and open_to(store, ELSEWHERE) == [other]


def test_everybody_sees_and_ends_his_own(store: Engine):
    mine, other = signed_in(store, 4), signed_in(store, 3)
    sessions = sessions_of(store)
    assert [one.digest for one in own_sessions(CADRE, sessions, NOW)] == [mine]
    assert own_sessions(Viewer("village", VILLAGE), sessions, NOW) == []
    with writing(store) as connection:
        with pytest.raises(NotFound):
            end_own_session(connection, CADRE, sessions, other, **FROM)
        end_own_session(connection, CADRE, sessions, mine, **FROM)
    assert own_sessions(CADRE, sessions, NOW) == []
    assert open_to(store, ADMINISTRATOR) == [other]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 14; X) Chrome/120 Mobile MicroMessenger/8.0", "微信 · 安卓"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · 苹果手机"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120", "Edge · Windows"),
        ("", "其他浏览器"), ("<script>", "其他浏览器"),
    ],
)  # fmt: skip
def test_a_browser_is_called_as_people_call_it(agent: str, words: str):
    assert browser(agent) == words

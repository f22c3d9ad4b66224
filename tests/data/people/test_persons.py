"""Who administers people sees those of his region alone, filtered and paged; who does not sees nobody."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from data.access.sessions import sessions_of
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.people.persons import Filters, by_login, count_people, one_person, people
from tests.data.people.ground import (
    ADMINISTRATOR,
    CADRE,
    COUNTY,
    ELSEWHERE,
    HOSTILE,
    OTHER,
    VILLAGE,
    fill,
    signed_in,
)

EVERYBODY = Filters()


@pytest.fixture
def store(filled: Callable[..., Engine]) -> Engine:
    return filled(fill, own=True)


def logins(engine: Engine, filters: Filters = EVERYBODY, viewer: Viewer = ADMINISTRATOR) -> list[str]:
    with engine.connect() as connection:
        found = [one.login for one in people(connection, viewer, sessions_of(engine), filters)]
        assert count_people(connection, viewer, filters) == len(found)
    return found


def test_an_administrator_sees_the_people_of_his_county_and_one_of_another_county_none_of_them(store: Engine):
    assert logins(store) == ["zhao", "sun", "zhou", "li"]
    assert logins(store, viewer=ELSEWHERE) == ["qian"]
    assert logins(store, viewer=Viewer("admin", "")) == ["zhao", "sun", "zhou", "li", "qian"]
    with store.connect() as connection:
        for viewer, id in ((ADMINISTRATOR, 2), (ELSEWHERE, 4), (ADMINISTRATOR, 99)):
            with pytest.raises(NotFound):
                one_person(connection, viewer, id)
        with pytest.raises(NotFound):
            by_login(connection, ADMINISTRATOR, "qian")
        assert by_login(connection, ADMINISTRATOR, "li").id == 4


@pytest.mark.parametrize("role", ["county", "township", "village", "helper", "display", "stranger"])
def test_nobody_else_sees_anybody(store: Engine, role: str):
    viewer = Viewer(role, COUNTY)
    with store.connect() as connection:
        for asked in (
            lambda: people(connection, viewer, sessions_of(store), Filters()),
            lambda: count_people(connection, viewer, Filters()),
            lambda: one_person(connection, viewer, 1),
            lambda: by_login(connection, viewer, "zhao"),
        ):
            with pytest.raises(OutOfScope):
                asked()
    assert not CADRE.may("read", "people")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(words="孙"), ["sun"]), (Filters(words="ZH"), ["zhao", "zhou"]), (Filters(words="%"), []),
        (Filters(words="' OR 1=1 --"), []), (Filters(words="_"), []), (Filters(words="script"), ["li"]),
        (Filters(role="village"), ["li"]), (Filters(region=VILLAGE), ["zhou", "li"]),
        (Filters(state="open"), ["zhao", "sun", "li"]), (Filters(state="first"), ["sun"]),
        (Filters(state="disabled"), ["zhou"]), (Filters(state="second"), []),
        (Filters(words="z", role="admin", region=COUNTY, state="open"), ["zhao"]),
    ],
)  # fmt: skip
def test_people_are_picked_out_by_words_role_region_and_state(store: Engine, filters: Filters, found: list[str]):
    assert logins(store, filters) == found


def test_a_region_of_another_county_is_refused_as_a_filter(store: Engine):
    with pytest.raises(OutOfScope):
        logins(store, Filters(region=OTHER))


def test_a_person_is_told_with_account_helper_place_and_last_sign_in(store: Engine):
    signed_in(store, 4)
    with store.connect() as connection:
        found = {one.login: one for one in people(connection, ADMINISTRATOR, sessions_of(store), Filters())}
    assert (found["li"].name, found["li"].place, found["li"].signed_in) == (
        HOSTILE,
        f"示范村 {VILLAGE}",
        "2026-11-29T09:00:00",
    )
    assert (found["zhou"].helper, found["zhou"].helper_name, found["zhou"].signed_in) == ("B01", "周五", "")
    assert [found[login].standing for login in ("zhao", "sun", "zhou")] == [
        "可登录",
        "初始密码未改",
        "已停用（2026-11-20）",
    ]
    assert (found["zhao"].second, found["sun"].second) == (True, False)


def test_pages_follow_one_another(store: Engine):
    with store.connect() as connection:
        paged = [
            [one.login for one in people(connection, ADMINISTRATOR, sessions_of(store), Filters(), offset=at, limit=3)]
            for at in (0, 3)
        ]
    assert paged == [["zhao", "sun", "zhou"], ["li"]]

"""The log of looks: written in order, whole, found out when touched; read by who answers for the household."""

from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import Engine, insert, select, update

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.lines import Look
from data.audit.log import PATTERNS, VIEWS
from data.audit.verify import verified
from data.errors import NotFound, OutOfScope
from data.quality.checks import check
from data.store.engine import writing
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village
from tests.moment import NOW

COUNTY_CADRE = Viewer("county", COUNTY)
LOG = model.access_log


def look(engine: Engine, view: str = "stranger", *, actor="stranger", address="192.0.2.1", household=901) -> None:
    audit.record(engine, actor=actor, address=address, view=view, household=household, now=NOW)


def lines(engine: Engine) -> list[tuple]:
    assert audit.flush(engine)
    with engine.connect() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                select(LOG.c.actor, LOG.c.address, LOG.c.view, LOG.c.household_id).order_by(LOG.c.id)
            )
        ]


def found(engine: Engine) -> list[str]:
    return verified(engine).faults


def test_looks_stand_in_the_order_in_which_they_came(engine: Engine):
    for number in range(1200):
        look(engine, household=number)
    assert [line[3] for line in lines(engine)] == list(range(1200))
    assert found(engine) == []
    assert audit.waiting(engine) == []


def test_many_threads_lose_no_line_and_break_no_chain(engine: Engine):
    threads = [Thread(target=lambda: [look(engine) for _ in range(50)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(engine)) == 300
    assert found(engine) == []


def test_what_waits_can_be_seen_and_nothing_is_lost(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "RETRY", 0.02)
    monkeypatch.setattr(audit, "append", lambda *_: (_ for _ in ()).throw(OSError("held")))
    look(engine)
    look(engine, "wrong")
    assert not audit.flush(engine, 0.2)
    assert [one.view for one in audit.waiting(engine)] == ["stranger", "wrong"]
    monkeypatch.undo()
    assert [line[2] for line in lines(engine)] == ["stranger", "wrong"]


def test_an_act_and_its_line_stand_together_or_not_at_all(engine: Engine):
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        audit.enter(connection, actor="x", address="", view="issued", households=[1, 2], now=NOW)
        raise ZeroDivisionError
    with writing(engine) as connection:
        audit.enter(connection, actor="x", address="", view="issued", households=[3], now=NOW)
    look(engine, household=4)
    assert [line[3] for line in lines(engine)] == [3, 4]
    assert found(engine) == []


def test_a_view_that_is_none_is_refused(engine: Engine):
    with pytest.raises(ValueError):
        look(engine, "peeked")


def test_what_no_store_takes_is_left_out_of_a_line(engine: Engine):
    look(engine, actor="a\0b\n" + "c" * 500, address="::ffff:192.0.2.7")
    actor, address, *_ = lines(engine)[0]
    assert (actor, address) == ("ab" + "c" * (audit.LONGEST - 2), "192.0.2.7")
    assert found(engine) == []


def test_the_check_names_what_was_done_to_the_log(engine: Engine):
    fill_village(engine)
    look(engine)
    look(engine)
    lines(engine)
    assert not [finding for finding in check(engine) if "日志" in finding.what]
    with writing(engine) as connection:
        changed = connection.execute(update(LOG).values(actor="nobody")).rowcount
    said = {finding.what: finding for finding in check(engine) if "日志" in finding.what}
    assert [finding.count for finding in said.values()] == [changed] and all(finding.grave for finding in said.values())


def test_a_household_shows_its_own_log_to_who_answers_for_it(engine: Engine):
    fill_village(engine)
    for number in range(audit.PAGE + 3):
        look(engine, address=f"192.0.2.{number}")
    look(engine, household=902)
    lines(engine)
    with engine.connect() as connection:
        first, total = audit.of_household(connection, Viewer("village", VILLAGE), 901)
        second, _ = audit.of_household(connection, Viewer("village", VILLAGE), 901, 2)
        assert total == audit.PAGE + 3
        assert [one.address for one in first + second] == [f"192.0.2.{n}" for n in range(audit.PAGE + 2, -1, -1)]
        assert isinstance(first[0], Look) and first[0].household == 901
        for viewer, household, error in (
            (Viewer("village", VILLAGE), FAR, NotFound),
            (Viewer("helper", COUNTY, "D2"), 901, NotFound),
            (Viewer("display", COUNTY), 901, OutOfScope),
            (Viewer("household", VILLAGE), 901, OutOfScope),
        ):
            with pytest.raises(error):
                audit.of_household(connection, viewer, household)


def enter(engine: Engine, view: str, households, *, at="2026-11-20T10:00:00", actor="stranger", address="192.0.2.1"):
    rows = [
        {"at": at, "actor": actor, "address": address, "view": view, "household_id": household, "chain": ""}
        for household in households
    ]
    with writing(engine) as connection:
        connection.execute(insert(LOG), rows)


def strange(engine: Engine, viewer: Viewer = COUNTY_CADRE, since: str = "2026-11-01") -> list[tuple]:
    with engine.connect() as connection:
        return [
            (one.kind, one.count, one.address, one.household, one.actor)
            for one in audit.patterns(connection, viewer, since)
        ]


@pytest.mark.parametrize(
    ("kind", "view", "repeat", "at", "actor", "who"),
    [
        ("many_codes", "stranger", False, "10", "stranger", ("192.0.2.1", None, None)),
        ("unknown", "unknown", None, "10", "stranger", ("192.0.2.1", None, None)),
        ("wrong", "wrong", True, "10", "household", (None, 901, None)),
        ("wrong_address", "wrong", False, "10", "household", ("192.0.2.1", None, None)),
        ("files", "file", False, "10", "county:99:", ("192.0.2.1", None, "county:99:")),
        ("night", "file", False, "23", "county:99:", ("192.0.2.1", None, "county:99:")),
        ("night", "archive", False, "04", "county:99:", ("192.0.2.1", None, "county:99:")),
        ("refused", "refused", None, "10", "person:7", ("192.0.2.1", None, "person:7")),
    ],
)
def test_each_pattern_begins_at_its_threshold(county, monkeypatch, kind, view, repeat, at, actor, who):
    least = 6 if kind == "files" else PATTERNS[kind].least
    monkeypatch.setitem(PATTERNS, "files", replace(PATTERNS["files"], least=6))
    some = {True: [901] * least, False: list(range(1, least + 1)), None: [None] * least}[repeat]
    at = f"2026-11-20T{at}:30:00"
    enter(county, view, some[:-1], at=at, actor=actor)
    assert kind not in {one[0] for one in strange(county)}
    enter(county, view, some[-1:], at="2026-11-19T10:00:00", actor=actor)  # another day does not add up
    assert kind not in {one[0] for one in strange(county)}
    enter(county, view, some[-1:], at=at, actor=actor)
    assert (kind, least, *who) in strange(county)
    assert strange(county, since="2026-11-21") == []


@pytest.fixture
def county(engine: Engine) -> Engine:
    fill_village(engine)
    return engine


def test_a_cadres_office_is_not_taken_for_somebody_who_tries_codes(county: Engine):
    enter(county, "cadre", range(1, 60), actor="village:990181:")
    assert strange(county) == []


def test_patterns_are_told_to_who_decides_for_the_county_and_of_his_region_alone(county: Engine):
    enter(county, "wrong", [901] * 10)
    assert strange(county, Viewer("county", "9902")) == []
    assert strange(county, Viewer("admin", "")) == strange(county) != []
    for role in ("township", "village", "helper", "display"):
        with pytest.raises(OutOfScope):
            strange(county, Viewer(role, COUNTY))


def test_every_view_has_words():
    assert all(VIEWS.values()) and all(kind.explanation.count("{") == 0 for kind in PATTERNS.values())

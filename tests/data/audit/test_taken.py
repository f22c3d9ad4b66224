"""What left stands in the log and in its chain; chains from before there was such a column still hold."""

from datetime import datetime
from hashlib import sha256

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, insert, select, text, update

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.log import LONGEST_DETAIL
from data.audit.taken import Taken, count_taken, detail, taken_since
from data.audit.verify import verified
from data.errors import OutOfScope
from data.store.engine import MIGRATIONS, migrate, open_engine, writing
from tests.data.village_ground import COUNTY, fill_village

LOG = model.access_log
CADRE = Viewer("county", COUNTY)
NOW = datetime(2026, 11, 21, 9)


def migrated_to(url: str, revision: str) -> Engine:
    engine = open_engine(url)
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
    return engine


def test_a_log_from_before_there_were_details_holds_after_the_store_was_brought_up_to_date(blank_url: str):
    engine = migrated_to(blank_url, "0003")
    chain = ""
    with writing(engine) as connection:
        for number in (901, None):
            line = ("2026-11-20T10:00:00", "county:990181:", "192.0.2.1", "file", number)
            chain = sha256("\x1f".join(map(str, (chain, *line))).encode()).hexdigest()
            values = dict(zip(("at", "actor", "address", "view", "household_id"), line, strict=True))
            connection.execute(
                text(
                    "INSERT INTO access_log (at, actor, address, view, household_id, chain)"
                    " VALUES (:at, :actor, :address, :view, :household_id, :chain)"
                ),
                {**values, "chain": chain},
            )
    migrate(engine)
    audit.record(engine, actor=CADRE.key, address="192.0.2.1", view="export", detail="户名单 · 2 户", now=NOW)
    assert audit.flush(engine)
    with engine.connect() as connection:
        held = connection.execute(select(LOG.c.view, LOG.c.detail).order_by(LOG.c.id)).all()
        assert [tuple(row) for row in held] == [("file", None), ("file", None), ("export", "户名单 · 2 户")]
    assert verified(engine).faults == []
    engine.dispose()


@pytest.mark.parametrize("changed", ["户名单 · 1 户", None])
def test_what_left_cannot_be_made_less_afterwards(engine: Engine, changed: str | None):
    for _ in range(2):
        audit.record(engine, actor="x", address="", view="export", detail="户名单 · 999 户", now=NOW)
    assert audit.flush(engine)
    with writing(engine) as connection:
        first = connection.execute(select(LOG.c.id).order_by(LOG.c.id)).scalar()
        connection.execute(update(LOG).where(LOG.c.id == first).values(detail=changed))
    assert verified(engine).faults[0].startswith(f"第 {first} 行")


def test_a_detail_says_list_place_filters_and_number_and_is_cut_in_the_filters_alone():
    assert detail("户名单", place="示范村 99", filters="因病", count=1234, unit="户") == (
        "户名单 · 示范村 99 · 筛选：因病 · 1,234 户"
    )
    assert detail("明白卡（PDF）", count=3, unit="户") == "明白卡（PDF） · 3 户"
    long = detail("户名单", place="示范村 99", filters="因病、" * 200, count=5, unit="户")
    assert len(long) == LONGEST_DETAIL and long.endswith("… · 5 户")
    assert long.startswith("户名单 · 示范村 99 · 筛选：因病、")


def test_who_decides_for_the_county_reads_what_left_and_a_paper_for_many_households_is_one(engine: Engine):
    fill_village(engine)
    lines = [("2026-11-19T09:00:00", None, "户名单 · 5 户", "export"), ("2026-11-20T08:00:00", None, None, "file")]
    lines += [("2026-11-20T10:00:00", number, "明白卡（PDF） · 2 户", "print") for number in (901, 902)]
    lines += [("2026-11-20T09:00:00", None, "人员 7 · 新增账号", "account")]  # done, not taken away
    with writing(engine) as connection:
        connection.execute(
            insert(LOG),
            [
                {
                    "at": at,
                    "actor": "county:99:",
                    "address": "a",
                    "view": view,
                    "household_id": household,
                    "detail": said,
                    "chain": "",
                }
                for at, household, said, view in lines
            ],
        )
    printed = Taken("2026-11-20T10:00:00", "county:99:", "a", "print", "明白卡（PDF） · 2 户")
    listed = Taken("2026-11-19T09:00:00", "county:99:", "a", "export", "户名单 · 5 户")
    with engine.connect() as connection:
        assert taken_since(connection, CADRE, "2026-11-01") == [printed, listed]
        assert count_taken(connection, CADRE, "2026-11-01") == 2
        assert taken_since(connection, CADRE, "2026-11-01", offset=1, limit=1) == [listed]
        assert taken_since(connection, CADRE, "2026-11-20") == [printed]
        assert taken_since(connection, Viewer("county", "9902"), "2026-11-01") == [listed]
        for role in ("township", "village", "helper", "display"):
            for asked in (taken_since, count_taken):
                with pytest.raises(OutOfScope):
                    asked(connection, Viewer(role, COUNTY), "2026-11-01")

"""Real regions in the place of the demonstration: asked once, all of it or nothing, and never both."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, Table, func, insert, select

from data import model
from data.archives.files import examine, keep, place
from data.archives.files import folder as archive_folder
from data.audit import log as audit
from data.audit.records import WATCHED
from data.audit.verify import verified
from data.boundaries import import_boundaries
from data.errors import Refused
from data.intake import ImportResult, import_files
from data.intake.demonstration import REPLACE, STAYS, empty_demonstration
from data.intake.known import KnownCodes
from data.model import metadata
from data.regions.tree import holds_real_regions, status
from data.store.engine import follow_keys, writing
from tests.conftest import run_data
from tests.data.archives.ground import photo
from tests.data.intake.books import book_of, sound_book, write_folder
from tests.data.small_county import COUNTY, VILLAGES, fill
from tests.moment import NOW

REAL = "210881"
AT = "2026-11-01T08:00:00"


def _demonstration(engine: Engine) -> None:
    """The small county with what people did in it, every row of the log's tables told of."""
    fill(engine)
    with writing(engine) as connection:  # from here on the log has keys: what stands is taken over
        audit.enter(connection, actor="admin", address="", view="list", households=[None], now=NOW)
        for table, row in _deeds().items():
            connection.execute(insert(table).values(row))
            if table.name in WATCHED:
                key = row[WATCHED[table.name].key.name]
                audit.wrote(connection, table.name, [key], actor="admin", view="change", now=NOW)
            follow_keys(connection, table)


def _deeds() -> dict[Table, dict[str, object]]:
    household, region = {"household_id": 1}, {"region": VILLAGES[0]}
    by = {"at": AT, "actor": "admin"}
    return {
        model.person: {"id": 7, "name": "赵某", "helper": "B1", **region, "made": AT, "actor": "admin"},
        model.account: {
            "person_id": 7, "login": "zhao", "role": "admin", "region": "", "hash": "x", "must_change": 0,
            "version": 1, "changed": AT,
        },
        model.change: {"id": 1, **household, **by, "what": "改", "edits": "[]"},
        model.setting: {"name": "publicity_days", "value": "6", "changed": AT, "actor": "admin"},
        model.setting_change: {"id": 1, "name": "publicity_days", "before": "5", "after": "6", **by},
        model.import_run: {
            "id": 1, "at": AT, "kind": "数据", "files": "x", "rows": 1, "changed": 1, "warnings": 0, "refused": 0,
        },
        model.import_job: {
            "id": 1, "kind": "workbook", "region": "", "actor": "admin", "made": AT, "state": "written", "version": 1,
            "since": AT, "work": "", "ordered": "{}", "files": "[]", "answers": "{}", "facts": "{}", "why": "",
            "run": 1,
        },
        model.import_journal: {"run": 1, "number": 1, "record": "region"},
        model.monitoring_line: {"province": "99", "since": "2026-01-01", "amount_fen": 1, "standing": "x"},
        model.boundary: {**region, "geometry": b"x", "source": "x"},
        model.leader: {**region, "post": "村主任", "name": "赵某", "started": "2021-01-01", "person_id": 7},
    }  # fmt: skip


def _real(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "real", book_of(REAL))


def _imported(engine: Engine, file: Path, *, answered: bool) -> ImportResult:
    return import_files(engine, [file], now=NOW, answers=REPLACE if answered else {})


def _counts(connection: Connection) -> dict[str, int]:
    tables = metadata.sorted_tables
    return {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}


@pytest.fixture
def store(filled: Callable[..., Engine]) -> Engine:
    return filled(_demonstration, own=True)


def test_every_table_is_emptied_or_says_why_it_stays(store: Engine) -> None:
    with writing(store) as connection:
        empty_demonstration(connection, NOW)
    with store.connect() as connection:
        left = {name for name, count in _counts(connection).items() if count}
        lines = set(connection.execute(select(model.monitoring_line.c.province)).scalars())
        people = connection.execute(select(model.person.c.id, model.person.c.helper, model.person.c.region)).all()
        job = connection.execute(select(model.import_job.c.run)).scalar_one()
    assert left <= STAYS.keys() <= metadata.tables.keys() and all(STAYS.values())
    assert {"account", "setting", "setting_change", "import_run", "access_log", "data_version"} <= left
    assert "" in lines and "99" not in lines
    assert people == [(7, None, None)]
    assert job is None  # nothing that it wrote can be taken back


def test_it_is_asked_once_and_nothing_is_written_before(store: Engine, tmp_path: Path) -> None:
    with store.connect() as connection:
        before = _counts(connection)
    result = _imported(store, _real(tmp_path), answered=False)
    assert [one.id for one in result.waiting] == ["demonstration"] and not result.wrote and not result.refusals
    with store.connect() as connection:
        assert _counts(connection) == before


def test_the_file_is_checked_and_written_as_into_an_empty_store(store: Engine, engine: Engine, tmp_path: Path) -> None:
    file = _real(tmp_path)
    replaced, into_empty = _imported(store, file, answered=True), _imported(engine, file, answered=False)
    assert replaced.wrote and not replaced.refusals
    assert replaced.rows == into_empty.rows
    assert [one.reason for one in replaced.warnings] == [one.reason for one in into_empty.warnings]
    with store.connect() as one, engine.connect() as other:
        counts, expected = _counts(one), _counts(other)
        own = {"import_journal", "import_fresh"}  # which tables were empty before is another matter
        mine = counts.keys() - STAYS.keys() - own | {"monitoring_line"}
        assert {name: counts[name] for name in mine} == {name: expected[name] for name in mine}
        held = status(one)
        assert held is not None and not held.demonstration
        assert not any(code.startswith("99") for code in one.execute(select(model.region.c.code)).scalars())


def test_afterwards_the_log_is_whole_though_what_it_vouched_for_is_gone(store: Engine, tmp_path: Path) -> None:
    assert _imported(store, _real(tmp_path), answered=True).wrote
    with writing(store) as connection:  # SQLite gives the number of a row that is gone again
        row = {"household_id": connection.execute(select(func.min(model.household.c.id))).scalar_one()}
        connection.execute(insert(model.change).values(id=1, **row, at=AT, actor="admin", what="新", edits="[]"))
        audit.wrote(connection, "change", [1], actor="admin", view="change", now=NOW)
    verdict = verified(store)
    assert verdict.faults == [] and any("清空演示数据" in one for one in verdict.accepted)
    with writing(store) as connection:
        connection.execute(model.change.update().values(what="改过"))
    assert [one.ref for one in verified(store).rows] == ["change:1"]


def test_a_new_household_has_no_number_that_the_log_tells_of_another_by(store: Engine, tmp_path: Path) -> None:
    with store.connect() as connection:
        last = connection.execute(select(func.max(model.household.c.id))).scalar_one()
    with writing(store) as connection:
        audit.enter(connection, actor="x", address="", view="file", households=[last + 7], now=NOW)
    assert _imported(store, _real(tmp_path), answered=True).wrote
    with store.connect() as connection:
        assert connection.execute(select(func.min(model.household.c.id))).scalar_one() == last + 8
        assert KnownCodes(connection, valid_rows=False)._next_id == last + 10


def test_files_of_the_archive_go_once_it_stands_and_stay_where_it_does_not(store: Engine, tmp_path: Path) -> None:
    material = examine(photo())
    digest = keep(store, material)
    row = {"household_id": 1, "digest": digest, "kind": "其他", "title": "x", "media_type": "image/jpeg", "size": 1}
    with writing(store) as connection:
        connection.execute(insert(model.archive).values(**row, added=AT))
    kept = place(archive_folder(store), digest)
    with pytest.raises(RuntimeError), writing(store) as connection:
        empty_demonstration(connection, NOW)
        raise RuntimeError
    assert kept.exists()
    assert _imported(store, _real(tmp_path), answered=True).wrote
    assert not list(kept.parent.glob(f"{digest}*"))


def test_a_file_of_both_kinds_is_refused(engine: Engine, tmp_path: Path) -> None:
    both = {"行政区划": [{"区划代码": "990181", "名称": "示范市"}, {"区划代码": REAL, "名称": "某市"}]}
    with pytest.raises(Refused, match="既有真实区划，又有演示区划"):
        import_files(engine, [write_folder(tmp_path / "both", both)], now=NOW)


def test_the_demonstration_does_not_come_to_real_regions(engine: Engine, tmp_path: Path) -> None:
    assert _imported(engine, _real(tmp_path), answered=False).wrote
    with pytest.raises(Refused, match="库里是真实区划的数据"):
        import_files(engine, [write_folder(tmp_path / "made-up", sound_book())], now=NOW)


def test_not_even_the_good_rows_come_before_it_is_answered(store: Engine, tmp_path: Path) -> None:
    assert not import_files(store, [_real(tmp_path)], now=NOW, valid_rows=True).wrote


def test_boundaries_of_real_regions_do_not_slip_in_beside_it(store: Engine, tmp_path: Path) -> None:
    shape = '{"type": "Polygon", "coordinates": [[[121, 40], [122, 40], [122, 41], [121, 40]]]}'
    feature = f'{{"type": "Feature", "properties": {{"code": "{REAL}", "name": "某市"}}, "geometry": {shape}}}'
    file = tmp_path / "real.geojson"
    file.write_text(f'{{"type": "FeatureCollection", "features": [{feature}]}}', encoding="utf-8")
    with pytest.raises(Refused, match="请先导入行政区划表"):
        import_boundaries(store, [file], now=NOW)


def test_at_the_command_line_it_is_said_and_asked(store: Engine, tmp_path: Path) -> None:
    url, file = store.url.render_as_string(hide_password=False), str(_real(tmp_path))
    asked = run_data("import", file, database=url, check=False)
    assert asked.returncode == 1 and "库里现在是演示数据" in asked.stderr
    run_data("import", file, "--replace-demo", database=url)
    with store.connect() as connection:
        assert holds_real_regions(connection)
        assert connection.execute(select(func.count()).where(model.region.c.code.startswith(COUNTY[:2]))).scalar() == 0

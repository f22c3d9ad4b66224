"""The log cannot be cut, changed, forged or written anew without its being found, and each such thing is named."""

import hashlib
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit import state as files
from data.audit.chain import LogBroken, begin, look_of
from data.audit.lines import Look, link
from data.audit.mending import accept
from data.audit.records import proofs, together
from data.audit.state import SEAL, mac, read_state, root_file, save_state, state_file
from data.audit.verify import Verdict, lines_from, log_end, verified
from data.errors import Refused
from data.households.edits import Edit, write_history
from data.settings import decide
from data.store.engine import open_engine, writing
from tests.data.village_ground import VILLAGE, fill_village
from tests.moment import NOW
from tests.people import enrolled

LOG = model.access_log
ADMIN, CADRE = Viewer("admin", ""), Viewer("village", VILLAGE)
AT = NOW.isoformat(timespec="seconds")


def enter(engine: Engine, count: int, view: str = "print", *, hour: int = 0) -> None:
    with writing(engine) as connection:
        audit.enter(
            connection,
            actor="county:99:",
            address="192.0.2.1",
            view=view,
            households=range(1, count + 1),
            detail="明白卡（PDF） · 1 户",
            now=NOW + timedelta(hours=hour),
        )


def change(engine: Engine, household: int = 901) -> int:
    with writing(engine) as connection:
        edit = Edit("household", {"id": household}, {"phone": None}, {"phone": "1"})
        [made] = write_history(connection, CADRE, {household: [edit]}, what="修改", now=NOW)
    return made


def fill_kept(engine: Engine) -> None:
    fill_village(engine)
    enter(engine, 30)
    for _ in range(3):
        change(engine)
    enter(engine, 30, hour=1)
    assert not verified(engine).faults


@pytest.fixture
def kept(filled: Callable[..., Engine]) -> Engine:
    """A store whose log holds looks and changes, of two hours."""
    return filled(fill_kept, own=True)


def last(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.max(LOG.c.id))).scalar_one()


def first_fault(engine: Engine, **options: object) -> str:
    verdict = verified(engine, **options)
    assert verdict.faults
    return verdict.faults[0]


def refuses(engine: Engine) -> None:
    with pytest.raises(LogBroken):
        enter(engine, 1)


@contextmanager
def attack(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as connection:
        yield connection


def test_rows_cut_off_the_end_are_named(kept: Engine):
    end = last(kept)
    with attack(kept) as connection:
        connection.execute(delete(LOG).where(LOG.c.id > end - 10))
    assert first_fault(kept) == f"第 {end - 9} 至 {end} 行被截去"
    refuses(kept)


def test_a_log_of_which_all_rows_are_deleted_is_named(kept: Engine):
    end = last(kept)
    with attack(kept) as connection:
        connection.execute(delete(LOG))
    assert first_fault(kept) == f"第 1 至 {end} 行被截去"
    refuses(kept)


def test_ten_lines_cut_out_of_the_middle_are_named(kept: Engine):
    with attack(kept) as connection:
        connection.execute(delete(LOG).where(LOG.c.id.between(11, 20)))
    assert first_fault(kept) == "第 11 至 20 行不见了"


def rewritten(connection: Connection, key: bytes | None, *, but: range = range(0)) -> None:
    """Write the whole log anew without some lines, as one who has no key, or not the right one, can."""
    rows = [row for row in lines_from(connection) if row.id not in but]
    connection.execute(delete(LOG))
    before = ""
    for n, row in enumerate(rows, 1):
        look, values = look_of(row), dict(row._mapping)
        before = link(before, look) if key is None else mac(key, before, n, look.content(row.epoch))
        epoch = None if key is None else row.epoch
        connection.execute(insert(LOG).values({**values, "id": n, "chain": before, "epoch": epoch}))


@pytest.mark.parametrize("key", [None, b"w" * 32], ids=["without a key", "with a wrong key"])
@pytest.mark.parametrize("state", [True, False], ids=["state stays", "state removed"])
def test_a_chain_that_was_recomputed_is_named(kept: Engine, key: bytes | None, state: bool):
    with attack(kept) as connection:
        rewritten(connection, key, but=range(11, 21))
    if not state:
        state_file(kept).unlink()
    verdict = verified(kept)
    assert verdict.faults and (key is None or "第 1 行" in verdict.faults[0])
    assert state or any("状态文件不见了" in fault for fault in verdict.faults)
    refuses(kept)


def test_a_state_written_to_a_recomputed_chain_does_not_fit_the_root(kept: Engine):
    with attack(kept) as connection:
        rewritten(connection, b"w" * 32, but=range(11, 21))
    state_file(kept).unlink()
    with kept.connect() as connection:
        end = connection.execute(select(LOG).order_by(LOG.c.id.desc()).limit(1)).one()
    save_state(kept, files.State(end.epoch, b"w" * 32, end.id, end.chain, "2026-11-22T10"))
    assert first_fault(kept).startswith("第 1 行")


def test_a_state_that_is_gone_is_named_and_nothing_is_appended(kept: Engine):
    state_file(kept).unlink()
    assert "状态文件不见了" in first_fault(kept)
    refuses(kept)


def test_a_changed_row_is_named(kept: Engine):
    changes = {"actor": "x", "household_id": 7, "view": "file", "detail": None, "at": AT[:-1] + "9", "address": "x"}
    for column, value in {**changes, "ref": "change:9", "digest": "00", "epoch": 2}.items():
        with kept.connect() as connection:
            held = connection.execute(select(LOG.c[column]).where(LOG.c.id == 15)).scalar()
        with attack(kept) as connection:
            connection.execute(update(LOG).where(LOG.c.id == 15).values({column: value}))
        assert first_fault(kept).startswith("第 15 行被改动"), column
        with attack(kept) as connection:
            connection.execute(update(LOG).where(LOG.c.id == 15).values({column: held}))
    assert not verified(kept).faults


def test_a_row_inserted_behind_the_last_is_named_and_not_caught_up_with(kept: Engine):
    end = last(kept)
    with attack(kept) as connection:
        row = connection.execute(select(LOG).where(LOG.c.id == end)).one()
        connection.execute(insert(LOG).values({**row._mapping, "id": end + 1}))
    assert first_fault(kept).startswith(f"第 {end + 1} 行")
    refuses(kept)


def test_a_row_inserted_in_the_middle_is_named(kept: Engine):
    with attack(kept) as connection:
        rows = connection.execute(select(LOG).where(LOG.c.id > 15).order_by(LOG.c.id)).all()
        connection.execute(delete(LOG).where(LOG.c.id > 15))
        connection.execute(insert(LOG).values({**rows[0]._mapping, "id": 16, "actor": "x"}))
        for row in rows:
            connection.execute(insert(LOG).values({**row._mapping, "id": row.id + 1}))
    assert first_fault(kept).startswith("第 16 行")


@pytest.mark.parametrize("n", [0, -1])
def test_a_row_inserted_before_the_first_is_named(kept: Engine, n: int):
    with attack(kept) as connection:
        row = connection.execute(select(LOG).where(LOG.c.id == 1)).one()
        connection.execute(insert(LOG).values({**row._mapping, "id": n, "epoch": None}))
    assert first_fault(kept) == f"第 {n} 行是插入的（日志从第 1 行起）"


@pytest.mark.parametrize(
    ("view", "ref"), [("restored", "restored:x"), ("restored", "x"), ("change", "change:*x"), ("change", "change:*²")]
)
def test_a_row_that_points_at_nothing_is_named_and_does_not_stop_the_reader(kept: Engine, view: str, ref: str):
    with attack(kept) as connection:
        connection.execute(update(LOG).where(LOG.c.id == 15).values(view=view, ref=ref))
    assert first_fault(kept).startswith("第 15 行被改动")


def forged_with_the_state(engine: Engine, *looks: Look) -> None:
    """Write lines with the running key, as who holds the store and the state can."""
    state = read_state(engine)
    assert state is not None
    with attack(engine) as connection:
        for look in looks:
            state = state.behind(look)
            values = dict(vars(look))
            values["household_id"] = values.pop("household")
            connection.execute(insert(LOG).values({**values, "id": state.n, "epoch": state.epoch, "chain": state.mac}))
    save_state(engine, state)


def a_change(engine: Engine) -> tuple[int, str]:
    with engine.connect() as connection:
        one = next(proofs(connection, "change"))
    return int(one.key), one.digest


@pytest.mark.parametrize("name", ["changed", "removed", "changed, and excused by a word alone"])
def test_who_holds_the_state_cannot_vouch_anew_for_an_old_row(kept: Engine, name: str):
    key, held = a_change(kept)
    rows = model.change
    with attack(kept) as connection:
        here = rows.c.id == key
        connection.execute(delete(rows).where(here) if name == "removed" else update(rows).where(here).values(what="x"))
    digest = None if name == "removed" else a_change(kept)[1]
    assert digest != held
    view = "gap" if name.endswith("alone") else "change"
    forged_with_the_state(kept, Look(AT, "person:1", "", view, None, None, f"change:{key}", digest))
    assert f"改了 change:{key} 的记载" in first_fault(kept)


def test_who_holds_the_state_cannot_vouch_for_all_old_rows_at_once(kept: Engine):
    with attack(kept) as connection:
        connection.execute(update(model.change).values(actor="person:1"))
        held = [one.digest for one in proofs(connection, "change")]
        end = connection.execute(select(func.max(model.change.c.id))).scalar_one()
    forged_with_the_state(kept, Look(AT, "system", "", "log", None, None, f"change:*{end}", together(held)))
    assert f"改了 change:*{end} 的记载" in first_fault(kept)


def test_a_restore_that_never_was_is_told(kept: Engine):
    forged_with_the_state(kept, Look(AT, "command", "", "restored", None, "一月.db", "restored:0"))
    verdict = verified(kept)
    assert f"第 {last(kept)} 行：恢复备份 一月.db" in verdict.accepted and verdict.faults


def test_a_log_wiped_with_its_state_and_all_it_vouches_for_is_named_by_the_accounts_that_stand(kept: Engine):
    enrolled(kept)
    root_file(kept).unlink()  # as it should be: on another machine
    state_file(kept).unlink()
    with attack(kept) as connection:
        for table in (LOG, model.change):
            connection.execute(delete(table))
    assert first_fault(kept).startswith("日志是空的，而人员账号还在")


@pytest.mark.parametrize("changed", [{"epoch": "a"}, {"n": "x"}, {"first": None}, {"mac": 5}])
def test_a_state_that_holds_something_else_is_named(kept: Engine, changed: dict[str, object]):
    state_file(kept).write_text(json.dumps({**json.loads(state_file(kept).read_text()), **changed}))
    assert verified(kept).faults


@pytest.mark.parametrize("torn", ["{", "5", '{"n": 1}', '{"n": "x", "mac": "y"}', "\udcff"])
def test_a_copy_that_was_spoiled_is_named(kept: Engine, tmp_path: Path, torn: str):
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(torn.encode(errors="surrogateescape") + b"\n")
    assert first_fault(kept, copy=copy).startswith("副本的第 1 条读不出来")


def test_a_copy_to_which_a_line_was_added_once_more_with_another_proof_is_named(kept: Engine, tmp_path: Path):
    copy = tmp_path / "copy.jsonl"
    with kept.connect() as connection:
        chain = connection.execute(select(LOG.c.chain).where(LOG.c.id == 3)).scalar_one()
    copy.write_text(f'{{"n": 3, "mac": "00"}}\n{{"n": 3, "mac": "{chain}"}}\n')
    assert verified(kept, copy=copy).faults == ["第 3 行在副本中有两种写法", "第 3 行与副本不符"]


def test_a_forged_row_in_change_is_named(kept: Engine):
    with attack(kept) as connection:
        row = connection.execute(select(model.change).order_by(model.change.c.id.desc()).limit(1)).one()
        forged = {**row._mapping, "id": row.id + 1, "actor": "person:1"}
        connection.execute(insert(model.change).values(forged))
    assert first_fault(kept) == f"change:{row.id + 1} 在日志中没有（伪造）"


def test_a_changed_and_a_removed_row_of_change_are_named(kept: Engine):
    ids = []
    with attack(kept) as connection:
        ids += connection.execute(select(model.change.c.id).order_by(model.change.c.id)).scalars()
        connection.execute(update(model.change).where(model.change.c.id == ids[0]).values(actor="person:1"))
        connection.execute(delete(model.change).where(model.change.c.id == ids[1]))
    faults = verified(kept).faults
    assert len(faults) == 2
    assert faults[0].startswith(f"change:{ids[0]} 的内容被改动") and faults[1].startswith(f"change:{ids[1]} 被删去")


def test_a_setting_that_was_changed_past_the_application_is_named(kept: Engine):
    with writing(kept) as connection:
        decide(connection, ADMIN, "hotline", "12345", now=NOW)
        decide(connection, ADMIN, "hotline", "12346", now=NOW)
    assert not verified(kept).faults
    with attack(kept) as connection:
        connection.execute(update(model.setting).values(value="10086"))
    assert first_fault(kept).startswith("setting:hotline 的内容被改动")


def copy_of_tables(connection: Connection) -> dict[str, list[dict]]:
    tables = (model.change, LOG)
    return {one.name: [dict(row._mapping) for row in connection.execute(select(one))] for one in tables}


def test_an_older_store_put_back_with_its_older_state_is_found_by_a_witness(kept: Engine, tmp_path: Path, monkeypatch):
    copy = tmp_path / "copy.jsonl"
    monkeypatch.setenv(files.COPY, str(copy))
    old_state, old_end = state_file(kept).read_text(), last(kept)
    enter(kept, 5)
    with kept.connect() as connection:
        n, proof = log_end(connection).split("·")
    assert verified(kept, end=(int(n), proof), copy=copy).faults == []
    with attack(kept) as connection:
        connection.execute(delete(LOG).where(LOG.c.id > old_end))
    assert "被截去" in first_fault(kept)  # the store alone
    state_file(kept).write_text(old_state)
    assert verified(kept).faults == []  # with its state: nobody here knows better
    assert first_fault(kept, end=(int(n), proof)) == f"见证记下日志到过第 {n} 行，现在只到第 {old_end} 行"
    assert first_fault(kept, copy=copy) == f"第 {old_end + 1} 行在副本中有，在日志中没有"
    assert copy.stat().st_mode & 0o777 == 0o600


def test_what_was_written_anew_with_state_and_store_is_found_by_a_witness(kept: Engine):
    with kept.connect() as connection:
        n = log_end(connection).partition("·")[0]
    assert first_fault(kept, end=(int(n), "00000000")) == f"第 {n} 行与见证记下的 00000000 不符"


def test_a_root_key_that_is_another_ones_does_not_fit(kept: Engine, tmp_path: Path):
    away = tmp_path / "root"
    root_file(kept).rename(away)
    assert verified(kept, key=away).faults == [] and verified(kept, key=away).whole
    away.write_text("77" * 32)
    assert first_fault(kept, key=away).startswith("第 1 行")


def test_without_the_root_key_the_running_hour_is_checked_and_that_is_said(kept: Engine, tmp_path: Path):
    root_file(kept).rename(tmp_path / "root")
    verdict = verified(kept)
    assert verdict.faults == [] and not verdict.whole
    with attack(kept) as connection:
        connection.execute(update(LOG).where(LOG.c.id == last(kept) - 2).values(actor="x"))
    assert "被改动" in first_fault(kept)


def test_files_of_the_log_are_their_owners_alone_and_old_keys_are_nowhere(kept: Engine):
    assert {path.stat().st_mode & 0o777 for path in (state_file(kept), root_file(kept))} == {0o600}
    state = read_state(kept)
    assert state and state.epoch == 2 and state.key.hex() not in root_file(kept).read_text()


def test_after_so_many_lines_there_is_another_key(engine: Engine):
    enter(engine, 2 * SEAL + 1)
    with engine.connect() as connection:
        counts = connection.execute(select(LOG.c.epoch, func.count()).group_by(LOG.c.epoch).order_by(LOG.c.epoch))
        assert [tuple(row) for row in counts] == [(1, SEAL), (2, SEAL), (3, 1)]
    assert verified(engine).faults == []


def test_a_crash_between_commit_and_state_is_caught_up_with(kept: Engine, monkeypatch: pytest.MonkeyPatch):
    before = read_state(kept)
    with monkeypatch.context() as crash:
        crash.setattr("data.audit.chain.save_state", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        enter(kept, 5, hour=2)
    assert read_state(kept) == before and verified(kept).faults == []
    enter(kept, 1, hour=3)
    assert read_state(kept).n == last(kept) == before.n + 6
    assert verified(kept).faults == []


def test_a_transaction_that_is_taken_back_leaves_the_chain_whole(kept: Engine):
    end = last(kept)
    with pytest.raises(ZeroDivisionError), writing(kept) as connection:
        audit.enter(connection, actor="x", address="", view="print", households=[1], now=NOW)
        raise ZeroDivisionError
    with writing(kept) as connection:
        audit.enter(connection, actor="x", address="", view="print", households=[1], now=NOW)
        with pytest.raises(ZeroDivisionError), connection.begin_nested():
            audit.enter(connection, actor="x", address="", view="print", households=[2], now=NOW)
            raise ZeroDivisionError
        audit.enter(connection, actor="x", address="", view="print", households=[3], now=NOW)
    assert last(kept) == end + 2 and verified(kept).faults == []


def write_some(url: str, var: str, count: int) -> None:
    os.environ["WARROOM_VAR"] = var
    engine = open_engine(url)
    for _ in range(count):
        enter(engine, 3)
    engine.dispose()


def test_threads_and_two_processes_keep_one_chain(kept: Engine, monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))  # else a page that a test drew is run anew
    end, url = last(kept), kept.url.render_as_string(hide_password=False)
    start = multiprocessing.get_context("spawn")
    others = [start.Process(target=write_some, args=(url, os.environ["WARROOM_VAR"], 8)) for _ in range(2)]
    threads = [Thread(target=lambda: [enter(kept, 2) for _ in range(5)]) for _ in range(3)]
    for one in (*others, *threads):
        one.start()
    for one in (*others, *threads):
        one.join()
    assert [one.exitcode for one in others] == [0, 0]
    assert last(kept) == end + 2 * 8 * 3 + 3 * 5 * 2
    assert verified(kept).faults == []
    enter(kept, 1)
    assert read_state(kept).n == last(kept)


def old_line(connection: Connection, before: str, actor: str) -> str:
    look = Look(AT, actor, "192.0.2.1", "file", 901)
    values = {"at": AT, "actor": actor, "address": "192.0.2.1", "view": "file", "household_id": 901}
    connection.execute(insert(LOG).values(**values, chain=link(before, look)))
    return link(before, look)


@pytest.fixture
def upgraded(filled: Callable[..., Engine]) -> Engine:
    """A store with lines and changes from before the log had keys."""
    engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        connection.execute(delete(LOG))
        before = ""
        for actor in ("a", "b", "c"):
            before = old_line(connection, before, actor)
        same = {"household_id": 901, "at": AT, "actor": "x", "what": "修改", "edits": "[]"}
        connection.execute(insert(model.change), [same, same])
    for path in (state_file(engine), root_file(engine)):
        path.unlink(missing_ok=True)
    with writing(engine) as connection:
        begin(connection, AT)
    enter(engine, 2)
    assert verified(engine).faults == []
    return engine


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (update(LOG).where(LOG.c.actor == "a").values(actor="z"), "行与前一行接不上"),
        (delete(LOG).where(LOG.c.actor == "a"), "行与前一行接不上"),
        (delete(LOG).where(LOG.c.actor == "c"), "行不见了"),
        (update(model.change).values(actor="z"), "change 中日志带密钥以前的行"),
        (text("DELETE FROM change WHERE id = (SELECT MIN(id) FROM change)"), "change 中日志带密钥以前的行"),
    ],
)
def test_what_was_there_before_the_log_had_keys_is_vouched_for(upgraded: Engine, done, said: str):
    with attack(upgraded) as connection:
        connection.execute(done)
    assert said in first_fault(upgraded)


def test_old_lines_hang_on_so_that_recomputing_them_without_a_key_is_found(upgraded: Engine):
    with attack(upgraded) as connection:
        old = connection.execute(select(LOG).where(LOG.c.epoch.is_(None)).order_by(LOG.c.id)).all()
        before = ""
        for row in old:
            look = Look(row.at, "z", row.address, row.view, row.household_id)
            before = link(before, look)
            connection.execute(update(LOG).where(LOG.c.id == row.id).values(actor="z", chain=before))
    assert first_fault(upgraded).startswith(f"第 {old[-1].id + 1} 行")


def mended(engine: Engine, reason: str = "电源故障后恢复", **options: object) -> Verdict:
    with writing(engine) as connection:
        return accept(connection, reason, actor="command", at=AT, **options)


ATTACKS: dict[str, Callable[[Connection], object]] = {
    "cut off": lambda connection: connection.execute(delete(LOG).where(LOG.c.id > 20)),
    "emptied": lambda connection: connection.execute(delete(LOG)),
    "middle": lambda connection: connection.execute(delete(LOG).where(LOG.c.id.between(11, 20))),
    "changed": lambda connection: connection.execute(update(LOG).where(LOG.c.id == 15).values(actor="x")),
    "rows": lambda connection: connection.execute(update(model.change).values(actor="x")),
    "rewritten": lambda connection: rewritten(connection, b"w" * 32),
}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("gone", [[], ["state"], ["state", "root"]], ids=["files stay", "state gone", "both gone"])
def test_what_is_taken_as_it_is_stays_told_and_cannot_be_touched_again(kept: Engine, name: str, gone: list[str]):
    with attack(kept) as connection:
        ATTACKS[name](connection)
    for one in gone:
        {"state": state_file, "root": root_file}[one](kept).unlink()
    assert mended(kept).faults
    enter(kept, 2)
    verdict = verified(kept)
    assert verdict.faults == [] and "电源故障后恢复" in verdict.accepted[-1]
    if name != "emptied":
        with attack(kept) as connection:
            connection.execute(update(LOG).where(LOG.c.id == 3).values(actor="y"))
        assert verified(kept).faults


def test_a_sound_log_is_not_taken_as_it_is_and_a_reason_is_needed(kept: Engine):
    for reason, said in (("好", "完好"), (" ", "--reason")):
        with pytest.raises(Refused, match=said):
            mended(kept, reason)


def test_a_line_that_says_so_without_the_key_excuses_nothing(kept: Engine):
    end = last(kept)
    with attack(kept) as connection:
        connection.execute(update(LOG).where(LOG.c.id == 15).values(actor="x"))
        values = {"at": AT, "actor": "x", "address": "", "view": "gap", "ref": "accepted", "epoch": 2}
        digest = hashlib.sha256(b"").hexdigest()
        connection.execute(insert(LOG).values(id=end + 1, chain="00", digest=digest, **values))
    assert first_fault(kept).startswith("第 15 行")


def test_the_copy_holds_every_line_in_words(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copy = tmp_path / "copy.jsonl"
    monkeypatch.setenv(files.COPY, str(copy))
    enter(engine, 3)
    told = [json.loads(line) for line in copy.read_text().splitlines()]
    assert [(one["n"], one["view"], one["household"]) for one in told] == [
        (1, "print", 1),
        (2, "print", 2),
        (3, "print", 3),
    ]
    with attack(engine) as connection:
        connection.execute(update(LOG).where(LOG.c.id == 2).values(chain="00"))
    assert "第 2 行与副本不符" in verified(engine, copy=copy).faults

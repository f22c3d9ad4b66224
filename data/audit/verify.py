"""Whether the log is whole: what was changed, taken out, slipped in, cut off or written anew, in it and in the rows
that it vouches for.

Without the root key the lines of the running epoch alone are checked by their macs, those before by their numbers and
by what they vouch for.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, exists, select

from data.audit.chain import look_of
from data.audit.lines import EMPTIED, Look, link
from data.audit.records import OLD, WATCHED, proofs, together
from data.audit.state import State, following, key_of, mac, read_root, read_state, root_file
from data.model import access_log, account
from data.store.engine import is_sqlite
from data.store.rows import StoredRow

ACCEPTED, RESTORED = "accepted", "restored"
"""``ref`` of a line by which faults are taken as they are; ``view`` of one that tells that a backup was put back."""
SHOWN = 8  # characters of a mac that witnesses are given
FARTHEST = 1_000_000  # epochs; who writes a larger one into a row wants us to count
_BATCH = 5_000


@dataclass(frozen=True)
class Mismatch:
    """A row that is not what the log says of it: what it holds now (None: nothing), and how that is said."""

    ref: str
    digest: str | None
    words: str


@dataclass
class Verdict:
    """How many lines there are; the faults in words, those of lines before those of ``rows``, each in their order, and
    how many ``more``; what was taken as it is; whether every mac could be checked (``whole``)."""

    lines: int = 0
    faults: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    whole: bool = True
    more: int = 0
    rows: list[Mismatch] = field(default_factory=list)

    def fault(self, words: str) -> None:
        """One more; only the first hundred are kept."""
        if len(self.faults) < 100:
            self.faults.append(words)
        else:
            self.more += 1


@dataclass
class _Walk:
    """Where the reader of the log stands."""

    epoch: int
    key: bytes | None
    n: int = 0
    mac: str = ""
    keyed: bool = False
    excused: bool = False  # the line before took what was wrong as it is, or is one of those behind it that say of what
    seen: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    refs: dict[str, list[tuple[int, str | None]]] = field(default_factory=lambda: defaultdict(list))
    emptied: set[int] = field(default_factory=set)  # lines that tell of tables without any row: keys begin anew


def verified(
    engine: Engine, *, key: Path | None = None, end: tuple[int, str] | None = None, copy: Path | None = None
) -> Verdict:
    """:func:`verify` of what stands at one moment, while others write."""
    level = {} if is_sqlite(engine) else {"isolation_level": "REPEATABLE READ"}
    with engine.execution_options(**level).connect() as connection:
        return verify(connection, key=key, end=end, copy=copy)


def verify(
    connection: Connection,
    *,
    key: Path | None = None,
    end: tuple[int, str] | None = None,
    copy: Path | None = None,
    bare: bool = False,
) -> Verdict:
    """Go through the log and what it vouches for. ``key``: the file of the root key, where it was moved away; ``end``:
    number and first characters of the mac that a witness holds; ``copy``: the second file; ``bare``: of a store that
    has no state, such as a backup restored on trial. Raises Refused for a file that is none."""
    engine, verdict = connection.engine, Verdict()
    state = read_state(engine)
    root = read_root(key or root_file(engine)) if key or root_file(engine).exists() else None
    walk = _Walk(0, root)
    copied = _copied(copy, verdict) if copy else None
    for row in lines_from(connection):
        verdict.lines += 1
        _step(walk, row, state, root, verdict)
        _witnessed(row.id, row.chain, end, copied, verdict)
        if state and row.id == state.n and row.chain != state.mac:
            verdict.fault(f"第 {row.id} 行不是状态文件记下的那一行（整段日志被重写过）")
    if not bare:
        _at_end(connection, walk, state, root, verdict)
    if end and end[0] > walk.n:
        verdict.fault(f"见证记下日志到过第 {end[0]} 行，现在只到第 {walk.n} 行")
    for n in sorted(copied or {}):
        verdict.fault(f"第 {n} 行在副本中有，在日志中没有")
    verdict.rows = list(_mismatches(connection, walk))
    for one in verdict.rows:
        verdict.fault(one.words)
    return verdict


def lines_from(connection: Connection) -> Iterator[StoredRow]:
    """Every line, those too that somebody gave a number below the first; some thousand at a time."""
    after = -(2**63)
    while rows := connection.execute(
        select(access_log).where(access_log.c.id > after).order_by(access_log.c.id).limit(_BATCH)
    ).all():
        yield from rows
        after = rows[-1].id


def log_end(connection: Connection) -> str:
    """The end of the log as witnesses are given it: ``1203·9f86d081``; of an empty log ``0``."""
    log = access_log.c
    last = connection.execute(select(log.id, log.chain).order_by(log.id.desc()).limit(1)).first()
    return f"{last.id}·{last.chain[:SHOWN]}" if last else "0"


def content_so_far(connection: Connection) -> str:
    """The digest over all lines as they stand: what is taken as it is."""
    seen = hashlib.sha256()
    for row in lines_from(connection):
        seen.update(_whole(row, _content(row, look_of(row))))
    return seen.hexdigest()


def _content(row: StoredRow, look: Look) -> bytes:
    return look.content(-1 if row.epoch is None else row.epoch)


def _whole(row: StoredRow, content: bytes) -> bytes:
    return f"{row.id}\x1f{row.chain}\x1f".encode() + content


def _step(walk: _Walk, row: StoredRow, state: State | None, root: bytes | None, verdict: Verdict) -> None:
    look = look_of(row)
    content = _content(row, look)
    if row.id < 1:
        verdict.fault(f"第 {row.id} 行是插入的（日志从第 1 行起）")
        walk.seen.update(_whole(row, content))
        return
    if takes := _takes(walk, row, look, content, state, root, verdict):
        walk.excused = True
    elif row.epoch is None:
        _unkeyed(walk, row, look, verdict)
    else:
        _keyed(walk, row, look, content, state, root, verdict)
    walk.excused &= takes or look.view == "gap"
    walk.seen.update(_whole(row, content))
    walk.n, walk.mac = row.id, row.chain
    if look.ref and not takes:
        _vouches(walk, row.id, look, look.ref, verdict)


def _vouches(walk: _Walk, n: int, look: Look, ref: str, verdict: Verdict) -> None:
    """What a line says of a row. Of one that stays as it was written nothing else can be said later, and rows from
    before there were keys are vouched for before all others."""
    name, _, key = ref.partition(":")
    lasting = name in WATCHED and WATCHED[name].lasting
    old = lasting and key.startswith(OLD)
    if (old or look.view == RESTORED) and not re.fullmatch("[0-9]{1,18}", key.removeprefix(OLD)):
        verdict.fault(f"第 {n} 行所指的“{ref[:40]}”不是系统写的")
    elif look.view == RESTORED:
        verdict.accepted.append(f"第 {n} 行：恢复备份 {look.detail}")
        _void(walk, int(key))
    elif look.view == EMPTIED:
        verdict.accepted.append(f"第 {n} 行：{look.detail}")
        walk.emptied.add(n)
        for told in (walk.refs[one] for one in walk.refs if one.partition(":")[0] in key.split(",")):
            told.append((n, None))
    else:
        before = next((told for one, told in walk.refs.items() if one.startswith(f"{name}:")), None) if old else None
        before = walk.refs[ref] or before if lasting else None
        if before and before[-1][1] != look.digest and not walk.excused and before[-1][0] not in walk.emptied:
            verdict.fault(f"第 {n} 行改了 {ref} 的记载，第 {before[-1][0]} 行记下的不会再变")
        walk.refs[ref].append((n, look.digest))


def _takes(
    walk: _Walk, row: StoredRow, look: Look, content: bytes, state: State | None, root: bytes | None, verdict: Verdict
) -> bool:
    """Whether this is a line by which all before is taken as it stands, and is itself sound."""
    if look.ref != ACCEPTED or row.epoch is None or not 0 <= row.epoch < FARTHEST:
        return False
    if root is not None:
        key = key_of(root, row.epoch)
    elif state and row.epoch == state.epoch:
        key = state.key
    else:
        return False
    sound = mac(key, walk.mac, row.id, content) == row.chain
    if not sound or look.digest != walk.seen.hexdigest():
        return False
    verdict.accepted += [*verdict.faults, f"第 {row.id} 行：{look.detail}"]
    verdict.faults.clear()
    walk.epoch, walk.key, walk.keyed = row.epoch, key, True
    return True


def _unkeyed(walk: _Walk, row: StoredRow, look: Look, verdict: Verdict) -> None:
    if walk.keyed:
        verdict.fault(f"第 {row.id} 行没有密钥，却在有密钥的行之后")
    elif link(walk.mac, look) != row.chain:
        verdict.fault(f"第 {row.id} 行与前一行接不上（被改动、插入，或前面有行被删去）")


def _keyed(
    walk: _Walk, row: StoredRow, look: Look, content: bytes, state: State | None, root: bytes | None, verdict: Verdict
) -> None:
    walk.keyed = True
    if row.id != walk.n + 1:
        verdict.fault(f"第 {walk.n + 1} 至 {row.id - 1} 行不见了")
    if root is None:
        if state is None or row.epoch < state.epoch:
            verdict.whole = False
            return
        walk.epoch, walk.key = (walk.epoch, walk.key) if walk.key else (state.epoch, state.key)
    assert walk.key is not None
    if row.epoch == walk.epoch + 1:
        walk.epoch, walk.key = row.epoch, following(walk.key)
    if row.epoch != walk.epoch or mac(walk.key, walk.mac, row.id, content) != row.chain:
        verdict.fault(f"第 {row.id} 行被改动、插入或重算过（{look.at.replace('T', ' ')}）")


def _void(walk: _Walk, last: int) -> None:
    """What lines behind that number vouched for went with the backup that was put back."""
    for ref in list(walk.refs):
        walk.refs[ref] = [one for one in walk.refs[ref] if one[0] <= last]
        if not walk.refs[ref]:
            del walk.refs[ref]


def _witnessed(
    n: int, proof: str, end: tuple[int, str] | None, copied: dict[int, str] | None, verdict: Verdict
) -> None:
    if end and n == end[0] and not proof.startswith(end[1]):
        verdict.fault(f"第 {n} 行与见证记下的 {end[1]} 不符")
    if copied is not None:
        kept = copied.pop(n, None)
        if kept is not None and kept != proof:
            verdict.fault(f"第 {n} 行与副本不符")


def _copied(path: Path, verdict: Verdict) -> dict[int, str]:
    """Number → mac of what the second file holds; what it says first of a line counts, since it is only added to."""
    held: dict[int, str] = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for place, line in enumerate(lines, 1):
            try:
                one = json.loads(line)
                n, proof = int(one["n"]), str(one["mac"])
            except (ValueError, TypeError, KeyError):
                verdict.fault(f"副本的第 {place} 条读不出来（写到一半，或被改动）")
                continue
            if held.setdefault(n, proof) != proof:
                verdict.fault(f"第 {n} 行在副本中有两种写法")
    return held


def _at_end(connection: Connection, walk: _Walk, state: State | None, root: bytes | None, verdict: Verdict) -> None:
    if state is None:
        if not walk.n and root is None and connection.execute(select(exists().select_from(account))).scalar():
            verdict.fault("日志是空的，而人员账号还在（设立账号都有一行）：第 1 行起全部不见了")
        elif walk.n or root is not None:
            verdict.fault(f"状态文件不见了，看不出日志是否止于第 {walk.n} 行")
    elif state.n > walk.n:
        verdict.fault(f"第 {walk.n + 1} 至 {state.n} 行被截去")
    elif root is not None and state.epoch < FARTHEST and key_of(root, state.epoch) != state.key:
        verdict.fault("状态文件里的密钥不是由这把根密钥来的")


def _mismatches(connection: Connection, walk: _Walk) -> Iterator[Mismatch]:
    """Rows that are not what their lines say, that no line knows, and lines whose rows are gone."""
    refs = {ref: told[-1] for ref, told in walk.refs.items()}
    for name in WATCHED:
        old, until = _old(refs, name)
        before: list[str] = []
        for one in proofs(connection, name):
            n, digest = refs.pop(one.ref, (0, ""))
            if n and digest != one.digest:
                yield Mismatch(one.ref, one.digest, f"{one.ref} 的内容被改动（日志第 {n} 行记下的不是这样）")
            elif not n and until is not None and int(one.key) <= until:
                before.append(one.digest)
            elif not n:
                yield Mismatch(one.ref, one.digest, f"{one.ref} 在日志中没有（伪造）")
        if until is not None and together(before) != old:
            words = f"{name} 中日志带密钥以前的行（到 {until} 号）被改动、删去或添加"
            yield Mismatch(f"{name}:{OLD}{until}", together(before), words)
    for ref, (n, digest) in sorted(refs.items(), key=lambda one: one[1][0]):
        if digest is not None and ref.partition(":")[0] in WATCHED:
            yield Mismatch(ref, None, f"{ref} 被删去（日志第 {n} 行记着它）")


def _old(refs: dict[str, tuple[int, str | None]], name: str) -> tuple[str | None, int | None]:
    """The digest over a table's rows from before the log had keys, and the key of the last of them."""
    marks = [ref for ref in refs if ref.startswith(f"{name}:{OLD}")]
    told = [(refs.pop(ref), int(ref.partition(OLD)[2])) for ref in marks]
    if not told or told[-1][0][1] is None:  # none, or emptied
        return None, None
    return told[-1][0][1], told[-1][1]

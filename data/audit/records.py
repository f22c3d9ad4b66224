"""The rows that the log vouches for: each stands in it with a digest of what it holds, so that one that was changed,
taken away or slipped in is found."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, select

from data import model
from data.audit.lines import Look, canonical
from data.store.batches import batches

OLD = "*"
_BATCH = 500


@dataclass(frozen=True)
class Watched:
    """A table whose rows the log vouches for. ``lasting``: a row stays as it was written; ``without``: columns that
    change with no line of their own."""

    table: Table
    lasting: bool = True
    without: tuple[str, ...] = ()

    @property
    def key(self) -> Column[int] | Column[str]:
        """The one column that rows are told apart by."""
        (column,) = self.table.primary_key
        return column


WATCHED = {
    one.table.name: one
    for one in (
        Watched(model.change),
        Watched(model.region_change),
        Watched(model.dividend_step),
        Watched(model.problem_step),
        Watched(model.task_step),
        Watched(model.clue_step),
        Watched(model.case_step, lasting=False),  # those of an import go with it when it is taken back
        Watched(model.plan_item_step),
        Watched(model.exit_review_step),
        Watched(model.quality_waiver_step),
        Watched(model.quality_round, lasting=False),
        Watched(model.dispatch_round, lasting=False),
        Watched(model.day_record, lasting=False),
        Watched(model.life_event, lasting=False),
        Watched(model.import_run),
        Watched(model.import_job_step),
        Watched(model.books_decision),
        Watched(model.setting_change),
        Watched(model.setting, lasting=False),
        Watched(model.trouble, lasting=False),
        Watched(model.person, lasting=False),
        Watched(model.account, lasting=False, without=("totp_step",)),  # each code that is taken moves it
        Watched(model.device, lasting=False),
        Watched(model.display, lasting=False),
        Watched(model.showing),
        Watched(model.borrowing, lasting=False),
        Watched(model.household_pin, lasting=False),
    )
}


@dataclass(frozen=True)
class Proof:
    """A row as the log names it, its key, what it holds, whose household it is of."""

    ref: str
    key: int | str
    digest: str
    household: int | None


def proofs(connection: Connection, name: str, keys: Sequence[int | str] | None = None) -> Iterator[Proof]:
    """The rows of a watched table with these keys, or all of them, in the order of their keys."""
    watched = WATCHED[name]
    columns = [column for column in watched.table.c if column.name not in watched.without]
    asked = select(*columns).order_by(watched.key)
    some = [asked] if keys is None else [asked.where(watched.key.in_(batch)) for batch in batches(keys, _BATCH)]
    for one in some:
        for row in connection.execute(one.execution_options(yield_per=5_000)).mappings():
            digest = hashlib.sha256(canonical([name, *row.values()])).hexdigest()
            key = row[watched.key.name]
            yield Proof(f"{name}:{key}", key, digest, row.get("household_id"))


def together(digests: Collection[str]) -> str:
    """What stands for many rows that were there before the log had keys."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def taken_over(connection: Connection, but: Collection[str], at: str) -> list[Look]:
    """The lines by which a log that begins vouches for the rows that stand already, without those named ``but``."""
    lines = []
    for name, watched in WATCHED.items():
        held = [one for one in proofs(connection, name) if one.ref not in but]
        if held and watched.lasting:
            ref, digest = f"{name}:{OLD}{held[-1].key}", together([one.digest for one in held])
            lines.append(Look(at, "system", "", "log", None, f"接管已有的 {len(held)} 行", ref, digest))
        elif held:
            lines += [Look(at, "system", "", "log", None, "接管已有的行", one.ref, one.digest) for one in held]
    return lines

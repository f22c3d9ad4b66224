"""What rules ask of ID numbers and telephone numbers, kept beside them without their digits.

Equal numbers are equal by a hash with a key of the store's, which stands outside it: who reads the database alone
cannot try all numbers. Length, check digit, suffix, birth and sex as the number says them stand beside, so that the
number itself may be encrypted one day. Whoever writes a number makes its mark in the same transaction.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from functools import lru_cache, partial
from hashlib import blake2b
from operator import mul

from sqlalchemy import Column, Connection, Table, delete, exists, select

from data.model import household, member, member_mark, phone_mark
from data.store.batches import batches
from data.store.engine import upsert
from data.store.key import derived

PURPOSE = "marks of numbers"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = ord("0") * sum(_WEIGHTS)
_CHECK = "10X98765432"
_PROPER = re.compile(r"[0-9]{17}[0-9X]([0-9]{2}|[0-9]{4})?")
_MOBILE = re.compile(r"1[0-9]{10}")
_FIXED = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}")
_APART = re.compile(r"[\s-]")
_SIZE = 12  # bytes of a hash: of a billion numbers no two are equal by chance
_Rows = Iterator[tuple[object, ...]]
_Hash = Callable[[str], str]


def make(connection: Connection, households: Collection[int] | None) -> bool:
    """Make the marks of these households and their members, or of all (None), anew where what stands in the field is
    another; whether any is another now."""
    hash_ = partial(_hashed, derived(connection.engine, PURPOSE))
    person, home = member.c, household.c
    members = _make(connection, households, person.code, person.household_id, person.id_number, member_mark, hash_)
    phones = _make(connection, households, home.id, home.id, home.phone, phone_mark, hash_)
    return members or phones


def _make(
    connection: Connection,
    households: Collection[int] | None,
    key: Column[object],
    owner: Column[int],
    field: Column[str],
    marks: Table,
    hash_: _Hash,
) -> bool:
    own = next(iter(marks.primary_key))
    stands = select(key, field, own, marks.c.source).outerjoin(marks, own == key).order_by(key)
    others = False
    if households is None:
        others = connection.execute(delete(marks).where(~exists().where(key == own))).rowcount > 0
        portions = [stands]
    else:
        portions = [stands.where(owner.in_(some)) for some in batches(sorted(households), 500)]
    for asked in portions:
        rows = connection.execute(asked).all()
        gone = [code for code, number, marked, _ in rows if marked is not None and not number]
        for some in batches(gone):
            connection.execute(delete(marks).where(own.in_(some)))
        other = [(code, number) for code, number, _, source in rows if number and source != hash_(number)]
        _write(connection, marks, other, hash_)
        others |= bool(gone or other)
    return others


def _write(connection: Connection, marks: Table, numbers: Sequence[Sequence[object]], hash_: _Hash) -> None:
    rows = member_marks if marks is member_mark else phone_marks
    if numbers:
        upsert(connection, marks, [column.name for column in marks.c], rows(hash_, [(c, str(n)) for c, n in numbers]))


def _hashed(key: bytes, number: str) -> str:
    """What is equal where numbers are, and tells nothing of them."""
    return blake2b(number.encode(), key=key, digest_size=_SIZE).hexdigest()


def member_marks(hash_: _Hash, numbers: Sequence[tuple[object, str]]) -> _Rows:
    """Rows of ``member_mark`` of members (code, what stands in the field)."""
    for code, number in numbers:
        source = hash_(number)
        if not _PROPER.fullmatch(number):
            yield code, source, source, len(number), 0, 0, None, None, None
            continue
        own = number[:18]
        right = _CHECK[(sum(map(mul, own.encode(), _WEIGHTS)) - _ZEROS) % 11] == own[17]
        suffix = number[18:20] or None
        sex = "男" if own[16] in "13579" else "女"
        same = hash_(own) if suffix else source
        yield code, source, same, len(number), 1, int(right), suffix, _day(own[6:14]), sex


def phone_marks(hash_: _Hash, numbers: Sequence[tuple[object, str]]) -> _Rows:
    """Rows of ``phone_mark`` of households (id, what stands in the field); blanks and hyphens make no other number."""
    for id, number in numbers:
        bare = _APART.sub("", number)
        formed = bool(_MOBILE.fullmatch(bare) or _FIXED.fullmatch(number.strip()))
        yield id, hash_(number), hash_(bare), int(formed)


@lru_cache(maxsize=50_000)
def _day(digits: str) -> str | None:
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}").isoformat()
    except ValueError:
        return None

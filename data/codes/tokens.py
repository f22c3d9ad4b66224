"""The code of a household: one opaque token in a URL, of which the store holds a hash alone.

A token is 128 bits made from a random nonce, which is stored, and the key outside the database (``data.store.key``):
the database alone hands out no working code, the database with the key prints the same code again.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Connection, Engine, bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from data.access.households import require
from data.access.rights import needs
from data.access.roles import CODES, READ, WRITE
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import Refused
from data.model import qr_code
from data.settings import value_of
from data.store.batches import batches
from data.store.engine import is_sqlite
from data.store.key import derived, key_file
from data.store.rows import StoredRow
from data.text.signs import seen

BITS = 128
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
REASONS = ("标牌损坏或遗失", "二维码被翻拍外传", "搬迁或分户", "信息有误", "其他")
LONGEST_REASON = 60
_REPLACED = "到期换发"
_KEY_LOST = "{count} 户的户码不能重新打印：密钥文件与数据库不符。墙上的旧码仍有效；请从备份恢复密钥文件，或换发新码。"


@dataclass(frozen=True)
class TokenMatch:
    """What a token stands for. ``kind``: valid, withdrawn, expired or unknown; the rest is None where it is unknown."""

    kind: str
    household: int | None = None
    village: str | None = None
    code_id: int | None = None


@dataclass(frozen=True)
class Code:
    """One code of a household, for who answers for it: when issued, until when (the first day it no longer holds),
    when and why withdrawn; ``kind`` (valid, withdrawn or expired) on the day that was asked for."""

    id: int
    issued: str
    expires: str | None
    withdrawn: str | None
    reason: str | None
    kind: str


def resolve(connection: Connection, token: str, today: date) -> TokenMatch:
    """The household of a token, also of one that no longer holds. Unknown and mistyped tokens are not told apart."""
    digest = _digest(token)
    row = connection.execute(_FIND, {"digest": digest}).first()
    if row is None or not hmac.compare_digest(row.digest, digest):
        return TokenMatch("unknown")
    return TokenMatch(_kind(row.expires, row.withdrawn, today), row.household_id, row.village, row.id)


@needs(WRITE, CODES)
def issue(
    connection: Connection,
    engine: Engine,
    viewer: Viewer,
    households: Sequence[int],
    *,
    now: datetime,
    address: str = "",
) -> dict[int, str]:
    """The token of each household; a code is made where none holds. ``connection`` is that of a writing transaction.

    Raises OutOfScope for who may not write, NotFound where one household is not there or not his, Refused where the
    key that made the codes is gone.
    """
    wanted = list(dict.fromkeys(households))
    require(connection, viewer, wanted)
    held = _held(connection, wanted)
    gone = [row.id for row in held.values() if _kind(row.expires, None, now.date()) == "expired"]
    _withdraw(connection, gone, _REPLACED, now)
    missing = [id for id in wanted if id not in held or held[id].id in gone]
    _make(connection, engine, missing, now)
    audit.enter(connection, actor=viewer.actor, address=address, view="issued", households=missing, now=now)
    held = _held(connection, wanted) if missing else held
    again = {id: _token_again(engine, held[id]) for id in wanted}
    tokens = {id: token for id, token in again.items() if token is not None}
    if lost := len(again) - len(tokens):
        raise Refused(_KEY_LOST.format(count=lost))
    return tokens


@needs(READ, CODES)
def token_of(connection: Connection, engine: Engine, viewer: Viewer, household: int, today: date) -> str | None:
    """The token of the code that holds, None without one; raises as :func:`issue` does."""
    require(connection, viewer, [household])
    row = _held(connection, [household]).get(household)
    if row is None or _kind(row.expires, None, today) != "valid":
        return None
    token = _token_again(engine, row)
    if token is None:
        raise Refused(_KEY_LOST.format(count=1))
    return token


@needs(READ, CODES)
def codes(connection: Connection, viewer: Viewer, household: int, today: date) -> list[Code]:
    """Every code the household ever had, the newest first; raises as :func:`issue` does."""
    require(connection, viewer, [household])
    columns = (qr_code.c.id, qr_code.c.issued, qr_code.c.expires, qr_code.c.withdrawn, qr_code.c.reason)
    rows = connection.execute(select(*columns).where(qr_code.c.household_id == household).order_by(qr_code.c.id.desc()))
    return [Code(*row, _kind(row.expires, row.withdrawn, today)) for row in rows]


@needs(WRITE, CODES)
def withdraw(
    connection: Connection, viewer: Viewer, household: int, reason: str, *, now: datetime, address: str = ""
) -> None:
    """Take the code back; from now on it answers politely and opens nothing.

    Raises as :func:`issue` does, and Refused without a reason or without a code.
    """
    require(connection, viewer, [household])
    reason = seen(reason)
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(f"请写明作废的原因（不超过 {LONGEST_REASON} 字）。")
    row = _held(connection, [household]).get(household)
    if row is None:
        raise Refused("这一户现在没有可作废的户码。")
    _withdraw(connection, [row.id], reason, now)
    audit.enter(connection, actor=viewer.actor, address=address, view="revoked", households=[household], now=now)


@needs(WRITE, CODES)
def renew(
    connection: Connection,
    engine: Engine,
    viewer: Viewer,
    household: int,
    reason: str,
    *,
    now: datetime,
    address: str = "",
) -> str:
    """Withdraw the code and make another, in one transaction: the new token. Raises as :func:`withdraw` does."""
    withdraw(connection, viewer, household, reason, now=now, address=address)
    return issue(connection, engine, viewer, [household], now=now, address=address)[household]


def url(base: str, token: str) -> str:
    """The address in the code; behind a printed card's ``?c=`` stands its check code."""
    return f"{base}/q/{token}"


def region_url(base: str, region: str) -> str:
    """The address in the code on a region's wall: its map."""
    return f"{base}/battle_map?{urlencode({'region': region})}"


def base_of(settings: Mapping[str, str], page_url: str | None) -> str:
    """Scheme and host that codes name: the setting base_url, else those of the page that asks."""
    if settings["base_url"]:
        return settings["base_url"]
    parts = urlsplit(page_url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


_FIND = text(
    "SELECT q.id, q.digest, q.household_id, q.expires, q.withdrawn, h.village"
    " FROM qr_code q JOIN household h ON h.id = q.household_id WHERE q.digest = :digest"
)


def _digest(token: str) -> str:
    """SHA-256 of a token; what cannot be one gives a hash that is nobody's, so that it takes the same way."""
    sound = TOKEN.fullmatch(token)
    return hashlib.sha256(token.encode() if sound else b"\0").hexdigest()


def _kind(expires: str | None, withdrawn: str | None, today: date) -> str:
    """What came first counts: a code that was withdrawn after it had run out has run out."""
    if expires is not None and expires <= (withdrawn or today.isoformat())[:10]:
        return "expired"
    return "valid" if withdrawn is None else "withdrawn"


def _held(connection: Connection, households: Sequence[int]) -> dict[int, StoredRow]:
    """Household → its code that was not withdrawn."""
    found: dict[int, StoredRow] = {}
    for batch in batches(households):
        mine = qr_code.c.household_id.in_(batch) & qr_code.c.withdrawn.is_(None)
        found.update({row.household_id: row for row in connection.execute(select(qr_code).where(mine))})
    return found


def _withdraw(connection: Connection, codes: Sequence[int], reason: str, now: datetime) -> None:
    if codes:
        changed = update(qr_code).where(qr_code.c.id == bindparam("code"))
        changed = changed.values(withdrawn=written(now), reason=reason)
        connection.execute(changed, [{"code": code} for code in codes])


def _make(connection: Connection, engine: Engine, households: Sequence[int], now: datetime) -> None:
    if not households:
        return
    days = int(value_of(connection, "code_days"))
    key = derived(engine, "code")
    expires = (now.date() + timedelta(days=days)).isoformat() if days else None
    rows = []
    for household in households:
        nonce = secrets.token_urlsafe(16)
        rows.append(
            {
                "household_id": household,
                "digest": _digest(_token(key, nonce)),
                "nonce": nonce,
                "issued": written(now),
                "expires": expires,
            }
        )
    dialect = sqlite if is_sqlite(connection) else postgresql
    # somebody else may have made one since it was looked: his stands then
    connection.execute(dialect.insert(qr_code).on_conflict_do_nothing(), rows)


def made_by_key(engine: Engine, connection: Connection) -> bool:
    """Whether the key of the store makes the codes in it, all that are valid; true where there are none."""
    asked = select(qr_code.c.nonce, qr_code.c.digest).where(qr_code.c.withdrawn.is_(None))
    if connection.execute(asked.limit(1)).first() is None:
        return True
    if not key_file(engine).is_file():
        return False
    key = derived(engine, "code")
    return all(hmac.compare_digest(_digest(_token(key, nonce)), digest) for nonce, digest in connection.execute(asked))


def _token(key: bytes, nonce: str) -> str:
    made = hmac.new(key, nonce.encode(), hashlib.sha256).digest()[: BITS // 8]
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def _token_again(engine: Engine, row: StoredRow) -> str | None:
    """The token of a stored code; None where the key is not the one that made it."""
    token = _token(derived(engine, "code"), row.nonce)
    return token if hmac.compare_digest(_digest(token), row.digest) else None

"""The writing key of the log and where the log ends: in files beside the store, readable by their owner alone.

The key is made from the one before and the old one is destroyed, after so many lines and each hour: whoever takes the
store and this file can write the lines to come, and none of those that were. The root of all keys is needed to verify
alone, and lies best on another machine.
"""

import fcntl
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from data.audit.lines import Look
from data.errors import Refused
from data.store.engine import beside

SEAL = 1_000  # lines written with one key
COPY = "WARROOM_LOG_COPY"
"""The variable that names a second file, to which every line is appended."""
_LENGTH = 32


@dataclass(frozen=True)
class State:
    """The key of an epoch, number and mac of the last line, and of which hour and behind which line the epoch began."""

    epoch: int
    key: bytes
    n: int
    mac: str
    hour: str = ""
    first: int = 0

    def turned(self, hour: str = "") -> "State":
        """With the next key."""
        return replace(self, epoch=self.epoch + 1, key=following(self.key), hour=max(hour, self.hour), first=self.n)

    def before(self, look: Look) -> "State":
        """With the key that a new line is written with."""
        full = self.n - self.first >= SEAL
        return self.turned(look.at[:13]) if full or look.at[:13] > self.hour else self

    def behind(self, look: Look) -> "State":
        """Where the log ends with this line behind; its number and mac are those of the line."""
        n = self.n + 1
        return replace(self, n=n, mac=mac(self.key, self.mac, n, look.content(self.epoch)))


def following(key: bytes) -> bytes:
    """The key of the next epoch."""
    return hmac.digest(key, b"next epoch", "sha256")


def key_of(root: bytes, epoch: int) -> bytes:
    """The key of an epoch."""
    for _ in range(epoch):
        root = following(root)
    return root


def mac(key: bytes, before: str, n: int, content: bytes) -> str:
    """The proof of line ``n`` behind the one whose proof is ``before``."""
    return hmac.digest(key, before.encode() + n.to_bytes(8, "big") + content, "sha256").hex()


def state_file(engine: Engine) -> Path:
    """Where the state lies."""
    return beside(engine, "log-state")


def root_file(engine: Engine) -> Path:
    """Where the first key is made; it may be moved away."""
    return beside(engine, "log-root")


def read_state(engine: Engine) -> State | None:
    """The state; None where there is none, or it cannot be read as one."""
    try:
        kept = json.loads(state_file(engine).read_text(encoding="ascii"))
        return State(
            int(kept["epoch"]), bytes.fromhex(kept["key"]), int(kept["n"]), str(kept["mac"]),
            str(kept["hour"]), int(kept["first"]),
        )  # fmt: skip
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def save_state(engine: Engine, state: State) -> None:
    """Keep where the log ends, unless another has kept a later end already."""
    with _alone(engine):
        held = read_state(engine)
        if held is None or held.n < state.n:
            kept = {**vars(state), "key": state.key.hex()}
            _write(state_file(engine), json.dumps(kept))


def make_root(engine: Engine) -> bytes:
    """A first key, of which nothing but its file knows; the one before is put aside."""
    path, root = root_file(engine), secrets.token_bytes(_LENGTH)
    if path.exists():
        path.rename(path.with_name(f"{path.name}.{secrets.token_hex(4)}"))
    _write(path, root.hex())
    return root


def read_root(path: Path) -> bytes:
    """The first key in a file; raises Refused where it holds none."""
    try:
        root = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError as error:
        raise Refused(f"找不到根密钥文件 {path}。") from error
    except ValueError:
        root = b""
    if len(root) != _LENGTH:
        raise Refused(f"{path} 不是日志的根密钥文件。")
    return root


def copy_file() -> Path | None:
    """The second file that lines go to; None where none is named."""
    return Path(os.environ[COPY]) if os.environ.get(COPY) else None


def copy_lines(path: Path, lines: Iterable[tuple[int, str, Look]]) -> None:
    """Append lines (number, mac, line) to the second file, in one piece."""
    told = "".join(
        json.dumps({"n": n, "mac": proof, **vars(look)}, ensure_ascii=False) + "\n" for n, proof, look in lines
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, told.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(path: Path, text: str) -> None:
    """Whole or not at all; 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    made.rename(path)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """One writer of the file at a time, of all threads and processes."""
    path = beside(engine, "log-lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

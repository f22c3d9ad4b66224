"""The key that stands outside the database: whoever reads the database alone can neither make codes nor check marks."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine

from data.errors import Refused
from data.store.engine import beside
from data.store.private import own_folder, tighten

LENGTH = 32


def derived(engine: Engine, purpose: str) -> bytes:
    """32 bytes for one purpose, made from the key of this store (RFC 5869 in its shortest form)."""
    return hmac.new(_key(key_file(engine)), purpose.encode(), hashlib.sha256).digest()


def key_file(engine: Engine) -> Path:
    """Where the key of this store lies: WARROOM_KEY_FILE, else beside the database."""
    given = os.environ.get("WARROOM_KEY_FILE")
    return Path(given) if given else beside(engine, "key")


def _key(path: Path) -> bytes:
    """Read the key, made at first use; readable by its owner alone. Raises Refused for a file that holds none."""
    if path.exists():
        tighten(path)
    else:
        _make(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise Refused(f"密钥文件 {path} 已损坏，请放回另行保管的那一份；删除它会使已印的户码无法重印。")
    return key


def _make(path: Path) -> None:
    """A new key, whole before it has its name: of two that make it at once both go by the first."""
    own_folder(path.parent)
    making = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_hex(LENGTH))
        with suppress(FileExistsError):
            os.link(making, path)
    finally:
        making.unlink(missing_ok=True)

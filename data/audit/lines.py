"""One line of the log: what it says, and the bytes that its proof goes over."""

import hashlib
import json
from dataclasses import dataclass

EMPTIED = "emptied"
"""``view`` of a line that tells that all rows of some tables were taken away; its ``ref`` names these."""


@dataclass(frozen=True)
class Look:
    """One line: time (ISO, seconds), who (``Viewer.actor``, stranger or household), from which address, what he saw (a
    key of ``log.VIEWS``) and of which household, None where the code named none; ``detail``: what he took away, in
    words. ``ref`` names a row that was written with it (``change:123``), ``digest`` is what it then held, None: it is
    gone."""

    at: str
    actor: str
    address: str
    view: str
    household: int | None
    detail: str | None = None
    ref: str | None = None
    digest: str | None = None

    def content(self, epoch: int) -> bytes:
        """What the mac of the line goes over, beside its number and the mac before."""
        told = (epoch, self.at, self.actor, self.address, self.view, self.household)
        return canonical([*told, self.detail, self.ref, self.digest])


_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def canonical(values: list[object]) -> bytes:
    """Values in the one form in which they are hashed."""
    return _encoded(values).encode()


def link(before: str, look: Look) -> str:
    """How lines hung together until they had keys: SHA-256 over the hash before and the line's own content.

    A line without a detail hashes as all did before there were any.
    """
    told = [before, look.at, look.actor, look.address, look.view, look.household]
    told += [] if look.detail is None else [look.detail]
    return hashlib.sha256("\x1f".join(map(str, told)).encode()).hexdigest()

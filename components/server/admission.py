"""By what somebody was let in, kept for as long as what he opened goes on: a socket, a run, a thread beside it.

The door asks it again at every message, the store at every transaction.
"""

from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass

from data.access.sessions import Signed
from data.access.viewer import Viewer

HEADER = "x-warroom-session"
"""By which the door tells a script the digest of its session; what a browser sends under this name is dropped."""
MOST = 50_000


@dataclass(frozen=True)
class Admission:
    """The digest of a session and the viewer it stood for then; without a digest: not signed in."""

    digest: str = ""
    viewer: Viewer | None = None

    @property
    def whose(self) -> str:
        """What is counted as one: a person however often he signs in, a display; '' of who is not signed in."""
        person = self.viewer.person if self.viewer else None
        return self.digest if person is None else f"person:{person}"

    def stands(self, signed: Signed | None) -> bool:
        """Whether what the store says of the session now is what it was opened by."""
        return signed is not None and signed.viewer == self.viewer and not signed.due


def admission_of(signed: Signed | None) -> Admission:
    """What is opened now is opened by this."""
    return Admission(signed.digest, signed.viewer) if signed else Admission()


admitted: ContextVar[Admission | None] = ContextVar("admitted", default=None)
"""For whom a task or thread works; None: for the server itself."""

_last_runs: OrderedDict[str, Admission] = OrderedDict()


def bind(session: str, admission: Admission) -> None:
    """Note by what a session of Streamlit's is run: its files, uploads and its state are given to nobody else."""
    _last_runs[session] = admission
    _last_runs.move_to_end(session)
    while len(_last_runs) > MOST:
        _last_runs.popitem(last=False)


def bound(session: str) -> Admission | None:
    """By what it was last run; None where it was not."""
    return _last_runs.get(session)

"""Whose the files are that Streamlit holds: what is given out under ``/media`` and taken in by uploads."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from components.server.admission import Admission, bound
from components.server.limits import MB, UPLOADS

MEDIA = "/media/"
MOST = 10_000
HELD = 600 * MB
"""Of what one person sent up and the server holds in memory: three of the largest files."""
_LONGEST = 4096  # bytes: an answer to a click on a download is short
_made: OrderedDict[tuple[str, str], None] = OrderedDict()  # session, file


def withheld(path: str, digest: str) -> bool:
    """Whether a path leads to a file, or to the uploads, of another session than this ('' of nobody's)."""
    if path.startswith(UPLOADS):
        return not _is_run_by(path.removeprefix(UPLOADS).partition("/")[0], digest)
    return path.startswith(MEDIA) and not _holds(digest, _file(path))


def note_made(digest: str, message: bytes) -> None:
    """Where a message tells a tab which file was made for a click on a download, that file is its session's.

    Streamlit itself does not keep for whom it was made.
    """
    if len(message) > _LONGEST or MEDIA.encode() not in message:
        return
    url = ForwardMsg.FromString(message).backend_operation_response.deferred_file.url
    if url:
        _made[digest, _file(url)] = None
        _made.move_to_end((digest, _file(url)))
        while len(_made) > MOST:
            _made.popitem(last=False)


class Uploads:
    """What is being sent up, and room for it beside what is held already, by who is signed in."""

    def __init__(self) -> None:
        self._coming: Counter[str] = Counter()

    @contextmanager
    def one_more(self, admission: Admission, length: int) -> Iterator[bool]:
        """Counts so many bytes while the block lasts; whether there was room for them."""
        whose = admission.whose
        if whose and self._coming[whose] + _sent_up(whose) + length > HELD:
            yield False
            return
        self._coming[whose] += length
        try:
            yield True
        finally:
            self._coming[whose] -= length
            if not self._coming[whose]:
                del self._coming[whose]


def _sent_up(whose: str) -> int:
    """Bytes that are held of somebody, whatever session or tab they came by."""
    if not Runtime.exists():
        return 0
    held = Runtime.instance().uploaded_file_mgr
    assert isinstance(held, MemoryUploadedFileManager)
    own = (files for session, files in list(held.file_storage.items()) if (by := bound(session)) and by.whose == whose)
    return sum(len(file.data) for files in own for file in list(files.values()))


def _holds(digest: str, file: str) -> bool:
    if (digest, file) in _made:
        return True
    if not Runtime.exists():
        return False
    held = Runtime.instance().media_file_mgr._files_by_session_and_coord  # nothing public says it
    return any(file in files.copy().values() and _is_run_by(session, digest) for session, files in list(held.items()))


def _is_run_by(session: str, digest: str) -> bool:
    admission = bound(session)
    return admission is not None and admission.digest == digest


def _file(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]

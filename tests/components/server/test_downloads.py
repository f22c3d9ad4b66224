"""What a button says whose file could not be made: our sentence, and nothing of what went wrong inside."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from components.server.downloads import FAILED, tell_why
from data.errors import Refused
from tests.loops import run


@pytest.mark.parametrize(
    ("raised", "said"),
    [(None, ""), (Refused("日志暂时写不进去，没有导出。"), "日志暂时写不进去，没有导出。"), (KeyError("张三"), FAILED)],
)
def test_a_download_that_could_not_be_made_says_why_in_chinese(
    raised: Exception | None, said: str, monkeypatch: pytest.MonkeyPatch
):
    def made() -> bytes:
        if raised:
            raise raised
        return b"list"

    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "mine")
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    id = files.add_deferred(made, "text/plain", "a", "list.txt")
    monkeypatch.setattr(DeferredFileHandler, "handle", DeferredFileHandler.handle)
    tell_why()
    request = SimpleNamespace(request_id="7", deferred_file=SimpleNamespace(file_id=id))
    answer = run(DeferredFileHandler(lambda: files).handle(request, "mine"))
    assert (answer.request_id, answer.error_msg) == ("7", said)
    assert bool(answer.deferred_file.url) is (raised is None)

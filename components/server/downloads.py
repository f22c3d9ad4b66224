"""A download that could not be made says why in Chinese; Streamlit tells every reason in one English sentence."""

import asyncio
import logging

from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, DeferredFileResponsePayload
from streamlit.runtime.backend_operation_handler import DeferredFileHandler

from data.errors import WarRoomError

FAILED = "文件没有生成，请稍后再试。"
_log = logging.getLogger("warroom")


def tell_why() -> None:
    """From now on, in every session."""
    DeferredFileHandler.handle = _handle  # type: ignore[method-assign]  # there is no other place to say it


async def _handle(
    self: DeferredFileHandler, request: BackendOperationRequest, session_id: str
) -> BackendOperationResponse:
    """The address of the file, or why there is none, as the button shows it."""
    made = self._get_media_file_mgr().execute_deferred
    try:
        url = await asyncio.to_thread(made, request.deferred_file.file_id)
    except Exception as error:
        cause = error.__cause__
        if isinstance(cause, WarRoomError):
            return BackendOperationResponse(request_id=request.request_id, error_msg=str(cause))
        _log.error("a download failed: %s", type(cause or error).__name__, exc_info=error)
        return BackendOperationResponse(request_id=request.request_id, error_msg=FAILED)
    payload = DeferredFileResponsePayload(url=url)
    return BackendOperationResponse(request_id=request.request_id, deferred_file=payload)

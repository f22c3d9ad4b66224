"""A server's clock that was once wrong and set back, or is wrong now: the records know a later moment than it."""

from datetime import datetime

from sqlalchemy import Connection, select

from data.clock import SKEW, written
from data.model import access_log, data_version


def set_back(connection: Connection, now: datetime) -> str | None:
    """What is to be said where the store was written to, or built for, after ``now``; None where it was not.

    Asked of the last writes, so that it is silent once the clock is right and things are written again; figures that
    were built for a day ahead stay until that day, or until they are rebuilt: the day does not run backwards by itself.
    """
    stamped = connection.execute(select(data_version.c.updated, data_version.c.built)).first()
    seen = connection.execute(select(access_log.c.at).order_by(access_log.c.id.desc()).limit(1)).scalar()
    if stamped is not None and stamped.built > written(now + SKEW)[:10]:
        return (
            f"汇总做到了 {stamped.built}，而服务器现在是 {now:%Y-%m-%d %H:%M}：服务器的时钟曾经走快，或现在走慢了。"
            "请先核对服务器时间；时间无误的，请执行 rebuild 重建汇总。"
        )
    latest = max(filter(None, (stamped and stamped.updated, seen)), default="")
    if latest <= written(now + SKEW):
        return None
    return (
        f"最近的记录写于 {latest[:16].replace('T', ' ')}，而服务器现在是 {now:%Y-%m-%d %H:%M}："
        "服务器的时钟曾经走快，或现在走慢了。请核对服务器时间，以免新记录的时间有误。"
    )

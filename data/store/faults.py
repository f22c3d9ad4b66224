"""Why a file or a database could not be read or written, in one sentence part, with what to do about it."""

import errno
import sqlite3
from pathlib import Path

FULL = "磁盘已满，请腾出空间后再试"
READ_ONLY = "磁盘或目录是只读的，请换一个能写入的位置"
DENIED = "没有权限，请检查文件和目录的权限"
_OF_SYSTEM = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: "已超过磁盘配额，请腾出空间后再试",
    errno.EROFS: READ_ONLY,
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
    errno.ENOENT: "文件或目录不存在，请检查路径",
    errno.ENOTDIR: "路径中有一段不是目录，请检查路径",
    errno.EISDIR: "这是一个目录，请写文件名",
    errno.EEXIST: "已有同名的文件，请换一个名字",
    errno.EIO: "磁盘读写出错，请检查磁盘是否损坏",
    errno.EFBIG: "文件超过这个磁盘允许的大小，请换一个位置",
}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: DENIED,
    sqlite3.SQLITE_AUTH: DENIED,
    sqlite3.SQLITE_CANTOPEN: "文件打不开，请检查路径和权限",
    sqlite3.SQLITE_IOERR: "磁盘读写出错，请检查磁盘是否已满或损坏",
    sqlite3.SQLITE_NOTADB: "它不是本系统的数据库",
    sqlite3.SQLITE_CORRUPT: "数据库文件已损坏，请从备份恢复",
    sqlite3.SQLITE_BUSY: "正被别的程序占用，请稍后再试",
    sqlite3.SQLITE_LOCKED: "正被别的程序占用，请稍后再试",
}


def cause(error: BaseException) -> str | None:
    """What an error of the system or of SQLite means, also one inside another; None where that is not known."""
    inner = getattr(error, "orig", None) or next((one for one in error.args if isinstance(one, OSError)), None)
    if isinstance(inner, BaseException):
        return cause(inner)
    if isinstance(error, OSError):
        return _OF_SYSTEM.get(error.errno or 0)
    code = getattr(error, "sqlite_errorcode", None)
    return _OF_SQLITE.get(code & 0xFF) if isinstance(code, int) else None


def told(error: BaseException, path: Path | None = None) -> str:
    """The cause as a sentence part, with the file where that is known."""
    where = path or getattr(error, "filename", None)
    said = cause(error) or getattr(error, "strerror", None) or str(getattr(error, "orig", None) or error)
    return f"{where}：{said.splitlines()[0]}" if where else said.splitlines()[0]

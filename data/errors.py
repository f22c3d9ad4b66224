"""The errors a user can do something about; their text is Chinese and says what to do next."""

NO_SUCH_HOUSEHOLD = "没有找到这一户：编号不存在，或不在您的查看范围内。请从挂图作战或名单中打开。"
NO_SUCH_PROJECT = "没有找到这个项目：编号不存在，或不在您的查看范围内。请从项目收益中打开。"


class WarRoomError(Exception):
    """Anything the application refuses, with a sentence for the user."""


class OutOfScope(WarRoomError):
    """The viewer asked for a region, household or record that is not his."""

    def __init__(self, what: str = "该内容") -> None:
        super().__init__(f"{what}不在您的查看范围内，请切换到本辖区，或联系管理员。")


class NoRight(OutOfScope):
    """The viewer's role may not do this to anything, wherever it lies."""

    def __init__(self, right: str, thing: str) -> None:
        WarRoomError.__init__(self, f"您的身份没有“{thing}”的{right}权限；需要时请联系管理员。")


class NotFound(WarRoomError):
    """A region, month, indicator or record that does not exist."""


class Refused(WarRoomError):
    """A file, a database or an argument that cannot be taken as it is."""


class Busy(Refused):
    """Somebody else has been writing for longer than one waits."""

    def __init__(self) -> None:
        super().__init__("数据还在导入，等了几分钟仍没有保存。您填的内容还在，请过一会儿再保存一次。")

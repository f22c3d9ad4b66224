"""Who acted, in words: what stands behind the key that a change, a step or a look was written under."""

from sqlalchemy import Connection, select

from data import model
from data.access.viewer import ROLES

_NOT_SIGNED_IN = {"stranger": "路人", "household": "本户"}


def actor_name(connection: Connection, key: str) -> str:
    """A ``Viewer.key`` in words: 村干部 · 示范村, 帮扶责任人 · 李四, 路人."""
    role, _, rest = key.partition(":")
    region, _, helper = rest.partition(":")
    if role not in ROLES:
        return _NOT_SIGNED_IN.get(role, "其他")
    if helper:
        name = connection.execute(select(model.helper.c.name).where(model.helper.c.code == helper)).scalar()
    else:
        name = connection.execute(select(model.region.c.name).where(model.region.c.code == region)).scalar()
    return f"{ROLES[role]} · {name}" if name else ROLES[role]

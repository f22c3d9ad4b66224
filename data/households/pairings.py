"""结对 of one household or of one of its members (a doctor's patient, a teacher's pupil): begun and ended."""

from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, select

from data.access.households import writable_row
from data.access.rights import needs
from data.access.roles import APPROVE, DUTIES
from data.access.viewer import Viewer
from data.errors import Refused
from data.households.edits import Edit, commit
from data.households.entries import Saved
from data.households.fields import Unfit, check_order, read_field
from data.households.words import Values
from data.model import helper, member, pairing
from data.model.running import lasting


@needs(APPROVE, DUTIES)
def pairings(connection: Connection, viewer: Viewer, household: int, day: str) -> tuple[RowMapping, ...]:
    """What has no end before a day, with ``name``, ``team`` of the helper and ``whom`` (the member's name, None: the
    household); raises NotFound for a household that is not the viewer's."""
    writable_row(connection, viewer, household)
    asked = (
        select(pairing, helper.c.name, helper.c.team, member.c.name.label("whom"))
        .join(helper, helper.c.code == pairing.c.helper)
        .outerjoin(member, member.c.code == pairing.c.member)
        .where(pairing.c.household_id == household, lasting(pairing, day))
        .order_by(pairing.c.started, pairing.c.helper, pairing.c.member)
    )
    return tuple(connection.execute(asked).mappings())


@needs(APPROVE, DUTIES)
def add_pairing(
    engine: Engine, viewer: Viewer, household: int, *, code: str, whom: str, started: str, now: datetime
) -> Saved:
    """The helper of this code begins with a household, or with ``whom`` of it (a member's code, '' the household)."""
    since = read_field("pairing", "started", started, today=now.date())
    with engine.connect() as connection:
        writable_row(connection, viewer, household)
        named = connection.execute(select(helper.c.name).where(helper.c.code == code)).scalar()
        if named is None:
            raise Unfit("帮扶责任人", "必填，请选择")
        here = select(member.c.name).where(
            member.c.code == whom, member.c.household_id == household, member.c.gone.is_(None)
        )
        if whom and connection.execute(here).first() is None:
            raise Unfit("结对对象", "不是本户现在的成员，请重新选择")
        key: Values = {"helper": code, "household_id": household, "member": whom}
        held = select(pairing.c.started).where(*(pairing.c[name] == value for name, value in key.items()))
        if connection.execute(held.where(lasting(pairing, str(since)))).first() is not None:
            raise Refused(f"{named}已经与{'这个人' if whom else '本户'}结对。")
    what = f"结对：{named}（{since} 起）"
    edit = Edit("pairing", {**key, "started": since}, None, {"ended": None})
    return Saved(commit(engine, viewer, household, [edit], what=what, now=now), what, code)


@needs(APPROVE, DUTIES)
def end_pairing(
    engine: Engine, viewer: Viewer, household: int, *, code: str, whom: str, started: str, ended: str, now: datetime
) -> Saved:
    """A pairing gets its last day, that day included."""
    day = read_field("pairing", "ended", ended, today=now.date())
    if day is None:
        raise Unfit("结束日期", "必填，请选择")
    check_order("pairing", {"started": started, "ended": day})
    key: Values = {"helper": code, "household_id": household, "member": whom, "started": started}
    with engine.connect() as connection:
        held = connection.execute(
            select(pairing.c.ended, helper.c.name)
            .join(helper, helper.c.code == pairing.c.helper)
            .where(*(pairing.c[name] == value for name, value in key.items()))
        ).first()
    if held is None:
        raise Unfit("结对", "已经不在，请刷新后再看")
    what = f"结束结对：{held.name}（到 {day}）"
    edit = Edit("pairing", key, {"ended": held.ended}, {"ended": day})
    return Saved(commit(engine, viewer, household, [edit], what=what, now=now), what, code)

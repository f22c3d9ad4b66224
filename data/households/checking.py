"""A dated check of one of 两不愁三保障和饮水安全: a deed like those of ``data.households.lives``."""

from datetime import date

from sqlalchemy import Connection

from data.access.households import writable_row
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.households.fields import Unfit, longest, read_field, read_text
from data.households.histories import check
from data.households.lives import Deed
from data.terms import ASSURANCES, VERDICTS


@needs(WRITE, HOUSEHOLDS)
def checks(
    connection: Connection,
    viewer: Viewer,
    household: int,
    *,
    item: str,
    verdict: int | None,
    evidence: str,
    checked: str,
    today: date,
) -> Deed:
    """What was found on a day, ``verdict`` of ``terms.VERDICTS``; the latest one of housing and water is the
    household's own fact too. Raises Unfit."""
    if item not in ASSURANCES:
        raise Unfit("项目", "请从六项中选择")
    if verdict not in VERDICTS:
        raise Unfit("结论", f"必填，请在{'、'.join(VERDICTS.values())}中选择")
    day = str(read_field("visit", "visited", checked, today=today))
    words = read_text("依据", evidence, most=longest("evidence"), required=True)
    row = writable_row(connection, viewer, household)
    edits = check(connection, row, item, day, int(verdict), evidence=words)
    return Deed(f"核实保障：{ASSURANCES[item]}{VERDICTS[int(verdict)]}", {household: edits}, {})

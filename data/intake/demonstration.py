"""Real regions come into a store that holds the demonstration: asked once, it is emptied in the transaction that writes
them. Never do both stand in one store."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, true, update

from data.access.actors import COMMAND
from data.access.households import free_number
from data.archives.files import forget
from data.audit import log as audit
from data.audit.records import WATCHED
from data.errors import Refused
from data.figures import cube
from data.intake.issues import FileFault, Findings
from data.intake.questions import Answers, Question
from data.intake.read import Sheet
from data.model import (
    access_log,
    account,
    archive,
    import_job,
    import_run,
    metadata,
    monitoring_line,
    person,
    project_archive,
    region,
    setting,
    work_paper,
)
from data.regions.codes import region_code
from data.regions.tree import holds_real_regions
from data.store.engine import after_commit, open_engine
from data.terms import DEMONSTRATION_PREFIX
from data.workbook.sheets import REGION, SHEET
from data.workbook.values import narrow, unwrapped

STAYS = {
    "access_log": "the log outlives what it tells of",
    "account": "who signs in goes on to do so",
    "person": "of these who has an account",
    "device": "a display stays signed in",
    "display": "how it is set up",
    "setting": "an administrator decided it for his county",
    "setting_change": "and when",
    "calendar_day": "days off are the country's",
    "import_run": "their numbers go on",
    "import_job": "what was handed in, this very file among it; what it wrote is gone, so that nothing is taken back",
    "import_job_step": "who did what to it",
    "column_choice": "how somebody's files are to be read",
    "backup_run": "backups lie where they lie",
    "data_version": "it never falls",
    "monitoring_line": "those of the country; of the demonstration's province they go",
}
"""Tables that the demonstration leaves behind, and why; all others are emptied."""
_MADE_UP = monitoring_line.c.province.startswith(DEMONSTRATION_PREFIX)
_FILED = (archive, project_archive, work_paper)
_QUESTION = Question(
    id="demonstration",
    file="",
    text="文件里是真实区划，库里现在是演示数据。要导入，须先清空全部演示数据（户、项目、问题、走访、照片等），"
    "清空后不能恢复；人员账号、设备、设置和日志保留。",
    options={"replace": "清空演示数据，再写入"},
)
REPLACE = {_QUESTION.id: "replace"}
"""The answer by which the demonstration goes."""


def replaces_demonstration(connection: Connection, codes: Iterable[str]) -> bool:
    """Whether regions of these codes would come into a store that holds the demonstration alone.

    Raises Refused for codes of both kinds, and for demonstration codes where real regions stand.
    """
    kinds = {code.startswith(DEMONSTRATION_PREFIX) for code in codes}
    if len(kinds) > 1:
        raise Refused(
            f"文件里既有真实区划，又有演示区划（代码以 {DEMONSTRATION_PREFIX} 开头），请删去演示区划后再导入。"
        )
    real = holds_real_regions(connection)
    if kinds == {True} and real:
        raise Refused(f"库里是真实区划的数据，演示数据（区划代码以 {DEMONSTRATION_PREFIX} 开头）不能导入。")
    return kinds == {False} and not real and connection.execute(select(region.c.code).limit(1)).first() is not None


def asked_to_replace(connection: Connection, sheets: Sequence[Sheet], findings: Findings, answers: Answers) -> bool:
    """Whether the demonstration goes for these files: asked, and nothing written before it is answered. Raises as
    :func:`replaces_demonstration`."""
    replaces = replaces_demonstration(connection, _codes_of(sheets))
    if replaces:
        findings.ask(_QUESTION, answers)
    return replaces


def _codes_of(sheets: Sequence[Sheet]) -> set[str]:
    heading = SHEET[REGION].key[0].heading
    found: set[str] = set()
    for sheet in (sheet for sheet in sheets if sheet.name == REGION):
        with suppress(FileFault):  # told when it is checked
            if heading in sheet.headings():
                for batch in sheet.batches([heading]):
                    found |= {region_code(narrow(unwrapped(text)))[0] for text in batch.cells[heading].to_pylist()}
    return found - {""}


@contextmanager
def standing(engine: Engine, replaces: bool) -> Iterator[Connection]:
    """What files are checked against and compared with: the store; where the demonstration goes, an empty one that
    stands for it, with what a check asks of what stays."""
    if not replaces:
        with engine.connect() as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory() as beside:
        empty = open_engine(f"sqlite:///{beside}/empty.db")
        try:
            metadata.create_all(empty)
            with engine.connect() as source, empty.begin() as connection:
                for table, stays in ((setting, true()), (import_run, true()), (monitoring_line, ~_MADE_UP)):
                    if rows := [dict(row) for row in source.execute(select(table).where(stays)).mappings()]:
                        connection.execute(insert(table), rows)
                line = dict.fromkeys(("at", "actor", "address", "view", "chain"), "")
                connection.execute(insert(access_log).values(line | {"household_id": free_number(source) - 1}))
            with empty.connect() as connection:
                yield connection
        finally:
            empty.dispose()


def empty_demonstration(connection: Connection, now: datetime, *, actor: str = COMMAND) -> None:
    """Take away all of the demonstration within the caller's writing transaction, with a line of the log; its archive
    files go once it stands. Who has an account stays, at home nowhere until he is told where."""
    cube.hold(connection)
    digests = {digest for table in _FILED for digest in connection.execute(select(table.c.digest)).scalars()}
    gone = [table for table in reversed(metadata.sorted_tables) if table.name not in STAYS]
    connection.execute(update(person).values(helper=None, region=None))
    connection.execute(update(import_job).values(run=None))
    for table in gone:
        connection.execute(delete(table))
    connection.execute(delete(monitoring_line).where(_MADE_UP))
    connection.execute(delete(person).where(person.c.id.not_in(select(account.c.person_id))))
    watched = [name for name in WATCHED if name not in STAYS or name == person.name]
    audit.emptied(connection, watched, actor=actor, detail="真实区划导入前清空演示数据", now=now)
    left = list(connection.execute(select(person.c.id)).scalars())
    audit.wrote(
        connection, person.name, left, actor=actor, view="account", detail="清空演示数据，保留有账号的人员", now=now
    )
    after_commit(connection, lambda: forget(connection.engine, digests))

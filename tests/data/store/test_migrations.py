"""A store of an older version is brought up to date with what it holds."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from data.store.engine import MIGRATIONS, open_engine, writing


def test_initials_of_surnames_that_are_read_otherwise_now_are_written_anew(blank_url: str):
    engine = open_engine(blank_url)
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0004")
        connection.execute(text("INSERT INTO region (code, name, parent) VALUES ('990181001001', '村', '')"))
        for number, name, held in ((1, "乜建国", "mjg"), (2, "万俟雪", "wqx"), (3, "张三", "zs")):
            connection.execute(
                text(
                    "INSERT INTO household (id, code, village, type, head, initials)"
                    " VALUES (:id, :code, '990181001001', '一般户', :head, :held)"
                ),
                {"id": number, "code": f"H{number}", "head": name, "held": held},
            )
            connection.execute(
                text(
                    "INSERT INTO member (code, household_id, name, relation, initials)"
                    " VALUES (:code, :id, :head, '户主', :held)"
                ),
                {"id": number, "code": f"P{number}", "head": name, "held": held},
            )
        command.upgrade(configuration, "0006")
        for table in ("household", "member"):
            known = connection.execute(text(f"SELECT initials FROM {table} ORDER BY code")).scalars().all()
            assert known == ["njg", "mqx", "zs"]
    engine.dispose()

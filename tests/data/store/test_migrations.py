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


def test_measures_of_the_first_edition_get_the_kinds_of_the_second(blank_url: str):
    engine = open_engine(blank_url)
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    kinds = ("产业", "教育", "住房", "饮水", "兜底", "其他")
    with writing(engine) as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0007")
        connection.execute(text("INSERT INTO region (code, name, parent) VALUES ('990181001001', '村', '')"))
        for id, schooling in ((1, "小学"), (2, "辍学")):
            connection.execute(
                text(
                    "INSERT INTO household (id, code, village, type, head)"
                    " VALUES (:id, :code, '990181001001', '一般户', '张三')"
                ),
                {"id": id, "code": f"H{id}"},
            )
            connection.execute(
                text(
                    "INSERT INTO member (code, household_id, name, relation, born, schooling)"
                    " VALUES (:code, :id, '张小', '之子', '2015-05-01', :schooling)"
                ),
                {"code": f"P{id}", "id": id, "schooling": schooling},
            )
            for kind in kinds:
                connection.execute(
                    text(
                        "INSERT INTO measure (code, household_id, category, name, started)"
                        " VALUES (:code, :id, :kind, '某事', '2024-09-01')"
                    ),
                    {"code": f"{kind}{id}", "id": id, "kind": kind},
                )
        command.upgrade(configuration, "0008")
        asked = "SELECT code, category FROM measure WHERE household_id = :id"
        for id, education in ((1, "义务教育保障"), (2, "其他教育")):
            now = ("产业", education, "住房安全保障", "饮水安全保障", "综合保障", "其他")
            held = dict(connection.execute(text(asked), {"id": id}).all())
            assert held == {f"{then}{id}": kind for then, kind in zip(kinds, now, strict=True)}
    engine.dispose()

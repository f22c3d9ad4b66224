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


def test_what_was_open_before_there_were_clocks_begins_on_the_day_of_the_migration(blank_url: str):
    engine = open_engine(blank_url)
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0008")
        connection.execute(text("INSERT INTO region (code, name, parent) VALUES ('990181001001', '村', '')"))
        connection.execute(text("INSERT INTO helper (code, name, unit, team) VALUES ('B1', '李四', '局', '医生')"))
        connection.execute(
            text(
                "INSERT INTO household (id, code, village, type, head)"
                " VALUES (1, 'H1', '990181001001', '一般户', '张三')"
            )
        )
        connection.execute(text("INSERT INTO pairing (helper, household_id, started) VALUES ('B1', 1, '2024-01-01')"))
        for code, rectified, closed in (("P1", None, None), ("P2", "2024-02-01", None), ("P3", None, "2024-02-02")):
            connection.execute(
                text(
                    "INSERT INTO problem (code, region, source, category, description, found, deadline, owner,"
                    " rectified, closed) VALUES (:code, '990181001001', '排查', '住房', '漏雨', '2024-01-01',"
                    " '2024-01-31', '李四', :rectified, :closed)"
                ),
                {"code": code, "rectified": rectified, "closed": closed},
            )
        command.upgrade(configuration, "head")
        rows = connection.execute(text("SELECT code, state, clock_from IS NOT NULL FROM problem ORDER BY code")).all()
        assert [tuple(row) for row in rows] == [
            ("P1", "open", True),
            ("P2", "rectified", True),
            ("P3", "closed", False),
        ]
        assert connection.execute(text("SELECT helper, member, started FROM pairing")).all() == [
            ("B1", "", "2024-01-01")
        ]
        command.downgrade(configuration, "0008")
        assert connection.execute(text("SELECT helper, started FROM pairing")).all() == [("B1", "2024-01-01")]
    engine.dispose()

"""Settings of a county: what may stand there, who decides, and the command that shows and changes them."""

import pytest
from sqlalchemy import Engine, select

from data import settings
from data.access.viewer import Viewer
from data.commands.parser import main
from data.errors import NotFound, OutOfScope, Refused
from data.model import data_version, region, setting
from data.store.engine import writing
from tests.data.small_county import COUNTY, VILLAGES, fill, real_regions_arrive
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)


def put(engine: Engine, name: str, value: str, viewer: Viewer = CADRE) -> str:
    with writing(engine) as connection:
        return settings.decide(connection, viewer, name, value, now=NOW)


def held(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        return settings.values(connection)


def test_every_setting_begins_with_a_default_that_it_would_take_itself(engine: Engine):
    assert held(engine) == {name: one.default for name, one in settings.SETTINGS.items()}
    for name, one in settings.SETTINGS.items():
        assert one.check(one.default) == one.default
        with engine.connect() as connection:
            assert settings.value_of(connection, name) == one.default


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("base_url", "http://192.168.1.10:8501/", "http://192.168.1.10:8501"),
        ("base_url", "https://fp.example.cn/qr", "https://fp.example.cn/qr"),
        ("hotline", " 0417-12317 ", "0417-12317"),
        ("stranger_facts", "visited,help", "help,visited"),
        ("stranger_facts", "", ""),
        ("code_days", "030", "30"),
        ("income_year_start", "1", "1"),
        ("expense_coefficients", "种植业=0.40,养殖业=0.45", "种植业=0.40,养殖业=0.45"),
        ("expense_coefficients", "", ""),
        ("visit_days", "366", "366"),
        ("wall_rules", " 一日一考勤｜ 一周一总结 ||", "一日一考勤|一周一总结"),
        ("wall_rules", "", ""),
        ("watched_word", "监测对象", "监测对象"),
    ],
)
def test_what_is_decided_holds(engine: Engine, name: str, typed: str, kept: str):
    assert put(engine, name, typed) == kept
    assert held(engine)[name] == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("base_url", "192.168.1.10:8501"), ("base_url", "ftp://a.cn"), ("base_url", "http://"),
        ("base_url", "http://a.cn/?x=1"), ("base_url", "http://用户@a.cn"), ("base_url", "http://a.cn:99999"),
        ("base_url", "javascript:alert(1)"), ("base_url", "http://a.cn/\nX"), ("base_url", "http://a .cn"),
        ("base_url", "http://a.cn/<b>"), ("base_url", "http://[::1"),
        ("hotline", "1" * 31), ("hotline", "12317\n12345"), ("hotline", "\x00"),
        ("stranger_facts", "income"), ("stranger_facts", "help,id_number"),
        ("code_days", "-1"), ("code_days", "3651"), ("code_days", "1.5"), ("code_days", "٣"),
        ("income_year_start", "0"), ("income_year_start", "13"), ("income_year_start", ""),
        ("income_year_start", "十"), ("visit_days", "0"),
        ("expense_coefficients", "种植业=1.5"), ("expense_coefficients", "务工工资=0.4"),
        ("expense_coefficients", "种植业"), ("expense_coefficients", "种植业=-0.1"),
        ("expense_coefficients", "种植业=nan"), ("expense_coefficients", "种植业=0.4;养殖业=0.4"),
        ("expense_coefficients", "种植业=0.4,种植业=0.5"),
        ("wall_rules", "|".join("一二三四五六")), ("wall_rules", "长" * 61), ("wall_rules", "一\n二"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_name_and_changes_nothing(engine: Engine, name: str, typed: str):
    with pytest.raises(Refused, match=settings.SETTINGS[name].label):
        put(engine, name, typed)
    assert held(engine)[name] == settings.SETTINGS[name].default


def test_only_county_and_administrator_decide(engine: Engine):
    for role in ("township", "village", "helper", "display", "stranger", "household"):
        with pytest.raises(OutOfScope):
            put(engine, "hotline", "1", Viewer(role, VILLAGES[0], "B1"))
    assert put(engine, "hotline", "1", Viewer("admin", "")) == "1"


def test_a_name_that_is_none_is_refused_in_the_same_words(engine: Engine):
    for call in (lambda: put(engine, "colour", "red"), lambda: settings.value_of(engine.connect(), "colour")):
        with pytest.raises(NotFound, match="没有“colour”这个设置"):
            call()


def test_who_decided_and_when_is_kept_and_only_for_a_change(engine: Engine):
    put(engine, "hotline", "12317")
    with engine.connect() as connection:
        assert connection.execute(select(setting)).all() == []
    put(engine, "hotline", "12345")
    put(engine, "hotline", "12346")
    with engine.connect() as connection:
        row = connection.execute(select(setting)).mappings().one()
    assert (row["value"], row["actor"]) == ("12346", CADRE.key) and row["changed"].startswith("20")


def test_coefficients_are_read_as_they_are_written():
    assert settings.coefficients("种植业=0.40,林果业=0.15") == {"种植业": 0.4, "林果业": 0.15}
    assert settings.coefficients("") == {}


def test_the_command_shows_all_and_sets_one(engine: Engine, capsys: pytest.CaptureFixture):
    fill(engine)
    url = engine.url.render_as_string(hide_password=False)
    with engine.connect() as connection:
        before = connection.execute(select(data_version.c.version)).scalar()
    assert main(["--database", url, "settings", "--set", "income_year_start", "1"]) == 0
    shown = capsys.readouterr().out
    for one in settings.SETTINGS.values():
        assert f"{one.name} {one.label}：" in shown and one.explanation in shown
    assert "收入年度起始月：1（默认 10）" in shown
    assert held(engine)["income_year_start"] == "1"
    with engine.connect() as connection:
        assert connection.execute(select(data_version.c.version)).scalar() == before + 1
    for arguments, sentence in ((("income_year_start", "14"), "应为 1 至 12"), (("colour", "red"), "没有“colour”")):
        assert main(["--database", url, "settings", "--set", *arguments]) == 1
        assert sentence in capsys.readouterr().err


def test_a_county_decides_nothing_for_its_neighbour_in_the_same_store(engine: Engine):
    with writing(engine) as connection:
        for code in ("210881", "210882"):
            connection.execute(region.insert().values(code=code, name="某市", parent="2108"))
    for viewer in (Viewer("county", "210881"), Viewer("admin", "210881"), Viewer("county", COUNTY)):
        with pytest.raises(OutOfScope):
            put(engine, "borrowing", "0", viewer)
    assert put(engine, "borrowing", "0", Viewer("county", "2108")) == "0"
    assert put(engine, "borrowing", "1", Viewer("admin", "")) == "1"


def test_a_county_alone_with_the_demonstration_decides_for_itself(engine: Engine):
    fill(engine, build=False)
    real_regions_arrive(engine)
    assert put(engine, "borrowing", "0", Viewer("county", "210881")) == "0"

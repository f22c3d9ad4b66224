"""The command line as a user meets it: clear lines, exit codes, never a traceback."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.actors import COMMAND
from data.access.viewer import Viewer
from data.audit.state import state_file
from data.clock import county_clock
from data.commands.parser import main
from data.commands.version import VERSION
from data.figures import cube
from data.figures.books import closed_month
from data.figures.indicators import INDICATORS
from data.months import month_of, spoken
from data.store.engine import writing
from data.wall.shown import showings
from data.workbook.exporting import export_workbook
from tests.conftest import run_data
from tests.data.intake.books import write_xlsx
from tests.data.small_county import COUNTY, TODAY, VILLAGES, fill, month_label, real_regions_arrive
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill)


@pytest.fixture
def url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_figures_as_json_are_one_object_of_every_indicator(url: str, capsys: pytest.CaptureFixture):
    assert main(["--database", url, "figures", "--region", COUNTY, "--month", month_label(0), "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["region"], shown["month"]) == (COUNTY, month_label(0))
    assert shown["figures"].keys() == INDICATORS.keys()
    for figure in shown["figures"].values():
        assert figure.keys() == {"value", "numerator", "denominator", "of", "month", "closed"}
    share = shown["figures"]["wage_share"]
    assert share["value"] == pytest.approx(share["numerator"] / share["denominator"])
    assert 0 < share["value"] < 1
    assert shown["figures"]["households"]["denominator"] is None


def test_the_database_may_be_named_behind_the_command_as_well(url: str, capsys: pytest.CaptureFixture):
    assert main(["figures", "--region", COUNTY, "--month", month_label(0), "--database", url, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["indicator"] for row in rows} == {*INDICATORS}
    assert main(["settings", "--set", "watched_word", "监测对象", "--database", url]) == 0
    assert main(["figures", "--region", COUNTY, "--database", url]) == 0
    assert "新增监测对象（newly_monitored_households）" in capsys.readouterr().out
    assert "新增防止返贫致贫对象" in {row["label"] for row in rows}


def test_an_export_stands_in_the_log_with_the_number_of_its_rows(url: str, engine: Engine, tmp_path: Path):
    assert main(["--database", url, "export", str(tmp_path / "all.zip")]) == 0
    log = model.access_log.c
    with engine.connect() as connection:
        [line] = connection.execute(
            select(log.view, log.actor, log.address, log.detail).where(log.actor != "system")
        ).all()
        counts = export_workbook(connection, Viewer("admin", ""), tmp_path / "again.zip", now=NOW)
    left = f"完整数据（含证件号码、电话全号） · 全部区划 · {sum(counts.values()):,} 行"
    assert tuple(line) == ("export", COMMAND, "命令行", left)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["figures", "--region", "12345", "--month", "2026-11"], "没有代码为“12345”的区划"),
        (["figures", "--region", COUNTY, "--month", "2031-01"], "没有 2031-01 的数据"),
        (["figures", "--region", COUNTY, "--month", "十一月"], "无法识别"),
        (["import", "/nowhere/at/all.xlsx"], "/nowhere/at/all.xlsx"),
        (["boundaries", "/nowhere/at/all.geojson"], "all.geojson"),
        (["restore", "/nowhere/at/all.db"], "/nowhere/at/all.db"),
        (["export", "/nowhere/at/all.xlsx"], "不存在"),
        (["lines", "--set", "2025", "many"], "监测线"),
        (["demo"], "已有数据"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_one(
    url: str, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture
):
    assert main(["--database", url, *arguments]) == 1
    printed = capsys.readouterr()
    assert sentence in printed.err + printed.out
    assert len((printed.err + printed.out).strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["nonsense"], [], ["figures"], ["demo", "--preset", "planet"], ["check", "--x"]])
def test_a_wrong_call_is_one_line_and_exit_code_two(arguments: list[str], capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_version_is_said_without_a_command(capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"{VERSION}\n")


def test_an_unreachable_database_is_one_line_without_a_password(capsys: pytest.CaptureFixture):
    address = "postgresql://somebody:geheim@127.0.0.1:1/none"
    assert main(["--database", address, "rebuild"]) == 1
    printed = capsys.readouterr().err
    assert len(printed.strip().splitlines()) == 1
    assert "geheim" not in printed


def test_a_line_that_moves_changes_who_is_below_it(url: str, capsys: pytest.CaptureFixture):
    def below() -> int:
        main(["--database", url, "figures", "--region", COUNTY, "--month", month_label(0), "--format", "json"])
        return json.loads(capsys.readouterr().out)["figures"]["below_line_households"]["value"]

    before = below()
    assert main(["--database", url, "lines", "--province", "99", "--set", "2026", "1000000"]) == 0
    capsys.readouterr()
    assert below() > before


def test_the_commands_run_as_a_program(database_url: str, tmp_path: Path):
    done = run_data("lines", database=database_url)
    assert "8,800.00 元/人" in done.stdout
    assert run_data("nonsense", database=database_url, check=False).returncode == 2
    assert run_data("demo", "--if-empty", "--help", database=database_url).stdout.startswith("usage: python -m data")


def test_what_is_shown_is_kept_for_a_meeting_by_command(url: str, engine: Engine, capsys: pytest.CaptureFixture):
    assert main(["--database", url, "shown", "--name", "例会"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "例会" in lines[0] and lines[0].endswith("与它相比")
    assert lines[1:] == [f"{TODAY.isoformat()} 当晚"]  # the county stood at that day, which is over
    with engine.connect() as connection:
        assert connection.execute(select(model.showing.c.actor).order_by(model.showing.c.id)).scalars().all() == [
            "system", Viewer("admin", "").actor,
        ]  # fmt: skip
    assert main(["--database", url, "shown"]) == 0 and capsys.readouterr().out.splitlines() == lines
    assert main(["--database", url, "shown", "--name", "长" * 21]) == 1


def test_the_county_closes_its_books_by_command(url: str, engine: Engine, capsys: pytest.CaptureFixture):
    with writing(engine) as connection:
        connection.execute(model.books_decision.delete())
        cube.rebuild(connection, today=NOW.date())
    assert main(["--database", url, "figures", "--region", COUNTY]) == 0 and capsys.readouterr()  # persons are settled
    month, before = month_label(1), model.data_version.c.version
    with engine.connect() as connection:
        version = connection.execute(select(before)).scalar_one()
    assert main(["--database", url, "books", "--region", COUNTY, "--close", month, "--reason", "已核"]) == 0
    assert f"闭账到 {spoken(month_of(month))} 已核" in capsys.readouterr().out
    with engine.connect() as connection:
        assert closed_month(connection, COUNTY) == month_of(month)
        assert (
            connection.execute(select(before)).scalar_one() > version
        )  # the decision, and the clues that come up with it
    assert main(["--database", url, "figures", "--region", COUNTY, "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["month"] == month == shown["figures"]["net_income_per_capita"]["month"]
    assert shown["figures"]["net_income_per_capita"]["closed"] and not shown["figures"]["visits"]["closed"]
    assert main(["--database", url, "books", "--region", COUNTY, "--close", month]) == 1  # as it is already
    assert main(["--database", url, "books", "--region", VILLAGES[0], "--close", month]) == 1
    assert main(["--database", url, "books", "--region", COUNTY, "--reopen"]) == 0
    assert "由规则判断" in capsys.readouterr().out


def test_a_command_on_real_data_stands_in_the_log_by_its_name_and_one_on_demonstration_data_does_not(
    url: str, engine: Engine
):
    def told() -> list[str]:
        line = model.access_log.c
        with engine.connect() as connection:
            return list(connection.execute(select(line.detail).where(line.view == "command")).scalars())

    assert main(["--database", url, "settings"]) == 0 and told() == []
    real_regions_arrive(engine)
    assert main(["--database", url, "settings", "--set", "hotline", "10086"]) == 0
    assert main(["--database", url, "figures", "--region", COUNTY]) == 0
    assert told() == ["settings", "figures"]
    state_file(engine).unlink()
    assert main(["--database", url, "lines"]) == 1  # what cannot be logged is not told
    assert main(["--database", url, "check"]) == 1 and told() == ["settings", "figures"]


@pytest.mark.parametrize(
    "command", [["check"], ["figures", "--region", COUNTY], ["books", "--region", COUNTY]], ids=lambda one: one[0]
)
def test_a_command_that_moves_the_day_keeps_what_was_shown_on_the_last(url: str, engine: Engine, command: list[str]):
    main(["--database", url, *command])
    with engine.connect() as connection:
        assert [(one.day, one.name) for one in showings(connection, Viewer("admin", ""))] == [(TODAY.isoformat(), None)]


def test_an_import_raises_what_it_brought_up_once(url: str, engine: Engine, tmp_path: Path, capsys):
    """A post of a household that is looked after by nobody ended lately; whether the day turns does not matter."""
    today = county_clock().date()
    with engine.connect() as connection:
        open_ = select(model.household.c.code).where(model.household.c.type == "一般户").order_by(model.household.c.id)
        home = connection.execute(open_).scalars().first()
    row = {"措施编号": "G1", "户编号": home, "类别": "公益岗位", "名称": "保洁员", "开始日期": "2026-01-01",
           "结束日期": str(today - timedelta(days=3))}  # fmt: skip
    assert main(["--database", url, "clues"]) == 0
    capsys.readouterr()
    book = str(write_xlsx(tmp_path / "a.xlsx", {"帮扶措施": [row]}))
    assert main(["--database", url, "import", book]) == 0
    assert "系统发现的监测线索：新登记 1 条" in capsys.readouterr().out
    assert main(["--database", url, "import", book]) == 0
    assert main(["--database", url, "clues"]) == 0
    assert "新登记" not in capsys.readouterr().out
    with engine.connect() as connection:
        marks = connection.execute(select(model.clue.c.mark).where(model.clue.c.mark.like("job:%:G1"))).scalars().all()
    assert len(marks) == 1

"""数据治理 as each role sees it: the board, a rule's named list, tasks, a waiver through two people, rounds."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data import model
from data.access.viewer import Viewer
from data.months import month_of
from data.quality import rounds
from data.quality.waivers import Mark, ask
from data.regions import tree as regions
from data.regions.tree import Status
from data.rules.registry import RULES
from data.store.engine import writing
from tests.data.quality.hits import DAY, HOME, PERSON, fill_hits, mend
from tests.data.small_county import COUNTY, TOWNSHIPS
from tests.data.village_ground import VILLAGE
from tests.moment import NOW, clock

CADRE, TOWN, VILLAGER, ADMIN = (
    Viewer("county", COUNTY, person=2), Viewer("township", TOWNSHIPS[0], person=3),
    Viewer("village", VILLAGE, person=4), Viewer("admin", "", person=1),
)  # fmt: skip
_SCRIPT = """
import runpy
from components.shell.errors import reporting_failures

with reporting_failures():
    runpy.run_path("pages/quality.py")
"""  # as the shell runs it


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_hits, own=True)


def drawn(engine: Engine, viewer: Viewer = CADRE, **parameters: str | int) -> AppTest:
    """The page as the viewer sees it of his own region."""
    with engine.connect() as connection:
        place = regions.find(connection, viewer, viewer.region)
        version = connection.execute(select(model.data_version.c.version)).scalar_one()
    month = month_of(DAY)
    status = Status(version, NOW.isoformat(), DAY.isoformat(), month, month, True)
    app = AppTest.from_string(_SCRIPT, default_timeout=120)
    app.session_state["screen"] = Screen(viewer, place, None, status, False, engine, clock, {"": (version, "")})
    for name, value in parameters.items():
        app.query_params[name] = str(value)
    return app.run()


def markup(app: AppTest) -> str:
    assert not app.exception, app.exception
    return " ".join(html.proto.body for html in app.get("html"))


def words(app: AppTest) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", markup(app)).split())


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_the_board_says_how_many_and_lists_what_hits_the_most_first(county: Engine):
    said = words(drawn(county))
    assert "4 条问题待整改" in said and "本月新增 3，已改 1" in said
    assert said.index(RULES[HOME].label) < said.index(RULES[PERSON].label)
    assert f"另有 {len(RULES) - 2} 条规则现在没有问题" in said
    by_rule = words(drawn(county, sort="rule"))
    assert [rule for rule in RULES if f"{rule} ·" not in by_rule] == []


def test_before_anything_was_checked_the_page_says_so_and_how(county: Engine):
    with writing(county) as connection:
        connection.execute(model.quality_run.delete())
        connection.execute(model.data_version.update().values(version=model.data_version.c.version + 1))
    told = drawn(county)
    assert "规则还没有对全部数据检查过" in words(told) and "立即检查" in labels(told)
    assert "立即检查" not in labels(drawn(county, ADMIN))


def test_rules_are_laid_over_the_regions_below_and_each_number_leads_to_its_list(county: Engine):
    shown = markup(drawn(county, view="regions"))
    (cell,) = re.findall(rf'<a class="" href="/quality\?region={TOWNSHIPS[0]}&amp;rule={HOME}">(\d+)</a>', shown)
    assert cell == "2" and "<td><b>3</b></td>" in shown


def test_a_list_marks_the_field_and_leads_to_the_form_that_mends_it(county: Engine):
    app = drawn(county, VILLAGER, rule=PERSON)
    shown = markup(app)
    assert "钱一" in shown and "household=901&amp;do=facts" in shown and "quality-field" in shown
    assert "990181196001011234" not in shown
    assert "申请豁免" in labels(app) and "派发任务给各村" not in words(app)


def test_a_list_that_is_mended_is_empty_and_says_why(county: Engine):
    for key, day in (("901", DAY), ("902", DAY - timedelta(days=1))):
        mend(county, key, day)
    said = words(drawn(county, VILLAGER, rule=HOME))
    assert "没有待整改的" in said and "自动从名单里消失" in said


def test_an_address_that_means_nothing_is_said_and_the_rules_are_shown(county: Engine):
    said = words(drawn(county, rule="R000", view="nothing"))
    assert "没有编号为“R000”的规则" in said and "条问题待整改" in said


def test_tasks_are_previewed_and_handed_out_in_one_step(county: Engine):
    app = drawn(county, rule=HOME, send=1)
    assert "2 个村共 3 条" in words(app)
    press(app, "派发任务")
    tasks = select(func.count()).select_from(model.task).where(model.task.c.name.startswith("数据治理："))
    with county.connect() as connection:
        assert connection.execute(tasks).scalar_one() == 2
    assert "没有勾选" in words(drawn(county, rule=HOME, send=1))


def test_a_waiver_goes_through_two_people_on_the_page(county: Engine):
    id = ask(county, VILLAGER, Mark(HOME, "household", "901"), until=DAY.replace(day=30), reason="已核实", now=NOW)
    own = drawn(county, VILLAGER, view="waivers", waiver=id)
    assert "同意豁免" not in labels(own) and "撤回申请" in labels(own)
    app = press(drawn(county, TOWN, view="waivers", waiver=id), "同意豁免")
    assert "已办：同意豁免" in words(app)
    assert "2 条问题待整改" in words(drawn(county, VILLAGER))


def test_refusing_a_waiver_without_a_reason_is_refused(county: Engine):
    id = ask(county, VILLAGER, Mark(HOME, "household", "901"), until=DAY.replace(day=30), reason="已核实", now=NOW)
    app = press(drawn(county, TOWN, view="waivers", waiver=id), "不同意")
    assert "请写明原因" in words(app)


def test_a_round_says_what_it_brought_by_rule_and_by_place(county: Engine):
    id = rounds.begin(county, CADRE, COUNTY, name="第一轮", rules=(), until=DAY.replace(day=30), now=NOW)
    mend(county, "901")
    with writing(county) as connection:
        connection.execute(model.data_version.update().values(version=model.data_version.c.version + 1))
    app = drawn(county, view="rounds", round=id)
    assert "第一轮：改好 1 条，新增 0 条，比开始时少 25%" in words(app) and "结束这一轮" in labels(app)
    assert "结束这一轮" not in labels(drawn(county, TOWN, view="rounds", round=id))


def test_scores_put_the_worst_first_and_say_that_an_empty_field_counts(county: Engine):
    said = words(drawn(county, view="score"))
    assert "空着的一项和查出的一条问题同样扣分" in said and "每百户问题和空项" in said

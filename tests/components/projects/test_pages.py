"""项目收益 as data and markup: addresses that come back as they went, names that stay text, classes, words, charts."""

from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import Connection

from components.drawing.maps import picked, project_points
from components.drawing.theme import DARK, LIGHT
from components.households.tables import projects_markup
from components.projects.address import ProjectChoice, read_projects_choice
from components.projects.charts import MOST_NAMED, returns_chart, scatter_chart
from components.projects.compare import standings_markup, steadiness
from components.projects.file_markup import asset_markup, funds_markup, head_markup, stages_finding, stages_markup
from components.projects.map import ARREARS, RATES, classes_of, legend_markup, marks_of, tooltips
from data.households.file import HouseholdFile
from data.months import month_of
from data.projects.file import ProjectFile, gaps_of, project, stages_of
from data.projects.region import Filters, operator_key
from data.terms import PROJECT_KINDS, PROJECT_STAGES
from tests.components.drawing.ground import HOSTILE, contents_in_the_browser, texts_of
from tests.components.households import ground

LAST = month_of("2026-11")
EVIL = "<img src=x onerror=alert(1)>\"'&"
FIRMS = ["示范果业合作社", EVIL]
CHOICE = ProjectChoice(
    view="compare", colour="arrears", by="township", sort="-arrears", page=3,
    filters=Filters(kinds=("光伏", "其他"), stages=("储备", "运营"), operators=(EVIL,), asset_classes=("公益性",),
                    arrears=True, trouble=True, words="大棚"),
)  # fmt: skip


def read(**parameters: str) -> tuple[ProjectChoice, list[str]]:
    return read_projects_choice(parameters, operators=FIRMS)


@pytest.mark.parametrize(
    "choice",
    [CHOICE, ProjectChoice(), ProjectChoice(view="risk", trouble=7), ProjectChoice(view="risk", operator=FIRMS[0]),
     ProjectChoice(view="risk", project="XM-1", sort="loss", page=2)],
)  # fmt: skip
def test_what_is_chosen_comes_back_from_its_address_as_it_went(choice: ProjectChoice):
    assert read(**choice.parameters()) == (choice, [])


def test_no_name_of_an_operator_stands_in_an_address():
    told = "".join(CHOICE.parameters().values())
    assert operator_key(EVIL) in told and EVIL not in told


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"view": "<b>"}, "个页面"), ({"kind": "1-99"}, "类型"), ({"stage": "x"}, "阶段"),
        ({"run": "deadbeef"}, "经营主体"),
        ({"colour": "pink"}, "着色"), ({"by": "moon"}, "比较方式"), ({"sort": "code;--"}, "排序"),
        ({"operator": "0"}, "经营主体"),
    ],
)  # fmt: skip
def test_nonsense_in_an_address_is_said_and_replaced(asked: dict, said: str):
    choice, problems = read(**asked)
    assert len(problems) == 1 and said in problems[0]
    kept = ProjectChoice(filters=Filters(kinds=PROJECT_KINDS[:1])) if "kind" in asked else ProjectChoice()
    assert choice == kept


def test_numbers_that_cannot_be_are_none():
    choice, _ = read(view="risk", trouble="7.5", page="-1", found="x" * 500)
    assert (choice.trouble, choice.page, len(choice.project)) == (None, 1, 60)


def points(**more) -> pd.DataFrame:
    frame = {
        "code": ["XM-2", "XM-1", "XM-3", "XM-4"],
        "name": ["乙", "甲", "丙", "丁"],
        "lat": [40.0, 40.1, 40.2, None],
        "lon": [122.0, 122.1, 122.2, None],
        "sketch": [False, True, False, False],
        "kind": "光伏",
        "stage": ["运营", "建设", "储备", "资产移交"],
        "operator": ["某公司", None, "某社", None],
        "investment": [1e6, 2e6, 3e6, 4e6],
        "due": [100.0, 100.0, 100.0, float("nan")],
        "received": [100.0, 20.0, 60.0, float("nan")],
        "arrears": [0.0, 80.0, 40.0, 0.0],
        "rate": [0.12, 0.02, 0.04, 0.0],
    }
    return pd.DataFrame({**frame, **more})


def test_projects_are_marks_whose_pick_comes_back_with_the_code():
    frame = points()
    part = project_points(tooltips(frame, classes_of(frame, "kind")), marks=marks_of("kind", False), named=False)
    data = contents_in_the_browser(part)["points"]
    assert (data["kind"], data["ids"], data["labelled"]) == ("project", ["XM-1", "XM-2", "XM-3"], False)
    assert texts_of(data["labels"]) == ["甲", "乙", "丙"] and data["sketch"] == [1, 0, 0]
    lines = {line["heading"]: texts_of(line) for line in data["lines"]}
    assert lines["投资"] == ["200.0 万元", "100.0 万元", "300.0 万元"] and lines["欠收"] == ["80 元", None, "40 元"]
    assert lines["经营主体"] == [None, "某公司", "某社"]

    def pick(**properties):
        return picked({"last_active_drawing": {"properties": properties}})

    assert pick(kind="project", id="XM-1") == ("project", "XM-1")
    assert [pick(kind="project", id=id) for id in (1, "", "x" * 101, "a\nb", None, ["XM-1"])] == [None] * 6
    assert pick(kind="household", id="XM-1") is None


@pytest.mark.parametrize("evil", HOSTILE)
def test_no_name_of_a_project_leaves_its_place_in_the_maps_script(evil: str):
    frame = points(name=evil, operator=evil, code=[f"{evil}{number}" for number in range(4)])
    data = contents_in_the_browser(
        project_points(tooltips(frame, classes_of(frame, "kind")), marks=marks_of("kind", True))
    )
    assert texts_of(data["points"]["labels"]) == [evil] * 3
    assert data["points"]["ids"] == sorted(f"{evil}{number}" for number in range(3))


def test_marks_tell_kinds_stages_rates_and_arrears_apart():
    frame = points()
    assert classes_of(frame, "stage") == ["运营", "建设", "前期", "验收移交"]
    assert classes_of(frame, "rate") == [RATES[3], RATES[0], RATES[1], RATES[4]]
    assert classes_of(frame, "arrears") == [ARREARS[3], ARREARS[0], ARREARS[1], ARREARS[4]]
    for dark, theme in ((False, LIGHT), (True, DARK)):
        for colour in ("kind", "stage", "rate", "arrears"):
            marks = marks_of(colour, dark)
            assert len(set(marks.values())) == len(marks) and set(classes_of(frame, colour)) <= set(marks)
        assert marks_of("rate", dark)[RATES[0]][1] == theme.alarm
    legend = legend_markup(classes_of(frame, "arrears"), marks_of("arrears", False))
    assert legend.count("<li>") == 4 and "1 个" in legend


def test_steadiness_is_said_in_words():
    assert steadiness(1.0, 12, 12) == "几乎期期收足，12 期收足 12 期"
    assert steadiness(0.8, 8, 10).startswith("多数收足") and steadiness(0.79, 79, 100).startswith("时有拖欠")
    assert steadiness(0.1, 1, 10).startswith("经常拖欠") and steadiness(float("nan"), 0, 0) == "12个月没有应收"


def groups(name: str = EVIL) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "key": ["a", "b"],
            "name": [name, "好"],
            "projects": [1, 2],
            "investment": [1e6, 0.0],
            "rate": [0.05, None],
            "per_household": [10.0, None],
            "households": [5, 0],
            "steadiness": [0.5, None],
            "periods": [2, 0],
            "paid": [1, 0],
        }
    )


def test_the_ranking_says_what_a_hundred_yuan_bring_and_what_it_cannot_say():
    told = standings_markup(groups("甲类"), lambda row: f"/x?{row.key}")
    assert "5.00<small>元</small>" in told and "不计收益率" in told and "没有登记带动户" in told
    assert 'style="width: 100.0%"' in told and 'style="width: 0.0%"' in told and 'href="/x?a"' in told


FACTS = {
    "code": EVIL, "name": EVIL, "place": EVIL, "kind": "光伏", "asset_class": None, "operator": EVIL, "month": LAST,
    "investment_fen": 100_000_00, "earning": 1, "agreed_rate": 0.06, "households": 3, "household_years": 7,
    "stage": "运营", "owner": EVIL, "manager": None, "beneficiary": EVIL, "supervisor": EVIL, "contract": EVIL,
    "contract_until": None, "insured_until": None, "custodian": EVIL, "sign_board": 0, "started": None,
    "completed": None, "as_of": "2026-11-22",
}  # fmt: skip
RETURNS = pd.DataFrame(
    {"month": [LAST - 12, LAST - 1, LAST], "due": [9.0, 5000.0, 1000.0], "received": [9.0, 5000.0, 0.0]}
)


def file(**facts) -> ProjectFile:
    held = {**FACTS, **facts}
    funds = pd.DataFrame(
        [
            {
                "code": EVIL,
                "name": EVIL,
                "year": 2026,
                "source": EVIL,
                "region": "99",
                "arranged": 1.0,
                "paid": 0.5,
                "last_paid": None,
            }
        ]
    )
    stages, gaps = stages_of("运营", {}, "2026-11-22"), gaps_of(held, "2026-11-22")
    return ProjectFile(
        code=EVIL, facts=held, stages=stages, gaps=gaps, risk=EVIL, funds=funds, returns=RETURNS, modes=pd.DataFrame()
    )  # fmt: skip


def test_the_file_tried_here_has_the_shape_of_one_that_was_imported(village_store: Connection):
    tried, real = file(), project(village_store, ground.COUNTY, ground.CODE, ground.MONTH)
    assert tried.facts.keys() <= real.facts.keys()
    assert (set(tried.funds), set(tried.returns)) == (set(real.funds), set(real.returns))


@pytest.mark.parametrize(
    "markup",
    [
        lambda: head_markup(file()), lambda: asset_markup(file()),
        lambda: funds_markup(file(), lambda code, region: f"/funds?fund={code}"),
        lambda: standings_markup(groups(), lambda row: "/x"),
    ],
    ids=["head", "asset", "funds", "standings"],
)  # fmt: skip
def test_names_stay_text_in_every_part_of_the_page(markup):
    told = markup()
    assert "<img" not in told and "&lt;img src=x onerror=alert(1)&gt;" in told


def test_the_head_says_return_arrears_and_rates_of_twelve_months():
    told = head_markup(file(risk="")).replace("<small>", " ").replace("</small>", "")
    assert "6,000 元" in told and "5,000 元" in told and "1,000 元" in told
    assert "年收益率 5.0 %" in told and "累计收益率 5.01 %" in told and "约定 6.0 %" in told and "7 户次" in told


def test_a_right_without_a_holder_is_shown_as_a_gap():
    told = asset_markup(file())
    assert '<div class="none"><span>经营权</span><b>无</b>' in told and "缺什么（4）" in told
    whole = {"manager": "乙", "contract_until": "2030-01-01", "insured_until": "2030-01-01", "sign_board": 1}
    assert "齐全" in asset_markup(file(**whole)) and "尚未形成资产" in asset_markup(file(stage="储备"))


def test_the_line_of_stages_says_what_is_late():
    stages = stages_of(
        "建设", {"审批": ("2026-01-01", "2026-02-01"), "建设": ("2026-03-01", "2026-11-12")}, "2026-11-22"
    )
    told = stages_markup(stages)
    assert told.count("<li") == len(PROJECT_STAGES) and told.count("没有登记日期") == 4
    assert "已超 10 天" in told and "超 28 天" in told and told.count('aria-current="step"') == 1
    assert stages_finding(stages) == "处于建设，比计划已超 10 天"
    assert stages_finding(stages_of("审批", {}, "2026-11-22")) == "处于审批"


def test_a_household_links_only_to_projects_that_the_viewer_may_open(file: HouseholdFile):
    two = pd.concat([file.projects] * 2, ignore_index=True)
    rows = two.assign(name=["村项目", "县项目"], region=["990181001201", "990181"])
    told = projects_markup(
        replace(file, projects=rows), lambda code, region: f"/project?project={code}" if len(region) == 12 else None
    )
    assert told.count("<a ") == 1 and ">村项目</a>" in told and "县项目" in told


def scattered(count: int = 9) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [f"<b>{n}</b>" for n in range(count)],
            "kind": "光伏",
            "investment": [1e5 * (n + 1) for n in range(count)],
            "due": 1e4,
            "received": [1e3 * n for n in range(count)],
            "poor": [n < count - 1 for n in range(count)],
        }
    )


def test_the_scatter_names_the_poor_performers_with_the_largest_arrears_and_draws_the_agreed_rate():
    rows = scattered()
    figure = scatter_chart(rows, agreed=0.06, dark=False)
    fine, poor, line = figure.data
    assert (len(fine.x), len(poor.x)) == (1, 8) and line.line.dash == "dash" and line.y[1] == pytest.approx(90 * 0.06)
    named = [note.text for note in figure.layout.annotations if "约定" not in note.text]
    assert named == [f"&lt;b&gt;{n}&lt;/b&gt;" for n in range(MOST_NAMED)]
    assert "&lt;b&gt;0&lt;/b&gt;（光伏）：投资 10.0 万元" in poor.customdata[0]
    assert len(scatter_chart(rows.iloc[:0], agreed=None, dark=True).data) == 2
    assert not scatter_chart(rows.assign(poor=False), agreed=None, dark=True).layout.annotations  # nobody to be named


def test_bars_of_returns_begin_at_zero_and_what_is_short_has_the_colour_of_action():
    bars, due = returns_chart(RETURNS, dark=False).data
    assert list(bars.y) == [9.0, 5000.0, 0.0] and list(due.y) == [9.0, 5000.0, 1000.0]
    assert list(bars.marker.color) == [LIGHT.series, LIGHT.series, LIGHT.alarm]
    assert bars.customdata[2] == "2026年11月：应收 1,000.00 元，实收 0.00 元，欠 1,000.00 元"
    assert len(returns_chart(RETURNS, dark=True, months=2).data[0].y) == 2

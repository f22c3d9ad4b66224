"""Figures that counties published come out as published when their data are put in as official workbooks.

Figures alone are theirs; regions, names and codes are made up, and lie under 99. How a published total spreads over
single records is not known: it is spread here unevenly, to the yuan.
"""

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from components.drawing import wording
from components.drawing.tiles import Tile, tiles_markup
from components.figures.explanation import part_amount, parts
from components.funds import markup as fund_panels
from data.access.viewer import Viewer
from data.figures import lists
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.funds import sums as funds
from data.intake import import_files
from data.months import label, month_of
from tests.data.intake.books import Book, write_xlsx
from tests.moment import NOW

TODAY = date(2026, 11, 22)
LAST = month_of(TODAY)
COUNTY, TOWNSHIP = "990181", "990181001"
VILLAGES = [f"{TOWNSHIP}{number:03d}" for number in range(1, 4)]
CADRE = Viewer("county", COUNTY)


def spread(total: int, count: int) -> list[int]:
    """``count`` unequal whole parts of a total."""
    weights = [7 + number * 5 % 11 for number in range(count)]
    shares = [total * weight // sum(weights) for weight in weights]
    return [shares[0] + total - sum(shares), *shares[1:]]


def county_book(**sheets: list) -> Book:
    """A workbook of one county with three villages, and these sheets."""
    regions = [{"区划代码": COUNTY, "名称": "示范市"}, {"区划代码": TOWNSHIP, "名称": "示范镇"}]
    regions += [{"区划代码": code, "名称": f"村{code[-1]}"} for code in VILLAGES]
    return {"行政区划": regions, **sheets}


def take(engine: Engine, tmp_path: Path, book: Book) -> None:
    result = import_files(engine, [write_xlsx(tmp_path / "book.xlsx", book)], now=NOW)
    assert (result.refusals, result.warnings, result.wrote) == ([], [], True)


def said(engine: Engine, *ids: str) -> dict[str, str]:
    """What the tiles of a page say, by the label of the figure."""
    with engine.connect() as connection:
        found = figures.figures(connection, CADRE, COUNTY, LAST, ids)
    drawn = tiles_markup(
        [Tile(INDICATORS[id], figure.value, None, None, [], "/") for id, figure in found.items()], line="", end=""
    )
    told = re.findall(r'class="name">([^<]+)<.*?class="figure"[^>]*>([^<]+)<small>([^<]*)</small>', drawn)
    return {name: f"{number} {unit}" for name, number, unit in told}


def households(groups: dict[str, tuple[int, int, dict[str, str]]]) -> tuple[list, list]:
    """Sheets 户 and 家庭成员: 户类型 → number of households, of persons in them, further cells."""
    homes, people = [], []
    for kind, (count, persons, cells) in groups.items():
        sizes = [persons // count + (number < persons % count) for number in range(count)]
        for size in sizes:
            code = f"{VILLAGES[len(homes) % 3]}{len(homes):04d}"
            homes.append({"户编号": code, "村代码": code[:12], "户主姓名": "某某", "户类型": kind, **cells})
            people += [
                {
                    "人编号": f"{code}{place}",
                    "户编号": code,
                    "姓名": "某某",
                    "与户主关系": "户主" if not place else "其他",
                }
                for place in range(size)
            ]
    return homes, people


def seed_of_project_assets() -> tuple[list[dict], list[dict]]:
    """Sheets 项目 and 项目收益 of a county with 3,565万 in 33 projects and 554.9万 received."""
    invested, received = spread(35_650_000, 33), spread(5_549_000, 33 * 5)
    projects = [
        {
            "项目编号": f"XM{number}",
            "名称": f"项目{number}",
            "类型": "种植",
            "区划代码": [COUNTY, TOWNSHIP, *VILLAGES][number % 5],
            "阶段": "运营",
            "投资": str(yuan),
            "开工日期": "2019-03-01",
        }
        for number, yuan in enumerate(invested)
    ]
    returns = [
        {"项目编号": f"XM{place // 5}", "月份": f"{2022 + place % 5}-06", "应收": str(yuan), "实收": str(yuan)}
        for place, yuan in enumerate(received)
    ]
    return projects, returns


def test_33_projects_with_35_650_000_invested_and_5_549_000_received_have_returned_15_57_per_cent(engine, tmp_path):
    projects, returns = seed_of_project_assets()
    take(engine, tmp_path, county_book(项目=projects, 项目收益=returns))
    assert said(engine, "projects", "project_investment", "cumulative_return_rate") == {
        "项目数": "33 个",
        "项目投资": "3,565 万元",
        "累计收益率": "15.57 %",
    }
    with engine.connect() as connection:
        found = figures.figures(connection, CADRE, COUNTY, LAST, ["cumulative_return_rate"])["cumulative_return_rate"]
        listed = lists.whole(connection, CADRE, "cumulative_return_rate", COUNTY, LAST)
    assert (found.numerator, found.denominator) == (5_549_000, 35_650_000)
    assert str(wording.money(found.numerator)) == "554.9 万元"
    told = [
        str(part_amount(unit, value))
        for (_, unit), value in zip(
            parts(INDICATORS["cumulative_return_rate"]), (found.numerator, found.denominator), strict=True
        )
    ]
    assert told == ["5,549,000 元", "35,650,000 元"]
    assert (len(listed), listed["investment"].sum(), listed["received_ever"].sum()) == (33, 35_650_000, 5_549_000)


def test_what_is_not_meant_to_earn_or_still_being_built_stands_beside_the_15_57_per_cent(engine, tmp_path):
    projects, returns = seed_of_project_assets()
    plain = {"类型": "其他", "区划代码": COUNTY, "开工日期": "2024-03-01"}
    projects += [
        {**plain, "项目编号": "A", "名称": "村道", "阶段": "资产移交", "投资": "900000", "资产类别": "公益性"},
        {**plain, "项目编号": "B", "名称": "发放母猪", "阶段": "资产移交", "投资": "400000", "资产类别": "到户类"},
        {**plain, "项目编号": "C", "名称": "新大棚", "阶段": "建设", "投资": "2000000", "资产类别": "经营性"},
    ]
    take(engine, tmp_path, county_book(项目=projects, 项目收益=returns))
    ids = ("investment_earning", "investment_building", "investment_public", "investment_to_households")
    assert said(engine, "cumulative_return_rate", "project_investment", *ids) == {
        "累计收益率": "15.57 %",
        "项目投资": "3,895 万元",
        "经营性在运营投资": "3,565 万元",
        "未投产投资": "200.0 万元",
        "公益性资产投资": "90.0 万元",
        "到户类资产投资": "40.0 万元",
    }
    with engine.connect() as connection:
        assert lists.count(connection, CADRE, "return_rate", COUNTY, LAST) == 33


def test_219_of_316_million_disbursed_are_69_3_per_cent(engine, tmp_path):
    arranged, paid = spread(316_000_000, 20), spread(219_000_000, 20)
    sources = ("中央", "省", "市", "县")
    given = [
        {
            "资金编号": f"ZJ{number}",
            "年度": "2026",
            "来源": sources[number % 4],
            "名称": "衔接资金",
            "区划代码": [COUNTY, TOWNSHIP, *VILLAGES][number % 5],
            "安排金额": str(yuan),
        }
        for number, yuan in enumerate(arranged)
    ]
    payments = [
        {"资金编号": f"ZJ{number}", "日期": day, "金额": str(part)}
        for number, yuan in enumerate(paid)
        for day, part in (("2026-04-20", yuan // 3), ("2026-10-20", yuan - yuan // 3))
    ]
    take(engine, tmp_path, county_book(资金=given, 资金拨付=payments))
    assert said(engine, "fund_arranged", "fund_disbursed", "fund_progress") == {
        "本年度安排资金": "3.16 亿元",
        "本年度资金拨付": "2.19 亿元",
        "本年度拨付进度": "69.3 %",
    }
    with engine.connect() as connection:
        by_source = funds.by_source(connection, CADRE, COUNTY, LAST, 2026)
    assert fund_panels.page_finding(by_source, 2026) == "2026年安排资金 3.16 亿元，已拨付 2.19 亿元，进度 69.3 %"
    drawn = fund_panels.sources_markup(by_source, elapsed=0.893, url=str, chosen="", caption="c")
    assert re.findall(r"<b>([\d.]+ %)</b>", drawn)[-1] == "69.3 %"  # of the row of sums


def test_from_9_813_to_12_496_a_head_is_a_growth_of_27_3_per_cent(engine, tmp_path):
    homes, people = households({"脱贫户": (12, 30, {"识别日期": "2014-01-01", "脱贫日期": "2018-01-01"})})
    lines = []
    for begins, per_head in ((LAST - 23, 9_813), (LAST - 11, 12_496)):
        parts_of_it = spread(per_head * 30, 12 * 12)
        lines += [
            {
                "户编号": homes[place // 12]["户编号"],
                "月份": label(begins + place % 12),
                "科目": "务工工资",
                "金额": str(yuan),
            }
            for place, yuan in enumerate(parts_of_it)
        ]
    take(engine, tmp_path, county_book(户=homes, 家庭成员=people, 收支=lines))
    assert said(engine, "net_income_per_capita", "net_income_growth") == {
        "人均纯收入": "12,496 元",
        "人均纯收入增速": "+27.3 %",
    }
    with engine.connect() as connection:
        before = figures.figures(connection, CADRE, COUNTY, LAST - 12, ["net_income_per_capita"])
        now = figures.figures(connection, CADRE, COUNTY, LAST, ["net_income_growth"])["net_income_growth"]
    assert str(wording.amount(INDICATORS["net_income_per_capita"], before["net_income_per_capita"].value)) == "9,813 元"
    assert now.value == pytest.approx(12_496 / 9_813 - 1)


def test_29_and_6_and_724_are_759_households_with_1_479_persons(engine, tmp_path):
    """Which kinds the three groups are the source does not say: they stand here for two of those watched and for those
    lifted."""
    lifted = {"识别日期": "2014-01-01", "脱贫日期": "2018-01-01"}
    homes, people = households(
        {
            "脱贫不稳定户": (29, 67, {**lifted, "识别日期": "2023-05-01"}),
            "边缘易致贫户": (6, 12, {"识别日期": "2024-05-01"}),
            "脱贫户": (724, 1_400, lifted),
        }
    )
    take(engine, tmp_path, county_book(户=homes, 家庭成员=people))
    ids = (
        "households",
        "persons",
        "monitored_households",
        "unstable_households",
        "marginal_households",
        "lifted_households",
    )
    assert said(engine, *ids) == {
        "建档立卡和监测户数": "759 户",
        "人口数": "1,479 人",
        "防止返贫致贫对象": "35 户",
        "脱贫不稳定户": "29 户",
        "边缘易致贫户": "6 户",
        "脱贫户": "753 户",  # by what they are registered as: 724 and the 29 that are watched besides
    }
    with engine.connect() as connection:
        below = figures.children(connection, CADRE, COUNTY, LAST, "households", level=12)
        assert below["value"].sum() == lists.count(connection, CADRE, "households", COUNTY, LAST) == 759


def test_29_identified_6_fallen_back_and_724_lifted_within_a_year_are_read_as_such(engine, tmp_path):
    homes, people = households(
        {
            "未脱贫户": (35, 79, {"识别日期": "2026-05-01"}),
            "脱贫户": (724, 1_400, {"识别日期": "2014-01-01", "脱贫日期": "2026-03-01"}),
        }
    )
    fallen = {"识别日期": "2014-01-01", "脱贫日期": "2018-01-01", "返贫日期": "2026-06-01"}
    homes[29:35] = [home | fallen for home in homes[29:35]]
    take(engine, tmp_path, county_book(户=homes, 家庭成员=people))
    ids = ("newly_identified_households", "newly_relapsed_households", "newly_lifted_households")
    assert said(engine, *ids) == {"新识别户": "29 户", "12个月返贫户次": "6 户次", "12个月脱贫户次": "724 户次"}
    persons = ("newly_identified_persons", "newly_relapsed_persons", "newly_lifted_persons")
    with engine.connect() as connection:
        found = figures.figures(connection, CADRE, COUNTY, LAST, [*ids, *persons])
        assert sum(found[id].value for id in persons) == 1_479
        assert {id: lists.count(connection, CADRE, id, COUNTY, LAST) for id in found} == {
            id: figure.value for id, figure in found.items()
        }

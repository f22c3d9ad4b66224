"""Tiles, rankings and tables: what they say, and that what comes from data stays text."""

from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from components.drawing.panels import overdue_markup
from components.drawing.ranking import extremes, finding, rank, ranking_markup
from components.drawing.spark import spark_line
from components.drawing.tables import TableColumn, TableLook, cell_text, table_markup
from components.drawing.tiles import Tile, tile_markup
from data.figures.indicators import INDICATORS
from tests.figured import OPEN

HOSTILE = "<img src=x onerror=alert(1)>\"'&${1}`村"
INCOME, PROBLEMS, COVERAGE = (INDICATORS[id] for id in ("net_income_per_capita", "problems_overdue", "visit_coverage"))


class Reader(HTMLParser):
    """The tags and the text of some markup."""

    def __init__(self, markup: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attributes: list):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text: str):
        self.text += text

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}


def tile(**changes) -> Tile:
    return replace(
        Tile(INCOME, 12773.0, 12696.0, 11993.0, [11993.0, 12696.0, 12773.0], "/figure?indicator=x"), **changes
    )


def drawn(one: Tile) -> Reader:
    return Reader(tile_markup(one, line="#000000", end="#111111"))


def test_a_tile_is_one_link_with_value_unit_and_both_changes():
    read = drawn(tile())
    assert [attributes["href"] for name, attributes in read.tags if name == "a"] == ["/figure?indicator=x"]
    assert "12,773元" in read.text and "较上月 ▲ 77 元" in read.text and "较上年同月 ▲ 780 元" in read.text


def test_a_tile_that_needs_action_says_so_in_words_and_marks_only_what_worsened():
    read = drawn(tile(indicator=PROBLEMS, value=12, month_before=10, year_before=13))
    assert "需处置" in read.text
    worse = [attributes for _, attributes in read.tags if attributes.get("class") == "worse"]
    assert len(worse) == 1


def test_a_tile_of_a_month_that_is_not_closed_is_compared_with_nothing_and_warns_of_nothing():
    read = drawn(tile(indicator=COVERAGE, value=0.38, month_before=0.84, year_before=0.8, open_words=OPEN.open_words))
    assert "未满（截至22日）" in read.text and "上月全月 84.0 %" in read.text
    assert "▼" not in read.text and "需处置" not in read.text


def test_a_tile_of_the_last_closed_month_names_it_and_is_compared_as_ever():
    read = drawn(tile(stands_at="2026年10月"))
    assert "人均纯收入2026年10月" in read.text and "较上月 ▲ 77 元" in read.text and "未满" not in read.text


def test_a_tile_without_a_value_shows_a_dash_and_no_course():
    read = drawn(tile(value=None, month_before=None, year_before=None, course=[None, None]))
    assert "—" in read.text and "img" not in read.names()


def test_markup_in_data_stays_text():
    children = pd.DataFrame({"code": ["990181101"], "name": [HOSTILE], "value": [1.0]})
    ranking = rank(INCOME, children, 1.0, 6)
    rows = pd.DataFrame(
        {
            "indicator": ["x"],
            "noun": ["问题"],
            "what": [HOSTILE],
            "place": [HOSTILE],
            "owner": [HOSTILE],
            "days": [3],
            "household_id": pd.array([None], dtype="Int64"),
            "region": ["990181101"],
        }
    )
    markups = [
        ranking_markup(ranking, lambda code: f"/?region={code}"),
        overdue_markup(rows, lambda row: "/?a=b"),
        table_markup(
            children,
            [TableColumn("name", HOSTILE)],
            caption=HOSTILE,
            look=TableLook(row_url=lambda row: '/"><script>', opener="name"),
        ),
        tile_markup(tile(indicator=replace(INCOME, name=HOSTILE, unit=HOSTILE)), line="#000000", end="#000000"),
    ]
    for markup in markups:
        read = Reader(markup)
        assert not {"script"} & read.names()
        assert not [a for name, a in read.tags if name == "img" and not a["src"].startswith("data:image/svg+xml")]
        assert not [a for _, a in read.tags if any(key.startswith("on") for key in a)]
    assert HOSTILE in Reader(markups[0]).text and HOSTILE in Reader(markups[2]).text


CHILDREN = pd.DataFrame(
    {"code": ["1", "2", "3", "4"], "name": ["甲镇", "乙镇", "丙镇", "丁镇"], "value": [9000.0, 12000.0, None, 10000.0]}
)


def test_the_worst_comes_first_and_what_has_no_value_last():
    assert rank(INCOME, CHILDREN, 10_500.0, 6).rows["name"].tolist() == ["甲镇", "丁镇", "乙镇", "丙镇"]
    counted = CHILDREN.assign(value=[3.0, 0.0, None, 9.0])
    assert rank(PROBLEMS, counted, 12.0, 6).rows["name"].tolist() == ["丁镇", "甲镇", "乙镇", "丙镇"]


def test_a_share_is_measured_against_the_region_and_a_count_against_its_mean():
    assert rank(INCOME, CHILDREN, 10_500.0, 6).mean == 10_500.0
    ranking = rank(PROBLEMS, CHILDREN.assign(value=[3.0, 0.0, None, 9.0]), 12.0, 6)
    assert ranking.mean == 4.0
    assert ranking.rows["distance"].tolist()[:3] == [5.0, -1.0, -4.0]


def test_the_finding_counts_who_is_behind():
    assert finding(rank(INCOME, CHILDREN, 10_500.0, 6), "乡镇") == "2 个乡镇人均纯收入低于县均"
    assert (
        finding(rank(PROBLEMS, CHILDREN.assign(value=[3.0, 0, None, 9]), 12.0, 6), "乡镇") == "超期问题丁镇最多，9 个"
    )
    assert finding(rank(PROBLEMS, CHILDREN.assign(value=0.0), 0.0, 6), "乡镇") == "各乡镇均无超期问题"
    assert finding(rank(INCOME, CHILDREN.assign(value=float("nan")), None, 6), "乡镇") == "人均纯收入：各乡镇"


def test_best_worst_and_mean_are_named():
    said = extremes(rank(INCOME, CHILDREN, 10_500.0, 6))
    assert said == "最差 甲镇 9,000 元 · 最好 乙镇 12,000 元 · 县均 10,500 元"
    level = CHILDREN.assign(value=[3.0, 0.0, None, 0.0])
    assert extremes(rank(PROBLEMS, level, 3.0, 6)) == "最差 甲镇 3 个 · 最好 丁镇等 2 个并列 0 个 · 县均 1.0 个"
    assert finding(rank(PROBLEMS, level.assign(value=[3.0, 3, None, 1]), 7.0, 6), "乡镇") == (
        "超期问题甲镇等 2 个并列最多，3 个"
    )
    same = extremes(rank(INCOME, CHILDREN.assign(value=[9000.2, 9000.0, None, 9000.4]), 9000.2, 6))
    assert same == "都是 9,000 元 · 县均 9,000 元"


def test_bars_begin_at_zero_also_where_values_are_negative():
    children = pd.DataFrame({"code": ["1", "2"], "name": ["甲", "乙"], "value": [-0.05, 0.15]})
    read = Reader(ranking_markup(rank(INDICATORS["net_income_growth"], children, 0.1, 6), lambda code: "/"))
    assert [attributes["style"] for name, attributes in read.tags if name == "i"] == [
        "left: 0.00%; width: 25.00%",
        "left: 25.00%; width: 75.00%",
    ]


def test_turned_round_the_best_comes_first_and_what_has_no_value_stays_last():
    markup = ranking_markup(rank(INCOME, CHILDREN, 10_500.0, 6), lambda code: "/", best_first=True)
    assert [name for name in ("乙镇", "丁镇", "甲镇", "丙镇")] == sorted(CHILDREN["name"], key=markup.index)


@pytest.mark.parametrize(
    ("form", "value", "said"),
    [
        ("fen", -1234.5, "−1,234.50"), ("fen", 0.0, "0.00"), ("share", 0.155, "15.5 %"), ("integer", 1234, "1,234"),
        ("share", -0.0512, "−5.1 %"),
        ("fen", float("nan"), "—"), ("integer", pd.NA, "—"), ("text", None, "—"), ("text", "甲", "甲"),
    ],
)  # fmt: skip
def test_cells_are_written_by_their_form(form: str, value: object, said: str):
    assert cell_text(form, value) == said


def test_a_heading_says_how_it_is_sorted():
    markup = table_markup(
        CHILDREN,
        [TableColumn("name", "乡镇"), TableColumn("value", "数值", "fen")],
        caption="表",
        look=TableLook(sort_url=lambda id: f"/?sort={id}", sorted_by="value", descending=True),
    )
    heads = [attributes for name, attributes in Reader(markup).tags if name == "th"]
    assert [head.get("aria-sort") for head in heads] == [None, "descending"]


def test_a_course_has_a_gap_where_a_month_has_no_value():
    svg = spark_line([1, 2, None, 4, 5], line="#000000", end="#000000")
    assert svg.count("M") == 2 and svg.count("L") == 2
    alone = spark_line([2, None, 3], line="#000000", end="#FF0000")
    assert [part.split('"')[0] for part in alone.split('fill="')[2:]] == ["#000000", "#FF0000"]  # two dots
    assert 'cx="157.0"' in spark_line([None, 3], line="#000000", end="#000000")  # the first month of books
    assert spark_line([4], line="#000000", end="#000000").count("<circle") == 1
    assert spark_line([None, float("nan")], line="#000000", end="#000000") == ""

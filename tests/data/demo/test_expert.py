"""What somebody who has done this work for years doubts when he is shown the demonstration county for the first time.

He reads the workbooks as they are written. Each doubt is one function, named in his words.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from data.demo.county import DemoFiles, generate
from data.months import label, month_of
from data.terms import DEMONSTRATION_PREFIX, SUBJECTS

TODAY = date(2026, 11, 20)
END = pd.Timestamp(TODAY)
LAST = month_of(TODAY)
WATCHED = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
COUNTED = ("脱贫户", *WATCHED)
ABLE = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力")
SPRING = pd.to_datetime(["2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"])
_TEXT = (
    "户编号",
    "村代码",
    "区划代码",
    "人编号",
    "责任人编号",
    "联系电话",
    "证件号码",
    "省代码",
    "原村代码",
    "新村代码",
    "并入代码",
    "相关户编号",
)


@dataclass(frozen=True)
class Papers:
    """All sheets by their name, days as days, and what he works out of them with a pencil."""

    sheets: dict[str, pd.DataFrame]

    def __getitem__(self, sheet: str) -> pd.DataFrame:
        """One sheet."""
        return self.sheets[sheet]

    @cached_property
    def homes(self) -> pd.DataFrame:
        """The sheet 户 by 户编号, with persons, and net income a head of the last twelve whole months."""
        homes = self["户"].set_index("户编号")
        persons = self.present.groupby("户编号").size()
        lines = self.year_of(LAST - 1)
        signed = lines["金额"].where(lines["科目"] != "生产经营性支出", -lines["金额"])
        net = signed.groupby(lines["户编号"]).sum().reindex(homes.index)
        return homes.assign(persons=persons.reindex(homes.index).fillna(0), net=net, head=net / persons)

    @cached_property
    def counted(self) -> pd.DataFrame:
        """Those of them who are on the lists today."""
        return self.homes[self.homes["户类型"].isin(COUNTED)].drop(self.turned("有序退出").index)

    def turned(self, kind: str) -> pd.DataFrame:
        """户变动 of a kind, by 户编号."""
        events = self["户变动"]
        return events[events["变动"] == kind].set_index("户编号")

    @cached_property
    def ended(self) -> pd.Series:
        """The day from which a household is no more."""
        return pd.concat([self.turned("注销")["日期"], self.turned("并入")["日期"]])

    @cached_property
    def people(self) -> pd.DataFrame:
        """家庭成员 with full years of age, household by household."""
        people = self["家庭成员"]
        born = people["出生日期"]
        years = END.year - born.dt.year - ((born.dt.month * 100 + born.dt.day) > END.month * 100 + END.day)
        return people.assign(age=years)

    @cached_property
    def present(self) -> pd.DataFrame:
        """Those who are there today, or were there when their household was struck off."""
        gone = self.people["离开日期"]
        return self.people[gone.isna() | (gone == self.people["户编号"].map(self.ended))]

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """收支 of those who write by the month."""
        return self["收支"][~self["收支"]["月份"].str.endswith("年度")]

    @cached_property
    def yearly(self) -> pd.DataFrame:
        """收支 of those who write by the income year."""
        return self["收支"][self["收支"]["月份"].str.endswith("年度")]

    def year_of(self, month: int) -> pd.DataFrame:
        """The lines of twelve months, with the totals of the last income year that was over by then."""
        year = f"{(month - 8) // 12}年度"
        months = self.monthly["月份"].between(label(month - 11), label(month))
        return pd.concat([self.monthly[months], self.yearly[self.yearly["月份"] == year]])

    def lines(self, subject: str, *, by_month: bool = False) -> pd.DataFrame:
        """All lines of a subject."""
        lines = self.monthly if by_month else self["收支"]
        return lines[lines["科目"] == subject]

    def with_some(self, mask: pd.Series) -> set[str]:
        """The households of whom the mask holds, and those whose they were before."""
        left = self["成员变动"][self["成员变动"]["变动"] == "离开"]
        before = left.loc[left["人编号"].isin(self.present.loc[mask, "人编号"]), "户编号"]
        return {*self.present.loc[mask, "户编号"], *before}

    @cached_property
    def lines_of(self) -> dict[int, float]:
        """The monitoring line by year."""
        sheet = self["监测线"]
        return dict(zip(pd.to_datetime(sheet["起始日期"]).dt.year, sheet["金额"], strict=True))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    """The whole county, as files."""
    return generate(tmp_path_factory.mktemp("expert"), today=TODAY)


@pytest.fixture(scope="module")
def papers(files: DemoFiles) -> Papers:
    """The same, opened."""
    sheets: dict[str, pd.DataFrame] = {}
    for path in files.workbooks:
        if path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(str(path))
            for name in book.sheet_names:
                headings, *rows = book.get_sheet_by_name(name).to_python()
                frame = pd.DataFrame(rows, columns=[str(heading).rstrip("*") for heading in headings])
                sheets[name] = frame.mask(frame == "")
        else:
            with zipfile.ZipFile(path) as packed:
                content = packed.read(packed.namelist()[0])
            sheets[path.stem.split("-")[-1]] = pd.read_csv(io.BytesIO(content), dtype=dict.fromkeys(_TEXT, str))
    for frame in sheets.values():
        for heading in frame.columns:
            if heading.endswith(("日期", "期限")) or heading == "日期":
                frame[heading] = pd.to_datetime(frame[heading])
    return Papers(sheets)


Doubt = Callable[[Papers], None]
DOUBTS: dict[str, Doubt] = {}


def doubt(words: str) -> Callable[[Doubt], Doubt]:
    """A doubt in the expert's words."""

    def kept(check: Doubt) -> Doubt:
        assert words not in DOUBTS
        DOUBTS[words] = check
        return check

    return kept


def none(rows: pd.DataFrame | pd.Series, of: int, among: int = 1) -> None:
    """Nobody of so many looked at; ``among``: so many there must be for the look to say anything."""
    assert of >= among
    assert len(rows) == 0, rows.head()


# --- households: how they stand


@doubt("全国2020年底已消除绝对贫困，2026年不应再有未脱贫户")
def _(p: Papers) -> None:
    assert "未脱贫户" not in set(p["户"]["户类型"]) and len(p["户"]) == 5_000


@doubt("脱贫户总数（含脱贫不稳定户）不是4,782户")
def _(p: Papers) -> None:
    exited = p.turned("有序退出").index
    lifted = p.homes[p.homes["脱贫日期"].notna() & ~p.homes.index.isin(p.ended.index)].drop(exited)
    assert len(lifted) == 4_782 and len(exited) == 18
    assert 1 <= (lifted["户类型"] == "一般户").sum() <= 5  # changed by mistake, for the rules to find


@doubt("2021年以后还有人脱贫")
def _(p: Papers) -> None:
    lifted = p.homes["脱贫日期"].dropna()
    none(lifted[lifted > "2020-12-31"], len(lifted), 4_000)
    assert lifted.dt.year.nunique() >= 4


@doubt("脱贫早于识别，或识别当年就脱贫")
def _(p: Papers) -> None:
    lifted = p.homes[p.homes["户类型"].eq("脱贫户") & p.homes["风险消除日期"].isna()]
    none(lifted[lifted["脱贫日期"].dt.year <= lifted["识别日期"].dt.year], len(lifted), 4_000)


@doubt("建档立卡从2014年开始，识别日期却更早")
def _(p: Papers) -> None:
    assert p.homes["识别日期"].min() >= pd.Timestamp("2014-01-01")
    assert p.homes["识别日期"].dt.year.eq(2014).mean() > 0.5


@doubt("监测从2020年才有，纳入监测却更早")
def _(p: Papers) -> None:
    none(p["监测"][p["监测"]["识别日期"] < "2020-03-01"], len(p["监测"]), 300)


@doubt("监测对象大多收入高于监测线，说不清为什么监测")
def _(p: Papers) -> None:
    for kind in ("脱贫不稳定户", "边缘易致贫户"):
        heads = p.homes.loc[p.homes["户类型"] == kind, "head"]
        assert (heads < p.lines_of[2026]).mean() > 0.45, kind


@doubt("收入低于监测线的脱贫户没有纳入监测，而且有几十户")
def _(p: Papers) -> None:
    lifted = p.counted[p.counted["户类型"] == "脱贫户"]
    low = lifted[lifted["head"] < p.lines_of[2026]]
    assert 3 <= len(low) <= 24


@doubt("突发严重困难户收入也低于监测线，应是边缘易致贫户")
def _(p: Papers) -> None:
    sudden = p.homes[p.homes["户类型"] == "突发严重困难户"]
    assert len(sudden) > 8 and (sudden["head"] < p.lines_of[2026]).sum() <= 2


@doubt("识别不满六个月就消除风险")
def _(p: Papers) -> None:
    over = p["监测"][p["监测"]["消除方式"] == "帮扶消除"]
    none(over[over["消除日期"] < over["识别日期"] + pd.DateOffset(months=6)], len(over), 100)


@doubt("识别、脱贫、消除风险的日期落在周末")
def _(p: Papers) -> None:
    for heading in ("识别日期", "脱贫日期", "风险消除日期"):
        days = p.homes[heading].dropna()
        none(days[days.dt.day_of_week >= 5], len(days), 100)


@doubt("监测对象占比不像一个县（应在百分之二到五）")
def _(p: Papers) -> None:
    assert 0.02 < p.counted["户类型"].isin(WATCHED).mean() < 0.05


@doubt("2025、2026年的监测线还是2024年的")
def _(p: Papers) -> None:
    assert p.lines_of[2024] < p.lines_of[2025] < p.lines_of[2026]


@doubt("监测线不是一年比一年高，或者比人均收入还高")
def _(p: Papers) -> None:
    amounts = [p.lines_of[year] for year in sorted(p.lines_of)]
    assert amounts == sorted(set(amounts)) and amounts[-1] < 0.85 * p.counted["net"].sum() / p.counted["persons"].sum()
    assert set(p["监测线"]["省代码"]) == {DEMONSTRATION_PREFIX}


@doubt("住房不安全的户没有纳入监测")
def _(p: Papers) -> None:
    unsafe = p.homes[p.homes["住房安全"] == "否"]
    assert len(unsafe) >= 3
    none(unsafe[~unsafe["户类型"].isin(WATCHED)], len(unsafe))


@doubt("饮水不安全的户没有纳入监测")
def _(p: Papers) -> None:
    unsafe = p.homes[p.homes["饮水安全"] == "否"]
    assert len(unsafe) >= 2
    none(unsafe[~unsafe["户类型"].isin(WATCHED)], len(unsafe))


@doubt("2026年还有几十户住危房")
def _(p: Papers) -> None:
    assert (p.homes["住房安全"] == "否").sum() <= 15 and (p.homes["饮水安全"] == "否").sum() <= 15


@doubt("主要致贫原因是因病，家里却没有病人")
def _(p: Papers) -> None:
    sick = p.with_some(p.present["健康状况"].isin(("大病", "长期慢性病", "残疾")))
    named = p.counted[p.counted["主要致贫原因"] == "因病"]
    assert len(named) > 500 and len(named[~named.index.isin(sick)]) <= 40  # who fell ill suddenly and is well again


@doubt("因残却没有残疾人（两三户填错可以有，多了不行）")
def _(p: Papers) -> None:
    disabled = p.with_some(p.present["健康状况"] == "残疾")
    named = p.homes[p.homes["主要致贫原因"] == "因残"]
    assert 1 <= len(named[~named.index.isin(disabled)]) <= 5


@doubt("几户人家同一个门牌")
def _(p: Papers) -> None:
    none(p["户"][p["户"]["住址"].duplicated(keep=False)], len(p["户"]))


@doubt("一个电话登记在好几户")
def _(p: Papers) -> None:
    phones = p["户"]["联系电话"].dropna()
    none(phones[phones.duplicated(keep=False)], len(phones), 4_000)
    assert not set(phones) & set(p["帮扶责任人"]["联系电话"])


@doubt("特困户家里有劳动力，或者还领低保")
def _(p: Papers) -> None:
    destitute = set(p.counted.index[p.counted["户属性"] == "特困户"])
    able = p.with_some(p.present["劳动技能"].isin(ABLE))
    assert len(destitute) > 20 and not destitute & able
    assert not destitute & set(p.lines("低保金")["户编号"])


# --- how they went on


@doubt("返贫后再脱贫的户查不到前后经过")
def _(p: Papers) -> None:
    events = p["户变动"].sort_values("日期").groupby("户编号")["变动"].agg(list)
    again = events[events.map(lambda kinds: "返贫" in kinds)]
    assert len(again) == 3 and all(kinds == ["识别", "脱贫", "返贫", "再脱贫"] for kinds in again)
    assert p["户变动"].loc[p["户变动"]["变动"] == "再脱贫", "日期"].max() < pd.Timestamp("2021-01-01")


@doubt("监测对象没有监测记录，或者记录里没有风险")
def _(p: Papers) -> None:
    open_ones = p["监测"][p["监测"]["消除日期"].isna()]
    watched = p.homes.index[p.homes["户类型"].isin(WATCHED) & p.homes["风险消除日期"].isna()]
    assert set(open_ones["户编号"]) == set(watched) and p["监测"]["风险"].notna().all()
    assert p["监测"]["风险"].str.split("、").map(len).max() <= 5


@doubt("监测风险写因病，家里没有病人；写缺劳动力，家里有劳动力")
def _(p: Papers) -> None:
    has = {
        "因病": p.with_some(p.present["健康状况"].isin(("大病", "长期慢性病"))),
        "因残": p.with_some(p.present["健康状况"] == "残疾"),
        "缺劳动力": set(p.homes.index) - p.with_some(p.present["劳动技能"].isin(ABLE)),
        "因务工就业不稳": p.with_some(p.present["务工月数"].notna()),
    }
    for risk, homes in has.items():
        named = set(p["监测"].loc[p["监测"]["风险"].str.contains(risk), "户编号"])
        assert len(named) > 15 and named <= homes, risk


@doubt("风险写“其他”的一大半，又没有备注")
def _(p: Papers) -> None:
    other = p["监测"][p["监测"]["风险"].str.contains("其他")]
    assert len(other) < 0.15 * len(p["监测"]) and other["风险备注"].notna().all()


@doubt("纳入监测时人均收入两万多，或者不到四千")
def _(p: Papers) -> None:
    heads = p["监测"]["识别时人均纯收入"].astype(float)
    assert heads.between(4_000, 20_000).all()


@doubt("消除风险时收入还低于当年监测线，四项收入加不成人均")
def _(p: Papers) -> None:
    over = p["监测"][p["监测"]["消除方式"] == "帮扶消除"]
    assert (over["消除时人均纯收入"].astype(float) > over["消除日期"].dt.year.map(p.lines_of)).all()
    kinds = [f"消除时{kind}收入" for kind in ("工资性", "生产经营性", "财产性", "转移性")]
    net = over[kinds].astype(float).sum(axis=1) - over["消除时生产经营性支出"].astype(float)
    each = net / over["户编号"].map(p.present.groupby("户编号").size())
    assert len(over) > 150 and (each - over["消除时人均纯收入"].astype(float)).abs().max() < 1


@doubt("五年里一个人都没死、没生、没嫁")
def _(p: Papers) -> None:
    went, came = p.people["离开原因"].value_counts(), p.people["加入原因"].value_counts()
    assert went["婚出"] > 20 and went["迁出"] > 20 and came["出生"] > 60 and came["婚入"] >= 3 and came["迁入"] > 20


@doubt("一年里死的人不到百分之一，或者多过百分之三")
def _(p: Papers) -> None:
    died = p.people.loc[p.people["离开原因"] == "死亡", "离开日期"].dt.year.value_counts()
    share = died[range(2022, 2026)] / len(p.present)
    assert share.between(0.01, 0.03).all(), share


@doubt("死去的人还年轻力壮，嫁出去的不到二十岁")
def _(p: Papers) -> None:
    gone = p.people[p.people["离开原因"].notna()]
    age = (gone["离开日期"] - gone["出生日期"]).dt.days / 365.2425
    assert age[gone["离开原因"] == "婚出"].min() >= 18 and age[gone["离开原因"] == "死亡"].median() > 68


@doubt("人还没出生就加入，离开在加入之前")
def _(p: Papers) -> None:
    came = p.people[p.people["加入日期"].notna()]
    none(came[came["加入日期"] < came["出生日期"]], len(came), 60)
    none(came[came["离开日期"] < came["加入日期"]], len(came))


@doubt("搬迁的户原村和新村是同一个村，或者跨了乡镇")
def _(p: Papers) -> None:
    moves = p["户迁移"]
    same_town = moves["原村代码"].str[:9] == moves["新村代码"].str[:9]
    none(moves[(moves["原村代码"] == moves["新村代码"]) | ~same_town], len(moves), 8)
    assert (moves["新村代码"] == moves["户编号"].map(p.homes["村代码"])).all()


@doubt("危房改造从2014年到现在没有一个完整的经过")
def _(p: Papers) -> None:
    houses = p["保障核实"][p["保障核实"]["保障"] == "住房"].sort_values("日期")
    mended = houses[houses["结论"] == "达标"]
    assert mended["日期"].dt.year.nunique() >= 7
    last = houses.groupby("户编号")["结论"].last()
    unsafe = set(p.homes.index[p.homes["住房安全"] == "否"])
    assert set(last.index[last == "未达标"]) == unsafe


@doubt("农村人口十几年一个数")
def _(p: Papers) -> None:
    people = p["农村人口"].groupby("年度")["人数"].sum()
    assert len(people) >= 12 and people.is_monotonic_decreasing
    assert people.iloc[-1] == p["行政区划"]["农村人口"].astype(float).sum()


@doubt("成员状况最后一条和花名册不一样")
def _(p: Papers) -> None:
    facts = p["成员状况"].sort_values("日期").groupby(["人编号", "项目"])["值"].last().unstack()
    now = p["家庭成员"].set_index("人编号")
    for item in ("在校状况", "健康状况", "劳动技能", "参加医保"):
        told = facts[item].dropna()
        none(told[told != now.loc[told.index, item]], len(told), 100)


@doubt("学生倒着升学，或者不在九月升学")
def _(p: Papers) -> None:
    stages = {
        name: at for at, name in enumerate(("学龄前", "幼儿园", "小学", "初中", "普通高中", "高职高专", "已毕业"))
    }
    stages |= {"中职": 4, "本科及以上": 5, "辍学": 5}
    school = p["成员状况"][p["成员状况"]["项目"] == "在校状况"].sort_values(["人编号", "日期"])
    step = school["值"].map(stages).groupby(school["人编号"]).diff()
    none(school[step < 0], len(school), 2_000)
    assert (school.loc[step.notna(), "日期"].dt.strftime("%m-%d") == "09-01").all()


@doubt("不到六十岁就没了壮劳力，过了六十还是壮劳力")
def _(p: Papers) -> None:
    strength = p["成员状况"][(p["成员状况"]["项目"] == "劳动技能") & (p["成员状况"]["值"] != "普通劳动力")]
    born = strength["人编号"].map(p["家庭成员"].set_index("人编号")["出生日期"])
    age = (strength["日期"] - born).dt.days / 365.2425
    assert len(strength) > 100 and age.between(59.9, 60.1).all()


# --- villages and households that changed


@doubt("撤并的村还有户、有项目、有任务，或者并入的村不在本乡镇")
def _(p: Papers) -> None:
    regions = p["行政区划"].set_index("区划代码")
    closed = regions[regions["撤销日期"].notna()]
    assert len(closed) >= 1 and (closed["并入代码"].str[:9] == closed.index.str[:9]).all()
    assert closed["并入代码"].isin(regions.index[regions["撤销日期"].isna()]).all()
    for sheet, heading in (("户", "村代码"), ("项目", "区划代码"), ("作战任务", "村代码"), ("问题", "区划代码")):
        none(p[sheet][p[sheet][heading].isin(closed.index)], len(p[sheet]))


@doubt("撤并的村的户没有随村并入，或者不是撤并那天并入")
def _(p: Papers) -> None:
    closed = p["行政区划"][p["行政区划"]["撤销日期"].notna()].set_index("区划代码")
    moved = p["户迁移"][p["户迁移"]["原村代码"].isin(closed.index)]
    mine = p.homes.index[p.homes.index.str[:12].isin(closed.index)]
    assert len(moved) >= 8 and set(moved["户编号"]) == set(mine)
    told = closed.loc[moved["原村代码"]]
    assert (moved["日期"].to_numpy() == told["撤销日期"].to_numpy()).all()
    assert (moved["新村代码"].to_numpy() == told["并入代码"].to_numpy()).all()


@doubt("全县现有的村不是91个，更名的村没有曾用名")
def _(p: Papers) -> None:
    regions = p["行政区划"]
    villages = regions[regions["区划代码"].str.len() == 12]
    assert villages["撤销日期"].isna().sum() == 91
    renamed = villages[villages["更名日期"].notna()]
    assert len(renamed) >= 1 and (renamed["曾用名"].notna() & (renamed["曾用名"] != renamed["名称"])).all()
    assert (villages["曾用名"].notna() == villages["更名日期"].notna()).all()
    none(villages[villages.assign(town=villages["区划代码"].str[:9]).duplicated(["town", "名称"])], len(villages), 91)


@doubt("分户出来的户和原户不在一个村，或者不是子女辈")
def _(p: Papers) -> None:
    split = p.turned("分户自")
    assert 6 <= len(split) <= 40
    origin = p.homes.loc[split["相关户编号"]]
    own = p.homes.loc[split.index]
    assert (origin["村代码"].to_numpy() == own["村代码"].to_numpy()).all()
    assert (origin["脱贫日期"].to_numpy() == own["脱贫日期"].to_numpy()).all()
    heads = p.present[p.present["与户主关系"] == "户主"].set_index("户编号")
    apart = heads.loc[split["相关户编号"], "age"].to_numpy() - heads.loc[split.index, "age"].to_numpy()
    assert ((apart >= 18) & (apart <= 40)).all()
    surnames = [heads.loc[list(codes), "姓名"].str[0].to_numpy() for codes in (split.index, split["相关户编号"])]
    assert (surnames[0] == surnames[1]).all()


@doubt("分户以前就有这户的收支、走访、措施、结对")
def _(p: Papers) -> None:
    day = p.turned("分户自")["日期"]
    for sheet, heading in (("走访", "日期"), ("帮扶措施", "开始日期"), ("结对帮扶", "开始日期"), ("保障核实", "日期")):
        mine = p[sheet][p[sheet]["户编号"].isin(day.index)]
        none(mine[mine[heading] < mine["户编号"].map(day)], len(mine), 0)
    lines = p.monthly[p.monthly["户编号"].isin(day.index)]
    none(lines[lines["月份"] < lines["户编号"].map(day.dt.strftime("%Y-%m"))], len(lines), 100)


@doubt("分户、并入的人没有从原户转出，或者一人同时在两户")
def _(p: Papers) -> None:
    changes = p["成员变动"]
    left, came = (changes[changes["变动"] == kind].set_index("人编号") for kind in ("离开", "加入"))
    assert len(left) >= 20 and set(left.index) == set(came.index)
    came = came.loc[left.index]
    assert (left["日期"] == came["日期"]).all() and (left["户编号"] != came["户编号"]).all()
    now = p["家庭成员"].set_index("人编号").loc[left.index, "户编号"]
    assert (now == came["户编号"]).all()
    ties = {*p.turned("分户自").index, *p.turned("并入").index}
    assert {*left["户编号"], *came["户编号"]} >= ties


@doubt("已经注销、并入的户还在走访、收入、结对、措施")
def _(p: Papers) -> None:
    day = p.ended
    assert 8 <= len(day) <= 40 and len(p.turned("并入")) >= 2
    for sheet, heading in (("走访", "日期"), ("帮扶措施", "开始日期"), ("问题", "发现日期"), ("作战任务", "开始日期")):
        mine = p[sheet][p[sheet]["户编号"].isin(day.index)]
        none(mine[mine[heading] > mine["户编号"].map(day)], len(mine), 0)
    lines = p.monthly[p.monthly["户编号"].isin(day.index)]
    none(lines[lines["月份"] > lines["户编号"].map(day.dt.strftime("%Y-%m"))], len(lines), 100)
    paired = p["结对帮扶"][p["结对帮扶"]["户编号"].isin(day.index)]
    none(paired[~(paired["结束日期"] <= paired["户编号"].map(day))], len(paired), 5)


@doubt("注销的户说人都去世了，却还有人在；说迁走了，人却还在册")
def _(p: Papers) -> None:
    struck = p.turned("注销")
    own = p.people[p.people["户编号"].isin(struck.index)]
    assert own["离开日期"].notna().all() and len(own) >= len(struck)
    reason = own["户编号"].map(struck["原因"]).str.contains("去世").map({True: "死亡", False: "迁出"})
    assert (own["离开原因"] == reason).all()


@doubt("人都没了的监测户没有自然消除，或者自然消除的户人还在")
def _(p: Papers) -> None:
    natural = p["监测"][p["监测"]["消除方式"] == "自然消除"]
    assert 2 <= len(natural) <= 8 and natural["自然消除原因"].notna().all()
    assert natural["消除时人均纯收入"].isna().all()
    day = natural.set_index("户编号")["消除日期"]
    own = p.people[p.people["户编号"].isin(day.index)]
    assert (own["离开日期"] <= own["户编号"].map(day)).all()
    gone = p.homes.index[p.homes.index.isin(p.ended.index)]
    open_ones = p["监测"][p["监测"]["消除日期"].isna()]
    none(open_ones[open_ones["户编号"].isin(gone)], len(open_ones), 100)


@doubt("没有一户消除风险后又纳入监测，或者两次监测交叠")
def _(p: Papers) -> None:
    ordered = p["监测"].sort_values(["户编号", "识别日期"])
    before = ordered.groupby("户编号")["消除日期"].shift()
    again = ordered[ordered.duplicated("户编号")]
    assert 8 <= len(again) <= 30 and again["监测编号"].str.endswith("-JC2").all()
    assert (again["识别日期"] > before[again.index] + pd.Timedelta(days=60)).all()


@doubt("无劳动能力的户也标注了帮扶消除，而且有很多")
def _(p: Papers) -> None:
    over = p["监测"][p["监测"]["消除方式"] == "帮扶消除"]
    able = p.with_some(p.present["劳动技能"].isin(ABLE))
    assert 0 < (~over["户编号"].isin(able)).mean() < 0.45


@doubt("按年记账的村同一科目又按月记，或者收入年度还没过完就有合计")
def _(p: Papers) -> None:
    years = set(p.yearly["月份"])
    newest = max(years)
    assert len(years) >= 4 and newest == f"{(LAST - 8) // 12}年度"
    homes = p.yearly["户编号"].unique()
    villages = p.homes.loc[homes, "村代码"].unique()
    assert 2 <= len(villages) <= 5 and 0.02 < len(homes) / len(p.homes) < 0.08
    monthly = p.monthly[p.monthly["户编号"].map(p.homes["村代码"]).isin(villages)]
    assert set(monthly["科目"]) <= {"资产收益分红"}
    none(p.yearly[p.yearly.duplicated(["户编号", "月份", "科目"])], len(p.yearly), 2_000)


@doubt("按年记账的户一年收入和别的户不在一个水平")
def _(p: Papers) -> None:
    counted = p.homes[p.homes.index.isin(p.counted.index)]
    sums = counted.groupby(counted.index.isin(p.yearly["户编号"]))[["net", "persons"]].sum()
    each = sums["net"] / sums["persons"]
    assert 0.85 < each[True] / each[False] < 1.15, each


@doubt("没有一个村按季记账，种地的户月月有种植收入")
def _(p: Papers) -> None:
    lines = p.year_of(LAST - 1)
    lines = lines[~lines["月份"].str.endswith("年度") & ~lines["科目"].isin(("务工工资", "资产收益分红"))]
    village = lines["户编号"].map(p.homes["村代码"])
    months = lines["月份"].groupby(village).nunique()
    assert 3 <= (months <= 5).sum() <= 8
    crops = p.lines("种植业", by_month=True)
    assert crops.groupby(["户编号", crops["月份"].str[:4]])["月份"].nunique().max() <= 3
    year = p.year_of(LAST - 1)
    season = year[~year["月份"].str.endswith("年度")].groupby("户编号")["月份"].nunique()
    assert (season <= 6).sum() > 100  # who lives of his fields writes a few months a year


@doubt("残疾人没有类别和等级，一级残疾还在外务工")
def _(p: Papers) -> None:
    disabled = p.present[p.present["健康状况"] == "残疾"]
    assert len(disabled) > 400 and disabled[["残疾类别", "残疾等级"]].notna().all().all()
    none(p.present[(p.present["健康状况"] != "残疾") & p.present["残疾等级"].notna()], len(p.present))
    works = disabled["务工月数"].notna()
    assert (disabled["残疾等级"].isin(("一级", "二级")) & works).sum() < 0.1 * works.sum()


@doubt("残疾人证号的类别、等级和登记的对不上")
def _(p: Papers) -> None:
    cards = p.people[p.people["证件号码"].str.len() == 20]
    kinds = dict(zip("1234567", ("视力", "听力", "言语", "肢体", "智力", "精神", "多重"), strict=True))
    levels = dict(zip("1234", ("一级", "二级", "三级", "四级"), strict=True))
    told = cards["证件号码"]
    wrong = (told.str[18].map(kinds) != cards["残疾类别"]) | (told.str[19].map(levels) != cards["残疾等级"])
    none(cards[wrong], len(cards), 200)


@doubt("危房、饮水查实后多年不改，或者当天就改好")
def _(p: Papers) -> None:
    checks = p["保障核实"].sort_values("日期")
    for item, least, most in (("住房", 20, 400), ("饮水", 5, 400)):
        own = checks[checks["保障"] == item]
        apart = own.groupby("户编号")["日期"].agg(lambda days: (days.iloc[-1] - days.iloc[0]).days)
        mended = apart[own.groupby("户编号").size() > 1]
        late = mended[(mended < least) | (mended > most)]
        none(late, len(mended), 60)


@doubt("保障核实在周末，核实人查无此人")
def _(p: Papers) -> None:
    checks = p["保障核实"]
    none(checks[checks["日期"].dt.day_of_week >= 5], len(checks), 300)
    assert set(checks["核实人"].dropna()) <= set(p["帮扶责任人"]["姓名"])


@doubt("吃穿从来没有核实过，或者不是今年核实的")
def _(p: Papers) -> None:
    checks = p["保障核实"]
    for item in ("吃", "穿"):
        last = checks[checks["保障"] == item].groupby("户编号")["日期"].max().reindex(p.counted.index)
        assert (last >= f"{TODAY.year}-01-01").mean() > 0.98


@doubt("还没识别就有帮扶措施、走访、结对")
def _(p: Papers) -> None:
    for sheet, heading in (("帮扶措施", "开始日期"), ("结对帮扶", "开始日期"), ("走访", "日期")):
        since = p[sheet]["户编号"].map(p.homes["识别日期"])
        early = p[sheet][p[sheet][heading] < since]
        none(early, len(p[sheet]), 5_000)


@doubt("已经去世、迁出的人后来还有状况变化")
def _(p: Papers) -> None:
    gone = p.people.dropna(subset=["离开日期"]).set_index("人编号")["离开日期"]
    facts = p["成员状况"][p["成员状况"]["人编号"].isin(gone.index)]
    none(facts[facts["日期"] > facts["人编号"].map(gone)], len(gone), 400)


@doubt("还没搬来、没出生就有成员状况")
def _(p: Papers) -> None:
    came = p.people.dropna(subset=["加入日期"]).set_index("人编号")["加入日期"]
    facts = p["成员状况"][p["成员状况"]["人编号"].isin(came.index)]
    none(facts[facts["日期"] < facts["人编号"].map(came)], len(came), 100)


@doubt("结清的资金拨付加收回不等于安排，结清后还在拨付")
def _(p: Papers) -> None:
    funds = p["资金"].set_index("资金编号")
    done = funds[funds["结清日期"].notna()]
    paid = p["资金拨付"].groupby("资金编号")["金额"].sum().reindex(done.index).fillna(0).astype(float)
    assert len(done) > 5
    assert (paid + done["收回金额"].astype(float) - done["安排金额"].astype(float)).abs().max() < 0.01
    last = p["资金拨付"].groupby("资金编号")["日期"].max().reindex(done.index)
    none(last[last > done["结清日期"]], len(done))


@doubt("建成的资产没有监管归属和状态，没建成的倒有")
def _(p: Papers) -> None:
    built = p["项目"]["阶段"].isin(("竣工验收", "资金报账", "资产移交", "运营"))
    for heading in ("资产监管", "资产状态"):
        assert p["项目"].loc[built, heading].notna().all() and p["项目"].loc[~built, heading].isna().all()
    assert {"正常", "低效"} <= set(p["项目"]["资产状态"].dropna())


@doubt("闲置、低效的资产照样足额分红")
def _(p: Papers) -> None:
    poor = set(p["项目"].loc[p["项目"]["资产状态"].isin(("低效", "闲置")), "项目编号"])
    returns = p["项目收益"][p["项目收益"]["月份"] >= label(LAST - 5)]
    sums = returns[returns["项目编号"].isin(poor)].groupby("项目编号")[["应收", "实收"]].sum().astype(float)
    assert len(sums) >= 1 and (sums["实收"] < 0.5 * sums["应收"]).all()


@doubt("一个村的农村人口比建档立卡的人还少")
def _(p: Papers) -> None:
    held = p.present.groupby(p.present["户编号"].map(p.homes["村代码"])).size()
    rural = p["行政区划"].set_index("区划代码")["农村人口"].astype(float).reindex(held.index)
    none(held[held > 0.7 * rural], len(held), 91)


# --- people: ages, relations, school, health, work


@doubt("户主不到16岁")
def _(p: Papers) -> None:
    heads = p.present[p.present["与户主关系"] == "户主"]
    none(heads[heads["age"] < 16], len(heads), 4_900)


@doubt("没有户主，或者一户两个户主")
def _(p: Papers) -> None:
    heads = p.present[p.present["与户主关系"] == "户主"].groupby("户编号").size()
    homes = set(p.present["户编号"])
    assert (heads == 1).all() and set(heads.index) == homes and len(homes) > 4_900


@doubt("户主姓名和家庭成员里的户主不是一个人")
def _(p: Papers) -> None:
    heads = p.present[p.present["与户主关系"] == "户主"].set_index("户编号")["姓名"]
    same = p.homes.loc[heads.index, "户主姓名"]
    none(same[same != heads], len(heads), 4_900)


def _beside(p: Papers, relations: tuple[str, ...]) -> pd.DataFrame:
    """Members of these relations with what the head is."""
    heads = p.present[p.present["与户主关系"] == "户主"].set_index("户编号")
    own = p.present[p.present["与户主关系"].isin(relations)]
    return own.assign(head_age=own["户编号"].map(heads["age"]), head_sex=own["户编号"].map(heads["性别"]))


@doubt("孩子比父母大，或者父母生他时不到18岁")
def _(p: Papers) -> None:
    children = _beside(p, ("之子", "之女"))
    none(children[children["head_age"] - children["age"] < 18], len(children), 1_000)


@doubt("母亲生孩子时不到18岁或超过48岁")
def _(p: Papers) -> None:
    wives = p.present[p.present["与户主关系"].isin(("配偶", "户主")) & (p.present["性别"] == "女")]
    mother = wives.groupby("户编号")["age"].max()
    children = p.present[p.present["与户主关系"].isin(("之子", "之女"))]
    apart = (children["户编号"].map(mother) - children["age"]).dropna()
    none(apart[(apart < 18) | (apart > 48)], len(apart), 800)


@doubt("孙辈与子辈年龄相差不到16岁")
def _(p: Papers) -> None:
    middle = p.present[p.present["与户主关系"].isin(("之子", "之儿媳"))].groupby("户编号")["age"].min()
    young = p.present[p.present["与户主关系"].isin(("之孙子", "之孙女"))]
    apart = (young["户编号"].map(middle) - young["age"]).dropna()
    none(apart[apart < 16], len(apart), 100)


@doubt("父母不比户主大")
def _(p: Papers) -> None:
    elders = _beside(p, ("之父", "之母"))
    none(elders[elders["age"] - elders["head_age"] < 16], len(elders), 200)


@doubt("配偶与户主同性别，或者配偶不到法定婚龄")
def _(p: Papers) -> None:
    wives = _beside(p, ("配偶",))
    none(wives[wives["性别"] == wives["head_sex"]], len(wives), 1_000)
    none(wives[wives["age"] < wives["性别"].map({"男": 22, "女": 20})], len(wives))


@doubt("关系与性别矛盾（之子是女的、之儿媳是男的）")
def _(p: Papers) -> None:
    sex = {"之子": "男", "之父": "男", "之孙子": "男", "之女": "女", "之母": "女", "之孙女": "女", "之儿媳": "女"}
    told = p.present[p.present["与户主关系"].isin(sex)]
    none(told[told["性别"] != told["与户主关系"].map(sex)], len(told), 2_000)


@doubt("有儿媳却没有儿子")
def _(p: Papers) -> None:
    wives = set(p.present.loc[p.present["与户主关系"] == "之儿媳", "户编号"])
    assert wives and wives <= set(p.present.loc[p.present["与户主关系"] == "之子", "户编号"])


@doubt("亲兄弟姐妹出生相隔不到十个月")
def _(p: Papers) -> None:
    for relations in (("之子", "之女"), ("之孙子", "之孙女")):
        own = p.present[p.present["与户主关系"].isin(relations)].sort_values(["户编号", "出生日期"])
        apart = own.groupby("户编号")["出生日期"].diff().dropna()
        none(apart[apart.dt.days < 300], len(apart), 50)


@doubt("家里没有一个孩子，或者老人少得不像农村")
def _(p: Papers) -> None:
    assert 0.35 < (p.present["age"] >= 60).mean() < 0.6 and (p.present["age"] < 16).mean() > 0.05
    assert (p.present["age"] < 3).sum() > 20


@doubt("小学生不是6到13岁")
def _(p: Papers) -> None:
    pupils = p.present[p.present["在校状况"] == "小学"]
    none(pupils[~pupils["age"].between(6, 13)], len(pupils), 200)


@doubt("初中生不是12到16岁")
def _(p: Papers) -> None:
    pupils = p.present[p.present["在校状况"] == "初中"]
    none(pupils[~pupils["age"].between(12, 16)], len(pupils), 100)


@doubt("高中、中职生不是15到19岁")
def _(p: Papers) -> None:
    pupils = p.present[p.present["在校状况"].isin(("普通高中", "中职"))]
    none(pupils[~pupils["age"].between(15, 19)], len(pupils), 100)


@doubt("大学生不到17岁")
def _(p: Papers) -> None:
    pupils = p.present[p.present["在校状况"].isin(("高职高专", "本科及以上"))]
    none(pupils[pupils["age"] < 17], len(pupils), 100)


@doubt("七岁以上还没上学")
def _(p: Papers) -> None:
    small = p.present[p.present["在校状况"].isin(("学龄前", "幼儿园"))]
    none(small[small["age"] >= 7], len(small), 100)


@doubt("义务教育阶段辍学的不止一两个")
def _(p: Papers) -> None:
    out = p.present[p.present["在校状况"] == "辍学"]
    assert 1 <= len(out) <= 3 and out["age"].between(7, 16).all()


@doubt("在校学生还算劳动力，或者还在务工")
def _(p: Papers) -> None:
    pupils = p.present[~p.present["在校状况"].isin(("学龄前", "非在校", "已毕业", "辍学"))]
    none(pupils[(pupils["劳动技能"] != "无劳动力") | pupils["务工月数"].notna()], len(pupils), 500)


@doubt("16岁以下算劳动力")
def _(p: Papers) -> None:
    young = p.present[p.present["age"] < 16]
    none(young[young["劳动技能"] != "无劳动力"], len(young), 500)


@doubt("60岁以上还是普通或技能劳动力")
def _(p: Papers) -> None:
    old = p.present[p.present["age"] >= 60]
    none(old[old["劳动技能"].isin(("普通劳动力", "技能劳动力"))], len(old), 3_000)


@doubt("壮年健康不在校，却没有劳动力")
def _(p: Papers) -> None:
    grown = p.present[p.present["age"].between(18, 58) & (p.present["健康状况"] == "健康")]
    grown = grown[grown["在校状况"].isin(("非在校", "已毕业"))]
    none(grown[~grown["劳动技能"].isin(ABLE)], len(grown), 2_000)


@doubt("残疾或大病还是普通劳动力")
def _(p: Papers) -> None:
    unwell = p.present[p.present["健康状况"].isin(("残疾", "大病"))]
    none(unwell[unwell["劳动技能"].isin(("普通劳动力", "技能劳动力"))], len(unwell), 500)


@doubt("大病的人、没有劳动能力的人在务工")
def _(p: Papers) -> None:
    works = p.present[p.present["务工月数"].notna()]
    none(works[(works["健康状况"] == "大病") | ~works["劳动技能"].isin(ABLE)], len(works), 2_000)


@doubt("身份证的出生日期、性别对不上")
def _(p: Papers) -> None:
    ids = p.present["证件号码"]
    born = p.present["出生日期"].dt.strftime("%Y%m%d")
    odd = ids.str[16].astype(int) % 2 == 1
    none(ids[(ids.str[6:14] != born) | (odd != (p.present["性别"] == "男"))], len(ids), 9_000)


@doubt("医保参保率不到百分之九十八，或者人人都参保")
def _(p: Papers) -> None:
    assert 0.98 < (p.present["参加医保"] == "是").mean() < 1


# --- money of households


@doubt("人均纯收入一年里大涨大跌")
def _(p: Papers) -> None:
    spent = "生产经营性支出"
    years = [
        lines["金额"].where(lines["科目"] != spent, -lines["金额"]).sum()
        for lines in (p.year_of(LAST - 1 - 12 * n) for n in range(4))
    ]
    assert all(1.0 < newer / older < 1.13 for newer, older in pairwise(years))


@doubt("分红一年只有十几块钱")
def _(p: Papers) -> None:
    yearly = p["项目带户"][p["项目带户"]["方式"] == "分红"]["金额"]
    assert len(yearly) > 1_000 and yearly.min() >= 100


@doubt("公益岗位一个月只有几块、几十块钱")
def _(p: Papers) -> None:
    posts = p.lines("公益岗位工资")["金额"]
    assert len(posts) > 1_000 and posts.min() >= 300


@doubt("一笔务工工资不到一百元（填错的一两笔除外），或者一个月三万")
def _(p: Papers) -> None:
    wages = p.lines("务工工资", by_month=True)["金额"]
    assert len(wages) > 100_000 and (wages < 100).sum() <= 12 and wages.max() < 30_000


@doubt("其他转移性收入成了转移性里最大的一项")
def _(p: Papers) -> None:
    lines = p.year_of(LAST - 1)
    transfers = [name for name, (kind, _) in SUBJECTS.items() if kind == "transfer"]
    sums = lines[lines["科目"].isin(transfers)].groupby("科目")["金额"].sum().sort_values()
    assert sums.index[-1] == "养老金" and sums["其他转移性"] < 0.2 * sums.sum()


@doubt("工资性收入不占大头")
def _(p: Papers) -> None:
    lines = p.year_of(LAST - 1)
    income = lines[lines["科目"] != "生产经营性支出"]
    assert 0.35 < income.loc[income["科目"].str.endswith("工资"), "金额"].sum() / income["金额"].sum() < 0.7


@doubt("家里没有满60岁的人却领养老金，或者还没满60就开始领")
def _(p: Papers) -> None:
    lines = p.lines("养老金", by_month=True)
    sixty = (p.people.groupby("户编号")["出生日期"].min() + pd.DateOffset(years=60)).dt.strftime("%Y-%m")
    assert len(lines) > 100_000
    none(lines[lines["月份"] < lines["户编号"].map(sixty)], len(lines))


@doubt("没有残疾人却领残疾补贴")
def _(p: Papers) -> None:
    lines = set(p.lines("残疾补贴")["户编号"])
    assert len(lines) > 300 and lines <= p.with_some(p.present["健康状况"] == "残疾")


@doubt("低保户没有低保金，一般户却有；或者一个月只有几块")
def _(p: Papers) -> None:
    paid = set(p.lines("低保金")["户编号"]) & set(p.counted.index)
    assert paid == set(p.counted.index[p.counted["户属性"] == "低保户"]) and len(paid) > 300
    assert p.lines("低保金")["金额"].min() >= 100


@doubt("特困供养金发给了别的户")
def _(p: Papers) -> None:
    paid = set(p.lines("特困供养金")["户编号"]) & set(p.counted.index)
    assert paid == set(p.counted.index[p.counted["户属性"] == "特困户"])


@doubt("计划生育奖扶发给没有老人的户")
def _(p: Papers) -> None:
    paid = set(p.lines("计划生育金")["户编号"])
    assert len(paid) > 50 and paid <= p.with_some(p.present["age"] >= 60)


@doubt("没有人务工却有务工工资")
def _(p: Papers) -> None:
    paid = set(p.lines("务工工资")["户编号"])
    assert len(paid) > 1_500 and paid <= p.with_some(p.present["务工月数"].notna())


@doubt("冬天二月还在卖庄稼")
def _(p: Papers) -> None:
    months = set(p.lines("种植业", by_month=True)["月份"].str[5:])
    assert months and months <= {"09", "10", "11", "12"}


@doubt("春节那个月的务工工资和别的月一样多")
def _(p: Papers) -> None:
    wages = p.lines("务工工资").groupby("月份")["金额"].sum()
    assert all(wages[f"{year}-02"] < 0.7 * wages[f"{year}-05"] for year in range(2022, 2027))


@doubt("当月刚过二十天，所有户的收支就都填完了")
def _(p: Papers) -> None:
    lines = p["收支"][p["收支"]["科目"] != "资产收益分红"].groupby("月份")["户编号"].nunique()
    assert 0.25 < lines[label(LAST)] / lines[label(LAST - 1)] < 0.85


@doubt("各村报账进度一个样")
def _(p: Papers) -> None:
    lines = p["收支"]
    share = lines[lines["月份"] == label(LAST)].groupby(lines["户编号"].str[:12])["户编号"].nunique()
    whole = lines[lines["月份"] == label(LAST - 1)].groupby(lines["户编号"].str[:12])["户编号"].nunique()
    assert (share.reindex(whole.index).fillna(0) / whole).std() > 0.15


# --- measures


@doubt("危房改造做在本来安全的房子上")
def _(p: Papers) -> None:
    checks = p["保障核实"]
    unsafe = set(checks.loc[(checks["保障"] == "住房") & (checks["结论"] == "未达标"), "户编号"])
    done = p["帮扶措施"][p["帮扶措施"]["名称"] == "危房改造"]
    none(done[~done["户编号"].isin(unsafe)], len(done), 50)


@doubt("饮水改造做在本来有水的户")
def _(p: Papers) -> None:
    checks = p["保障核实"]
    unsafe = set(checks.loc[(checks["保障"] == "饮水") & (checks["结论"] == "未达标"), "户编号"])
    done = p["帮扶措施"][p["帮扶措施"]["类别"].isin(("饮水", "饮水安全保障"))]
    none(done[~done["户编号"].isin(unsafe)], len(done), 30)


@doubt("医保参保资助一户两千多元")
def _(p: Papers) -> None:
    given = p["帮扶措施"][p["帮扶措施"]["名称"] == "医保参保资助"]
    each = given["金额"].astype(float) / given["户编号"].map(p.homes["persons"])
    assert len(given) > 200 and each.max() <= 420


@doubt("家庭医生签约、技术指导、务工推荐也发钱")
def _(p: Papers) -> None:
    free = p["帮扶措施"][p["帮扶措施"]["名称"].isin(("家庭医生签约", "产业技术指导", "务工推荐", "低保", "公益岗位"))]
    none(free[free["金额"].notna()], len(free), 500)


@doubt("雨露计划给了没有职校生的户，义务教育资助给了没有中小学生的户")
def _(p: Papers) -> None:
    given = p["帮扶措施"]
    for name, stages in (("雨露计划补助", ("中职", "高职高专")), ("义务教育阶段资助", ("小学", "初中"))):
        homes = set(given.loc[given["名称"] == name, "户编号"])
        assert len(homes) > 30 and homes <= p.with_some(p.present["在校状况"].isin(stages))


@doubt("大病救助给了没有大病的户")
def _(p: Papers) -> None:
    homes = set(p["帮扶措施"].loc[p["帮扶措施"]["名称"] == "大病救助", "户编号"])
    assert len(homes) > 50 and homes <= p.with_some(p.present["健康状况"] == "大病")


@doubt("有低保、特困、公益岗位的措施却没有这项收入")
def _(p: Papers) -> None:
    given = p["帮扶措施"]
    pairs = (("低保", "低保金"), ("特困供养", "特困供养金"), ("公益岗位", "公益岗位工资"), ("退耕还林补助", "生态补偿"))
    for name, subject in pairs:
        homes = set(given.loc[given["名称"] == name, "户编号"]) & set(p.counted.index)
        assert len(homes) > 20 and homes <= set(p.lines(subject)["户编号"]), name


@doubt("低保金、岗位工资领了几年，这项措施才开始")
def _(p: Papers) -> None:
    given = p["帮扶措施"]
    for name, subject in (("低保", "低保金"), ("公益岗位", "公益岗位工资"), ("特困供养", "特困供养金")):
        first = p.lines(subject, by_month=True).groupby("户编号")["月份"].min()
        own = given[(given["名称"] == name) & given["户编号"].isin(first.index)]
        own = own[own["户编号"].map(p.homes["脱贫日期"]).notna() & ~own["户编号"].isin(p.turned("分户自").index)]
        late = own[own["开始日期"].dt.strftime("%Y-%m") > own["户编号"].map(first)]
        none(late, len(own), 20)


@doubt("正在监测的户没有一项措施在实施")
def _(p: Papers) -> None:
    given = p["帮扶措施"]
    running = set(given.loc[given["结束日期"].isna() | (given["结束日期"] >= END), "户编号"])
    watched = p.homes.index[p.homes["户类型"].isin(WATCHED) & (p.homes["识别日期"] < END - pd.Timedelta(days=60))]
    assert len(watched) > 80 and len(set(watched) - running) <= 3


@doubt("有劳动力的监测对象没有产业就业措施")
def _(p: Papers) -> None:
    given = p["帮扶措施"]
    helped = set(given.loc[given["类别"].isin(("产业", "就业", "金融", "公益岗位")), "户编号"])
    watched = set(p.homes.index[p.homes["户类型"].isin(WATCHED)]) & p.with_some(p.present["劳动技能"].isin(ABLE))
    assert len(watched) > 60 and len(watched - helped) <= 2


@doubt("2023年后撤并的乡村振兴局还在当责任单位")
def _(p: Papers) -> None:
    none(p["帮扶措施"][p["帮扶措施"]["责任单位"].str.endswith("乡村振兴局")], len(p["帮扶措施"]))


# --- visits


@doubt("几十万次走访只有几十句话")
def _(p: Papers) -> None:
    said = p["走访"]["内容"].value_counts()
    assert len(said) > 2_000 and said.iloc[0] < 0.015 * said.sum()


@doubt("一月份下地看庄稼长势、七月份查过冬")
def _(p: Papers) -> None:
    visits = p["走访"]
    month = visits["日期"].dt.month
    for words, months in (
        ("苗情|田间|春播|春耕", range(4, 9)),
        ("秋收|收割", (9, 10)),
        ("取暖|煤烟|过冬|冬季", (11, 12, 1, 2)),
        ("汛期|防暑", (6, 7, 8)),
    ):
        told = visits["内容"].str.contains(words)
        none(visits[told & ~month.isin(months)], int(told.sum()), 200)


@doubt("没有人务工的户去核对务工收入")
def _(p: Papers) -> None:
    told = p["走访"][p["走访"]["内容"].str.contains("务工(?:收入|单位|是否|人员|意向)")]
    none(told[~told["户编号"].isin(p.with_some(p.present["务工月数"].notna()))], len(told), 5_000)


@doubt("没有学生的户去了解升学")
def _(p: Papers) -> None:
    told = p["走访"][p["走访"]["事由"] == "升学考试"]
    none(told[~told["户编号"].isin(p.with_some(p.present["age"].between(14, 19)))], len(told), 150)
    assert set(told["日期"].dt.month) <= {6, 7, 8}


@doubt("没有病人的户去看用药、看望住院")
def _(p: Papers) -> None:
    told = p["走访"][p["走访"]["内容"].str.contains("慢性病用药|住院|复查")]
    sick = p.with_some(p.present["健康状况"].isin(("大病", "长期慢性病")))
    none(told[~told["户编号"].isin(sick)], len(told), 2_000)


@doubt("没有老人的户去核对养老金，不是独居的当独居老人看望")
def _(p: Papers) -> None:
    told = p["走访"][p["走访"]["内容"].str.contains("养老金|老人起居")]
    old = p.with_some(p.present["age"] >= 60)
    none(told[~told["户编号"].isin(old)], len(told), 2_000)
    alone = p["走访"][p["走访"]["内容"].str.contains("独居")]
    none(alone[alone["户编号"].map(p.homes["persons"]) > 1], len(alone), 500)


@doubt("周末走访和平日一样多")
def _(p: Papers) -> None:
    weekend = p["走访"]["日期"].dt.day_of_week >= 5
    assert 0.01 < weekend.mean() < 0.1


@doubt("大年初一到初五照样走访几百户")
def _(p: Papers) -> None:
    days = p["走访"]["日期"]
    for first in SPRING:
        week = days.between(first, first + pd.Timedelta(days=4)).sum()
        before = days.between(first - pd.Timedelta(days=12), first - pd.Timedelta(days=3)).sum()
        assert week < 0.06 * before


@doubt("传统节日的慰问不在节前")
def _(p: Papers) -> None:
    told = p["走访"][p["走访"]["事由"] == "传统节日"]
    months = told["日期"].dt.month
    assert len(told) > 3_000 and months.isin((1, 2, 5, 6, 9, 10)).all()


@doubt("同一人同一天走访几十户")
def _(p: Papers) -> None:
    assert p["走访"].groupby(["责任人编号", "日期"]).size().max() <= 25


# --- problems, tasks


@doubt("问题超期一千多天还挂在墙上")
def _(p: Papers) -> None:
    open_ones = p["问题"][p["问题"]["整改日期"].isna()]
    late = (END - open_ones["整改期限"]).dt.days
    assert len(open_ones) >= 5 and late.max() <= 60


@doubt("问题一个都不超期，太干净")
def _(p: Papers) -> None:
    open_ones = p["问题"][p["问题"]["整改日期"].isna()]
    assert 2 <= (open_ones["整改期限"] < END).sum() <= 25


@doubt("任务超期大半年没人管")
def _(p: Papers) -> None:
    open_ones = p["作战任务"][p["作战任务"]["完成日期"].isna()]
    late = (END - open_ones["期限"]).dt.days
    assert late.max() <= 60 and 2 <= (late > 0).sum() <= 40


@doubt("危房改造任务派给住房本来安全的户")
def _(p: Papers) -> None:
    checks = p["保障核实"]
    unsafe = set(checks.loc[(checks["保障"] == "住房") & (checks["结论"] == "未达标"), "户编号"])
    told = p["作战任务"][p["作战任务"]["任务"] == "危房改造"]
    none(told[~told["户编号"].isin(unsafe)], len(told), 10)


@doubt("住房、饮水的问题提在好房好水的户")
def _(p: Papers) -> None:
    checks = p["保障核实"]
    for category, item in (("住房安全", "住房"), ("饮水安全", "饮水")):
        unsafe = set(checks.loc[(checks["保障"] == item) & (checks["结论"] == "未达标"), "户编号"])
        told = p["问题"][(p["问题"]["类别"] == category) & p["问题"]["户编号"].notna()]
        none(told[~told["户编号"].isin(unsafe)], len(told), 5)


@doubt("残疾人补贴的问题提在没有残疾人的户")
def _(p: Papers) -> None:
    told = p["问题"][p["问题"]["描述"].str.contains("残疾")]
    none(told[~told["户编号"].isin(p.with_some(p.present["健康状况"] == "残疾"))], len(told), 3)


@doubt("问题和任务的责任人在花名册里查无此人")
def _(p: Papers) -> None:
    known = set(p["帮扶责任人"]["姓名"])
    assert set(p["问题"]["责任人"]) | set(p["作战任务"]["责任人"]) <= known


@doubt("同一个村同一件任务几个月内派了两遍")
def _(p: Papers) -> None:
    tasks = p["作战任务"][p["作战任务"]["户编号"].isna()].sort_values("开始日期")
    apart = tasks.groupby(["村代码", "任务"])["开始日期"].diff().dropna()
    assert len(tasks) > 500
    none(apart[apart.dt.days < 60], len(tasks))


# --- projects, funds


@doubt("两个项目一个名字")
def _(p: Papers) -> None:
    none(p["项目"][p["项目"]["名称"].duplicated(keep=False)], len(p["项目"]), 30)


@doubt("公益性资产还约定收益")
def _(p: Papers) -> None:
    public = p["项目"][p["项目"]["资产类别"] == "公益性"]
    none(public[public["约定年收益率"].notna()], len(public), 2)
    assert not set(public["项目编号"]) & set(p["项目收益"]["项目编号"])


@doubt("公益性项目是养殖场、加工厂，或者修路修水由合作社经营")
def _(p: Papers) -> None:
    public = p["项目"][p["项目"]["资产类别"] == "公益性"]
    none(public[public["经营主体"].notna() | public["合同编号"].notna()], len(public), 2)
    none(public[~public["名称"].str.contains("工程")], len(public), 2)


@doubt("没有建成的项目已经有收益")
def _(p: Papers) -> None:
    running = set(p["项目"].loc[p["项目"]["阶段"] == "运营", "项目编号"])
    assert set(p["项目收益"]["项目编号"]) <= running and len(running) > 15


@doubt("资金拨付从来不跨年")
def _(p: Papers) -> None:
    year = p["资金"].set_index("资金编号")["年度"].astype(int)
    paid = p["资金拨付"]
    after = paid["日期"].dt.year > paid["资金编号"].map(year)
    assert 0.01 < after.mean() < 0.35


@doubt("周末也在拨付资金")
def _(p: Papers) -> None:
    none(p["资金拨付"][p["资金拨付"]["日期"].dt.day_of_week >= 5], len(p["资金拨付"]), 300)


@doubt("拨付超过安排")
def _(p: Papers) -> None:
    arranged = p["资金"].set_index("资金编号")["安排金额"].astype(float)
    paid = p["资金拨付"].groupby("资金编号")["金额"].sum().astype(float)
    none(paid[paid > arranged.reindex(paid.index) + 0.005], len(paid), 100)


@doubt("2026年还叫衔接资金，2025年就叫常态化帮扶资金")
def _(p: Papers) -> None:
    funds = p["资金"][p["资金"]["来源"].isin(("中央", "省")) & p["资金"]["项目编号"].isna()]
    year = funds["年度"].astype(int)
    assert not funds.loc[year >= 2026, "名称"].str.contains("衔接").any()
    assert not funds.loc[year < 2026, "名称"].str.contains("常态化").any()
    assert funds["名称"].str.contains("衔接").any() and funds["名称"].str.contains("常态化").any()


@doubt("分红的户不在册，或者分给了已经不享受的户")
def _(p: Papers) -> None:
    this_year = p["项目带户"][p["项目带户"]["年度"].astype(int) == TODAY.year]
    given = this_year.loc[this_year["方式"] == "分红", "户编号"]
    assert len(given) > 300 and given.isin(p.counted.index).mean() > 0.97


@pytest.mark.parametrize("words", DOUBTS)
def test_an_expert_finds_nothing_to_doubt(papers: Papers, words: str):
    DOUBTS[words](papers)


def test_the_list_is_long_enough():
    assert len(DOUBTS) >= 60 and np.all([len(words) > 5 for words in DOUBTS])

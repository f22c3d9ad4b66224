"""What is said and done on a visit: sentences that fit the household and the season."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_YEAR = tuple(range(1, 13))
_TRIES = 5  # so many sentences are thought of before one fits; else the first of all

# occasion, how common, whom it fits (a mask of `Household` below), months, sentences
_FIRST: tuple[tuple[str, float, str, tuple[int, ...], tuple[str, ...]], ...] = (
    ("日常走访", 14, "any", _YEAR, (
        "了解近期家庭收支情况", "查看住房有无裂缝漏雨", "查看饮水水量和水质", "核对家庭成员信息", "询问生产生活困难",
        "了解身体状况和用药情况", "讲解帮扶措施落实情况", "核对明白卡内容", "查看院落卫生和用电安全",
        "核对银行卡到账明细", "了解米面油和衣被是否够用", "更新联系电话和住址")),
    ("日常走访", 5, "farms", (4, 5), ("了解春耕备种和农资准备", "查看春播进度", "帮助联系农机播种")),
    ("日常走访", 5, "farms", (6, 7, 8), ("了解田间管理和病虫害防治", "查看苗情长势和墒情", "提醒田间排水防涝")),
    ("日常走访", 5, "farms", (9, 10), ("了解秋收进度和粮食销路", "帮助联系收割机", "核对种植收入")),
    ("日常走访", 2, "farms", (11, 12, 1, 2, 3), ("了解秋粮存放和销售情况", "了解来年种植打算", "核对惠农补贴到账")),
    ("日常走访", 4, "stock", _YEAR, ("查看畜禽存栏和圈舍情况", "了解养殖防疫情况", "核对养殖收入和饲料支出")),
    ("日常走访", 6, "works", (3, 4, 5, 6, 7, 8, 9, 10, 11), (
        "核对务工收入和务工月数", "了解务工单位和工资发放", "了解务工是否稳定", "推送用工岗位信息")),
    ("日常走访", 4, "works", (12, 1, 2), ("了解务工人员返乡时间", "核对全年务工收入", "登记节后务工意向")),
    ("日常走访", 6, "elders", _YEAR, ("了解老人起居和赡养情况", "核对养老金到账情况", "帮老人打扫屋子、晾晒被褥")),
    ("日常走访", 5, "alone", _YEAR, (
        "看望独居老人，检查用电用火", "为独居老人代买日用品", "联系村医为独居老人量血压")),
    ("日常走访", 4, "pupils", (3, 4, 5, 6, 9, 10, 11, 12), ("了解孩子在校学习情况", "核对教育资助到账情况")),
    ("日常走访", 3, "pupils", (1, 2, 7, 8), ("了解孩子假期生活，提醒防溺水和交通安全", "了解孩子寒暑假返校安排")),
    ("日常走访", 6, "sick", _YEAR, ("了解慢性病用药和复查情况", "核对门诊报销情况", "提醒按时服药、定期复查")),
    ("日常走访", 5, "disabled", _YEAR, ("了解康复和护理情况", "核对残疾人补贴到账", "询问辅助器具使用情况")),
    ("日常走访", 4, "allowance", _YEAR, ("核对低保金发放情况", "告知低保动态管理要求")),
    ("日常走访", 3, "posts", _YEAR, ("了解公益岗位在岗情况", "核对公益岗位工资发放")),
    ("日常走访", 7, "watched", _YEAR, ("逐项核对风险点和帮扶措施", "核实监测信息变化", "研究稳定增收办法")),
    ("日常走访", 3, "any", (11, 12, 1, 2), ("查看取暖和防煤烟中毒措施", "查看过冬煤柴储备", "提醒冬季防火")),
    ("日常走访", 3, "any", (6, 7, 8), ("提醒汛期防滑坡防内涝", "查看房前屋后排水", "提醒防暑降温")),
    ("政策宣传", 4, "any", (9, 10, 11, 12), ("宣传明年医保缴费标准和资助政策", "提醒按时缴纳医保")),
    ("政策宣传", 3, "any", _YEAR, (
        "宣传防止返贫致贫监测和帮扶政策", "讲解低保、特困和临时救助政策", "宣传小额信贷政策",
        "宣传防范电信诈骗和养老诈骗", "宣传移风易俗和村规民约")),
    ("政策宣传", 2, "insured", _YEAR, ("讲解养老保险缴费档次",)),
    ("政策宣传", 2, "pupils", (2, 3, 8, 9), ("宣传教育资助和雨露计划政策",)),
    ("政策宣传", 2, "farms", (3, 4, 5), ("宣传种粮补贴和农业保险政策",)),
    ("生病住院", 4, "ill", _YEAR, ("到医院看望，了解治疗和报销情况", "帮助办理住院报销", "协助申请大病救助")),
    ("生病住院", 2, "sick", _YEAR, ("病后回访，了解恢复情况", "陪同到乡镇卫生院复查")),
    ("升学考试", 6, "exams", (6, 7, 8), (
        "了解升学情况，告知资助政策", "送去录取后的资助申请表", "祝贺升学，了解学费准备情况")),
    ("红白喜事", 0.5, "any", _YEAR, ("上门慰问",)),
    ("意外伤害", 0.3, "any", _YEAR, ("了解受伤情况，协助申请临时救助", "看望受伤人员，了解医药费支出")),
    ("其他", 1, "any", _YEAR, ("协助办理证件", "帮助维修门窗", "帮助联系修理水管", "协助申请用电过户")),
    ("其他", 1, "elders", _YEAR, ("代办老人高龄津贴认证", "帮老人学用手机缴费")),
)  # fmt: skip
_FEAST = (
    "节日慰问，送去米面油",
    "节前走访，询问过节准备",
    "节日看望，了解家人返乡情况",
    "送去慰问品，叮嘱用火用电安全",
)
_SECOND = (
    "，情况稳定", "，已记入台账", "，无新增困难", "，没有变化", "，已拍照留存", "，已当面讲清", "，本人表示满意",
    "，家属在场", "，约定下月再看", "，已向村委会反映", "，已与家人通电话", "，户内有人答复", "，与上月一致",
    "，材料已收齐", "，已帮助填表", "，已现场解答", "，提出一条建议", "，需继续关注", "，已联系有关部门",
    "，下次带宣传单", "，已更新信息", "，邻居代为转告", "，已核实无误", "，听取了意见", "，已提醒家人",
    "，生活有保障", "，已登记需求", "，正在跟进", "，已落实到人", "，本周内回访", "，已签字确认", "，反馈良好",
)  # fmt: skip
_PLAIN = 0.3  # of the visits have the first sentence alone


@dataclass(frozen=True)
class Talks:
    """Sentences for households: by name of a trait which of them have it."""

    traits: Mapping[str, np.ndarray]

    def drawn(
        self, rng: np.random.Generator, who: np.ndarray, month: int, eve: np.ndarray
    ) -> tuple[pa.Array, pa.Array]:
        """Occasion and content of a visit to each of ``who`` in a month of the year; ``eve``: before a festival."""
        tried = rng.choice(len(self._chance), size=(_TRIES, len(who)), p=self._chance)
        fits = self._has[self._trait[tried], who] & self._season[tried, month - 1]
        fits[-1], tried[-1] = True, rng.integers(0, self._always, len(who))
        chosen = tried[fits.argmax(axis=0), np.arange(len(who))]
        feast = eve & (rng.random(len(who)) < 0.55)
        chosen = np.where(feast, len(self._chance) + rng.integers(0, len(_FEAST), len(who)), chosen)
        ends = np.where(rng.random(len(who)) < _PLAIN, len(_SECOND), rng.integers(0, len(_SECOND), len(who)))
        ended = pa.array([*_SECOND, ""]).take(pa.array(ends))
        occasions = pa.array([*self._occasions, *["传统节日"] * len(_FEAST)])
        return occasions.take(pa.array(chosen)), pc.binary_join_element_wise(
            pa.array([*self._sentences, *_FEAST]).take(pa.array(chosen)), ended, ""
        )

    @cached_property
    def _rows(self) -> list[tuple[str, float, str, tuple[int, ...], str]]:
        return [
            (occasion, share / len(said), who, when, one) for occasion, share, who, when, said in _FIRST for one in said
        ]

    @cached_property
    def _always(self) -> int:
        return len(_FIRST[0][4])

    @cached_property
    def _occasions(self) -> list[str]:
        return [row[0] for row in self._rows]

    @cached_property
    def _sentences(self) -> list[str]:
        return [row[4] for row in self._rows]

    @cached_property
    def _chance(self) -> np.ndarray:
        chance = np.array([row[1] for row in self._rows])
        found: np.ndarray = chance / chance.sum()
        return found

    @cached_property
    def _season(self) -> np.ndarray:
        return np.array([[month in row[3] for month in _YEAR] for row in self._rows])

    @cached_property
    def _trait(self) -> np.ndarray:
        return np.array([list(self.traits).index(row[2]) for row in self._rows])

    @cached_property
    def _has(self) -> np.ndarray:
        return np.stack(list(self.traits.values()))

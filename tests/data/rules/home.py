"""A household of the official workbook without any fault, to which a case does something wrong or right."""

from collections import defaultdict

VILLAGE, OTHER_VILLAGE = "990181001001", "990181001002"
HELPER, OTHER_HELPER = "BF01", "BF02"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

Row = dict[str, object]
Book = dict[str, list[Row]]


def identity(born: str, order: int, *, male: bool) -> str:
    """An ID number of nobody (prefix 99) with its check digit; ``order`` (up to 499) tells those of one day apart."""
    digits = f"990181{born.replace('-', '')}{order * 2 + male:03d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """GB 11643."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


class Home:
    """One household: ``house`` (户), ``head`` and ``spouse`` (家庭成员) and the rows of further sheets."""

    def __init__(self, rule: str) -> None:
        number = int(rule[1:])
        self.number, self.code = number, f"{VILLAGE}{number:04d}"
        self.order = (number // 100 * 16 + number % 100) * 2
        self.beside: list[Home] = []
        self.born = f"{1970 + number // 100}-{1 + number % 12:02d}-{1 + number % 28:02d}"  # no two heads on one day
        self.house: Row = {
            "户编号": self.code, "村代码": VILLAGE, "户主姓名": f"张{number}", "联系电话": f"1990000{number:04d}",
            "户属性": "一般户", "户类型": "脱贫户", "识别日期": "2014-12-01", "脱贫日期": "2018-11-30",
            "住房安全": "是", "饮水安全": "是", "经度": "121.5", "纬度": "40.5", "采集日期": "2019-01-01",
        }  # fmt: skip
        self.members: list[Row] = []
        self.head = self.member(f"张{number}", "户主", "男", self.born)
        self.spouse = self.member(f"李{number}", "配偶", "女", f"{int(self.born[:4]) + 2}{self.born[4:]}")
        self.rows: Book = defaultdict(list)
        self.rows["结对帮扶"].append({"责任人编号": HELPER, "户编号": self.code, "开始日期": "2018-01-01"})
        self.years = {"务工工资": ("30000", "30000")}

    def member(self, name: str, relation: str, sex: str, born: str, **more: object) -> Row:
        """Somebody healthy who works."""
        place = len(self.members) + 1
        row: Row = {
            "人编号": f"{self.code}{place:02d}", "户编号": self.code, "姓名": name, "与户主关系": relation, "性别": sex,
            "出生日期": born, "证件号码": identity(born, self.order + place % 2, male=sex == "男"),
            "文化程度": "初中", "在校状况": "非在校", "健康状况": "健康", "劳动技能": "普通劳动力",
            "务工区域": "乡内", "务工月数": "6", "参加医保": "是", "参加养老保险": "是", "采集日期": "2019-01-01",
        } | more  # fmt: skip
        self.members.append(row)
        return row

    def child(self, born: str, schooling: str, **more: object) -> Row:
        """A son who does not work."""
        idle = {"劳动技能": "无劳动力", "务工区域": "", "务工月数": "", "在校状况": schooling, "文化程度": "小学"}
        return self.member(f"张{self.number}子", "之子", "男", born, **(idle | more))

    def old(self, born: str = "1950-02-03", **more: object) -> Row:
        """A father who works no more."""
        idle = {"劳动技能": "无劳动力", "务工区域": "", "务工月数": ""}
        return self.member(f"张{self.number}父", "之父", "男", born, **(idle | more))

    def idle(self) -> None:
        """Nobody of it can work."""
        for row in self.members:
            row.update({"劳动技能": "无劳动力", "务工区域": "", "务工月数": "", "健康状况": "残疾"})
            row.update({"残疾类别": "视力", "残疾等级": "一级"})

    def neighbour(self, **head: object) -> "Home":
        """A household beside it."""
        other = Home(f"R{self.number + 1100}")
        other.head.update(head)
        other.house["户主姓名"] = other.head["姓名"]
        self.beside.append(other)
        return other

    def give(self, sheet: str, **cells: object) -> Row:
        """A row more of a sheet, of this household."""
        row = {"户编号": self.code} | cells
        self.rows[sheet].append(row)
        return row

    def measure(self, kind: str, name: str, started: str, ended: str = "", number: int = 1) -> Row:
        return self.give(
            "帮扶措施", 措施编号=f"CS{self.number}{number}", 类别=kind, 名称=name, 开始日期=started, 结束日期=ended
        )

    def watched(self, risk: str = "因意外事故", since: str = "2026-01-10", **more: object) -> Row:
        """An open episode, helped since soon after."""
        self.measure("产业", "种养殖补助", "2026-01-20", number=8)
        return self.give(
            "监测", **{"监测编号": f"JC{self.number}", "类型": "脱贫不稳定户", "识别日期": since, "风险": risk,
                     "识别时人均纯收入": "6500"} | more,
        )  # fmt: skip

    def removed(self, **more: object) -> Row:
        """An episode of a year that was removed as it should be."""
        self.measure("产业", "种养殖补助", "2024-02-01", "2024-12-31", number=9)
        figures = {
            "消除时工资性收入": "20000", "消除时生产经营性收入": "0", "消除时财产性收入": "0",
            "消除时转移性收入": "0", "消除时生产经营性支出": "2000", "消除时人均纯收入": "9000",
        }  # fmt: skip
        return self.give(
            "监测", **{"监测编号": f"JC{self.number}", "类型": "脱贫不稳定户", "识别日期": "2024-01-10",
                     "风险": "因意外事故", "识别时人均纯收入": "6500", "消除日期": "2025-01-15",
                     "消除方式": "帮扶消除"} | figures | more,
        )  # fmt: skip

    def checked(self, item: str, day: str, verdict: str, **more: object) -> None:
        self.give("保障核实", 保障=item, 日期=day, 结论=verdict, **more)

    def year(self, subject: str, before: str, last: str) -> None:
        """The totals of an item of the income years 2025 and 2026; '' none."""
        self.years[subject] = (before, last)

    def line(self, month: str, subject: str, amount: str) -> None:
        self.give("收支", 月份=month, 科目=subject, 金额=amount)

    @property
    def book(self) -> Book:
        years = [
            {"户编号": self.code, "月份": year, "科目": subject, "金额": amount}
            for subject, amounts in self.years.items()
            for year, amount in zip(("2025年度", "2026年度"), amounts, strict=True)
            if amount
        ]
        own = {"户": [self.house], "家庭成员": self.members}
        return {**self.rows, **own, "收支": [*self.rows.get("收支", []), *years]}


def joined(homes: list[Home]) -> Book:
    """One workbook of all, with the regions, helpers and the line that they need."""
    book: Book = {
        "行政区划": [
            {"区划代码": "990181", "名称": "示范市"},
            {"区划代码": "990181001", "名称": "示范镇"},
            {"区划代码": VILLAGE, "名称": "东村"},
            {"区划代码": OTHER_VILLAGE, "名称": "西村"},
        ],
        "帮扶责任人": [
            {"责任人编号": code, "姓名": name, "单位": "示范市农业农村局", "队伍": "区直干部"}
            for code, name in ((HELPER, "王一"), (OTHER_HELPER, "王二"))
        ],
        "项目": [
            {"项目编号": "XM1", "名称": "示范光伏", "类型": "光伏", "区划代码": VILLAGE, "阶段": "运营", "投资": "1000"}
        ],
        "监测线": [{"省代码": "99", "起始日期": "2020-01-01", "金额": "7000"}],
    }
    for one in (one for home in homes for one in (home, *home.beside)):
        for sheet, rows in one.book.items():
            book.setdefault(sheet, []).extend(rows)
    return book

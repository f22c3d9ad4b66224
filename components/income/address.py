"""What 收入趋势 is set to: read from the address, where every value is looked up, and written back into links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.shell.reading import Reading
from components.shell.screen import Change, Screen
from components.shell.site import INCOME
from data.errors import Refused
from data.income.distribution import line_fen
from data.income.sinking import BASES, CAUSES
from data.regions.codes import is_code
from data.regions.tree import Region

VIEWS = {"course": "走势", "spread": "分布", "sinking": "下降户", "way": "脱贫历程"}
SPANS = {"rolling": "12个月滚动", "year": "按收入年度", "growth": "同比增速"}
MAPS = {"income": "net_income_per_capita", "growth": "net_income_growth"}
GROUPS = {"below": "现在线下", "near": "略高于线", "entering": "新进入线下", "leaving": "不再在线下"}
MOST_LINES = 4
MOST_BIN = 10**9  # yuan a head
_WORDS = {"view": "页面", "span": "口径", "map": "地图", "who": "名单", "basis": "列入依据", "cause": "原因"}


@dataclass(frozen=True)
class TrendChoice:
    """``compared``: codes of sub-regions to draw as lines. ``line``: a monitoring line tried out, yuan. ``who``: a key
    of GROUPS, or '' (whom the line brings in, without one who is below); ``bin``: lower end (yuan) of a bar of the
    histogram whose households are listed instead. ``basis`` and ``cause``: keys of sinking.BASES and CAUSES, '' any.
    ``tested``: whether the forecast is tested household by household where that takes seconds."""

    view: str = "course"
    span: str = "rolling"
    map: str = "income"
    compared: tuple[str, ...] = ()
    line: int | None = None
    who: str = ""
    bin: int | None = None
    basis: str = ""
    cause: str = ""
    tested: bool = False
    page: int = 1

    def parameters(self) -> dict[str, str]:
        """As parameters of an address, without what goes without saying or belongs to another view."""
        default = TrendChoice()
        given = {
            "view": self.view,
            **({"span": self.span, "map": self.map, "with": "-".join(self.compared)} if self.view == "course" else {}),
            **({"line": self.line, "who": self.who, "bin": self.bin} if self.view == "spread" else {}),
            **({"basis": self.basis, "cause": self.cause} if self.view == "sinking" else {}),
            **({"tested": "1"} if self.view == "sinking" and self.tested else {}),
            "page": self.page,
        }
        without = {name: getattr(default, name, "") for name in given}
        return {name: str(one) for name, one in given.items() if one not in (None, "", without[name])}


def read_trends(
    parameters: Mapping[str, str], *, children: Sequence[Region], where: str
) -> tuple[TrendChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default;
    ``children`` are the sub-regions of its region, which is called ``where``."""
    reading = Reading(parameters)
    known = {"view": VIEWS, "span": SPANS, "map": MAPS, "who": GROUPS, "basis": BASES, "cause": CAUSES}
    picked = {
        name: reading.one_of(name, ("", *words), f"没有“{{asked}}”这个{_WORDS[name]}选项，已按默认显示。")
        for name, words in known.items()
    }
    choice = TrendChoice(
        **{name: asked for name, asked in picked.items() if asked},
        compared=_compared(reading, children, where),
        line=_line(reading),
        bin=reading.number("bin", "地址中的收入段“{asked}”无法识别，已忽略。", least=-MOST_BIN, most=MOST_BIN),
        tested=reading.flag("tested"),
        page=reading.page(),
    )
    return choice, reading.problems


def _compared(reading: Reading, children: Sequence[Region], where: str) -> tuple[str, ...]:
    below = {child.code for child in children}
    codes = list(dict.fromkeys(filter(None, reading.text("with").split("-"))))
    # a region of elsewhere is left over from before another one was chosen: nothing needs saying
    if unknown := [code for code in codes if code not in below and not is_code(code)]:
        reading.problems.append(f"“{unknown[0][:20]}”不是{where}的下级，没有列入对比。")
    known = [code for code in codes if code in below]
    if len(known) > MOST_LINES:
        reading.problems.append(f"最多同时对比 {MOST_LINES} 个下级，已取前 {MOST_LINES} 个。")
    return tuple(known[:MOST_LINES])


def _line(reading: Reading) -> int | None:
    asked = reading.text("line")
    try:
        return line_fen(asked) // 100 if asked else None
    except Refused as refusal:
        reading.problems.append(f"地址中的试算线“{asked[:20]}”不能用：{refusal}")
        return None


def trends_link(screen: Screen, choice: TrendChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of the page with ``changes`` of the choice; a list starts at page 1, another region compares none."""
    place = {} if region is None else {"region": region}
    forgotten = {} if region is None else {"compared": ()}
    changed = replace(choice, **{"page": 1, **forgotten, **changes})
    return screen.link(INCOME, **place, **changed.parameters())

"""What 项目收益 is set to: read from the address, where every value is looked up, and written back into links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.shell.screen import Screen
from components.shell.site import PROJECTS
from data.projects.compare import GROUPINGS
from data.projects.region import NO_FILTERS, SORTS, Filters, operator_key
from data.terms import ASSET_CLASSES, PROJECT_KINDS, PROJECT_STAGES

VIEWS = {"list": "地图和名单", "compare": "比较", "risk": "上游风险"}
COLOURINGS = {"kind": "类型", "stage": "阶段", "rate": "年收益率", "arrears": "欠收"}
LONGEST_WORDS = 30


@dataclass(frozen=True)
class ProjectChoice:
    """``view`` and ``colour`` are keys of VIEWS and COLOURINGS, ``by`` of GROUPINGS. ``sort``: one of SORTS, with "-"
    before it the other way round; '' puts the largest arrears on top. On the risk view one of ``trouble`` (the id of a
    mark), ``project`` (a code) and ``operator`` (a name) says whose shock is looked at; ``page`` is of its list."""

    view: str = "list"
    filters: Filters = NO_FILTERS
    colour: str = "kind"
    by: str = "kind"
    sort: str = ""
    page: int = 1
    trouble: int | None = None
    project: str | None = None
    operator: str | None = None

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        filters = self.filters
        given = {
            "view": self.view if self.view != "list" else "",
            "kind": _places(filters.kinds, PROJECT_KINDS),
            "stage": _places(filters.stages, PROJECT_STAGES),
            "run": "-".join(map(operator_key, filters.operators)),
            "class": _places(filters.asset_classes, ASSET_CLASSES),
            "arrears": "1" if filters.arrears else "",
            "risky": "1" if filters.trouble else "",
            "q": filters.words,
            "colour": self.colour if self.colour != "kind" else "",
            "by": self.by if self.by != "kind" else "",
            "sort": self.sort,
            "page": str(self.page) if self.page > 1 else "",
            "trouble": str(self.trouble) if self.trouble else "",
            "found": self.project or "",
            "operator": operator_key(self.operator) if self.operator else "",
        }
        return {name: value for name, value in given.items() if value}


def _places(chosen: Sequence[str], known: Sequence[str]) -> str:
    return "-".join(str(known.index(one) + 1) for one in chosen)


def read_projects_choice(
    parameters: Mapping[str, str], *, operators: Sequence[str], problems: list[str]
) -> ProjectChoice:  # fmt: skip
    """The choice of an address; ``operators`` are those that the viewer may see here.

    What means nothing is replaced by the default, and a sentence about it added to ``problems``.
    """
    by_key = {operator_key(name): name for name in ("", *operators)}

    def one_of(name: str, known: Mapping[str, str], default: str, what: str) -> str:
        asked = parameters.get(name, default)
        if asked in known:
            return asked
        problems.append(f"没有“{asked[:20]}”这{what}，已显示“{known[default]}”。")
        return default

    def several(name: str, known: Mapping[str, str], what: str) -> tuple[str, ...]:
        parts = [part for part in parameters.get(name, "").split("-") if part]
        if any(part not in known for part in parts):
            problems.append(f"筛选条件“{what}”中有无法识别的内容，已忽略。")
        return tuple(dict.fromkeys(known[part] for part in parts if part in known))

    words = "".join(filter(str.isprintable, parameters.get("q", ""))).strip()[:LONGEST_WORDS]
    filters = Filters(
        kinds=several("kind", _numbered(PROJECT_KINDS), "类型"),
        stages=several("stage", _numbered(PROJECT_STAGES), "阶段"),
        operators=several("run", by_key, "经营主体"),
        asset_classes=several("class", _numbered(ASSET_CLASSES), "资产类别"),
        arrears=parameters.get("arrears") == "1",
        trouble=parameters.get("risky") == "1",
        words=words,
    )
    operator = parameters.get("operator")
    if operator and operator not in by_key:
        problems.append("地址中的经营主体在所选区划没有项目，请在下面重新选择。")
    sort = parameters.get("sort", "")
    if sort.removeprefix("-") not in ("", *SORTS, "loss", "per_head", "village"):
        problems.append("地址中的排序方式不存在，已按默认顺序显示。")
        sort = ""
    return ProjectChoice(
        view=one_of("view", VIEWS, "list", "个页面"),
        filters=filters,
        colour=one_of("colour", COLOURINGS, "kind", "种着色方式"),
        by=one_of("by", {name: one.label for name, one in GROUPINGS.items()}, "kind", "种比较方式"),
        sort=sort,
        page=whole(parameters.get("page")) or 1,
        trouble=whole(parameters.get("trouble")),
        project=parameters.get("found", "")[:60] or None,
        operator=by_key.get(operator or "") or None,
    )


def _numbered(words: Sequence[str]) -> dict[str, str]:
    return {str(place): word for place, word in enumerate(words, start=1)}


def whole(text: str | None) -> int | None:
    """A number as an address gives it; None for what cannot be one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None


def projects_link(screen: Screen, choice: ProjectChoice, *, region: str | None = None, **changes) -> str:
    """The address of 项目收益 with ``changes`` of the choice; another order, filter or view starts at page 1."""
    place = {} if region is None else {"region": region}
    return screen.link(PROJECTS, **place, **replace(choice, **{"page": 1, **changes}).parameters())

"""What 项目收益 is set to: read from the address, where every value is looked up, and written back into links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.shell.reading import UNKNOWN_SORT, Reading, numbered
from components.shell.screen import Change, Screen
from components.shell.site import PROJECTS
from data.audit.taken import BY_NAME
from data.projects.compare import GROUPINGS
from data.projects.region import NO_FILTERS, SORTS, Filters, operator_key
from data.terms import ASSET_CLASSES, PROJECT_KINDS, PROJECT_STAGES
from data.text.signs import seen

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


def read_projects_choice(parameters: Mapping[str, str], *, operators: Sequence[str]) -> tuple[ProjectChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default;
    ``operators`` are those that the viewer may see here."""
    reading = Reading(parameters)
    by_key = {operator_key(name): name for name in ("", *operators)}

    def one_of(name: str, known: Mapping[str, str], default: str, what: str) -> str:
        return reading.one_of(name, known, f"没有“{{asked}}”这{what}，已显示“{known[default]}”。") or default

    def several(name: str, known: Mapping[str, str], what: str) -> tuple[str, ...]:
        return reading.several(name, known, f"筛选条件“{what}”中有无法识别的内容，已忽略。")

    words = seen(reading.text("q"))[:LONGEST_WORDS]
    filters = Filters(
        kinds=several("kind", numbered(PROJECT_KINDS), "类型"),
        stages=several("stage", numbered(PROJECT_STAGES), "阶段"),
        operators=several("run", by_key, "经营主体"),
        asset_classes=several("class", numbered(ASSET_CLASSES), "资产类别"),
        arrears=reading.flag("arrears"),
        trouble=reading.flag("risky"),
        words=words,
    )
    operator = reading.one_of("operator", by_key, "地址中的经营主体在所选区划没有项目，请在下面重新选择。")
    sorts = (*SORTS, "loss", "per_head", "village")
    choice = ProjectChoice(
        view=one_of("view", VIEWS, "list", "个页面"),
        filters=filters,
        colour=one_of("colour", COLOURINGS, "kind", "种着色方式"),
        by=one_of("by", {name: one.label for name, one in GROUPINGS.items()}, "kind", "种比较方式"),
        sort=reading.one_of("sort", (*sorts, *(f"-{one}" for one in sorts)), UNKNOWN_SORT) or "",
        page=reading.page(),
        trouble=reading.number("trouble"),
        project=reading.text("found")[:60] or None,
        operator=by_key.get(operator or "") or None,
    )
    return choice, reading.problems


def filter_words(filters: Filters) -> str:
    """What picks the projects out, for who reads a list or the log; who runs them, and words searched for, may be the
    name of a person."""
    flags = {
        f"{len(filters.operators)} 个经营主体": filters.operators,
        "有欠收": filters.arrears,
        "有风险": filters.trouble,
        BY_NAME: filters.words,
    }
    picked = [*filters.kinds, *filters.stages, *filters.asset_classes]
    return "、".join([*picked, *(word for word, on in flags.items() if on)])


def projects_link(screen: Screen, choice: ProjectChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of 项目收益 with ``changes`` of the choice; another order, filter or view starts at page 1."""
    place = {} if region is None else {"region": region}
    return screen.link(PROJECTS, **place, **replace(choice, **{"page": 1, **changes}).parameters())

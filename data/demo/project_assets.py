"""What keeps a project in order, and what is amiss with it: who runs it, its stages, contract, insurance, custody."""

import numpy as np

from data.demo.ground import NOTHING, Ground, joined, some_day
from data.demo.person_names import given_names, surnames
from data.terms import PROJECT_STAGES

FIRMS = ("禾丰", "绿源", "金穗", "昌盛", "田园", "惠民", "兴农", "众益", "富民", "鑫牧", "春泽", "隆达")
_OF_A_FIRM = 4  # projects that one firm runs, about
_DAYS = (90, 45, 40, 20, 40, 150, 25, 30, 25, 0)  # what each stage is meant to take
_UNRECORDED = 0.06  # of the projects have no stages on record


def operators(
    ground: Ground, kinds: np.ndarray, legal_forms: list[str], columns: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Who runs each project that stands: few enough that an operator has several of them."""
    rng = ground.rng("operators")
    county = ground.counties[0].name[:2]
    operator = np.full(len(kinds), None, object)
    for kind, legal in enumerate(legal_forms):
        mine = np.flatnonzero(kinds == kind)
        firms = rng.permutation(FIRMS)[: max(1, min(len(FIRMS), round(len(mine) / _OF_A_FIRM)))]
        for project in mine:
            operator[project] = f"{county}{firms[rng.integers(len(firms))]}{legal}"
    built = columns["operator"].astype(bool)
    operator[~built | (columns["asset_class"] == "公益性")] = None  # nobody runs what is not built, or is for all
    kept = joined([place.removesuffix("集体经济组织") for place in columns["owner"]], "管护小组")
    return {"operator": operator, "manager": np.where(built & (columns["asset_class"] == "公益性"), kept, operator)}


def assets(ground: Ground, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Contract, custodian, insurance, sign board, supervision and state of what is built, with the gaps of life."""
    rng = ground.rng("assets")
    count = len(columns["code"])
    built, let = columns["manager"].astype(bool), columns["operator"].astype(bool)
    never = np.datetime64("NaT", "D")
    year = ground.last // 12
    number = [f"HT{year - 1}{place:04d}" for place in range(1, count + 1)]
    signed = let & (rng.random(count) < 0.88)
    ends = some_day(rng, ground.end + 60, ground.end + 2_400, count)
    ends = np.where(rng.random(count) < 0.14, some_day(rng, ground.end - 300, ground.end - 5, count), ends)
    insured = let & (rng.random(count) < 0.85)
    covered = some_day(rng, ground.end + 20, ground.end + 360, count)
    covered = np.where(rng.random(count) < 0.15, some_day(rng, ground.end - 200, ground.end - 3, count), covered)
    families, given = surnames(rng, count), given_names(rng, rng.random(count) < 0.7, rng.integers(35, 60, count))
    names = joined(families, given)
    board = np.where(rng.random(count) < 0.86, 1, 0).astype(object)
    of_villages = np.array([len(code) == 12 for code in columns["region"]])
    supervised = np.where(of_villages, "农村集体", "国有").astype(object)
    supervised[columns["asset_class"] == "到户类"] = "到户"
    return {
        "supervisor": np.where(built & (rng.random(count) < 0.06), NOTHING, columns["supervisor"]),
        "contract": np.where(signed, number, NOTHING),
        "contract_until": np.where(signed, ends, never),
        "custodian": np.where(built & (rng.random(count) < 0.88), names, NOTHING),
        "insured_until": np.where(insured, covered, never),
        "sign_board": np.where(built, board, NOTHING),
        "asset_supervision": np.where(built, supervised, NOTHING),
    }


def states(columns: dict[str, np.ndarray], last: int, returns: tuple[np.ndarray, ...]) -> np.ndarray:
    """资产状态 of what is built: 低效 where in the last six months less than half came of what was due, 闲置 where
    hardly anything did; ``returns`` are project numbers, months, fen due and received."""
    project, month, due, received = returns
    here, count = month > last - 6, len(columns["code"])
    owed, paid = (np.bincount(project[here], weights=fen[here], minlength=count) for fen in (due, received))
    share = np.where(owed > 0, paid / np.maximum(owed, 1), 1.0)
    state = np.select([share < 0.08, share < 0.5], ["闲置", "低效"], "正常").astype(object)
    return np.where(columns["manager"].astype(bool), state, NOTHING)


def stages(ground: Ground, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The sheet 项目进度: when a project came into each stage up to its own, and until when it was to be through."""
    rng = ground.rng("stages")
    rows = []
    for place, code in enumerate(columns["code"]):
        reached = PROJECT_STAGES.index(columns["stage"][place])
        lasted = np.round(np.array(_DAYS) * rng.uniform(0.6, 1.5, len(_DAYS))).astype(int)
        since = _since(ground, rng, columns["started"][place], columns["completed"][place], reached, lasted)
        if rng.random() < _UNRECORDED and place:
            continue
        for at in range(reached + 1):
            meant = int(_DAYS[at] * rng.uniform(0.8, 1.3))
            until = since[at] + meant if meant else np.datetime64("NaT", "D")
            rows.append((code, PROJECT_STAGES[at], since[at], until))
    project, stage, entered, planned = zip(*rows, strict=True)
    return {
        "project": np.array(project, object),
        "stage": np.array(stage, object),
        "entered": np.array(entered, "datetime64[D]"),
        "planned": np.array(planned, "datetime64[D]"),
    }


def _since(
    ground: Ground,
    rng: np.random.Generator,
    started: np.datetime64,
    completed: np.datetime64,
    reached: int,
    lasted: np.ndarray,
) -> list[np.datetime64]:
    """The day of each stage, built backwards and forwards from the day building began."""
    building, accepted = PROJECT_STAGES.index("建设"), PROJECT_STAGES.index("竣工验收")
    days = [ground.end] * len(PROJECT_STAGES)
    if np.isnat(started):
        days[reached] = ground.end - int(rng.integers(15, 130))
        anchor = reached
    else:
        days[building], anchor = started, building
        later = started + int(lasted[building]) if np.isnat(completed) else completed
        days[accepted] = later
        for at in range(accepted + 1, len(days)):
            days[at] = days[at - 1] + int(lasted[at - 1] * 0.8)
    for at in range(anchor - 1, -1, -1):
        days[at] = days[at + 1] - int(lasted[at])
    return [min(day, ground.end) for day in days]

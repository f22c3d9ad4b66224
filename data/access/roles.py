"""The one table of rights: which role may do what to which kind of thing.

Where (a region, the households of a helper, the one household of a code) is the viewer's; this table says what. Pages,
plain routes, exports, prints, archives, uploads and the command line ask it by ``Viewer.may`` and ``rights.needs``.
"""

from collections.abc import Mapping
from types import MappingProxyType

READ, UNMASK, WRITE, APPROVE = "read", "unmask", "write", "approve"
EXPORT, PRINT, IMPORT, ADMINISTER = "export", "print", "import", "administer"
RIGHTS = {
    READ: "查看",
    UNMASK: "显示全号",
    WRITE: "填报修改",
    APPROVE: "审核",
    EXPORT: "导出",
    PRINT: "打印",
    IMPORT: "导入",
    ADMINISTER: "管理",
}

FIGURES, HOUSEHOLDS, IDENTITY, HEALTH = "figures", "households", "identity", "health"
PROJECTS, PLANS, PAPERS, CODES = "projects", "plans", "papers", "codes"
DUTIES, MATTERS, DAYS = "duties", "matters", "days"
MONITORING, QUALITY = "monitoring", "quality"
RECORDS, BOUNDARIES, BACKUPS = "records", "boundaries", "backups"
SETTINGS, PEOPLE, LOG = "settings", "people", "log"
THINGS = {
    FIGURES: "各级汇总和地图",
    HOUSEHOLDS: "户名单和户档案",
    IDENTITY: "姓名、证件、电话、住址",
    HEALTH: "病情、残疾、致贫原因、户编号",
    PROJECTS: "项目、资金、风险",  # written: its papers are kept; approved: a risk is marked, lifted, acted on
    PLANS: "收益分配方案",
    PAPERS: "档案材料",
    CODES: "户码、口令、查看记录",
    DUTIES: "区划负责人、帮扶队伍、结对",  # approved: leaders are named, helpers handed over
    MATTERS: "问题、任务、月调度",  # approved: dispatched, checked, extended, opened again
    DAYS: "每日记录",
    MONITORING: "监测线索、程序、帮扶计划、退出评估",  # approved: looked through, decided, sent back
    QUALITY: "数据质量",  # approved: a waiver is agreed to
    RECORDS: "完整数据",  # imported: a village hands in what its township looks through
    BOUNDARIES: "边界",
    BACKUPS: "备份",
    SETTINGS: "县级设置、闭账",
    PEOPLE: "人员、账号、设备、会话",
    LOG: "日志、异常查看",
}

ROLES = {
    "admin": "管理员",
    "display": "大屏展示",
    "county": "县级干部",
    "township": "乡镇干部",
    "village": "村干部",
    "helper": "帮扶责任人",
}
"""The roles that sign in. Behind a household's code there are two more, who see one card: stranger and household; and
one who looks at one household outside his scope for a while: borrower."""
OTHERS = {"borrower": "借阅", "household": "本户", "stranger": "路人"}
LEAST = "stranger"

_Things = frozenset[str]
_CARD = frozenset({HOUSEHOLDS, IDENTITY, HEALTH})
"""Not its papers: what is photographed cannot be masked."""
_WORK = frozenset({MATTERS, DAYS, MONITORING})
_SEEN = frozenset({FIGURES, *_CARD, PAPERS, PROJECTS, PLANS, DUTIES, *_WORK})
_LISTS = frozenset({FIGURES, HOUSEHOLDS, PROJECTS})
_TAKEN = _LISTS | {DUTIES, MATTERS, MONITORING}
_PAPER = frozenset({FIGURES, HOUSEHOLDS, CODES, PLANS, MATTERS, MONITORING})
_DOOR = frozenset({HOUSEHOLDS, PAPERS, CODES})

ALLOWED: Mapping[str, Mapping[str, _Things]] = MappingProxyType(
    {
        "admin": {
            READ: _SEEN | {CODES, QUALITY, BACKUPS, SETTINGS, PEOPLE, LOG},
            UNMASK: frozenset({IDENTITY, HEALTH}),
            WRITE: _DOOR | {PROJECTS},
            APPROVE: frozenset({HOUSEHOLDS, PROJECTS, DUTIES}),
            EXPORT: _TAKEN | {QUALITY, RECORDS, LOG},
            PRINT: _PAPER,
            IMPORT: frozenset({RECORDS, BOUNDARIES}),
            ADMINISTER: frozenset({BACKUPS, SETTINGS, PEOPLE, LOG}),
        },
        "county": {
            READ: _SEEN | {CODES, QUALITY, BACKUPS, SETTINGS, LOG},
            UNMASK: frozenset({IDENTITY, HEALTH}),
            WRITE: _DOOR | {PROJECTS, PLANS, QUALITY, *_WORK},
            APPROVE: frozenset({HOUSEHOLDS, PROJECTS, PLANS, DUTIES, MATTERS, MONITORING, QUALITY}),
            EXPORT: _TAKEN | {QUALITY, RECORDS},
            PRINT: _PAPER,
            IMPORT: frozenset({RECORDS, BOUNDARIES}),
            ADMINISTER: frozenset({SETTINGS}),
        },
        "township": {
            READ: _SEEN | {CODES, QUALITY},
            UNMASK: frozenset({IDENTITY, HEALTH}),
            WRITE: _DOOR | {PROJECTS, PLANS, QUALITY, *_WORK},
            APPROVE: frozenset({HOUSEHOLDS, PROJECTS, PLANS, DUTIES, MATTERS, MONITORING, QUALITY}),
            EXPORT: _TAKEN | {QUALITY, RECORDS},
            PRINT: _PAPER,
            IMPORT: frozenset({RECORDS}),
        },
        "village": {
            READ: _SEEN | {CODES, QUALITY},
            UNMASK: frozenset({IDENTITY, HEALTH}),
            WRITE: _DOOR | {PROJECTS, PLANS, QUALITY, *_WORK},
            EXPORT: _TAKEN | {QUALITY, RECORDS},
            PRINT: _PAPER,
            IMPORT: frozenset({RECORDS}),
        },
        "helper": {
            READ: _SEEN | {CODES},
            UNMASK: frozenset({IDENTITY, HEALTH}),
            WRITE: _DOOR | _WORK,
            EXPORT: _TAKEN,
            PRINT: frozenset({HOUSEHOLDS, CODES, MATTERS, MONITORING}),
        },
        "display": {READ: _LISTS},
        "borrower": {READ: _CARD},
        "household": {READ: _CARD},
        "stranger": {READ: frozenset({HOUSEHOLDS})},
    }
)
"""Role → right → things. What does not stand here is refused."""


def allows(role: str, right: str, thing: str) -> bool:
    """Whether the table gives a role this right over this thing; a role that nobody knows has none."""
    return thing in ALLOWED.get(role, {}).get(right, frozenset())

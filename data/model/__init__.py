"""One schema for the workbook's records and for what the application itself writes.

Money is integer fen, a month an ordinal (see ``data.months``), a date ISO text, a yes/no 0 or 1. The cube's own
table follows the indicator registry and is made by ``data.cube``.
"""

from data.model.columns import Code, Day, Name, Number, Real, Small, metadata
from data.model.derived import data_version, household_month, import_run, monitoring_line, month
from data.model.records import (
    boundary,
    fund,
    fund_payment,
    helper,
    household,
    ledger,
    measure,
    member,
    pairing,
    problem,
    project,
    project_household,
    project_return,
    region,
    task,
    visit,
)
from data.model.work import access_log, archive, assurance, card_print, change, household_pin, qr_code, setting

__all__ = [
    "Code",
    "Day",
    "Name",
    "Number",
    "Real",
    "Small",
    "access_log",
    "archive",
    "assurance",
    "boundary",
    "card_print",
    "change",
    "data_version",
    "fund",
    "fund_payment",
    "helper",
    "household",
    "household_month",
    "household_pin",
    "import_run",
    "ledger",
    "measure",
    "member",
    "metadata",
    "monitoring_line",
    "month",
    "pairing",
    "problem",
    "project",
    "project_household",
    "project_return",
    "qr_code",
    "region",
    "setting",
    "task",
    "visit",
]

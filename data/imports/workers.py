"""Which function does which work of which kind of job."""

from data.imports.boundary_work import check_boundaries, undo_boundaries, write_boundaries
from data.imports.jobs import BOUNDARY, WORKBOOK
from data.imports.running import Workers
from data.imports.undo import plan_workbook, undo_workbook
from data.imports.way import CHECK, PLAN, UNDO, WRITE
from data.imports.workbooks import check_workbooks, write_workbooks

WORKERS: Workers = {
    (BOUNDARY, CHECK): check_boundaries,
    (BOUNDARY, WRITE): write_boundaries,
    (BOUNDARY, UNDO): undo_boundaries,
    (WORKBOOK, CHECK): check_workbooks,
    (WORKBOOK, WRITE): write_workbooks,
    (WORKBOOK, PLAN): plan_workbook,
    (WORKBOOK, UNDO): undo_workbook,
}

"""People from a workbook: every fault names row and column, one fault writes nothing, passwords are told once."""

from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from data import model
from data.access.sessions import sessions_of
from data.access.viewer import Viewer
from data.errors import OutOfScope, Refused
from data.intake.report import sentence
from data.paper.spreadsheet import list_workbook
from data.people import passwords
from data.people.enrolling import COLUMNS, Slip, draw, enrol, slip_frame, slip_paper
from data.people.persons import Filters, by_login, people
from data.people.workbook import SHEET, Preview, read_people, write_people_template
from data.store.engine import writing
from tests.data.people.ground import ADMINISTRATOR, CADRE, COUNTY, NOW, OTHER, TOWNSHIP, VILLAGE, fill, signed_in

pytestmark = pytest.mark.filled(by=fill)

HEADINGS = [column.heading for column in SHEET.columns]
GOOD = ("王五", "wangwu", "13800000001", "示范镇人民政府", "乡镇干部", TOWNSHIP, "")
FROM = {"address": "192.0.2.7", "now": NOW}


@pytest.fixture
def store(engine: Engine) -> Engine:
    return engine


def book(folder: Path, *rows: tuple[str, ...], headings: list[str] = HEADINGS, sheet: str = "人员") -> Path:
    path = folder / "人员.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as made:
        page = made.add_worksheet(sheet)
        for number, row in enumerate((headings, *rows)):
            for place, cell in enumerate(row):
                page.write_string(number, place, cell)
    return path


def read(engine: Engine, path: Path, viewer: Viewer = ADMINISTRATOR) -> Preview:
    with engine.connect() as connection:
        return read_people(connection, viewer, [path], NOW.date())


def written(engine: Engine, preview: Preview, viewer: Viewer = ADMINISTRATOR) -> list[Slip]:
    with writing(engine) as connection:
        return enrol(connection, viewer, preview, draw(preview.of("new")), **FROM)


def logins(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sorted(connection.execute(select(model.account.c.login)).scalars())


def test_the_template_is_read_back_as_empty_and_explains_its_columns(store: Engine, tmp_path: Path):
    path = tmp_path / "模板.xlsx"
    write_people_template(path)
    made = load_workbook(path)
    assert made.sheetnames == ["填写说明", "人员"]
    assert [cell.value.rstrip("*") for cell in made["人员"][1]] == HEADINGS
    assert "帮扶责任人编号" in {cell.value for cell in made["填写说明"]["B"]}
    assert [issue.reason for issue in read(store, path).issues] == ["表里没有人员"]


def test_new_people_get_an_account_each_and_a_password_that_they_must_change(store: Engine, tmp_path: Path):
    helper = ("吴六", "WuLiu", "", "", "村干部", VILLAGE + "000", "")
    preview = read(store, book(tmp_path, GOOD, helper))
    assert (preview.issues, [row.kind for row in preview.rows]) == ([], ["new", "new"])
    slips = written(store, preview)
    assert [(one.name, one.login, one.role) for one in slips] == [
        ("王五", "wangwu", "乡镇干部"),
        ("吴六", "wuliu", "村干部"),
    ]
    with store.connect() as connection:
        one = by_login(connection, ADMINISTRATOR, "wangwu")
        assert (one.phone, one.unit, one.region, one.must_change) == ("13800000001", "示范镇人民政府", TOWNSHIP, True)
        held = connection.execute(select(model.account.c.hash).where(model.account.c.login == "wangwu")).scalar_one()
    assert passwords.matches(held, slips[0].password) and not passwords.matches(held, slips[1].password)


def test_an_empty_cell_keeps_what_stands_and_what_changes_is_told_before(store: Engine, tmp_path: Path):
    digest = signed_in(store, 3)
    path = book(
        tmp_path,
        ("", "sun", "清空", "", "", "", ""),
        GOOD,
        ("赵一", "zhao", "", "", "", "", ""),
    )
    preview = read(store, path)
    assert [(row.login, row.kind, row.changed) for row in preview.rows] == [
        ("sun", "changed", ("电话",)),
        ("wangwu", "new", ()),
        ("zhao", "same", ()),
    ]
    assert [one.login for one in written(store, preview)] == ["wangwu"]
    with store.connect() as connection:
        one = by_login(connection, ADMINISTRATOR, "sun")
    assert (one.name, one.phone, one.role) == ("孙三", None, "township")
    assert sessions_of(store).of(digest, NOW) is not None


def test_a_row_that_moves_somebody_ends_what_he_has_open(store: Engine, tmp_path: Path):
    digest = signed_in(store, 3)
    written(store, read(store, book(tmp_path, ("", "sun", "", "", "村干部", VILLAGE, ""))))
    assert sessions_of(store).of(digest, NOW) is None
    with store.connect() as connection:
        assert by_login(connection, ADMINISTRATOR, "sun").place == f"示范村 {VILLAGE}"


def changed(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(column.name, cell) for column, cell in zip(SHEET.columns, GOOD, strict=True))


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        (changed(name=""), "姓名", "", "必填，不能为空"),
        (changed(login=""), "登录名", "", "必填，不能为空"),
        (changed(login="ab"), "登录名", "ab", "登录名应为 3 至 40 个字母"),
        (changed(login="a<b>c"), "登录名", "a<b>c", "登录名应为"),
        (changed(login="qian"), "登录名", "qian", "已经有人用"),
        (changed(name="王\u202e五"), "姓名", "王\u202e五", "看不见的字符"),
        (changed(name="王" * 41), "姓名", "王" * 41, "最多 40 个字"),
        (changed(phone="打电话"), "电话", "打电话", "电话应为"),
        (changed(unit="镇\u200b府"), "单位", "镇\u200b府", "看不见的字符"),
        (changed(role="书记"), "角色", "书记", "不在可选范围内"),
        (changed(role=""), "角色", "", "必填，不能为空"),
        (changed(region="12"), "区划代码", "12", "没有 12"),
        (changed(region="9901811"), "区划代码", "9901811", "位数字"),
        (changed(region=COUNTY), "区划代码", COUNTY, "应选到乡镇"),
        (changed(role="县级干部", region=OTHER), "区划代码", OTHER, "不在您的查看范围内"),
        (changed(role="管理员", region=OTHER), "区划代码", OTHER, "不在您的查看范围内"),
        (changed(role="帮扶责任人"), "帮扶责任人编号", "", "要写明帮扶责任人"),
        (changed(helper="B77"), "帮扶责任人编号", "B77", "没有 B77"),
        (changed(role="帮扶责任人", helper="B01"), "帮扶责任人编号", "B01", "已经是另一个人"),
        (changed(login="zhao", role="县级干部", region=COUNTY), "角色", "县级干部", "不能更改自己的角色"),
    ],
)
def test_a_fault_names_row_and_column_and_nothing_is_written(
    store: Engine, tmp_path: Path, row: tuple[str, ...], column: str, value: str, reason: str
):
    before = logins(store)
    good = ("吴六", "wuliu", "", "", "村干部", VILLAGE, "")
    preview = read(store, book(tmp_path, good, row))
    [issue] = preview.issues
    assert (issue.sheet, issue.row, issue.column, issue.value) == ("人员", 3, column, value)
    assert reason in issue.reason and sentence(issue).startswith(f"错误：人员 第 3 行 {column}")
    with pytest.raises(Refused):
        written(store, preview)
    assert logins(store) == before


def test_the_same_login_twice_and_one_helper_for_two_are_refused(store: Engine, tmp_path: Path):
    with writing(store) as connection:
        connection.execute(model.helper.insert().values(code="B02", name="郑", unit="局", team="教师"))
    helper = {"role": "帮扶责任人", "region": VILLAGE, "helper": "B02"}
    preview = read(
        store,
        book(
            tmp_path,
            GOOD,
            changed(login="WangWu", name="王武"),
            *(changed(login=one, **helper) for one in ("h1", "h12", "h13")),
        ),
    )
    assert [(one.row, one.column) for one in preview.issues] == [
        (3, "登录名"),
        (4, "登录名"),
        (6, "帮扶责任人编号"),
    ]
    assert "与第 2 行的登录名相同，但姓名不同" in preview.issues[0].reason


@pytest.mark.parametrize(
    ("headings", "sheet", "said"),
    [(HEADINGS[1:], "人员", "缺少必填的列：姓名"), (HEADINGS, "名单", "应有以下工作表")],
)
def test_a_workbook_without_the_sheet_or_a_column_is_refused_as_a_whole(
    store: Engine, tmp_path: Path, headings: list[str], sheet: str, said: str
):
    [issue] = read(store, book(tmp_path, GOOD, headings=headings, sheet=sheet)).issues
    assert said in issue.reason


def test_what_is_no_workbook_is_refused(store: Engine, tmp_path: Path):
    path = tmp_path / "人员.xlsx"
    path.write_bytes(b"GIF89a<script>")
    [issue] = read(store, path).issues
    assert "是图片" in issue.reason


def test_one_that_does_not_fit_any_more_when_it_is_written_takes_all_back(store: Engine, tmp_path: Path):
    preview = read(store, book(tmp_path, ("吴六", "wuliu", "", "", "村干部", VILLAGE, ""), GOOD))
    written(store, read(store, book(tmp_path, GOOD)))
    before = logins(store)
    with pytest.raises(Refused, match="第 3 行（wangwu）"):
        written(store, preview)
    assert logins(store) == before


def test_only_who_administers_people_reads_or_writes_one(store: Engine, tmp_path: Path):
    path = book(tmp_path, GOOD)
    preview = read(store, path)
    for viewer in (CADRE, Viewer("county", COUNTY)):
        with pytest.raises(OutOfScope):
            read(store, path, viewer)
        with pytest.raises(OutOfScope):
            written(store, preview, viewer)


def test_an_administrator_who_was_disabled_meanwhile_writes_nothing(store: Engine, tmp_path: Path):
    preview = read(store, book(tmp_path, GOOD))
    with writing(store) as connection:
        connection.execute(model.account.update().where(model.account.c.person_id == 1).values(disabled="2026-11-29"))
    with pytest.raises(Refused, match="第 2 行"):
        written(store, preview)


def test_a_formula_in_a_name_is_text_in_the_list_of_passwords_and_on_paper(store: Engine, tmp_path: Path):
    slips = written(store, read(store, book(tmp_path, changed(name='=HYPERLINK("http://x")'))))
    content = list_workbook(slip_frame(slips), title="一次性密码", columns=COLUMNS)
    path = tmp_path / "out.xlsx"
    path.write_bytes(content)
    [row] = [cells for cells in load_workbook(path).active.iter_rows(min_row=4)]
    assert (row[0].value, row[0].data_type) == ('=HYPERLINK("http://x")', "s")
    assert row[2].value == slips[0].password
    assert slip_paper(slips, "http://192.0.2.1:8501", "打印人 赵一").startswith(b"%PDF")


def test_the_list_of_people_holds_those_written(store: Engine, tmp_path: Path):
    written(store, read(store, book(tmp_path, GOOD)))
    with store.connect() as connection:
        found = people(connection, ADMINISTRATOR, sessions_of(store), Filters(words="王"))
    assert [one.login for one in found] == ["wangwu"]

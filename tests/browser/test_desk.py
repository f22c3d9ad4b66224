"""At a desk, by keys and paste: a village's books in one grid, a bad cell named, all saved and all taken back."""

from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from data import model
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import serving

PASTE = """(cell, text) => {
  const held = new DataTransfer();
  held.setData('text/plain', text);
  cell.dispatchEvent(new ClipboardEvent('paste', {clipboardData: held, bubbles: true, cancelable: true}));
}"""


def test_a_block_from_a_spreadsheet_is_pasted_mended_saved_and_taken_back_as_one(
    county_url: str, tmp_path: Path, page: Page
):
    engine = open_engine(county_url)
    with engine.connect() as connection:
        h = model.household.c
        village = connection.execute(select(func.min(h.village))).scalar_one()
        last = connection.execute(select(func.max(model.month.c.month))).scalar_one() - 1

    def wages() -> dict[int, int | None]:
        line = model.ledger.c
        asked = select(line.household_id, line.wage_work_fen).join(model.household, h.id == line.household_id)
        with engine.connect() as connection:
            return dict(connection.execute(asked.where(h.village == village, line.month == last)).all())

    before = wages()
    with serving(county_url, tmp_path) as server:
        page.goto(f"{server.url}/desk?region={village}&role=county")
        ready(page)
        grid = page.frame_locator("iframe[title*=desk]")
        cells = grid.locator("input[data-name=wage_work_fen]")
        cells.nth(0).evaluate(PASTE, "1,234.50\n￥567元\n八百\n")
        expect(grid.get_by_role("status")).to_contain_text("已贴入 3 格")
        ids = [int(one) for one in grid.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.id)")]
        expect(grid.locator("tbody tr").nth(0).locator(".sum")).not_to_have_text("")
        grid.locator("#save").click()
        expect(page.get_by_role("alert")).to_contain_text("“八百”不是数字")
        assert wages() == before
        cells.nth(1).focus()
        page.keyboard.press("Enter")
        page.keyboard.type("800")
        page.keyboard.press("ArrowDown")
        expect(cells.nth(3)).to_be_focused()
        grid.locator("#save").click()
        expect(page.locator("p.saved")).to_contain_text("3 户 3 格")
        after = wages()
        assert [after[id] for id in ids[:3]] == [123_450, 56_700, 80_000]
        page.get_by_role("button", name="整批撤销").click()
        expect(page.locator("p.saved")).to_contain_text("已整批撤销")
        assert wages() == before
    engine.dispose()

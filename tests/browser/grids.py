"""Streamlit's data editor in a real browser: a canvas, whose cursor is put by a click and keys, one after the other."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.ready import ready


def cursor_to(grid: Locator, row: int, column: int, *, at: tuple[float, float]) -> None:
    """Put the cursor of a grid into a cell, by a click at ``at`` (px) into any cell of the row, then by arrows.

    Each key waits for what the one before did: two that come in no time are one to the grid.
    """
    ready(grid.page)
    grid.locator(".dvn-scroller").click(position={"x": at[0], "y": at[1]})
    clicked = grid.locator(f"td[data-testid^=glide-cell-][data-testid$='-{row}'][aria-selected=true]")
    expect(clicked).to_have_count(1)
    began = int((clicked.get_attribute("data-testid") or "").split("-")[2])
    key, step = ("ArrowRight", 1) if began < column else ("ArrowLeft", -1)
    for place in range(began + step, column + step, step):
        grid.page.keyboard.press(key)
        expect(grid.get_by_test_id(f"glide-cell-{place}-{row}")).to_have_attribute("aria-selected", "true")


def type_in(page: Page, text: str, then: str = "Enter") -> None:
    """Type into the cell that has the cursor, and leave it by a key."""
    field = page.locator("#portal textarea, #portal input").first
    page.keyboard.press(text[0])  # opens the cell; the rest goes into its field
    expect(field).to_be_focused()
    page.keyboard.type(text[1:], delay=50)  # as a hand does: the grid takes no notice of what comes in no time
    expect(field).to_have_value(text)
    ready(page)  # the grid's own state follows the field
    page.keyboard.press(then)
    expect(field).not_to_be_visible()

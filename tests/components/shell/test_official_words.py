"""A page says of who is watched what the county chose, in the word of the month that it shows."""

import ast
import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell import store
from data import settings
from data.access.viewer import Viewer
from data.store.engine import writing
from tests.data.small_county import COUNTY, fill
from tests.moment import NOW
from tests.source_code import ROOT, sources, texts

BEFORE = re.compile("贫困(?:户|村|人口|县)|扶贫|精准脱贫")
"""Of the years before the transition ended: no page says it of today."""
STILL_SAID = {
    "扶贫车间": {"data/terms.py", "data/demo/projects.py"},  # a kind of project, as the workbook calls it
    "易地扶贫搬迁": {"data/demo/histories.py"},  # the programme, called so in its years
    "贫困户": {"data/intake/words.py"},  # what a sheet of before may be called
    "扶贫": {"data/people/passwords.py"},  # a password that is guessed first
}
"""Word → where it may stand."""
NEWER, OLDER = "防止返贫致贫对象", "监测对象"


def words_of(app: AppTest) -> str:
    return "".join(one.proto.body for one in app.get("html")) + "".join(app.selectbox(key="picked_indicator").options)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_start_page_says_the_word_of_its_month_as_the_county_chose(
    filled: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
):
    county = filled(fill, own=True)
    monkeypatch.setenv("WARROOM_DATABASE_URL", county.url.render_as_string(hide_password=False))
    store.engine.clear()
    app = AppTest.from_file(str(ROOT / "components" / "shell" / "script.py"), default_timeout=120)
    app.query_params["region"], app.query_params["indicator"] = COUNTY, "monitored_households"
    try:
        for chosen, months in ((NEWER, ("2025-12", "2026-11")), (OLDER, ("2026-11",))):
            with writing(county) as connection:
                settings.decide(connection, Viewer("county", COUNTY), "watched_word", chosen, now=NOW)
            for month in months:
                app.query_params["month"] = month
                app.run()
                assert not app.exception
                said = words_of(app)
                newer = chosen == NEWER and month > "2026-01"
                assert (NEWER in said, OLDER in said.replace(NEWER, "")) == (newer, not newer), (chosen, month)
    finally:
        store.engine.clear()


def test_no_text_of_the_tree_says_of_today_what_was_said_before_the_transition_ended():
    said: dict[str, set[str]] = {}
    for path in sources("data", "components", "pages", "app"):
        for text in texts(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if BEFORE.search(text):
                said.setdefault(text, set()).add(path.as_posix())
    assert said == STILL_SAID
    for suffix in ("html", "js", "css", "md"):
        for file in (ROOT / "components").rglob(f"*.{suffix}"):
            assert not BEFORE.search(file.read_text(encoding="utf-8")), file

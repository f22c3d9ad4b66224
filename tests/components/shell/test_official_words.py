"""A page says of who is watched what the county chose, in the word of the month that it shows."""

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
from tests.source_code import ROOT

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

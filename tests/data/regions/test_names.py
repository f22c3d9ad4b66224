"""Of several regions of one name each says where it lies."""

import pytest
from sqlalchemy import Engine, insert

from data import model
from data.access.viewer import Viewer
from data.figures import cube
from data.figures import read as figures
from data.regions import tree
from data.regions.names import named_apart, told_apart
from data.store.engine import writing
from tests.data.small_county import TODAY

NAMES = {"99": "示范省", "9901": "示范市", "990181": "示范县", "990181001": "甲镇", "990181002": "乙镇"}
VILLAGES = {
    "990181001001": "东风村", "990181001002": "西村", "990181002001": "东风村",
    "990181002002": "前进村", "990181002003": "前进村",
}  # fmt: skip


@pytest.mark.parametrize(
    ("names", "above", "told"),
    [
        ({"a": "东村", "b": "西村"}, {"a": "甲镇"}, ["东村", "西村"]),
        ({"a": "东村", "b": "东村", "c": "西村"}, {"a": "甲镇", "b": "乙镇", "c": "甲镇"},
         ["东村（甲镇）", "东村（乙镇）", "西村"]),
        ({"a": "东村", "b": "东村"}, {"a": "甲镇", "b": "甲镇"}, ["东村（a）", "东村（b）"]),
        ({"a": "东村", "b": "东村"}, {}, ["东村（a）", "东村（b）"]),
    ],
)  # fmt: skip
def test_a_name_that_repeats_carries_what_tells_it_apart(names: dict, above: dict, told: list[str]):
    assert list(told_apart(names, above).values()) == told


def test_lists_and_figures_of_a_county_tell_its_villages_apart(engine: Engine):
    with writing(engine) as connection:
        for code, name in {**NAMES, **VILLAGES}.items():
            parent = next((code[:length] for length in (9, 6, 4, 2) if length < len(code)), "")
            connection.execute(insert(model.region).values(code=code, name=name, parent=parent, rural_population=9))
        cube.rebuild(connection, today=TODAY)
    viewer = Viewer("county", "990181")
    with engine.connect() as connection:
        assert list(named_apart(connection, VILLAGES).values())[:3] == ["东风村（甲镇）", "西村", "东风村（乙镇）"]
        month = connection.execute(model.month.select()).mappings().all()[-1]["month"]
        rows = figures.children(connection, viewer, "990181", month, "households", level=12)
        listed = [region.name for region in tree.children(connection, viewer, "990181002")]
    assert listed == ["东风村", "前进村（990181002002）", "前进村（990181002003）"]
    assert rows["name"].tolist()[:3] == ["东风村（甲镇）", "西村", "东风村（乙镇）"]

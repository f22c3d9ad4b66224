"""What open plans would give after a household has changed is told of the viewer's own plans, and stops nobody else."""

from data.access.viewer import Viewer
from data.dividends.following import shares_after
from tests.data.dividends.ground import CADRE, NEIGHBOUR, VILLAGE, counted, proposed, ready
from tests.data.small_county import COUNTY


def test_shares_of_a_plan_are_told_to_who_may_read_it_and_others_go_on_without_them(filled):
    county = filled(ready, own=True)
    proposed(county)
    with county.connect() as connection:
        id = counted(connection)[-1]
        changes: dict = {"persons": {id: 1}, "labour": {id: 0}}
        (own,) = shares_after(connection, CADRE, **changes)
        assert own.household == id and own.after > own.before > 0
        helper = Viewer("helper", VILLAGE, helper="A1")
        for viewer in (Viewer("village", NEIGHBOUR), helper):
            assert shares_after(connection, viewer, **changes) == []
        assert [one.household for one in shares_after(connection, Viewer("county", COUNTY), **changes)] == [id]

"""Labels for the wall: a household's code with what may stand beside it, so many to a sheet of A4."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import CODES, PRINT
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.errors import NO_SUCH_HOUSEHOLD, NotFound
from data.model.running import runs_on
from data.paper.typeset import clean
from data.store.batches import batches
from data.terms import DEMONSTRATION_PREFIX

TEMPLATE = "label"
TITLE = "户码标签"
AT_ONCE = 500  # households to a statement


@dataclass(frozen=True)
class LabelSize:
    """One size, in millimetres, and how many of it stand on a sheet."""

    id: str
    name: str
    width: int
    height: int
    columns: int
    rows: int

    @property
    def per_sheet(self) -> int:
        return self.columns * self.rows

    @property
    def chunk(self) -> int:
        """Labels to a process: whole sheets."""
        return self.per_sheet * (200 // self.per_sheet)


SIZES = {
    size.id: size
    for size in (
        LabelSize("small", "小标签 60×40 毫米", 60, 40, 3, 7),
        LabelSize("middle", "中标签 90×55 毫米", 90, 55, 2, 5),
        LabelSize("door", "门牌 100×140 毫米", 100, 140, 2, 2),
    )
}


@dataclass(frozen=True)
class Household:
    """What a label may tell of a household; ``helper``: names of who is paired with it today, None without; ``printed``
    the day its card of the year asked for was last printed, None where it was not."""

    id: int
    code: str
    village: str
    head: str
    village_name: str
    township_name: str | None
    helper: str | None
    printed: str | None


@needs(PRINT, CODES)
def households(connection: Connection, viewer: Viewer, ids: Sequence[int], year: int) -> list[Household]:
    """The households in the order given; raises NotFound where one is not there or not the viewer's."""
    seen, scope = seen_households(viewer)
    asked = text(f"{_HOUSEHOLDS} AND {seen}").bindparams(bindparam("households", expanding=True))
    helping = text(_HELPERS).bindparams(bindparam("households", expanding=True))
    found: dict[int, Household] = {}
    for batch in batches(ids, AT_ONCE):
        some = {"households": batch}
        names: dict[int, list[str]] = {}
        for row in connection.execute(helping, some):
            names.setdefault(row.household_id, []).append(row.name)
        for row in connection.execute(asked, {**scope, **some, "year": year}):
            head = row.head if viewer.sees_identity else mask_name(row.head)
            helper = "、".join(names.get(row.id, [])) or None
            found[row.id] = Household(
                row.id, row.code, row.village, head, row.village_name, row.township_name, helper, row.printed
            )
    if len(found) != len(set(ids)):
        raise NotFound(NO_SUCH_HOUSEHOLD)
    return [found[id] for id in ids]


def shared(size: LabelSize, *, hotline: str, by: str = "") -> dict[str, object]:
    """What all labels of a sheet have in common; ``by``: who printed it, and when, at its foot."""
    told = {"hotline": clean(hotline) if hotline else "", "by": clean(by, 120, run=0) if by else ""}
    return {"title": TITLE, "size": asdict(size), **told}


def label(household: Household, *, qr: str, masked: bool, with_code: bool, with_helper: bool) -> dict[str, object]:
    """One label as ``typst/label.typ`` takes it: ``qr`` is an SVG; ``masked`` leaves the family name alone."""
    lines = [["", clean(household.code, 24, run=0)]] if with_code else []
    lines += [["帮扶人", clean(household.helper, 20)]] if with_helper and household.helper else []
    place = " ".join(filter(None, (household.township_name, household.village_name)))
    return {
        "head": clean(mask_name(household.head) if masked else household.head, 16),
        "place": clean(place, 24),
        "lines": lines,
        "qr": qr,
        "demonstration": household.village.startswith(DEMONSTRATION_PREFIX),
    }


_HOUSEHOLDS = """
    SELECT h.id, h.code, h.village, h.head, v.name AS village_name, t.name AS township_name,
        (SELECT MAX(p.at) FROM card_print p WHERE p.household_id = h.id AND p.year = :year) AS printed
    FROM household h JOIN region v ON v.code = h.village LEFT JOIN region t ON t.code = substr(h.village, 1, 9)
    WHERE h.id IN :households"""
_HELPERS = f"""
    SELECT s.household_id, a.name FROM pairing s JOIN helper a ON a.code = s.helper CROSS JOIN data_version d
    WHERE s.household_id IN :households AND {runs_on("s", "d.built")}
    ORDER BY s.household_id, s.started, a.code"""

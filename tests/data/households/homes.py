"""Two households of whole books in the small county, for those who come, go and move between them."""

from sqlalchemy import Engine

from data import model
from data.figures import cube
from data.store.engine import writing
from tests.data.small_county import LAST, TODAY, VILLAGES, fill

HOME, OTHER = 901, 902
WAGE = 326_667  # fen a month: 9,800 yuan a year for each of four
PERSONS = ("大", "二", "三", "四")


def two_homes(engine: Engine) -> None:
    """The small county and two households of whole books: HOME of four, lifted, OTHER of one in another village."""
    fill(engine, build=False)
    with writing(engine) as connection:
        for id, village, names in ((HOME, VILLAGES[0], PERSONS), (OTHER, VILLAGES[3], ("甲",))):
            connection.execute(
                model.household.insert().values(
                    id=id, code=f"{village}{id}", village=village, head=names[0], type="脱贫户",
                    identified="2015-01-01", lifted="2018-01-01", collected="2024-01-01", housing_safe=0,
                )
            )  # fmt: skip
            for place, name in enumerate(names):
                connection.execute(
                    model.member.insert().values(
                        code=f"{village}{id}0{place + 1}", household_id=id, name=name, born=f"19{5 + place}0-01-01",
                        relation="子女" if place else "户主", collected="2024-01-01", skill="普通劳动力",
                    )
                )  # fmt: skip
            months = [
                {"household_id": id, "month": month, "wage_work_fen": WAGE} for month in range(LAST - 30, LAST + 1)
            ]
            connection.execute(model.ledger.insert(), months)
        cube.rebuild(connection, today=TODAY)


def code(place: int, id: int = HOME) -> str:
    return f"{VILLAGES[0] if id == HOME else VILLAGES[3]}{id}0{place}"

"""The county of tests/data/village_ground.py with funds known by hand beside those filled in at random."""

from sqlalchemy import Engine

from data import model
from data.figures import cube
from data.store.engine import upsert, writing
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS
from tests.data.village_ground import FAR, OTHER_TOWNSHIP, VILLAGE, fill_village

PROVINCE_FUND, VILLAGE_FUND, BARE_FUND, OLD_FUND = "K-PROVINCE", "K-VILLAGE", "K-BARE", "K-OLD"
"""Of the county, with a project of households of two townships; of VILLAGE, for its project; of a township, without
project, plan or payment; of the year before, still paid this year."""
LATE_FUND, SETTLED_FUND, RETURNED_FUND = "K-LATE", "K-SETTLED", "K-RETURNED"
"""Of years before, with plans that were not kept: still open; settled this June; half gone back, without a day."""
ENDS = {SETTLED_FUND: ("2026-06-15", 2_000_000), RETURNED_FUND: (None, 2_000_000)}
PROJECT = "PC"


def fill_funds(engine: Engine) -> None:
    """Fill an empty store; the cube is built for TODAY (2026-11-22)."""
    fill_village(engine)
    tables = {
        model.project: [
            {
                "code": PROJECT,
                "name": "县级大棚_100%",
                "kind": "种植",
                "region": COUNTY,
                "stage": "运营",
                "investment_fen": 50_000_000,
                "started": "2024-01-01",
            },
        ],
        model.project_household: [
            {"project": PROJECT, "household_id": home, "year": year, "mode": mode, "amount_fen": fen}
            for home, year, mode, fen in (
                (901, 2025, "分红", 10_000),
                (901, 2026, "分红", 20_000),
                (901, 2026, "务工", None),
                (902, 2026, "分红", 50_000),
                (FAR, 2026, "土地流转", 70_050),
                (903, 2027, "分红", 99),
            )
        ],
        model.fund: [
            {
                "code": code,
                "year": year,
                "source": source,
                "region": region,
                "project": project,
                "name": name,
                "arranged_fen": fen,
                **dict(zip(("settled", "recovered_fen"), ENDS.get(code, (None, None)), strict=True)),
            }
            for code, year, source, region, project, name, fen in (
                (PROVINCE_FUND, 2026, "省", COUNTY, PROJECT, "省级资金", 100_000_000),
                (VILLAGE_FUND, 2026, "社会", VILLAGE, "PV", "捐赠", 3_000_001),
                (BARE_FUND, 2026, "市", TOWNSHIPS[1], None, "市级资金", 5_000_000),
                (OLD_FUND, 2025, "县", COUNTY, None, "上年资金", 20_000_000),
                (LATE_FUND, 2025, "县", TOWNSHIPS[0], None, "上年滞后资金", 8_000_000),
                (SETTLED_FUND, 2025, "市", COUNTY, None, "上年结清资金", 6_000_000),
                (RETURNED_FUND, 2024, "省", TOWNSHIPS[1], None, "收回一半的资金", 4_000_000),
            )
        ],
        model.fund_plan: [
            {"fund": fund, "planned": day, "amount_fen": fen}
            for fund, day, fen in (
                (PROVINCE_FUND, "2026-03-31", 30_000_000),
                (PROVINCE_FUND, "2026-06-30", 30_000_000),
                (PROVINCE_FUND, "2026-09-30", 30_000_000),
                (PROVINCE_FUND, "2026-12-15", 10_000_000),
                (VILLAGE_FUND, "2026-11-22", 3_000_001),
                (OLD_FUND, "2025-12-31", 20_000_000),
                (LATE_FUND, "2025-09-30", 5_000_000),
                (LATE_FUND, "2026-01-20", 3_000_000),
                (SETTLED_FUND, "2025-10-31", 6_000_000),
                (RETURNED_FUND, "2024-06-30", 1_500_000),
                (RETURNED_FUND, "2024-12-15", 2_500_000),
            )
        ],
        model.fund_payment: [
            {"fund": fund, "paid": day, "amount_fen": fen}
            for fund, day, fen in (
                (PROVINCE_FUND, "2026-04-10", 30_000_000),
                (PROVINCE_FUND, "2026-06-20", 5_000_000),
                (PROVINCE_FUND, "2026-11-21", 1),
                (VILLAGE_FUND, "2026-05-01", 1_000_000),
                (VILLAGE_FUND, "2026-11-23", 500),  # tomorrow
                (OLD_FUND, "2025-06-30", 15_000_000),
                (OLD_FUND, "2026-02-28", 5_000_000),
                (LATE_FUND, "2025-10-15", 3_000_000),
                (LATE_FUND, "2026-01-05", 1_000_000),
                (SETTLED_FUND, "2025-11-11", 4_000_000),
                (RETURNED_FUND, "2024-07-01", 1_800_000),
            )
        ],
    }
    with writing(engine) as connection:
        for table, rows in tables.items():
            upsert(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])
        cube.rebuild(connection, today=TODAY)


__all__ = ["COUNTY", "FAR", "OTHER_TOWNSHIP", "TOWNSHIPS", "VILLAGE", "fill_funds"]

"""The workbook's records, boundaries, import history, data version and monitoring lines."""

from alembic import op

from data.model import metadata

revision = "0001"
down_revision = None

# Editable defaults with their standing: no verified series by province and year was found.
LINES = [
    {"province": "", "year": 2020, "amount_fen": 500_000, "standing": "单一来源"},
    {"province": "", "year": 2021, "amount_fen": 600_000, "standing": "有出处（1.5×4000元）"},
    {"province": "", "year": 2023, "amount_fen": 750_000, "standing": "单一来源"},
    {"province": "", "year": 2024, "amount_fen": 880_000, "standing": "单一来源，部分省份"},
    {"province": "42", "year": 2023, "amount_fen": 760_000, "standing": "单一来源"},
]


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    op.bulk_insert(metadata.tables["monitoring_line"], LINES)


def downgrade() -> None:
    metadata.drop_all(op.get_bind())

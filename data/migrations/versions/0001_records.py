"""The workbook's records, boundaries, import history, data version and monitoring lines."""

from alembic import op

from data.model import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())

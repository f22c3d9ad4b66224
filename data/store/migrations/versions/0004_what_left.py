"""The log of looks says what left: the list, its region, what picked its rows out, how many they were."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("access_log", sa.Column("detail", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("access_log", "detail")

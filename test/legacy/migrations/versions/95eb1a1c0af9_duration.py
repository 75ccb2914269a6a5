"""The duration of a transaction, in seconds."""

import sqlalchemy as sa
from alembic import op

revision = "95eb1a1c0af9"
down_revision = None


def upgrade() -> None:
    op.add_column("mjk_point_transactions", sa.Column("duration", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("mjk_point_transactions", "duration")

"""Sessions that a clinician says were usual ones, with which others are compared."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; nobody has said so of any session yet."""
    column = sa.Column("is_usual", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("sessions", column)

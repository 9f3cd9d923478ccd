"""Rules by which things become due for erasing, holds against it, and recordings that are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables, without a rule: nothing is due unless somebody says so."""
    op.create_table(
        "retention_rules",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("months", sa.Integer, nullable=False),
        sa.CheckConstraint("months > 0", "some_time"),
    )
    op.create_table(
        "holds",
        sa.Column(
            "patient_id",
            sa.String(36),
            sa.ForeignKey("patients.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("placed_by", sa.String(36)),
        sa.Column("placed_at", sa.DateTime, nullable=False),
    )
    op.add_column("sessions", sa.Column("recording_erased_at", sa.DateTime))

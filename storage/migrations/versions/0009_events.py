"""Medication and life events of a patient."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "patient_events",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "patient_id",
            sa.String(36),
            sa.ForeignKey("patients.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("written_by", sa.String(36)),
        sa.Column("written_at", sa.DateTime, nullable=False),
        sa.CheckConstraint("first_day <= last_day", "in_order"),
    )

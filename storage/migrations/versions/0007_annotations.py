"""What clinicians say about stretches of a recording."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "annotations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "session_id",
            sa.String(36),
            sa.ForeignKey("sessions.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("start_ms", sa.Integer, nullable=False),
        sa.Column("end_ms", sa.Integer, nullable=False),
        sa.Column("label", sa.String(16), nullable=False),
        sa.Column("is_excluded", sa.Boolean, nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("written_by", sa.String(36)),
        sa.Column("written_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("session_id", "start_ms", "end_ms"),
        sa.CheckConstraint("0 <= start_ms AND start_ms <= end_ms", "in_order"),
    )

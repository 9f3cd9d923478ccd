"""Every kept session has a number that stays."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Number what is kept by day, each patient's for itself, and remember the highest."""
    op.add_column("sessions", sa.Column("number", sa.Integer))
    op.add_column(
        "patients", sa.Column("last_number", sa.Integer, nullable=False, server_default="0")
    )
    op.execute(
        """
        UPDATE sessions SET number = (
            SELECT count(*) FROM sessions AS other
            WHERE other.patient_id = sessions.patient_id AND other.is_kept
            AND (other.recorded_on, other.created_at, other.id)
                <= (sessions.recorded_on, sessions.created_at, sessions.id)
        ) WHERE is_kept
        """
    )
    op.execute(
        """
        UPDATE patients SET last_number = (
            SELECT count(*) FROM sessions WHERE patient_id = patients.id AND is_kept
        )
        """
    )
    op.create_index("ix_sessions_number", "sessions", ["patient_id", "number"], unique=True)

"""A key per patient, wrapped, so that what it opens goes with the patient."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table; keys are added as they are needed."""
    op.create_table(
        "data_keys",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "patient_id",
            sa.String(36),
            sa.ForeignKey("patients.id", ondelete="CASCADE"),
            unique=True,
        ),
        sa.Column(
            "session_id",
            sa.String(36),
            sa.ForeignKey("sessions.id", ondelete="CASCADE"),
            unique=True,
        ),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("(patient_id IS NULL) <> (session_id IS NULL)", "one_owner"),
    )

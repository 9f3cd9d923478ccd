"""Patients, sessions, runs and media."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the four tables."""
    _make_patients()
    _make_sessions()
    _make_runs()
    _make_media()


def _make_patients() -> None:
    op.create_table(
        "patients",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("code", sa.String(40), nullable=False, unique=True),
        sa.Column("name", sa.String(200)),
        sa.Column("age_band", sa.String(20), nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("consent_given_on", sa.Date),
        sa.Column("consent_until", sa.Date),
        sa.Column("consent_withdrawn_on", sa.Date),
        sa.Column("is_demonstration", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("archived_at", sa.DateTime),
    )


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "patient_id",
            sa.String(36),
            sa.ForeignKey("patients.id", ondelete="CASCADE"),
            index=True,
        ),
        sa.Column("recorded_on", sa.Date, nullable=False),
        sa.Column("task", sa.String(40), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("phq9", sa.Integer),
        sa.Column("gad7", sa.Integer),
        sa.Column("duration", sa.Float),
        sa.Column("is_kept", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.CheckConstraint("patient_id IS NOT NULL OR NOT is_kept", "kept_needs_patient"),
        sa.CheckConstraint("phq9 BETWEEN 0 AND 27", "phq9_range"),
        sa.CheckConstraint("gad7 BETWEEN 0 AND 21", "gad7_range"),
    )


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "session_id",
            sa.String(36),
            sa.ForeignKey("sessions.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("video_state", sa.String(16), nullable=False),
        sa.Column("error_code", sa.String(3)),
        sa.Column("error_cause", sa.String),
        sa.Column("error_remedy", sa.String),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("video_settings", sa.JSON),
        sa.Column("model_name", sa.String(100)),
        sa.Column("model_version", sa.String(40)),
        sa.Column("model_sha256", sa.String(64)),
        sa.Column("summary", sa.JSON),
        sa.Column("quality", sa.JSON),
        sa.Column("seconds", sa.JSON),
        sa.UniqueConstraint("session_id", "number"),
    )


def _make_media() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "session_id",
            sa.String(36),
            sa.ForeignKey("sessions.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column(
            "run_id", sa.String(36), sa.ForeignKey("runs.id", ondelete="CASCADE"), index=True
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("file", sa.String(60), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )

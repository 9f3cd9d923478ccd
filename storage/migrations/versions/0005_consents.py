"""Consent as a ledger: entries per scope, of which none is ever changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ENTRY = "patient_id, scope, given_on, expires_on, withdrawn_on, recorded_at"
# Who wrote it down, and when, the columns of before did not say: it is the program, now.
_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


def upgrade() -> None:
    """Make the table, carry over what was kept with the patient, and keep it in one place only."""
    op.create_table(
        "consents",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column(
            "patient_id",
            sa.String(36),
            sa.ForeignKey("patients.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("given_on", sa.Date),
        sa.Column("expires_on", sa.Date),
        sa.Column("withdrawn_on", sa.Date),
        sa.Column("recorded_by", sa.String(36)),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        sa.CheckConstraint("(given_on IS NULL) <> (withdrawn_on IS NULL)", "given_or_withdrawn"),
        sa.CheckConstraint("expires_on IS NULL OR expires_on >= given_on", "ends_after_it_began"),
    )
    _carry_over()
    _refuse_changes()


def _carry_over() -> None:
    op.execute(
        f"INSERT INTO consents ({_ENTRY}) "  # noqa: S608 (words of ours)
        f"SELECT id, 'analysis', consent_given_on, consent_until, NULL, {_NOW} FROM patients "
        "WHERE consent_given_on IS NOT NULL"
    )
    op.execute(
        f"INSERT INTO consents ({_ENTRY}) "  # noqa: S608 (words of ours)
        f"SELECT id, 'analysis', NULL, NULL, consent_withdrawn_on, {_NOW} FROM patients "
        "WHERE consent_withdrawn_on IS NOT NULL"
    )
    for name in ("consent_given_on", "consent_until", "consent_withdrawn_on"):
        op.drop_column("patients", name)


def _refuse_changes() -> None:
    for verb, when in (
        ("UPDATE", ""),
        # Erased with the patient, whose row goes first.
        ("DELETE", "WHEN EXISTS (SELECT 1 FROM patients WHERE id = OLD.patient_id) "),
        # Takes the place of an earlier entry without deleting it in the eyes of the one above.
        ("INSERT", "WHEN EXISTS (SELECT 1 FROM consents WHERE number = NEW.number) "),
    ):
        op.execute(
            f"CREATE TRIGGER consents_refuse_{verb.lower()} BEFORE {verb} ON consents {when}"
            "BEGIN SELECT RAISE(ABORT, 'an entry about consent is never changed'); END"
        )

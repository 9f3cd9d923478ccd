"""Accounts, who owns and shares what, and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ACCOUNT = "accounts.id"
_PATIENT = (
    "id, code, name, age_band, note, consent_given_on, consent_until, consent_withdrawn_on, "
    "is_demonstration, created_at, archived_at, last_number"
)


def upgrade() -> None:
    """Make the tables, and give patients and tries an owner; what is there has none yet."""
    _make_accounts()
    _own_patients()
    _make_shares()
    op.add_column("sessions", sa.Column("owner_id", sa.String(36), index=True))
    _make_events()


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_key", sa.String(60), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("passphrase_hash", sa.String(200), nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("removed_at", sa.DateTime),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        _account_column(index=True),
        sa.Column("began_at", sa.DateTime, nullable=False),
        sa.Column("used_at", sa.DateTime, nullable=False),
        sa.Column("locked_at", sa.DateTime),
    )
    op.create_table(
        "guesses",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name_hash", sa.String(64), nullable=False, index=True),
        sa.Column("address_hash", sa.String(64), nullable=False, index=True),
        sa.Column("tried_at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "belongings",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("name_hash", sa.String(64), primary_key=True),
        _account_column(),
        sa.Column("since", sa.DateTime, nullable=False),
    )


def _account_column(index: bool = False) -> sa.Column:
    return sa.Column(
        "account_id",
        sa.String(36),
        sa.ForeignKey(_ACCOUNT, ondelete="CASCADE"),
        nullable=False,
        index=index,
    )


def _own_patients() -> None:
    """Rebuild the table: a code is unique among one owner's patients, no longer among all."""
    op.create_table(
        "patients_new",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("owner_id", sa.String(36), sa.ForeignKey(_ACCOUNT)),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("age_band", sa.String(20), nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("consent_given_on", sa.Date),
        sa.Column("consent_until", sa.Date),
        sa.Column("consent_withdrawn_on", sa.Date),
        sa.Column("is_demonstration", sa.Boolean, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("archived_at", sa.DateTime),
    )
    op.execute(f"INSERT INTO patients_new ({_PATIENT}) SELECT {_PATIENT} FROM patients")  # noqa: S608
    op.drop_table("patients")
    op.rename_table("patients_new", "patients")
    # Rows without an owner are compared among each other, which NULL would not be.
    op.execute("CREATE UNIQUE INDEX ix_patients_code ON patients (coalesce(owner_id, ''), code)")


def _make_shares() -> None:
    op.create_table(
        "shares",
        sa.Column(
            "patient_id",
            sa.String(36),
            sa.ForeignKey("patients.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "account_id",
            sa.String(36),
            sa.ForeignKey(_ACCOUNT, ondelete="CASCADE"),
            primary_key=True,
            index=True,
        ),
        sa.Column("pseudonym", sa.String(40), nullable=False),
        sa.Column("days_moved", sa.Integer, nullable=False),
        sa.Column("given_at", sa.DateTime, nullable=False),
    )


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("detail", sa.String(60), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER events_refuse_{verb.lower()} BEFORE {verb} ON events "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"
        )
    # Takes the place of an earlier line without deleting it in the eyes of the trigger above.
    op.execute(
        "CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events "
        "WHEN EXISTS (SELECT 1 FROM events WHERE number = NEW.number) "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"
    )

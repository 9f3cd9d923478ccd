"""Who may use the data, what they were let into, and what they did: the tables for it."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import Base, new_id


class Role(enum.StrEnum):
    """What an account is for.

    An administrator is a clinician who also looks after the accounts; a researcher sees only what
    was shared, without what tells whose it is.
    """

    CLINICIAN = "clinician"
    ADMINISTRATOR = "administrator"
    RESEARCHER = "researcher"


class Account(Base):
    """A person who signs in. One who was removed stays, since the audit log names the id."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(60), unique=True)  # folded, for comparing
    role: Mapped[str] = mapped_column(String(16))
    passphrase_hash: Mapped[str] = mapped_column(String(200))
    must_change: Mapped[bool] = mapped_column(default=False)  # somebody else chose the passphrase
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class SignIn(Base):
    """One browser that is signed in; known by the hash of its cookie, never by the cookie."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    began_at: Mapped[datetime]
    used_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]


class Guess(Base):
    """One passphrase that was tried lately, by hashes of the name and of the address."""

    __tablename__ = "guesses"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name_hash: Mapped[str] = mapped_column(String(64), index=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    tried_at: Mapped[datetime] = mapped_column(index=True)


class Share(Base):
    """A patient whom the owner let somebody else into.

    A researcher knows the patient by the pseudonym, and every day moved by the same number.
    """

    __tablename__ = "shares"

    patient_id: Mapped[str] = mapped_column(
        ForeignKey("patients.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    pseudonym: Mapped[str] = mapped_column(String(40))
    days_moved: Mapped[int]
    given_at: Mapped[datetime]


class Belonging(Base):
    """Something that a browser named or was given, and whose it is: a page, a recording."""

    __tablename__ = "belongings"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    since: Mapped[datetime]


class Event(Base):
    """One line of the audit log; triggers refuse to change or delete it."""

    __tablename__ = "events"

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(32))  # as it was hashed
    account_id: Mapped[str] = mapped_column(String(36))  # empty for a stranger
    action: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(60))  # an id, never a code or a name
    detail: Mapped[str] = mapped_column(String(60))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

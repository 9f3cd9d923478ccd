"""How long things are kept, and who is kept beyond that: the tables for it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models import Base, Patient


class RetentionRule(Base):
    """After how many months something is due for erasing; without a row it never is."""

    __tablename__ = "retention_rules"
    __table_args__ = (CheckConstraint("months > 0", "some_time"),)

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    months: Mapped[int]


class Hold(Base):
    """A reason for which nothing of a patient is erased until it is lifted."""

    __tablename__ = "holds"

    patient_id: Mapped[str] = mapped_column(
        ForeignKey("patients.id", ondelete="CASCADE"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(String(200))
    placed_by: Mapped[str | None] = mapped_column(String(36))  # account
    placed_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship(lazy="joined")

"""What happens to a patient beside the sessions: medication and life events, the table for them."""

import enum
from datetime import date, datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import Base, new_id, words

LONGEST_TEXT: Final = 200  # letters


class EventKind(enum.StrEnum):
    """What a patient's event is."""

    MEDICATION = "medication"
    LIFE_EVENT = "life event"


class PatientEvent(Base):
    """One medication or life event, from its first day to its last."""

    __tablename__ = "patient_events"
    __table_args__ = (CheckConstraint("first_day <= last_day", "in_order"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    patient_id: Mapped[str] = mapped_column(
        ForeignKey("patients.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[EventKind] = mapped_column(words(EventKind))
    first_day: Mapped[date]
    last_day: Mapped[date | None]  # none: a medication goes on, a life event was that one day
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    written_by: Mapped[str | None] = mapped_column(String(36))  # account; none: from elsewhere
    written_at: Mapped[datetime]

"""What clinicians say about stretches of a recording: the table for it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import Base, new_id
from verhm.annotations import LONGEST_TEXT, Annotation

_MS = 1000


class AnnotationRow(Base):
    """One annotation; it belongs to the recording, and outlives each run over it."""

    __tablename__ = "annotations"
    __table_args__ = (
        UniqueConstraint("session_id", "start_ms", "end_ms"),
        CheckConstraint("0 <= start_ms AND start_ms <= end_ms", "in_order"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    # Whole numbers, so that the same stretch is the same in every database.
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    label: Mapped[str] = mapped_column(String(16))
    is_excluded: Mapped[bool]
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    written_by: Mapped[str | None] = mapped_column(String(36))  # account; none: from elsewhere
    written_at: Mapped[datetime]

    @property
    def annotation(self) -> Annotation:
        """What it says."""
        start, end = self.start_ms / _MS, self.end_ms / _MS
        return Annotation(start, end, self.label, self.is_excluded, self.text)


def in_ms(seconds: float) -> int:
    """A time as it is kept."""
    return round(_MS * seconds)

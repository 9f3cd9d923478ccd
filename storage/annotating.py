"""The verbs about what clinicians say of a recording, beside what the model found in it."""

from collections import defaultdict
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session as Unit

from storage.access import Access, refuse_unreached
from storage.admission import reach_to_change
from storage.annotation_models import AnnotationRow, in_ms
from storage.audit import Action, now
from storage.models import Patient, Session
from storage.verbs import Verbs, once
from verhm.annotations import Annotation


class AnnotationVerbs(Verbs):
    """Label, exclude and comment; no result ever changes by it."""

    @once
    def annotations(self, session_id: str) -> tuple[Annotation, ...]:
        """What was said of a session's recording, in the order of time.

        A researcher is given no words, which may tell whose voice it is.

        Raises:
            StorageError: E53 when there is no such session
        """
        query = select(AnnotationRow).where(AnnotationRow.session_id == session_id)
        with self._reading() as (unit, access):
            refuse_unreached(unit, access, session_id)
            found = sorted(row.annotation for row in unit.scalars(query))
        return tuple(_shown(access, found))

    @once
    def may_annotate(self, session_id: str) -> bool:
        """Whether whoever asks may say something of a session's recording now, or correct its
        details."""
        archived = select(Patient.archived_at).join(Session).where(Session.id == session_id)
        with self._reading() as (unit, access):
            refuse_unreached(unit, access, session_id)
            is_archived = unit.scalar(archived) is not None
        return not (access.is_deidentified or is_archived)

    @once
    def exclusions(self, patient_id: str) -> dict[str, tuple[Annotation, ...]]:
        """What was left out of sessions, by id of those of which anything was.

        Args:
            patient_id: whose sessions; empty for those of everybody whom the actor reaches
        """
        query = (
            select(AnnotationRow)
            .join(Session, Session.id == AnnotationRow.session_id)
            .where(AnnotationRow.is_excluded)
        )
        if patient_id:
            query = query.where(Session.patient_id == patient_id)
        found: dict[str, list[Annotation]] = defaultdict(list)
        with self._reading() as (unit, access):
            for row in unit.scalars(query.where(access.sessions)):
                found[row.session_id].append(row.annotation)
        return {id_: tuple(sorted(annotations)) for id_, annotations in found.items()}

    def annotate(
        self,
        session_id: str,
        start: float,
        end: float,
        *,
        label: str | None = None,
        is_excluded: bool | None = None,
        text: str | None = None,
    ) -> None:
        """Say something of a stretch or a moment; None leaves what was said of it as it is.

        A stretch of which nothing is said any more has no annotation.

        Args:
            session_id: of whose recording
            start, end, label, is_excluded, text: see `Annotation`

        Raises:
            RequestError: E63 when that cannot be said, E75 when the patient is archived
            StorageError: E53 no such session, E57 when the actor may only look
        """
        with self._writing() as (unit, access):
            session = reach_to_change(unit, access, session_id)
            row = _find(unit, session_id, start, end)
            before = Annotation(start, end) if row is None else row.annotation
            after = Annotation(
                start,
                end,
                before.label if label is None else label,
                before.is_excluded if is_excluded is None else is_excluded,
                before.text if text is None else text.strip(),
            )
            if row is None and not after.says_nothing:
                row = AnnotationRow(session_id=session.id)
                unit.add(row)
            elif row is not None and after.says_nothing:
                unit.delete(row)
            if row is not None:
                write(row, after)
                row.written_by, row.written_at = access.account_id, now()
            self._done(unit, access, Action.EDIT, session_id, "annotation")

    def remove_annotation(self, session_id: str, start: float, end: float) -> None:
        """Take back all that was said of a stretch or a moment; nothing happens if nothing was.

        Raises:
            RequestError: E75 when the patient is archived
            StorageError: E53 no such session, E57 when the actor may only look
        """
        with self._writing() as (unit, access):
            reach_to_change(unit, access, session_id)
            row = _find(unit, session_id, start, end)
            if row is not None:
                unit.delete(row)
                self._done(unit, access, Action.EDIT, session_id, "annotation")


def write(row: AnnotationRow, annotation: Annotation) -> None:
    """Give a row what an annotation says."""
    row.start_ms, row.end_ms = in_ms(annotation.start), in_ms(annotation.end)
    row.label, row.is_excluded = annotation.label, annotation.is_excluded
    row.text = annotation.text


def _find(unit: Unit, session_id: str, start: float, end: float) -> AnnotationRow | None:
    stretch = Annotation(start, end)  # rounds, as what is kept was
    query = select(AnnotationRow).where(
        AnnotationRow.session_id == session_id,
        AnnotationRow.start_ms == in_ms(stretch.start),
        AnnotationRow.end_ms == in_ms(stretch.end),
    )
    return unit.scalars(query).one_or_none()


def _shown(access: Access, annotations: list[Annotation]) -> list[Annotation]:
    if not access.is_deidentified:
        return annotations
    return [replace(each, text="") for each in annotations if each.label or each.is_excluded]

"""What clinicians say about a recording is kept beside its results, and goes where it goes."""

from datetime import date

import pytest
from sqlalchemy import select

from storage.account_models import Role
from storage.audit import Action, Event
from storage.consents import Scope
from storage.details import Agreement
from storage.repository import open_repository
from verhm.annotations import UNSURE, Annotation
from verhm.errors import RequestError, StorageError


@pytest.fixture
def session(practice):
    session = practice.session(practice.patient())
    practice.done(session)
    return session


def test_what_is_said_of_a_stretch_adds_up_until_nothing_is_left(practice, session):
    kept = practice.repository
    kept.annotate(session.id, 4.0, 7.0, label="sad")
    kept.annotate(session.id, 4.001, 7.0, text="  speaks of her sister ")
    kept.annotate(session.id, 1.0, 1.0, text="Q: sleep")
    kept.annotate(session.id, 4.0, 7.0, is_excluded=True)
    assert kept.annotations(session.id) == (
        Annotation(1.0, 1.0, text="Q: sleep"),
        Annotation(4.0, 7.0, "sad", True, "speaks of her sister"),
    )
    kept.annotate(session.id, 4.0, 7.0, label="", text="", is_excluded=False)
    kept.annotate(session.id, 8.0, 9.0)
    assert kept.annotations(session.id) == (Annotation(1.0, 1.0, text="Q: sleep"),)
    kept.remove_annotation(session.id, 1.0, 1.0)
    kept.remove_annotation(session.id, 1.0, 1.0)
    assert kept.annotations(session.id) == ()


def test_no_result_changes_by_it(practice, session):
    run = practice.repository.session(session.id).latest_done
    before = practice.repository.document(run.id), run.summary
    practice.repository.annotate(session.id, 0.0, 3.0, label=UNSURE, is_excluded=True)
    after = practice.repository.session(session.id).latest_done
    assert (practice.repository.document(after.id), after.summary) == before


def test_what_cannot_be_said_is_refused_and_what_was_said_stays(practice, session):
    kept = practice.repository
    kept.annotate(session.id, 4.0, 7.0, label="sad")
    for said in ({"label": "bored"}, {"text": "x" * 501}, {"text": "a\0b"}):
        with pytest.raises(RequestError, match="E63"):
            kept.annotate(session.id, 4.0, 7.0, **said)
    with pytest.raises(StorageError, match="E53"):
        kept.annotate("nobody", 4.0, 7.0, label="sad")
    assert kept.annotations(session.id) == (Annotation(4.0, 7.0, "sad"),)


def test_in_the_archive_nothing_is_said(practice, session):
    kept = practice.repository
    kept.annotate(session.id, 4.0, 7.0, label="sad")
    kept.archive_patient(session.patient_id)
    with pytest.raises(RequestError, match="E75"):
        kept.annotate(session.id, 4.0, 7.0, label="happy")
    with pytest.raises(RequestError, match="E75"):
        kept.remove_annotation(session.id, 4.0, 7.0)
    assert kept.annotations(session.id) == (Annotation(4.0, 7.0, "sad"),)


def test_it_is_erased_with_the_session(practice, session):
    practice.repository.annotate(session.id, 4.0, 7.0, text="Xaver")
    practice.repository.erase_session(session.id)
    with practice.repository.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM annotations").scalar() == 0


def test_what_was_excluded_is_found_for_all_sessions_at_once(practice, session):
    kept = practice.repository
    other = practice.session(kept.patient(session.patient_id), day=2)
    practice.session(kept.patient(session.patient_id), day=3)
    kept.annotate(session.id, 4.0, 7.0, label="sad")
    kept.annotate(session.id, 9.0, 12.0, is_excluded=True)
    kept.annotate(session.id, 5.0, 8.0, is_excluded=True)
    kept.annotate(other.id, 1.0, 2.0, text="coughs")
    assert kept.exclusions(session.patient_id) == {
        session.id: (
            Annotation(5.0, 8.0, is_excluded=True),
            Annotation(9.0, 12.0, is_excluded=True),
        )
    }


def test_it_goes_along_with_the_patient(practice, session, tmp_path):
    kept = practice.repository
    kept.annotate(session.id, 4.0, 7.0, label="sad", text="ünïcode ✓")
    kept.annotate(session.id, 1.0, 1.0)
    before = kept.annotations(session.id)
    kept.export_patient(session.patient_id, tmp_path / "patient.zip")
    elsewhere = open_repository(tmp_path / "elsewhere")
    elsewhere.import_patient(tmp_path / "patient.zip")
    assert elsewhere.annotations(session.id) == before
    elsewhere.close()


def test_it_is_said_and_heard_by_whom_the_patient_is_shared_with(practice, people):
    ada, bert = people.administrator, people.add("Bert")
    rosa = people.add("Rosa", Role.RESEARCHER)
    hers, his = people.seen_by(ada), people.seen_by(bert)
    practice.repository = hers
    patient = practice.patient(agreement=Agreement(date(2026, 1, 1), scopes=tuple(Scope)))
    session = practice.session(patient)
    hers.annotate(session.id, 4.0, 7.0, label="sad", text="her sister Ruth")
    hers.annotate(session.id, 1.0, 1.0, text="Q: sister")
    with pytest.raises(StorageError, match="E53"):
        his.annotations(session.id)
    with pytest.raises(StorageError, match="E53"):
        his.annotate(session.id, 4.0, 7.0, label="happy")
    assert his.exclusions(patient.id) == {}
    for account in (bert, rosa):
        hers.share_patient(patient.id, account.id)
    his.annotate(session.id, 4.0, 7.0, is_excluded=True)
    figures = people.seen_by(rosa)
    assert figures.annotations(session.id) == (Annotation(4.0, 7.0, "sad", True),)
    for change in (figures.annotate, figures.remove_annotation):
        with pytest.raises(StorageError, match="E57"):
            change(session.id, 4.0, 7.0)
    with hers.database.reading() as unit:
        noted = unit.scalars(select(Event).where(Event.detail == "annotation")).all()
    assert [(line.account_id, line.action) for line in noted] == [
        (account.id, Action.EDIT) for account in (ada, ada, bert)
    ]

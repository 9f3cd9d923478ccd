"""Consent is written down, never changed, and holds or does not wherever a voice is kept."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from storage.account_models import Role
from storage.audit import Action, Event
from storage.consents import Scope, counting, holds
from storage.details import Agreement, PatientDetails, SessionDetails
from storage.models import Consent, RunState, VideoState
from tests.storage.conftest import AGREED, files_in, make_result
from verhm.errors import RenderError, RequestError, StorageError

TODAY = date.today()
YESTERDAY = TODAY - timedelta(1)
BOTH = (Scope.ANALYSIS, Scope.RESEARCH)


def given(on: int, until: int | None = None, scope: Scope = Scope.ANALYSIS) -> Consent:
    """Consent from and to a day of March."""
    ends = date(2026, 3, until) if until else None
    return Consent(scope=scope, given_on=date(2026, 3, on), expires_on=ends)


def withdrawn(on: int) -> Consent:
    return Consent(scope=Scope.ANALYSIS, withdrawn_on=date(2026, 3, on))


@pytest.mark.parametrize(
    ("entries", "days"),
    [
        ([], []),
        ([given(3)], range(3, 11)),
        ([given(3, until=6)], range(3, 7)),
        ([given(3), withdrawn(6)], range(3, 6)),
        ([given(3), withdrawn(6), given(8)], [3, 4, 5, 8, 9, 10]),
        ([given(5), given(3, until=7)], range(3, 8)),  # the first was wrong
        ([given(3), given(5, until=7)], range(3, 8)),
        ([given(5), withdrawn(3)], []),
        ([given(3, scope=Scope.RESEARCH)], []),
    ],
)
def test_on_each_day_the_entry_counts_that_was_written_down_last(entries, days):
    march = [date(2026, 3, day) for day in range(1, 11)]
    held = [day.day for day in march if holds(counting(entries, Scope.ANALYSIS, day), day)]
    assert held == list(days)


def test_an_entry_comes_back_with_who_wrote_it_down(practice, people):
    hers = people.seen_by(people.administrator)
    patient = hers.add_patient(PatientDetails("P-1"), Agreement(YESTERDAY, TODAY, BOTH))
    hers.withdraw_consent(patient.id, TODAY, [Scope.RESEARCH])
    lines = hers.consents(patient.id)
    assert [(line.entry.scope, line.entry.withdrawn_on) for line in lines] == [
        (Scope.RESEARCH, TODAY),
        (Scope.RESEARCH, None),
        (Scope.ANALYSIS, None),
    ]
    assert {line.recorder for line in lines} == {"Ada"}
    found = hers.patient(patient.id)
    assert found.has_consent(TODAY) and not found.has_consent(TODAY, Scope.RESEARCH)
    assert found.has_consent(YESTERDAY, Scope.RESEARCH)
    assert not found.has_consent(TODAY + timedelta(1))
    with practice.repository.database.reading() as unit:
        noted = unit.execute(select(Event.action, Event.detail).where(Event.subject == patient.id))
        actions = [tuple(row) for row in noted if row.action != Action.VIEW]
    assert actions == [
        (Action.CREATE, "patient"),
        (Action.CONSENT, "analysis"),
        (Action.CONSENT, "research"),
        (Action.WITHDRAWAL, "research"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consents SET expires_on = '2099-01-01'",
        "DELETE FROM consents",
        "INSERT OR REPLACE INTO consents SELECT * FROM consents",
    ],
)
def test_an_entry_is_never_changed_by_whatever_statement(practice, statement):
    patient = practice.patient()
    engine = practice.repository.database.engine
    with pytest.raises(IntegrityError, match="never changed"), engine.connect() as connection:
        connection.execute(text(statement))
    assert [each.expires_on for each in practice.repository.patient(patient.id).consents] == [None]


def test_entries_go_with_the_patient_alone(practice):
    gone, stays = practice.patient("P-1"), practice.patient("P-2")
    practice.repository.erase_patient(gone.id, "P-1")
    with practice.repository.database.reading() as unit:
        assert unit.scalars(select(Consent.patient_id)).all() == [stays.id]


@pytest.mark.parametrize(
    "agreement", [None, Agreement(date(2026, 1, 1), YESTERDAY), Agreement(TODAY + timedelta(1))]
)
def test_without_consent_that_holds_today_nothing_is_kept_or_analysed(practice, agreement):
    repository, patient = practice.repository, practice.patient(agreement=agreement)
    with pytest.raises(RequestError, match="E62"):
        practice.session(patient)
    assert files_in(repository) == set() and repository.sessions(patient.id) == ()
    tried = practice.session(patient, is_kept=False)
    assert practice.done(tried).state is RunState.DONE
    repository.give_consent(patient.id, AGREED)
    assert practice.done(practice.session(patient)).state is RunState.DONE


def test_a_withdrawal_lets_nothing_be_saved_any_more_and_takes_nothing_away(practice, tmp_path):
    repository, patient = practice.repository, practice.patient()
    session = practice.session(patient)
    done, running = practice.done(session, video=True), practice.begun(session)
    repository.withdraw_consent(patient.id, TODAY, [Scope.ANALYSIS])
    files = files_in(repository)
    video = tmp_path / "face.mp4"
    video.write_bytes(b"a face")
    for change in (
        lambda: practice.session(patient),
        lambda: practice.begun(session),
        lambda: repository.finish_run(running.id, make_result()),
        lambda: repository.set_video_state(done.id, VideoState.RENDERING),
        lambda: repository.attach_video(done.id, video),
    ):
        with pytest.raises(RequestError, match="E62"):
            change()
    assert files_in(repository) == files
    assert repository.document(done.id) and repository.recording(session.id).is_file()
    refusal = RequestError("E62", "No consent.", "Ask.")
    assert repository.fail_run(running.id, refusal).error_code == "E62"
    repository.set_video_state(done.id, VideoState.FAILED, RenderError("E41", "Not drawn.", "Ask."))
    repository.give_consent(patient.id, Agreement(TODAY))
    assert practice.done(session).state is RunState.DONE


@pytest.mark.parametrize(
    ("day", "scopes"),
    [(TODAY + timedelta(1), [Scope.ANALYSIS]), (TODAY, [Scope.RESEARCH]), (TODAY, [])],
)
def test_what_cannot_be_withdrawn_is_refused(practice, day, scopes):
    patient = practice.patient()
    with pytest.raises(RequestError, match="E63"):
        practice.repository.withdraw_consent(patient.id, day, scopes)
    assert len(practice.repository.patient(patient.id).consents) == 1


@pytest.mark.parametrize("unfit", [{"expires_on": date(2026, 1, 1)}, {"scopes": ()}])
def test_an_agreement_that_cannot_be_is_refused(unfit):
    with pytest.raises(RequestError, match="E63"):
        Agreement(date(2026, 2, 2), **unfit)


def test_researchers_see_whoever_agrees_to_it_and_only_as_long(practice, people):
    rosa = people.add("Rosa", Role.RESEARCHER)
    hers, figures = people.seen_by(people.administrator), people.seen_by(rosa)
    patient = hers.add_patient(PatientDetails("P-1"), AGREED)
    with pytest.raises(RequestError, match="E62"):
        hers.share_patient(patient.id, rosa.id)
    hers.give_consent(patient.id, Agreement(TODAY, scopes=(Scope.RESEARCH,)))
    hers.share_patient(patient.id, rosa.id)
    session = hers.add_session(patient.id, SessionDetails(TODAY), practice.recording)
    assert figures.session(session.id) and len(figures.patients()) == 1
    hers.withdraw_consent(patient.id, TODAY, [Scope.RESEARCH])
    assert figures.patients() == () and figures.sessions(patient.id) == ()
    with pytest.raises(StorageError, match="E53"):
        figures.session(session.id)
    (shared,) = hers.shares(patient.id)
    assert shared.lacks_consent


def test_a_demonstration_needs_nobodys_consent(practice, people):
    rosa = people.add("Rosa", Role.RESEARCHER)
    hers = people.seen_by(people.administrator)
    patient = hers.add_patient(PatientDetails("DEMO", is_demonstration=True))
    hers.share_patient(patient.id, rosa.id)
    assert hers.add_session(patient.id, SessionDetails(TODAY), practice.recording).number == 1
    assert len(people.seen_by(rosa).patients()) == 1

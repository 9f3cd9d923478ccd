"""Medication and life events are kept with the patient, and go where the patient goes."""

import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest
from alembic import command
from sqlalchemy import select

from storage.account_models import Role, Share
from storage.audit import Action, Event
from storage.consents import Scope
from storage.details import Agreement, EventDetails
from storage.event_models import EventKind
from storage.repository import open_repository
from verhm.errors import RequestError, StorageError

UPGRADE = command.upgrade
TAKEN = EventDetails(EventKind.MEDICATION, date(2026, 3, 1), None, "Sertraline 50 mg")
MOVED = EventDetails(EventKind.LIFE_EVENT, date(2026, 2, 1), date(2026, 2, 9), "Moves house")


@pytest.fixture
def patient(practice):
    return practice.patient()


def said(repository, patient_id):
    """What is kept, as it could be entered."""
    return [
        EventDetails(each.kind, each.first_day, each.last_day, each.text)
        for each in repository.events(patient_id)
    ]


def test_events_are_listed_in_the_order_of_time_and_can_be_changed(practice, patient):
    kept, other = practice.repository, practice.patient("P-0002")
    taken = kept.add_event(patient.id, TAKEN)
    kept.add_event(patient.id, MOVED)
    kept.add_event(other.id, TAKEN)
    assert said(kept, patient.id) == [MOVED, TAKEN]
    ended = replace(TAKEN, last_day=date(2026, 3, 1), text="  Sertraline 25 mg ")
    kept.change_event(taken.id, ended)
    assert said(kept, patient.id) == [MOVED, replace(ended, text="Sertraline 25 mg")]
    kept.change_event(taken.id, replace(MOVED, first_day=date(2026, 1, 1)))
    assert kept.events(patient.id)[0].id == taken.id
    kept.remove_event(taken.id)
    assert said(kept, patient.id) == [MOVED]
    assert said(kept, other.id) == [TAKEN]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"last_day": date(2026, 2, 28)}, "before the first"),
        ({"text": " \n "}, "not said what"),
        ({"text": "x" * 201}, "longer than 200"),
        ({"first_day": date(1, 1, 1)}, "year 1 "),
        ({"last_day": date(9999, 1, 1)}, "year 9999 "),
    ],
)
def test_what_cannot_be_is_refused_with_its_cause_and_a_remedy(changes, cause):
    with pytest.raises(RequestError, match="E63") as refused:
        replace(TAKEN, **changes)
    assert cause in refused.value.cause
    assert refused.value.remedy


def test_the_longest_text_is_kept_and_one_with_a_nul_is_not(practice, patient):
    kept, longest = practice.repository, replace(TAKEN, text="ü" * 200)
    kept.add_event(patient.id, longest)
    with pytest.raises(RequestError, match="E63"):
        kept.add_event(patient.id, replace(TAKEN, text="a\0b"))
    assert said(kept, patient.id) == [longest]


def test_the_words_of_the_kinds_are_in_the_database(practice, patient):
    for each in (TAKEN, MOVED):
        practice.repository.add_event(patient.id, each)
    with practice.repository.database.engine.connect() as connection:
        kinds = connection.exec_driver_sql("SELECT kind FROM patient_events").scalars()
        assert set(kinds) == {"medication", "life event"}


def test_in_the_archive_nothing_is_changed(practice, patient):
    kept = practice.repository
    event = kept.add_event(patient.id, TAKEN)
    kept.archive_patient(patient.id)
    for change in (
        lambda: kept.add_event(patient.id, MOVED),
        lambda: kept.change_event(event.id, MOVED),
        lambda: kept.remove_event(event.id),
    ):
        with pytest.raises(RequestError, match="E75"):
            change()
    assert said(kept, patient.id) == [TAKEN]


def test_they_are_erased_with_the_patient(practice, patient):
    kept, other = practice.repository, practice.patient("P-0002")
    for each in (patient, other):
        kept.add_event(each.id, TAKEN)
    kept.erase_patient(patient.id, patient.code)
    with kept.database.engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT patient_id FROM patient_events").scalars().all()
    assert left == [other.id]


def test_somebody_elses_are_not_there(practice, people):
    bert = people.add("Bert")
    hers, his = people.seen_by(people.administrator), people.seen_by(bert)
    practice.repository = hers
    patient = practice.patient()
    event = hers.add_event(patient.id, TAKEN)
    for ask in (
        lambda: his.events(patient.id),
        lambda: his.may_change_patient(patient.id),
        lambda: his.add_event(patient.id, MOVED),
        lambda: his.change_event(event.id, MOVED),
        lambda: his.remove_event(event.id),
        lambda: hers.remove_event("nobody's"),
        lambda: hers.change_event("", MOVED),
    ):
        with pytest.raises(StorageError, match="E53"):
            ask()
    with pytest.raises(StorageError) as hidden:
        his.remove_event(event.id)
    with pytest.raises(StorageError) as missing:
        his.remove_event("nobody's")
    assert str(hidden.value) == str(missing.value)
    hers.share_patient(patient.id, bert.id)
    his.change_event(event.id, MOVED)
    assert said(hers, patient.id) == [MOVED]
    assert [each.written_by for each in hers.events(patient.id)] == [bert.id]


def test_a_researcher_sees_what_when_on_moved_days_and_changes_nothing(practice, people):
    rosa = people.add("Rosa", Role.RESEARCHER)
    hers = people.seen_by(people.administrator)
    practice.repository = hers
    patient = practice.patient(agreement=Agreement(date(2026, 1, 1), scopes=tuple(Scope)))
    for each in (TAKEN, MOVED):
        event = hers.add_event(patient.id, each)
    hers.share_patient(patient.id, rosa.id)
    figures = people.seen_by(rosa)
    with hers.database.reading() as unit:
        share = unit.scalars(select(Share).where(Share.account_id == rosa.id)).one()
    shown, moved = figures.events(patient.id), timedelta(days=share.days_moved)
    assert moved
    days = [(each.first_day + moved, each.last_day and each.last_day + moved) for each in shown]
    assert days == [(MOVED.first_day, MOVED.last_day), (TAKEN.first_day, None)]
    assert [each.kind for each in shown] == [MOVED.kind, TAKEN.kind]
    assert {each.text for each in shown} == {""}
    assert {each.written_by for each in shown} == {None}
    assert hers.may_change_patient(patient.id) and not figures.may_change_patient(patient.id)
    for change in (
        lambda: figures.add_event(patient.id, MOVED),
        lambda: figures.change_event(event.id, MOVED),
        lambda: figures.remove_event(event.id),
    ):
        with pytest.raises(StorageError, match="E57"):
            change()
    assert said(hers, patient.id) == [MOVED, TAKEN]


def test_every_change_is_in_the_log_and_what_is_refused_is_not(practice, people):
    ada = people.administrator
    hers = people.seen_by(ada)
    practice.repository = hers
    patient = practice.patient()
    event = hers.add_event(patient.id, TAKEN)
    hers.change_event(event.id, MOVED)
    hers.remove_event(event.id)
    with pytest.raises(StorageError, match="E53"):
        hers.remove_event(event.id)
    hers.archive_patient(patient.id)
    with pytest.raises(RequestError, match="E75"):
        hers.add_event(patient.id, TAKEN)
    with hers.database.reading() as unit:
        noted = unit.scalars(select(Event).where(Event.detail.like("event%"))).all()
    assert [(each.account_id, each.action, each.subject, each.detail) for each in noted] == [
        (ada.id, Action.EDIT, patient.id, detail) for detail in ("event", "event", "event removed")
    ]


def test_a_folder_of_the_version_before_is_brought_up_to_date(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, revision: UPGRADE(config, "0008"))
        open_repository(tmp_path).close()
    with sqlite3.connect(tmp_path / "verhm.db") as connection:
        connection.execute(
            "INSERT INTO patients (id, code, age_band, note, is_demonstration, last_number, "
            "created_at) VALUES ('p', 'P-1', '', '', 0, 0, '2026-01-01 08:00:00.000000')"
        )
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert "patients" in names and "patient_events" not in names
    repository = open_repository(tmp_path)
    assert repository.events("p") == ()
    repository.add_event("p", MOVED)
    assert said(repository, "p") == [MOVED]
    repository.close()

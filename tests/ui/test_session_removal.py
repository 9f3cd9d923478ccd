"""A session is erased with all that belongs to it, after a question that names it."""

import pytest

from ui.session_removal import erase_session, what_goes
from verhm.errors import StorageError


def test_the_question_names_what_goes(context, analysed):
    words = what_goes(analysed("P-0417", note="Seen by video"))
    for part in ("21 Nov 2026", "P-0417", "the recording", "its result", "face video", "the note"):
        assert part in words
    assert "scores" not in words


def test_a_session_goes_with_its_files_and_the_patient_stays(context, analysed):
    session = analysed("P-0417")
    erase_session(context, session.id)
    assert not context.repository.sessions(session.patient_id)
    assert not list((context.settings.data / "media").glob(f"{session.id}/*"))
    with pytest.raises(StorageError, match="E53"):
        erase_session(context, session.id)


def test_a_session_that_is_being_analysed_is_stopped_first(context, add_session, engine, until):
    session = add_session("P-0417")
    engine.go_on.clear()
    job = context.jobs.submit(session.id)
    erase_session(context, session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    assert not list((context.settings.data / "media").glob(f"{session.id}/*"))

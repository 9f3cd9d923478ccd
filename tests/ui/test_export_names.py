"""Downloaded files are named after code, session and date."""

from datetime import date

import pytest

from storage.models import Patient, Run, Session
from ui.export_names import download_name


def named(code):
    patient = Patient(code=code, name="Ada Lovelace") if code else None
    session = Session(recorded_on=date(2026, 11, 19), number=3 if code else None)
    session.patient = patient
    return download_name(session, Run(number=2), "windows.csv")


def test_a_download_is_named_after_code_session_day_and_run():
    assert named("P-0417") == "P-0417_session3_2026-11-19_run2_windows.csv"
    assert named(None) == "unsaved_2026-11-19_run2_windows.csv"


@pytest.mark.parametrize("code", ["../../etc", 'a"b', "a/b\\c", "a\r\nb: c", "<x>"])
def test_no_code_makes_a_dangerous_file_name(code):
    assert not set('/\\"\r\n<>:') & set(named(code))

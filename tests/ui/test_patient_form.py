"""The patient's form: what is entered is kept, what cannot be is refused."""

from datetime import date

import pytest

from storage.consents import Scope
from storage.details import Agreement
from ui.patient_form import filled, read_form
from verhm.errors import RequestError

FIELDS = ("P-0417", "Ada", "35–44", "A note", "2026-05-12", "2027-05-12", True)


def test_the_form_reads_back_what_it_shows(context):
    patient = context.repository.add_patient(*read_form(FIELDS, None))
    shown = filled(patient, "")[6:]
    assert shown[:2] == ["P-0417", "Ada"]
    assert [(each.scope, each.given_on, each.expires_on) for each in patient.consents] == [
        (scope, date(2026, 5, 12), date(2027, 5, 12)) for scope in (Scope.ANALYSIS, Scope.RESEARCH)
    ]
    age_band, note = shown[2].value, shown[3]
    details, agreement = read_form([*shown[:2], age_band, note, *FIELDS[4:]], patient)
    assert agreement is None  # once there are entries, others are added to them
    assert (details.code, details.name) == ("P-0417", "Ada")


@pytest.mark.parametrize(
    ("position", "value"),
    [(0, "  "), (0, "x" * 41), (4, None), (4, "soon"), (4, "21/11/2026"), (5, "2025-01-01")],
)
def test_an_entry_that_cannot_be_is_refused_with_a_code(position, value):
    fields = list(FIELDS)
    fields[position] = value
    with pytest.raises(RequestError, match="E63"):
        read_form(fields, None)


def test_a_consent_written_with_dots_is_kept():
    _, agreement = read_form(("P-1", "", "", "", "21.11.2026", "21.11.2027", False), None)
    assert agreement == Agreement(date(2026, 11, 21), date(2027, 11, 21))


def test_a_patient_may_be_entered_before_agreeing_to_anything():
    assert read_form(("P-1", "", "", "", "", "", False), None)[1] is None

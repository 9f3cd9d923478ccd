"""Consent in words, from the dates that were entered."""

from datetime import date, timedelta

import pytest

from storage.consents import Scope
from storage.models import Consent, Patient
from ui.consent import SOON, consent_of

TODAY = date(2026, 11, 21)
GIVEN = date(2026, 1, 5)


def given(on: date, until: date | None = None, scope: Scope = Scope.ANALYSIS) -> Consent:
    return Consent(scope=scope, given_on=on, expires_on=until)


def withdrawn(on: date) -> Consent:
    return Consent(scope=Scope.ANALYSIS, withdrawn_on=on)


@pytest.mark.parametrize(
    ("entries", "is_given", "short"),
    [
        ([], False, "none yet"),
        ([given(GIVEN)], True, "given, without end"),
        ([given(GIVEN, date(2027, 9, 3))], True, "to 3 Sep 2027"),
        ([given(GIVEN, date(2026, 11, 30))], True, "to 30 Nov, 9 days left"),
        ([given(GIVEN, TODAY)], True, "to 21 Nov, last day"),
        ([given(GIVEN, date(2026, 11, 20))], False, "ended 20 Nov"),
        ([given(GIVEN), withdrawn(date(2026, 10, 14))], False, "withdrawn 14 Oct"),
        ([given(GIVEN), withdrawn(date(2026, 10, 14)), given(TODAY)], True, "given, without end"),
        ([given(date(2026, 12, 1))], False, "from 1 Dec 2026"),
        ([given(GIVEN, scope=Scope.RESEARCH)], False, "none yet"),
    ],
)
def test_the_words_fit_the_entries(entries, is_given, short):
    patient = Patient(code="P", is_demonstration=False, consents=entries)
    consent = consent_of(patient, TODAY)
    assert (consent.is_given, consent.short) == (is_given, short)
    # The words never promise more than storage allows.
    assert consent.is_given == patient.has_consent(TODAY)


def test_consent_near_its_end_is_pointed_out():
    patient = Patient(code="P", is_demonstration=False)
    patient.consents = [given(GIVEN, TODAY + timedelta(SOON))]
    assert consent_of(patient, TODAY).needs_attention
    patient.consents = [given(GIVEN, TODAY + timedelta(SOON + 1))]
    assert not consent_of(patient, TODAY).needs_attention


def test_a_demonstration_needs_no_consent():
    assert consent_of(Patient(code="DEMO", is_demonstration=True), TODAY).is_given

"""Consent in words, from the dates that were entered."""

from datetime import date, timedelta

import pytest

from storage.models import Patient
from ui.consent import SOON, consent_of

TODAY = date(2026, 11, 21)
GIVEN = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("dates", "is_given", "short"),
    [
        ({}, False, "none yet"),
        ({"consent_given_on": GIVEN}, True, "without end"),
        ({"consent_given_on": GIVEN, "consent_until": date(2027, 9, 3)}, True, "to 3 Sep 2027"),
        (
            {"consent_given_on": GIVEN, "consent_until": date(2026, 11, 30)},
            True,
            "to 30 Nov, 9 days left",
        ),
        ({"consent_given_on": GIVEN, "consent_until": TODAY}, True, "to 21 Nov, last day"),
        ({"consent_given_on": GIVEN, "consent_until": date(2026, 11, 20)}, False, "ended 20 Nov"),
        (
            {"consent_given_on": GIVEN, "consent_withdrawn_on": date(2026, 10, 14)},
            False,
            "withdrawn 14 Oct",
        ),
        ({"consent_given_on": date(2026, 12, 1)}, False, "from 1 Dec 2026"),
    ],
)
def test_the_words_fit_the_dates(dates, is_given, short):
    patient = Patient(code="P", is_demonstration=False, **dates)
    consent = consent_of(patient, TODAY)
    assert (consent.is_given, consent.short) == (is_given, short)
    # The words never promise more than storage allows.
    assert consent.is_given == patient.has_consent(TODAY)


def test_consent_near_its_end_is_pointed_out():
    patient = Patient(code="P", is_demonstration=False, consent_given_on=GIVEN)
    patient.consent_until = TODAY + timedelta(SOON)
    assert consent_of(patient, TODAY).needs_attention
    patient.consent_until = TODAY + timedelta(SOON + 1)
    assert not consent_of(patient, TODAY).needs_attention


def test_a_demonstration_needs_no_consent():
    assert consent_of(Patient(code="DEMO", is_demonstration=True), TODAY).is_given

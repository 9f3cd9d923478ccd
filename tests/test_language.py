"""The texts in other languages: all there, whole, and handed to whoever asks."""

import logging
import re
import string

import pytest
from babel.messages.pofile import read_po

from benchmarks.messages import gathered, is_translated
from verhm.errors import RequestError
from verhm.language import CATALOGS, _, forms, ngettext, retold, speaking

CODES = sorted(path.stem for path in CATALOGS.glob("*.po"))


@pytest.fixture(scope="module")
def texts():
    """What the sources say."""
    return {(message.id, message.context) for message in gathered() if message.id}


@pytest.mark.parametrize("code", CODES)
def test_every_text_of_the_sources_is_translated_and_no_other_one(code, texts):
    with (CATALOGS / f"{code}.po").open("rb") as file:
        catalog = read_po(file)
    known = {(message.id, message.context): message for message in catalog if message.id}
    assert set(known) == texts, "`python -m benchmarks.messages` brings the catalog up to date"
    assert not [each for each, message in known.items() if not is_translated(message)]
    assert not [each for each, message in known.items() if message.fuzzy]


@pytest.mark.parametrize("code", CODES)
def test_a_translation_has_the_places_and_the_markup_of_its_text(code):
    with (CATALOGS / f"{code}.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    for message in messages:
        for text, said in zip(forms(message.id), forms(message.string), strict=True):
            assert places(text) == places(said), text
            assert markup(text) == markup(said), text
            # They stand in attributes of HTML.
            assert [sign in said for sign in "'\""] <= [sign in text for sign in "'\""], text


def places(text: str) -> set[tuple[str, str]]:
    parsed = string.Formatter().parse(text)
    return {(name, form or "") for _text, name, form, _kind in parsed if name is not None}


def markup(text: str) -> list[str]:
    return sorted(re.findall(r"</?[a-z]+>", text))


def test_nobody_in_particular_is_answered_in_english():
    assert _("Patients") == "Patients"
    assert ngettext("{n} day left", "{n} days left", 1) == "1 day left"
    assert retold("Choose 512, 720 or 1080 px.") == "Choose 512, 720 or 1080 px."


def test_each_is_answered_in_their_own_language():
    with speaking("de"):
        assert _("Patients") == "Patienten"
        assert ngettext("{n} day left", "{n} days left", 1) == "noch 1 Tag"
        assert ngettext("{n} day left", "{n} days left", 3) == "noch 3 Tage"
        with speaking("en"):
            assert _("Patients") == "Patients"
    assert _("Patients") == "Patients"


def test_what_was_kept_in_english_is_told_in_the_language_of_who_reads_it():
    kept = (
        "E21 Only 12 s of speech found; 20 s are needed for a summary. Most of the others: "
        "no speech. Nobody speaks here."
    )
    with speaking("de"):
        assert retold(kept) == (
            "E21 Nur 12 s Sprache gefunden; für eine Zusammenfassung sind 20 s nötig. "
            "Die meisten anderen: keine Sprache. Hier spricht niemand."
        )
        assert retold("Said by nobody here.") == "Said by nobody here."


def test_an_error_is_english_where_it_is_kept_and_told_where_it_is_read():
    with speaking("de"):
        error = RequestError("E71", f"The hop is {3} s.", f"Choose one from {0.5:g} to {1:g} s.")
        assert error.cause == "Der Schritt ist 3 s."
        assert error.told == "E71 Der Schritt ist 3 s. Wählen Sie einen von 0,5 bis 1 s."
        assert error.kept == ("The hop is 3 s.", "Choose one from 0.5 to 1 s.")
    assert error.told == "E71 The hop is 3 s. Choose one from 0.5 to 1 s."


def test_the_log_is_english_whoever_asked(caplog):
    error = RequestError("E63", "The two passphrases differ.", "Type the same one twice.")
    with speaking("de"):
        assert error.told != str(error)
        logging.getLogger("test").warning("It failed: %s", error)
    assert caplog.messages == [
        "It failed: E63 The two passphrases differ. Type the same one twice."
    ]


def test_what_somebody_typed_is_neither_told_anew_nor_takes_long():
    with speaking("de"):
        assert _("") == ""
        assert retold("“12.11” cannot be read as one day.").startswith("„12.11“ ")
        endless = "x" + " of x" * 1_000
        assert retold(endless) == endless

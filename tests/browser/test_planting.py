"""The search for planted names finds them, in every form and every page."""

import pytest

from storage.details import PatientDetails
from storage.keys import new_key
from storage.repository import open_repository
from storage.vault import Vault
from storage.whereabouts import DATABASE
from tests.browser.planting import files_in, forms, found, opened_pages

NAME = "Žofie Erfundená <Möwe>"


@pytest.mark.parametrize("form", forms(NAME))
def test_each_form_is_found_wherever_it_begins(form, tmp_path):
    for before in range(3):
        content = b"\0" * before + forms(NAME)[form] + b"\xff"
        (tmp_path / "log").write_bytes(content)
        assert f"name in {tmp_path / 'log'} as {form}" in found({"name": NAME}, files_in(tmp_path))


def test_what_others_encode_together_with_something_else_is_found():
    for first in range(3):
        encoded = forms("x" * first + NAME + "and more")["base64 at 0"]
        told = found({"name": NAME}, [("cache", encoded)])
        assert f"name in cache as base64 at {first}" in told
    assert found({"name": NAME}, [("cache", b"Zofie Erfundena"), ("log", b"")]) == []


def test_a_files_own_name_is_searched_too(tmp_path):
    (tmp_path / f"{NAME.partition(' ')[0]}.wav").touch()
    assert found({"name": "Žofie"}, files_in(tmp_path))


def test_the_pages_of_an_encrypted_database_and_its_log_are_opened(tmp_path):
    vault = Vault(new_key())
    repository = open_repository(tmp_path, vault)
    repository.add_patient(PatientDetails("P-0001", NAME))
    file = tmp_path / DATABASE
    assert found({"name": NAME}, files_in(tmp_path)) == []
    in_log = found({"name": NAME}, opened_pages(file, vault.database_key))
    assert in_log and all("in the log" in each for each in in_log)
    repository.database.forget_erased()
    in_file = found({"name": NAME}, opened_pages(file, vault.database_key))
    assert in_file and not any("in the log" in each for each in in_file)
    repository.close()

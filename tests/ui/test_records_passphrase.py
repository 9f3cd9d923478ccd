"""An administrator gives the records another passphrase, and nobody else does."""

import re

import pytest

from storage.account_models import Role
from storage.safe import Safe
from storage.stretching import Stretching
from storage.vault import KeyFile
from tests.storage.people import OTHER
from tests.ui.conftest import ADA, PASSPHRASE, signed_in_client
from ui.server import make_app
from ui.tries import MOST_HERE
from verhm.errors import VaultError

WORDS, OTHERS = "correct horse battery", "quite another sentence"
FORM = {"before": WORDS, "passphrase": OTHERS, "again": OTHERS}
ADDRESS = "/account/records"


@pytest.fixture
def vault(settings, monkeypatch):
    quick = (Stretching(64, 1, 1),)
    monkeypatch.setattr(KeyFile.change_passphrase, "__defaults__", quick)
    settings.data.mkdir()
    return Safe(settings.data).make(WORDS, *quick)


@pytest.fixture
def opens(settings):
    """Function that says whether a passphrase opens the records."""

    def try_(passphrase: str) -> bool:
        try:
            Safe(settings.data).keys.unlock(passphrase)
        except VaultError as error:
            assert error.code == "E80"
            return False
        return True

    return try_


def test_an_administrator_changes_it_and_goes_on_working(client, context, add_session, opens):
    session = add_session()
    assert "Passphrase of the records" in client.get("/account").text
    answer = client.post(ADDRESS, data=FORM, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert (opens(WORDS), opens(OTHERS)) == (False, True)
    assert client.get(f"/sessions/{session.id}/recording").status_code == 200


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        ({"before": OTHERS}, "E80"),
        ({"again": WORDS}, "E63"),
        ({"passphrase": "passwordpassword", "again": "passwordpassword"}, "E82"),
    ],
)
def test_what_is_refused_changes_nothing(client, opens, entered, code):
    answer = client.post(ADDRESS, data={**FORM, **entered})
    assert (answer.status_code, code in answer.text) == (400, True)
    assert opens(WORDS)


def test_guessing_at_the_old_one_ends_after_some_tries(client, opens):
    for _ in range(MOST_HERE):
        assert "E80" in client.post(ADDRESS, data={**FORM, "before": "a guess"}).text
    assert client.post(ADDRESS, data=FORM).status_code == 429
    assert opens(WORDS)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RESEARCHER])
def test_others_are_neither_shown_the_form_nor_obeyed(context, accounts, opens, role):
    bert = accounts.create(accounts.everybody()[0].id, "Bert", role, OTHER)
    accounts.change_passphrase(bert.id, OTHER, PASSPHRASE, "127.0.0.1")
    with signed_in_client(make_app(context, accounts), "Bert") as client:
        assert "Passphrase of the records" not in client.get("/account").text
        answer = client.post(ADDRESS, data=FORM)
        assert (answer.status_code, "E57" in answer.text) == (403, True)
    assert opens(WORDS)


def test_each_hint_on_the_page_belongs_to_one_field(client):
    page = client.get("/account").text
    named = re.findall(r" id='([^']+)'", page)
    assert len(named) >= 3 and len(named) == len(set(named))
    assert set(re.findall(r"aria-describedby='([^']+)'", page)) == set(named)


def test_the_log_says_that_it_was_changed_and_by_whom(client, accounts, context):
    client.post(ADDRESS, data=FORM)
    (ada,) = (each.id for each in accounts.everybody() if each.name == ADA)
    with context.repository.database.engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT account_id, action, detail FROM events ORDER BY number DESC LIMIT 1"
        ).one()
    assert tuple(row) == (ada, "edit", "records passphrase")


class TestUnencrypted:
    """Where the data are kept as they are."""

    @pytest.fixture
    def vault(self):
        return None

    def test_there_is_no_such_passphrase(self, client):
        assert "Passphrase of the records" not in client.get("/account").text
        assert client.post(ADDRESS, data=FORM).status_code == 403

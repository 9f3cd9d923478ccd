"""Accounts, the audit log and encryption together: none gives up what it promises alone."""

import io
from contextlib import closing

import pytest
from alembic import command
from sqlalchemy import select, text

from storage.__main__ import main
from storage.access import Actor
from storage.account_models import Role
from storage.audit import ANCHOR
from storage.details import SessionDetails
from storage.keys import new_key
from storage.models import DataKey
from storage.repository import open_accounts, open_repository
from storage.safe import Safe
from storage.stretching import Stretching
from storage.throttle import MOST_HERE
from storage.vault import Vault
from tests.storage.conftest import SOUND, Practice, files_in
from tests.storage.people import CHEAP, GOOD, OTHER, People
from tests.storage.test_access import DAY
from verhm.errors import RequestError, StorageError

WORDS = "correct horse battery"
QUICK = Stretching(memory=64, iterations=1, lanes=1)
PATIENT = (
    "INSERT INTO patients (id, code, age_band, note, is_demonstration, created_at) "
    "VALUES ('p', 'P-0417', '', '', 0, '2026-03-04 09:00:00')"
)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "voice.wav"
    path.write_bytes(SOUND)
    return path


@pytest.fixture
def used(data, recording) -> tuple[str, str]:
    """A plain folder in which people have worked; ids of Ada's patient and of Bert, who shares."""
    with closing(open_repository(data)) as repository:
        people = People(repository)
        hers, bert = people.seen_by(people.administrator), people.add("Bert")
        practice = Practice(hers, recording)
        patient = practice.patient("P-0417", name="Jane Doe")
        practice.session(patient)
        hers.share_patient(patient.id, bert.id)
    return patient.id, bert.id


@pytest.fixture
def sealed(tmp_path):
    """The people of a clinic whose folder is encrypted."""
    with closing(open_repository(tmp_path / "sealed", Vault(new_key()))) as repository:
        yield People(repository)


@pytest.fixture
def verify(data, monkeypatch):
    """Function that asks the command whether the log is as it was written."""
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def call(passphrase: str | None = None) -> int:
        if passphrase:
            monkeypatch.setenv("VERHM_PASSPHRASE", passphrase)
        return main(["verify", "--data", str(data)])

    return call


def test_the_log_and_its_anchor_are_taken_over_with_the_patients(data, used, verify, capsys):
    anchor = (data / ANCHOR).read_bytes()
    Safe(data).make(WORDS, QUICK)
    assert [path.name for path in data.iterdir()] == ["sealed"]
    assert (data / "sealed" / ANCHOR).read_bytes() == anchor
    assert verify(WORDS) == 0
    assert f"anchored up to line {len(anchor.splitlines())}." in capsys.readouterr().out


def test_nobody_chooses_the_passphrase_that_opens_the_records(data):
    vault = Safe(data).make(WORDS, QUICK)
    composed = WORDS.replace("c", "\uff43")  # the same, as another keyboard writes it
    with closing(Safe(data).open(vault)) as repository:
        accounts = open_accounts(repository, CHEAP)
        with pytest.raises(RequestError, match=r"E67 .* opens the records"):
            accounts.create_first("Ada", WORDS)
        ada = accounts.create_first("Ada", GOOD).id
        with pytest.raises(RequestError, match=r"E67 .* opens the records"):
            accounts.change_passphrase(ada, GOOD, composed, "127.0.0.1")
        Safe(data).keys.change_passphrase(WORDS, OTHER, QUICK)
        with pytest.raises(RequestError, match="opens the records"):
            accounts.change_passphrase(ada, GOOD, OTHER, "127.0.0.1")
        accounts.change_passphrase(ada, GOOD, WORDS, "127.0.0.1")


def test_nobody_guesses_at_the_passphrase_that_opens_the_records(data):
    vault = Safe(data).make(WORDS, QUICK)
    with closing(Safe(data).open(vault)) as repository:
        accounts = open_accounts(repository, CHEAP)
        ada = accounts.create_first("Ada", GOOD).id
        bert = accounts.create(ada, "Bert", Role.RESEARCHER, GOOD).id
        for words in (WORDS, OTHER):  # the same answer, whether it opens them or not
            with pytest.raises(RequestError, match="E69"):
                accounts.create_first("Eve", words)
            with pytest.raises(StorageError, match="E57"):
                accounts.create(bert, "Eve", Role.CLINICIAN, words)
            with pytest.raises(StorageError, match="E57"):
                accounts.reset_passphrase(bert, ada, words)
        for _ in range(MOST_HERE):
            with pytest.raises(RequestError, match="E67"):
                accounts.change_passphrase(bert, GOOD, WORDS, "127.0.0.1")
        for words in (WORDS, OTHER):
            with pytest.raises(RequestError, match="E66"):
                accounts.change_passphrase(bert, GOOD, words, "127.0.0.1")


def test_a_cut_off_end_is_found_in_an_encrypted_folder_too(data, used, verify, capsys):
    vault = Safe(data).make(WORDS, QUICK)
    with closing(Safe(data).open(vault)) as repository, repository.database.writing() as unit:
        last = unit.scalar(text("SELECT max(number) FROM events"))
        unit.execute(text("DROP TRIGGER events_refuse_delete"))
        unit.execute(text(f"DELETE FROM events WHERE number = {last}"))
    assert verify(WORDS) == 1
    said = capsys.readouterr().out
    assert f"E58 Lines {last} to {last} were cut off." in said
    assert "E58 What refuses changes of the log was taken out" in said


@pytest.mark.parametrize(("passphrase", "code"), [("another sentence", "E80"), (None, "E81")])
def test_an_encrypted_log_is_checked_for_those_who_can_open_it(
    data, used, verify, capsys, passphrase, code
):
    Safe(data).make(WORDS, QUICK)
    assert verify(passphrase) == 2
    assert capsys.readouterr().err.startswith(code)


def test_what_was_taken_over_is_reached_by_the_same_people_and_its_log_never_changed(data, used):
    patient_id, bert = used
    vault = Safe(data).make(WORDS, QUICK)
    with closing(Safe(data).open(vault)) as repository:
        his = repository.acting_as(lambda: Actor(bert))
        (session,) = his.sessions(patient_id)
        assert his.recording_content(session.id).open().read() == SOUND
        with pytest.raises(StorageError, match="E57"):
            his.erase_patient(patient_id, "P-0417")
        for change in ("UPDATE events SET detail = ''", "DELETE FROM events"):
            with (
                pytest.raises(Exception, match="never changed"),
                repository.database.writing() as unit,
            ):
                unit.execute(text(change))


def test_asking_for_somebody_elses_patient_leaves_no_key_and_no_file(sealed, recording):
    hers, his = (sealed.seen_by(each) for each in (sealed.administrator, sealed.add("Bert")))
    patient = Practice(hers, recording).patient()
    with pytest.raises(StorageError, match="E53"):
        his.add_session(patient.id, SessionDetails(DAY), recording)
    with hers.database.reading() as unit:
        assert unit.scalars(select(DataKey)).all() == []
    assert not files_in(hers)


def test_a_try_without_a_patient_is_opened_by_whoever_made_it(sealed, recording):
    hers, his = (sealed.seen_by(each) for each in (sealed.administrator, sealed.add("Bert")))
    tried = hers.add_session(None, SessionDetails(DAY), recording, is_kept=False)
    assert hers.recording_content(tried.id).open().read() == SOUND
    with pytest.raises(StorageError, match="E53"):
        his.recording_content(tried.id)


def test_keys_of_patients_outlast_the_step_that_gives_patients_an_owner(tmp_path, monkeypatch):
    vault, upgrade = Vault(new_key()), command.upgrade
    with monkeypatch.context() as older:
        older.setattr(command, "upgrade", lambda config, _: upgrade(config, "0003"))
        with (
            closing(open_repository(tmp_path, vault)) as repository,
            repository.database.writing() as unit,
        ):
            unit.execute(text(PATIENT))
            unit.execute(text("INSERT INTO data_keys VALUES ('k', 'p', NULL, x'00')"))
    with closing(open_repository(tmp_path, vault)) as repository:
        assert repository.patient("p").code == "P-0417"
        with repository.database.reading() as unit:
            assert unit.scalars(select(DataKey.patient_id)).all() == ["p"]
        repository.erase_patient("p", "P-0417")
        with repository.database.reading() as unit:
            assert unit.scalars(select(DataKey)).all() == []

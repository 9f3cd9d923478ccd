"""The same records on a PostgreSQL server, which is a real one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, select, text
from sqlalchemy.exc import IntegrityError

from storage.__main__ import main
from storage.audit import ANCHOR, Action
from storage.audit_check import check
from storage.database import Database
from storage.details import PatientDetails
from storage.models import Base, MediaKind
from storage.postgres import PostgresBackend
from storage.repository import Repository, open_accounts, open_repository
from storage.safe import Safe
from storage.tables import TABLES
from storage.whereabouts import read_server
from tests.storage.conftest import AGREED, SOUND
from tests.storage.people import CHEAP, GOOD
from tests.storage.postgres.conftest import QUICK, WORDS, rows
from verhm.errors import RequestError, StorageError, VaultError


def test_a_patient_s_records_are_kept_found_and_erased(practice):
    patient = practice.patient(note="sleeps badly")
    run = practice.done(practice.session(patient))
    again = practice.repository.session(run.session_id)
    assert again.latest_done.summary == run.summary
    assert practice.repository.morphs(run.id).weights.shape[1] == 52
    (recording,) = [each for each in again.media if each.kind is MediaKind.RECORDING]
    with practice.repository.content(recording.id).open() as sound:
        assert sound.read() == SOUND
    practice.repository.erase_patient(patient.id, patient.code)
    assert not practice.repository.patients()
    assert not any(found for name, found in rows(practice.repository).items() if name != "events")


def test_tables_and_triggers_are_those_of_a_file(repository, tmp_path):
    with repository.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    plain = open_repository(tmp_path / "plain")
    assert repository.database.triggers() == plain.database.triggers()
    plain.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET detail = ''",
        "DELETE FROM events",
        "UPDATE consents SET given_on = '2020-01-01'",
        "DELETE FROM consents",
    ],
)
def test_neither_the_log_nor_a_consent_is_ever_changed(practice, statement):
    practice.patient()
    practice.repository.audit.record(None, Action.EXPORT, "", "backup")
    with (
        pytest.raises(IntegrityError, match="never changed"),
        practice.repository.database.engine.begin() as connection,
    ):
        connection.execute(text(statement))


def test_what_changes_the_log_behind_its_triggers_is_found(practice, server, address, safe):
    for _ in range(3):
        practice.repository.audit.record(None, Action.EXPORT, "", "backup")
    anchor = safe.folder / ANCHOR
    assert check(practice.repository.database, anchor).findings == ()
    server.run("ALTER TABLE events DISABLE TRIGGER USER", address.database)
    server.run("UPDATE events SET detail = 'none' WHERE number = 2", address.database)
    found = check(practice.repository.database, anchor).findings
    assert [finding.split(" ")[0] for finding in found] == ["What", "Line"]


def test_writers_wait_for_each_other_and_the_chain_holds(repository, safe):
    def write(number: int) -> None:
        repository.add_patient(PatientDetails(f"P-{number}"), AGREED)
        repository.audit.record(None, Action.VIEW, str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    report = check(repository.database, safe.folder / ANCHOR)
    assert (report.lines, report.findings) == (40, ())
    assert len(repository.patients()) == 40


def test_a_code_is_taken_once(practice):
    practice.patient("P-1")
    with pytest.raises(StorageError, match="E55"):
        practice.patient("P-1")


def test_erased_rows_are_not_in_the_server_s_tables_any_more(practice, server, address):
    patient = practice.patient(note="a note that nobody else writes")
    practice.repository.erase_patient(patient.id, patient.code)
    server.run("CHECKPOINT")
    left = [
        path
        for path in (server.folder / "base").rglob("*")
        if path.is_file() and b"a note that nobody else writes" in path.read_bytes()
    ]
    assert left == []


def test_the_commands_read_where_the_rows_are(
    practice, address, safe, tmp_path, monkeypatch, capsys
):
    practice.patient("P-1")
    monkeypatch.setenv("VERHM_PASSPHRASE", WORDS)
    monkeypatch.setenv("VERHM_DATABASE", address.render_as_string(hide_password=False))
    data = ["--data", str(safe.folder.parent)]
    assert main(["backup", str(tmp_path / "copy"), *data]) == 0
    monkeypatch.setenv("VERHM_PASSPHRASE", WORDS)
    assert main(["verify", *data]) == 0
    said = capsys.readouterr().out
    assert "1 patient" in said and "as it was written" in said
    monkeypatch.delenv("VERHM_DATABASE")
    monkeypatch.setenv("VERHM_PASSPHRASE", WORDS)
    assert main(["verify", *data]) == 2
    assert "E88" in capsys.readouterr().err


@pytest.mark.usefixtures("repository")
def test_a_folder_belongs_to_a_server_or_to_its_own_file(
    safe, vault, repository, tmp_path, address
):
    with pytest.raises(StorageError, match="E88"):
        safe.open(vault)
    own = Safe(tmp_path / "own")
    opened = own.make(WORDS, QUICK)
    own.open(opened).close()
    with pytest.raises(StorageError, match="E88"):
        own.open(opened, address)


def test_an_empty_database_is_not_taken_for_that_of_a_folder(practice, safe, vault, server):
    practice.session(practice.patient())
    kept = set(practice.repository.files.listing())
    with pytest.raises(StorageError, match="E88"):
        safe.open(vault, server.new_database())
    assert set(practice.repository.files.listing()) == kept != set()


def test_a_database_belongs_to_one_folder(practice, tmp_path, address):
    another = Safe(tmp_path / "another")
    its_own = another.make(WORDS, QUICK)
    another.open(its_own, address).close()  # nothing was kept in it yet
    practice.patient()
    with pytest.raises(StorageError, match="another data folder"):
        Safe(tmp_path / "third").open(Safe(tmp_path / "third").make(WORDS, QUICK), address)


def test_another_program_s_tables_are_left_alone(safe, vault, server, address):
    server.run("CREATE TABLE sessions (id integer)", address.database)
    with pytest.raises(RequestError, match="E72"):
        safe.open(vault, address)
    server.run("INSERT INTO sessions VALUES (1)", address.database)
    server.run("DROP TABLE sessions", address.database)


def test_an_unencrypted_folder_on_a_server_is_not_encrypted_without_its_rows(tmp_path, address):
    open_repository(tmp_path / "data", server=address).close()
    with pytest.raises(VaultError, match="E87"):
        Safe(tmp_path / "data").make(WORDS, QUICK)


@pytest.mark.parametrize("wrong", ["password", "port", "database"])
def test_a_server_that_cannot_be_used_is_said_without_its_password(safe, vault, address, wrong):
    unusable = {
        "password": address.set(password="secret of a clinic"),
        "port": address.set(port=1),
        "database": address.set(database="nowhere"),
    }
    with pytest.raises(StorageError, match="E88"):
        PostgresBackend(unusable[wrong]).reach()
    with pytest.raises(StorageError, match="E88") as caught:
        safe.open(vault, unusable[wrong])
    assert "secret" not in str(caught.value)
    assert not (safe.folder / "database-is-on-a-server").exists()


def test_the_server_may_be_started_anew(repository, server, address):
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{address.database}'"
    )
    assert not repository.patients()


def test_a_held_lock_is_said_to_be_busy(repository, monkeypatch):
    monkeypatch.setattr("storage.postgres._LOCK_TIMEOUT", 50)
    holder = repository.database.engine.execution_options(**PostgresBackend.writing)
    with holder.begin(), pytest.raises(StorageError, match="E56"):
        Database(PostgresBackend(repository.database.engine.url))


def test_a_table_that_is_being_read_does_not_keep_anybody_from_erasing(
    practice, monkeypatch, caplog
):
    patient = practice.patient()
    with practice.repository.database.reading() as unit:
        unit.execute(select(TABLES[0])).all()
        monkeypatch.setattr("storage.postgres._LOCK_TIMEOUT", 50)
        repository = Repository(
            Database(PostgresBackend(practice.repository.database.engine.url)),
            practice.repository.files,
            practice.repository.vault,
        )
        repository.erase_patient(patient.id, patient.code)
    assert not repository.patients()
    assert "may still lie in the files of accounts" in caplog.text
    repository.close()


def test_an_account_that_may_not_make_tables_is_told_so(server, address, safe, vault):
    server.run("CREATE ROLE reader LOGIN PASSWORD 'words'")
    with pytest.raises(StorageError, match="E88"):
        safe.open(vault, address.set(username="reader", password="words"))


def test_people_sign_in(repository):
    accounts = open_accounts(repository, CHEAP)
    accounts.create_first("Ada", GOOD)
    assert accounts.sign_ins.sign_in("Ada", GOOD, "127.0.0.1")


def test_a_name_that_nobody_can_have_is_no_mystery(repository):
    accounts = open_accounts(repository, CHEAP)
    accounts.create_first("Ada", GOOD)
    with pytest.raises(RequestError, match="E63"):
        accounts.sign_ins.sign_in("A\0da", GOOD, "127.0.0.1")
    with pytest.raises(RequestError, match="E63"):
        repository.add_patient(PatientDetails("P\0"), AGREED)


def test_the_way_to_another_computer_is_encrypted_unless_told_otherwise():
    elsewhere = URL.create("postgresql", "verhm", "words", "db.clinic.example", database="verhm")
    assert PostgresBackend(elsewhere).url.query["sslmode"] == "verify-full"
    for hidden in ({"host": "db.clinic.example"}, {"hostaddr": "10.0.0.5"}, {"service": "clinic"}):
        url = elsewhere.set(host="localhost").update_query_dict(hidden)
        assert PostgresBackend(url).url.query["sslmode"] == "verify-full"
    assert "sslmode" not in PostgresBackend(elsewhere.set(host="localhost")).url.query
    told = elsewhere.update_query_dict({"sslmode": "require"})
    assert PostgresBackend(told).url.query["sslmode"] == "require"


def test_options_in_the_address_stand_beside_our_own(address):
    told = address.update_query_dict({"options": "-c statement_timeout=54321"})
    engine = PostgresBackend(told).connect()
    with engine.connect() as connection:
        shown = [
            connection.exec_driver_sql(f"SHOW {each}")
            for each in ("statement_timeout", "lock_timeout")
        ]
        assert [each.scalar() for each in shown] == ["54321ms", "15s"]
    engine.dispose()


@pytest.mark.parametrize("address", ["mysql://a/b", "postgresql://host", "nonsense", "://"])
def test_another_address_is_refused(address):
    with pytest.raises(RequestError, match="E71"):
        read_server(address)

"""The app is killed over and over again; and what a kill could do would be noticed."""

import asyncio
import json
import os
from collections import Counter

import pytest
from sqlalchemy import delete, update

from benchmarks.kills import checks
from benchmarks.kills.__main__ import report
from benchmarks.kills.campaign import PHASES, Campaign, Outcome, plans
from benchmarks.kills.ledger import Ledger, mark, samples_of, wav_of
from benchmarks.kills.older import make_older
from storage.audit import ANCHOR
from storage.backup import back_up
from storage.models import Media, MediaKind, Run, RunState
from storage.safe import Safe
from storage.stretching import Stretching
from tests.storage.conftest import Practice
from ui.intake import Intake

SAMPLES = bytes(range(256)) * 40

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")


def test_no_kill_loses_changes_or_leaves_anything(tmp_path):
    outcome = Campaign(tmp_path, seed=1).run(plans(9, seed=1, true_every=0))
    assert outcome.violations == []
    assert outcome.kills.total() == 9
    assert len(outcome.kills) >= 5  # kinds of work that a kill came into
    assert outcome.resumed > 0


def test_the_same_seed_plans_the_same_kills_in_every_phase():
    planned = plans(500, seed=1, true_every=10)
    assert planned == plans(500, seed=1, true_every=10) != plans(500, seed=2, true_every=10)
    assert sum(plan.is_true for plan in planned) == 50
    assert {plan.phase for plan in planned if plan.is_true} == set(PHASES)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def vault(data):
    return Safe(data).make("words for the tests", Stretching(64, 1, 1))


@pytest.fixture
def kept(data, vault, tmp_path):
    """Records with a result, and the ledger of whoever made them."""
    with checks.opened(data, vault) as repository:
        recording = tmp_path / "voice.wav"
        recording.write_bytes(wav_of(SAMPLES))
        practice = Practice(repository, recording)
        patient = practice.patient()
        session = practice.session(patient)
        practice.done(session)
        ledger = Ledger({}, {}, set(), {}, {patient.id: patient.code})
        ledger.sessions[session.id] = (patient.id, mark(SAMPLES))
        yield repository, ledger


def found(repository, data, ledger) -> list[str]:
    seen = checks.look(repository)
    return [
        *checks.broken_promises(seen, ledger),
        *checks.damage(repository, data / checks.SEALED, seen),
        *checks.left_over(repository, data, ledger),
    ]


def change(repository, statement) -> None:
    with repository.database.writing() as unit:
        unit.execute(statement)


def only_session(ledger) -> str:
    return next(iter(ledger.sessions))


def lose_the_file(repository, ledger, data):
    repository.recording(only_session(ledger)).unlink()
    return "row without a file"


def flip_a_byte(repository, ledger, data):
    path = repository.recording(only_session(ledger))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    return "the recording of session"


def lose_the_row(repository, ledger, data):
    change(repository, delete(Media).where(Media.kind == MediaKind.RECORDING))
    return "instead of its recording"


def lose_the_result(repository, ledger, data):
    change(repository, delete(Media).where(Media.kind == MediaKind.MORPHS))
    return "is done, its video none, and has"


def leave_a_run(repository, ledger, data):
    change(repository, update(Run).values(state=RunState.RUNNING))
    return "nobody works on it"


def fail_a_run(repository, ledger, data):
    change(repository, update(Run).values(error_code="E64", error_cause="Nobody foresaw it."))
    return "failed: E64 Nobody foresaw it."


def leave_a_file(repository, ledger, data):
    (repository.files.folder / only_session(ledger) / "result.json.part").touch()
    return "file without a row"


def leave_scratch(repository, ledger, data):
    (data / "work" / "film").mkdir(parents=True)
    return "left in work"


def leave_an_upload(repository, ledger, data):
    (data / "intake" / f"{'a' * 32}.wav.part").touch()
    return "left in the intake"


def lose_a_session(repository, ledger, data):
    repository.erase_session(only_session(ledger))
    return "is lost"


def bring_back(repository, ledger, data):
    ledger.gone.add(only_session(ledger))
    return "is there again"


def cut_the_log_off(repository, ledger, data):
    (data / checks.SEALED / ANCHOR).write_text(f"7 {'0' * 64}\n")
    return "audit log"


def lose_while_saving(repository, ledger, data):
    ledger.asked["a" * 32] = mark(b"another voice")
    return "lost while it was saved"


@pytest.mark.parametrize(
    "harm",
    [
        *(lose_the_file, flip_a_byte, lose_the_row, lose_the_result, leave_a_run, fail_a_run),
        *(leave_scratch, leave_an_upload, lose_a_session, bring_back, cut_the_log_off),
        *(leave_a_file, lose_while_saving),
    ],
)
def test_harm_is_noticed(kept, data, harm):
    repository, ledger = kept
    (data / "intake").mkdir()
    assert found(repository, data, ledger) == []
    words = harm(repository, ledger, data)
    assert any(words in each for each in found(repository, data, ledger))


def test_a_lost_upload_is_noticed_unless_it_was_being_saved(data, vault):
    async def pieces():
        yield wav_of(SAMPLES)

    intake = Intake(data / "intake", key=vault.intake_key)
    there, gone, asked = (asyncio.run(intake.receive(".wav", pieces())) for _ in range(3))
    ledger = Ledger(dict.fromkeys((there, gone, asked), mark(SAMPLES)))
    ledger.asked = dict.fromkeys((there, asked), mark(SAMPLES))
    for recording_id in (gone, asked):
        intake.remove(recording_id)
    assert list(checks.lost_uploads(data, vault, ledger)) == [f"upload {gone} is lost or changed"]
    assert list(ledger.asked) == [asked]


def test_a_backup_must_be_whole_or_not_there(kept, data, vault, tmp_path):
    whole, broken, never, lost = (tmp_path / name for name in ("a", "b", "c", "d"))
    for target in (whole, broken):
        back_up(data / checks.SEALED, vault, target)
    next(broken.rglob("*.wav")).unlink()
    ledger = Ledger(backups={whole: True, broken: False, never: False, lost: True})
    said = list(checks.bad_backups(data, vault, ledger))
    assert len(said) == 2 and "E59" in said[0] and said[1] == "a finished backup is lost"
    assert not whole.exists() and not broken.exists()


def test_a_folder_of_the_first_version_is_taken_over_as_it_was(tmp_path):
    ledger = make_older(tmp_path / "older", SAMPLES)
    vault = Safe(tmp_path / "older").make("words for the tests", Stretching(64, 1, 1))
    with checks.opened(tmp_path / "older", vault) as repository:
        seen = checks.look(repository)
        assert list(checks.broken_promises(seen, ledger)) == []
        assert list(checks.damage(repository, tmp_path / "older" / checks.SEALED, seen)) == []


def test_a_wav_file_gives_its_samples_back():
    assert samples_of(wav_of(SAMPLES)) == SAMPLES


def test_the_report_ends_with_the_figures():
    kills = Counter({(False, "save"): 3, (True, "save"): 1, (False, "start"): 2})
    outcome = Outcome(kills, [("save", "session s is lost")], resumed=4, seconds=7.2)
    lines = report(outcome).splitlines()
    assert ["save", "3", "1", "1"] in [line.split() for line in lines]
    assert ["all", "5", "1", "1"] in [line.split() for line in lines]
    assert json.loads(lines[-1]) == {
        "kills": 6,
        "true": 1,
        "violations": 1,
        "resumed": 4,
        "seconds": 7,
        "by_phase": {"save": 4, "start": 2},
    }

"""The turning face is served in pieces, by ids and hashes, and nothing erased is among them."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from safetensors.numpy import load

from storage.access import Actor
from storage.account_models import Role
from storage.models import MediaKind
from tests.storage.people import OTHER
from ui.face_routes import _Motions, motion_url
from verhm.errors import StorageError
from verhm.face.collisions import settle
from verhm.face.head import LARGEST
from verhm.face.rig import avatar_titles
from verhm.labels import MORPHS
from verhm.settings import AnalysisSettings, VideoSettings

WIDTH = len(MORPHS) + 6  # bytes of a frame


def pieces(client, run_id: str, count: int) -> list[np.ndarray]:
    answers = [client.get(f"{motion_url(run_id)}/{number}") for number in range(count)]
    assert all(answer.status_code == 200 for answer in answers)
    return [np.frombuffer(each.content, np.uint8).reshape(-1, WIDTH) for each in answers]


def test_the_motion_comes_in_minutes_that_add_up_to_the_run(client, context, add_run):
    run_id = add_run(150.0)
    about = client.get(motion_url(run_id)).json()
    assert (about["frames"], about["frame_rate"], about["morphs"]) == (4_500, 30.0, 52)
    parts = pieces(client, run_id, 3)
    assert [len(part) for part in parts] == [1_800, 1_800, 900]
    assert about["bytes"] == WIDTH
    morphs = context.repository.morphs(run_id)
    frames = np.concatenate(parts)
    posed = settle(morphs.weights)  # as the video's face is
    assert np.abs(frames[:, : len(MORPHS)] / 255 - posed).max() < 1 / 500
    angles = frames[:, len(MORPHS) :].copy().view("<i2") / 32_767 * LARGEST
    assert np.abs(angles - morphs.head).max() < 1e-5


@pytest.mark.parametrize("number", [-2, -1, 3, 10**12])
def test_a_minute_that_the_run_does_not_have_is_not_found(client, add_run, number):
    assert client.get(f"{motion_url(add_run(150.0))}/{number}").json()["code"] == "E53"


def test_the_face_is_found_by_its_hash_and_may_be_kept_for_ever(client, add_run):
    address = client.get(motion_url(add_run(2.0))).json()["face"]
    answer = client.get(address)
    assert address == f"/face/{hashlib.sha256(answer.content).hexdigest()}"
    assert "immutable" in answer.headers["cache-control"]
    assert load(answer.content)["triangle"].shape[1] == 3


def shown(client, run_id: str) -> str:
    """The avatar that a run is shown with."""
    address = client.get(motion_url(run_id)).json()["face"]
    content = client.get(address).content
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return json.loads(header["__metadata__"]["about"])["name"]


def test_a_run_is_shown_with_the_face_of_its_video(client, context, add_run):
    run_id = add_run(2.0, VideoSettings(avatar="man"))
    context.preferences.choose_avatar("older-woman")
    assert shown(client, run_id) == "man"


def test_a_run_without_a_video_is_shown_with_the_face_that_is_chosen(client, context, add_run):
    run_id = add_run(2.0)
    assert shown(client, run_id) == "neutral"
    context.preferences.choose_avatar("older-woman")
    assert shown(client, run_id) == "older-woman"


def test_every_face_has_an_address_of_its_own(client, add_run):
    faces = {
        client.get(motion_url(add_run(2.0, VideoSettings(avatar=name), name))).json()["face"]
        for name in avatar_titles()
    }
    assert len(faces) == len(avatar_titles())
    assert all(client.get(address).status_code == 200 for address in faces)


def test_a_patient_s_motion_is_kept_by_no_browser(client, add_run):
    address = motion_url(add_run(2.0))
    for each in (address, f"{address}/0"):
        assert client.get(each).headers["cache-control"] == "no-store"


def test_a_hash_that_is_no_face_s_is_not_found(client):
    assert client.get(f"/face/{'0' * 64}").status_code == 404


def test_no_address_holds_the_patient_s_code(client, add_run):
    run_id = add_run(2.0, code="P-Zoe")  # letters that no id has
    assert "Zoe" not in motion_url(run_id)
    assert "Zoe" not in client.get(motion_url(run_id)).text


def test_what_is_erased_is_not_served_from_memory(client, context, add_run):
    run_id = add_run(2.0)
    assert client.get(f"{motion_url(run_id)}/0").status_code == 200
    context.repository.erase_session(context.repository.run(run_id).session_id)
    for address in (motion_url(run_id), f"{motion_url(run_id)}/0"):
        assert client.get(address).json()["code"] == "E53"


def test_a_damaged_motion_is_never_shown(client, context, add_run):
    run_id = add_run(2.0)
    media = context.repository.media_of(run_id, MediaKind.MORPHS)
    path, _ = context.repository.media(media.id)
    path.write_bytes(path.read_bytes()[::-1])
    assert client.get(f"{motion_url(run_id)}/0").json()["code"] == "E52"


def test_a_run_without_a_result_has_no_motion(client, context, add_session):
    run = context.repository.begin_run(add_session().id, AnalysisSettings())
    assert client.get(motion_url(run.id)).json()["code"] == "E53"


@pytest.mark.parametrize(
    ("video", "words"),
    [
        (None, "synthetic face driven by voice"),
        (VideoSettings(caption=""), "synthetic face driven by voice"),
        (VideoSettings(caption="künstliches Gesicht"), "künstliches Gesicht"),
    ],
)
def test_the_face_is_called_synthetic_in_the_video_s_words(client, add_run, video, words):
    assert client.get(motion_url(add_run(2.0, video))).json()["caption"] == words


def test_only_the_motion_of_the_last_runs_stays_in_memory(client, context, add_run, monkeypatch):
    monkeypatch.setattr("ui.face_routes._KEPT", 2 * 60 * WIDTH)  # bytes of two runs
    runs = [add_run(2.0, code=f"P-{number}") for number in range(3)]
    read, times = type(context.repository).morphs, []
    monkeypatch.setattr(
        type(context.repository), "morphs", lambda self, run: times.append(run) or read(self, run)
    )
    for run_id in (*runs, runs[2], runs[0]):
        assert client.get(f"{motion_url(run_id)}/0").status_code == 200
    assert times == [*runs, runs[0]]  # the third was kept, the first was not


def test_nothing_of_an_erased_run_stays_in_memory_once_another_one_is_looked_at(context, add_run):
    motions = _Motions(context.repository)
    erased, other = (add_run(2.0, code=code) for code in ("P-1", "P-2"))
    motions.of(erased)
    context.repository.erase_session(context.repository.run(erased).session_id)
    motions.of(other)
    assert list(motions._kept) == [other]


def test_what_a_colleague_looks_at_stays_and_is_no_attempt_of_whoever_asks_next(
    context, accounts, add_run
):
    ada = accounts.everybody()[0]
    bert = accounts.create(ada.id, "Bert", Role.CLINICIAN, OTHER)
    asking = [ada.id]
    motions = _Motions(context.repository.acting_as(lambda: Actor(asking[0])))
    run = add_run(2.0)
    motions.of(run)
    motions.of(run)
    asking[0] = bert.id
    with pytest.raises(StorageError, match="E53"):
        motions.of("another")
    assert list(motions._kept) == [run]
    assert looks(context, ada.id) == 1
    assert looks(context, bert.id) == 0
    assert refusals(context) == 0
    with pytest.raises(StorageError, match="E53"):
        motions.of(run)
    assert refusals(context) == 1


def test_a_long_run_that_is_being_read_keeps_nobody_from_another(context, add_run, monkeypatch):
    long, short = (add_run(2.0, code=code) for code in ("P-1", "P-2"))
    read, may_go_on = type(context.repository).morphs, threading.Event()

    def slowly(self, run):
        assert run == short or may_go_on.wait(30)
        return read(self, run)

    monkeypatch.setattr(type(context.repository), "morphs", slowly)
    motions = _Motions(context.repository)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(motions.of, long) for _ in range(2)]
        assert motions.of(short).frames == 60
        may_go_on.set()
        assert waiting[0].result() is waiting[1].result()


def refusals(context) -> int:
    return lines(context, "action = 'refusal'")


def looks(context, account_id: str) -> int:
    return lines(context, f"detail = 'morphs' AND account_id = '{account_id}'")


def lines(context, condition: str) -> int:
    with context.repository.database.engine.connect() as connection:
        counted = f"SELECT count(*) FROM events WHERE {condition}"
        return connection.exec_driver_sql(counted).scalar()

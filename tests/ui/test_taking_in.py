"""What was filmed is kept in step with the voice, which is kept whatever became of the picture."""

import asyncio
import io
import zipfile
from dataclasses import astuple, replace

import pytest

from storage.details import PatientDetails
from storage.keys import new_key
from storage.models import MediaKind
from storage.vault import Vault
from tests.audio.encoding import film, run_ffmpeg
from tests.ui.conftest import TODAY
from tests.ui.test_new_session import ENTRIES
from ui import pictures
from ui.batch import checked
from ui.new_session import _Work as Work
from ui.review_states import face_state
from ui.session_removal import what_goes
from ui.taking_in import take_in
from verhm.audio.picture_copy import holds_picture
from verhm.errors import AudioError, RequestError


@pytest.fixture(params=["plain", "sealed"])
def vault(request):
    return Vault(new_key()) if request.param == "sealed" else None


@pytest.fixture
def patient(context):
    return context.repository.add_patient(PatientDetails("P-0001"))


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """A second of picture as a browser records it, without length and index."""
    path = tmp_path_factory.mktemp("camera") / "seen.webm"
    film(path, "-an", "-c:v", "libvpx", "-deadline", "realtime", "-live", "1", "-f", "webm")
    assert b"\x1c\x53\xbb\x6b" not in path.read_bytes()  # Cues
    return path.read_bytes()


@pytest.fixture
def taken(context, recording):
    """Function that lets a browser record a second with such a picture; returns the take's id."""

    def record(picture, kind="webm"):
        intake = context.intake
        take = intake.begin_take(16_000)
        intake.add_piece(take, 0, recording.read_bytes()[44:])
        intake.add_picture_piece(take, kind, 120, 0, picture)
        intake.finish_take(take)
        return take

    return record


def uploaded(context, path):
    async def arriving():
        yield path.read_bytes()

    return asyncio.run(context.intake.receive(path.suffix, arriving()))


def kinds(session):
    return [media.kind for media in session.media]


def test_a_picture_is_kept_beside_the_voice_and_players_can_seek_in_it(
    context, patient, taken, seen, tmp_path
):
    take = taken(seen)
    session = take_in(context, patient.id, take, ENTRIES).session
    assert sorted(kinds(session)) == [MediaKind.CAMERA, MediaKind.RECORDING]
    repository = context.repository
    media = repository.media_of(session.id, MediaKind.CAMERA)
    kept = tmp_path / "kept.webm"
    kept.write_bytes(repository.content(media.id).open().read())
    assert b"\x1c\x53\xbb\x6b" in kept.read_bytes()
    assert media.media_type == "video/webm" and holds_picture(kept)
    assert repository.recording_content(session.id).open().read().startswith(b"RIFF")
    assert not list(context.settings.data.glob("intake/*"))
    left = [path for place in context.scratch.places for path in place.glob("*")]
    assert not left
    assert "The recording, the camera's picture, the note and" in what_goes(session)


def test_one_patient_s_voice_does_not_come_to_another_s_records(context, patient, recording):
    other = context.repository.add_patient(PatientDetails("P-0002"))
    intake = context.intake
    take = intake.begin_take(16_000, patient.id)
    intake.add_piece(take, 0, recording.read_bytes()[44:])
    intake.finish_take(take)
    for patient_id, entries in ((other.id, ENTRIES), (None, replace(ENTRIES, is_trial=True))):
        with pytest.raises(RequestError, match=r"E63.*made for P-0001"):
            take_in(context, patient_id, take, entries)
    assert not context.repository.patient(other.id).has_consent(TODAY)
    assert take_in(context, patient.id, take, ENTRIES).session.patient_id == patient.id


def test_the_picture_s_first_second_is_the_voice_s(context, patient, taken, seen, tmp_path):
    session = take_in(context, patient.id, taken(seen), ENTRIES).session
    media = context.repository.media_of(session.id, MediaKind.CAMERA)
    kept, said = tmp_path / "kept.webm", tmp_path / "said.txt"
    kept.write_bytes(context.repository.content(media.id).open().read())
    run_ffmpeg("-i", kept, "-c", "copy", "-f", "framecrc", said)
    times = [int(line.split(",")[2]) for line in said.read_text().splitlines() if line[0] != "#"]
    assert (times[0], times[1]) == (0, 160)  # at 25 a second, begun 120 ms after the voice


@pytest.mark.parametrize(
    "picture", [b"nothing that could be seen", b"\x1a\x45\xdf\xa3" + bytes(99)]
)
def test_a_picture_that_cannot_be_read_is_said_and_the_voice_kept(context, patient, taken, picture):
    take = taken(picture)
    result = Work(context).begin(patient.id, take, *astuple(ENTRIES))
    assert "E19" in result[2] and "voice was kept without it" in result[2]
    (session,) = context.repository.sessions(patient.id)
    assert MediaKind.CAMERA not in kinds(session) and MediaKind.RECORDING in kinds(session)
    assert "camera" not in what_goes(session)


def test_a_lost_picture_is_said_also_where_the_voice_cannot_be_analysed_yet(
    context, patient, taken, monkeypatch
):
    def refuse(*_):
        raise RequestError("E61", "Too many wait.", "Try again.")

    monkeypatch.setattr(context.jobs, "submit", refuse)
    take = taken(b"nothing that could be seen")
    told = Work(context).begin(patient.id, take, *astuple(ENTRIES))[2]
    assert "E19" in told and "E61" in told


def test_of_many_recordings_too_it_is_said_which_one_lost_its_picture(
    client, context, patient, recording
):
    take = client.post("/takes?sample_rate=16000").json()["id"]
    client.post(f"/takes/{take}/pieces?offset=0", content=recording.read_bytes()[44:])
    picture = f"/takes/{take}/picture?kind=webm&start=120&offset=0"
    client.post(picture, content=b"nothing that could be seen")
    client.post(f"/takes/{take}/finish")
    send = {
        "recording": take,
        "entries": checked(context, patient.id, ENTRIES, [str(TODAY)])["entries"],
    }
    german = {"accept-language": "de"}
    made = client.post(f"/patients/{patient.id}/sessions", json=send, headers=german).json()
    assert (made["problem"], made["lost"]["code"]) == (None, "E19")
    assert made["lost"]["cause"] == "Das Bild konnte nicht gelesen werden."
    assert MediaKind.CAMERA not in kinds(context.repository.session(made["session"]))


def test_a_session_that_is_refused_leaves_take_and_picture(context, patient, taken, seen):
    take = taken(seen)
    refused = Work(context).begin(patient.id, take, *astuple(replace(ENTRIES, has_agreed=False)))
    assert "E62" in refused[2]
    assert context.intake.picture(take).open().read() == seen


def test_a_picture_whose_copying_took_too_long_waits_for_another_try(
    context, patient, taken, seen, monkeypatch
):
    def give_up(*_):
        raise AudioError("E16", "It took too long.", "Try again.")

    take = taken(seen)
    monkeypatch.setattr(pictures, "copy_in_step", give_up)
    assert "E16" in Work(context).begin(patient.id, take, *astuple(ENTRIES))[2]
    assert not context.repository.sessions(patient.id)
    assert context.intake.picture(take).open().read() == seen


@pytest.mark.parametrize(
    ("name", "codecs", "is_film"),
    [
        ("film.mp4", ("-c:v", "libx264"), True),
        ("film.mkv", ("-c:v", "libx264"), True),
        ("voice.mp4", ("-vn", "-c:a", "aac"), False),
        ("voice.webm", ("-vn", "-c:a", "libopus"), False),
    ],
)
def test_review_offers_the_picture_of_an_uploaded_film_only(
    context, patient, recording, tmp_path, name, codecs, is_film
):
    path = film(tmp_path / name, "-i", recording, *codecs)
    session = take_in(context, patient.id, uploaded(context, path), ENTRIES).session
    (media,) = session.media
    run = context.repository.begin_run(session.id, ENTRIES.settings())
    assert (face_state(session, run, "man")["camera"] == f"/media/{media.id}") == is_film
    assert media.media_type.startswith("video/" if is_film else "audio/")


def test_its_owner_sees_a_picture_in_parts_and_takes_it_along(
    client, context, patient, taken, seen, until
):
    session = take_in(context, patient.id, taken(seen), ENTRIES).session
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    media = context.repository.media_of(session.id, MediaKind.CAMERA)
    whole = context.repository.content(media.id).open().read()
    part = client.get(f"/media/{media.id}", headers={"Range": "bytes=10-99"})
    assert (part.status_code, part.content) == (206, whole[10:100])
    assert part.headers["content-type"] == "video/webm"
    answer = client.get(f"/runs/{job.run_id}/everything.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("camera.webm"))
        assert archive.read(name) == whole
    portable = client.get(f"/patients/{patient.id}/patient.zip")
    with zipfile.ZipFile(io.BytesIO(portable.content)) as archive:
        assert archive.read(f"media/{session.id}/{media.file}") == whole

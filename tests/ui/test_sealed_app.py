"""The app over an encrypted data folder: everything works, and nothing of a patient can be read."""

import io
import os
import wave
import zipfile
from pathlib import Path

import pytest

from storage.keys import new_key
from storage.models import MediaKind
from storage.vault import Vault
from tests.ui.fakes import FakeEngine
from ui.export_form import FilmForm
from ui.film import FilmChoices
from ui.progress import JobState
from verhm.audio.media import decode, look_at_picture

NAME, NOTE = "Jane Doe", "sleeps badly since spring"


class ListeningEngine(FakeEngine):
    """Remembers what it was given to hear, and where that lay."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[Path, bytes]] = []

    def analyze(self, path, progress, settings):
        self.heard.append((path, path.read_bytes()))
        return super().analyze(path, progress, settings)

    def render(self, morphs, audio, output, settings, progress, *beside):
        self.heard.append((audio, audio.read_bytes()))
        super().render(morphs, audio, output, settings, progress, *beside)
        self.heard.append((output, output.read_bytes()))


@pytest.fixture
def engine():
    return ListeningEngine()


@pytest.fixture
def vault():
    return Vault(new_key())


@pytest.fixture
def recording(tmp_path):
    """A second of noise, as nothing else holds."""
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(os.urandom(32_000))
    return path


def lying_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_recording_is_heard_unsealed_and_nothing_unsealed_is_left(
    context, engine, analysed, recording
):
    session = analysed("P-0417", NAME, NOTE)
    said = recording.read_bytes()
    (heard, first), (sound, second), (video, drawn) = engine.heard
    assert first == second == said
    assert not any(path.exists() for path in (heard, sound, video))
    repository, run = context.repository, session.latest_done
    assert repository.content(run.media[-1].id).open().read() == drawn
    left = lying_in(context.settings.data)
    for planted in (NAME.encode(), NOTE.encode(), b"P-0417", b"RIFF", said[44:108], drawn[:64]):
        assert planted not in left


def test_a_player_and_a_download_get_what_was_kept(client, context, analysed, recording):
    session, said = analysed(), recording.read_bytes()
    media = context.repository.media_of(session.id, MediaKind.RECORDING)
    assert client.get(f"/media/{media.id}").content == said
    part = client.get(f"/media/{media.id}", headers={"Range": "bytes=10-99"})
    assert (part.status_code, part.content) == (206, said[10:100])
    whole = client.get(f"/sessions/{session.id}/recording")
    assert whole.content == said
    assert whole.headers["content-disposition"].startswith("attachment")
    video = client.get(f"/runs/{session.latest_done.id}/face.mp4")
    assert video.content == bytes(range(256)) * 40


def test_everything_can_be_taken_along_and_leaves_nothing_behind(
    client, context, analysed, recording
):
    run = analysed().latest_done
    answer = client.get(f"/runs/{run.id}/everything.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        (name,) = (name for name in archive.namelist() if name.endswith(".wav"))
        assert archive.read(name) == recording.read_bytes()
        assert any(name.endswith("face.mp4") for name in archive.namelist())
    assert not lying_in(context.settings.work)


def test_a_film_lies_sealed_until_it_is_taken_and_goes_with_its_session(
    client, context, analysed, until
):
    session = analysed()
    films = context.jobs.films
    film = films.order(session.latest_done.id, FilmChoices(timeline=False))
    until(lambda: films.film(film.id).state.has_ended)
    assert films.film(film.id).state is JobState.DONE
    drawn = bytes(range(256)) * 40
    assert drawn[:64] not in lying_in(context.settings.data)
    assert client.get(f"/films/{film.id}").content == drawn
    films.forget([session.id])
    assert not lying_in(context.settings.work)


def test_a_changed_recording_is_refused_with_its_code(client, context, analysed):
    session = analysed()
    path = context.repository.recording(session.id)
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    media = context.repository.media_of(session.id, MediaKind.RECORDING)
    answer = client.get(f"/media/{media.id}")
    assert (answer.status_code, answer.json()["code"]) == (400, "E83")


def test_a_recording_that_arrives_is_sealed_on_its_way_to_the_session(client, context, recording):
    said = recording.read_bytes()
    upload = client.post("/recordings?suffix=.wav", content=said).json()["id"]
    assert client.get(f"/recordings/{upload}").content == said
    take = client.post("/takes?sample_rate=16000").json()["id"]
    client.post(f"/takes/{take}/pieces?offset=0", content=b"\x01\x02" * 500)
    client.post(f"/takes/{take}/finish")
    played = client.get(f"/recordings/{take}", headers={"Range": "bytes=0-3"})
    assert (played.status_code, played.content) == (206, b"RIFF")
    left = lying_in(context.settings.data)
    assert b"RIFF" not in left and b"\x01\x02" * 20 not in left


def test_erasing_a_session_erases_its_sealed_files(context, analysed):
    session = analysed()
    context.repository.erase_session(session.id)
    assert not list((context.settings.data / "sealed" / "media").iterdir())


def test_ffmpeg_hears_and_sees_a_sealed_film(context, filmed):
    content = context.repository.recording_content(filmed.id)
    assert b"ftyp" not in content.path.read_bytes()
    with content.lent(context.scratch) as path:
        assert decode(path).waveform.duration == pytest.approx(1.0, abs=0.1)
        assert look_at_picture(path).aspect > 0
    assert not path.exists()
    form = FilmForm(context.repository, context.scratch)
    assert "It shows the person: it identifies." in form.html(filmed, filmed.latest_done, None)

"""Every malformed file is refused with a code, and nothing is left behind."""

import pytest

from tests.audio.boxes import refer_elsewhere
from tests.audio.encoding import encode, run_ffmpeg
from tests.audio.malformed import make_malformed
from verhm.audio.media import decode
from verhm.errors import AudioError


@pytest.fixture(scope="module")
def malformed(tmp_path_factory, speech_path):
    return make_malformed(tmp_path_factory.mktemp("intake") / "malformed", speech_path)


def test_there_are_many(malformed):
    assert len(malformed) >= 50


def test_each_is_refused_with_its_code(malformed, subtests):
    for path, codes in malformed:
        with subtests.test(path.name):
            with pytest.raises(AudioError) as refusal:
                decode(path)
            assert refusal.value.code in codes
            assert str(path.parent) not in str(refusal.value)


def test_nothing_is_left_behind(malformed):
    folder = malformed[0][0].parent
    assert {path.name for path in folder.iterdir()} == {path.name for path, _ in malformed}


def test_a_movie_cannot_make_us_read_another_file(tmp_path, speech_path):
    secret = encode(speech_path, tmp_path / "secret.mov", "-c:a", "pcm_s16le")
    movie = tmp_path / "movie.mov"
    movie.write_bytes(refer_elsewhere(secret.read_bytes(), secret))
    follow = ("-enable_drefs", "1", "-use_absolute_path", "1")
    stolen = run_ffmpeg(*follow, "-i", movie, "-f", "s16le", "pipe:1")
    assert len(stolen) > 100_000, "the movie must be a real attack"
    with pytest.raises(AudioError, match="E14"):
        decode(movie)

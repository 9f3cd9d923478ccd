import math

from verhm.audio.banner import read_banner

SOUND = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:voice.m4a':
  Metadata:
    title           : x
                    : Stream #0:0: Audio: pcm_s8, 1 Hz
  Duration: 01:02:03.50, start: 0.000000, bitrate: 80 kb/s
  Stream #0:0[0x1](und): Audio: aac (LC) (mp4a / 0x6134706D), 22050 Hz, mono, fltp, 78 kb/s
Stream mapping:
  Stream #0:0 -> #0:0 (aac (native) -> pcm_f32be (native))
Output #0, au, to 'pipe:1':
  Stream #0:0(und): Audio: pcm_f32be ([6][0][0][0] / 0x0006), 16000 Hz, mono, flt, 512 kb/s
"""
COVER = "  Stream #0:1: Video: mjpeg (Baseline), yuvj444p, 500x500, 90k tbr (attached pic)\n"
PICTURE = "  Stream #0:1[0x2](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 320x240\n"


def with_stream(line: str) -> str:
    return SOUND.replace("Stream mapping:", line + "Stream mapping:")


def test_the_first_sound_track_is_found():
    banner = read_banner(SOUND)
    assert (banner.codec, banner.sample_rate, banner.duration) == ("aac", 22_050, 3723.5)
    assert banner.has_input
    assert not banner.is_partial
    assert not banner.lacks_decoder


def test_a_cover_does_not_count_as_a_film():
    assert read_banner(with_stream(COVER)).duration == 3723.5


def test_the_length_of_a_film_is_not_that_of_its_sound():
    assert math.isnan(read_banner(with_stream(PICTURE)).duration)


def test_a_guessed_length_is_not_believed():
    guess = "[in#0/mp3 @ 0x55] Estimating duration from bitrate, this may be inaccurate\n"
    assert math.isnan(read_banner(guess + SOUND).duration)


def test_a_codec_that_is_not_allowed_is_noticed():
    refused = "[aac @ 0x55] Codec (aac) not on whitelist 'flac'\n"
    assert read_banner(refused + SOUND).lacks_decoder


def test_no_words_no_findings():
    banner = read_banner("")
    assert not banner.has_input
    assert banner.codec == ""
    assert math.isnan(banner.duration)

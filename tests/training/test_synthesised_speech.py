import numpy as np
import pytest

from training.synthesised_speech import (
    HELD_OUT,
    TRAINING,
    Espeak,
    Phoneme,
    Script,
    Voice,
    read_aloud,
    time_phonemes,
)


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    try:
        return Espeak()
    except SystemExit as error:
        pytest.skip(str(error))


def test_a_plosive_begins_with_the_silence_before_its_burst():
    samples = np.ones(100, dtype=np.int16)
    samples[40:50] = 0
    events = [(0, "a"), (50, "p"), (60, "a"), (80, "")]
    assert time_phonemes(events, samples, sample_rate=1000) == (
        Phoneme("a", 0.0, 0.04),
        Phoneme("p", 0.04, 0.06),
        Phoneme("a", 0.06, 0.08),
        Phoneme("", 0.08, 0.1),
    )


def test_a_pause_is_not_the_closure_of_the_plosive_after_it():
    samples = np.zeros(1000, dtype=np.int16)
    phonemes = time_phonemes([(0, ""), (800, "p")], samples, sample_rate=1000)
    assert phonemes == (Phoneme("", 0.0, 0.7), Phoneme("p", 0.7, 1.0))


@pytest.mark.parametrize("name", ["en-us+m1", "en-us+f2"])
def test_a_sentence_is_spoken_with_its_phonemes_in_time(espeak, name):
    utterance = espeak.speak("My map.", Voice(name))
    spoken = [phoneme.symbol for phoneme in utterance.phonemes if phoneme.symbol]
    assert spoken == ["m", "aɪ", "m", "æ", "p"]
    assert utterance.phonemes[0].start == 0
    assert utterance.phonemes[-1].end == pytest.approx(utterance.waveform.duration, abs=1e-3)
    for before, after in zip(utterance.phonemes[:-1], utterance.phonemes[1:], strict=True):
        assert before.end == after.start
    level = {phoneme.symbol: loudness(utterance, phoneme) for phoneme in utterance.phonemes}
    assert level["æ"] > 3 * level["p"]
    assert level["æ"] > 3 * level[""]


def test_a_faster_voice_takes_less_time(espeak):
    slow, fast = (espeak.speak("My map.", Voice("en-us", speed)) for speed in (120, 200))
    assert fast.waveform.duration < slow.waveform.duration


def test_a_change_of_language_is_no_sound(espeak):
    utterance = espeak.speak("My map.", Voice("de+f2"))
    spoken = [phoneme.symbol for phoneme in utterance.phonemes if phoneme.symbol]
    assert spoken == ["m", "aɪ", "m", "ɑː", "p"]


def test_an_unknown_voice_is_refused(espeak):
    with pytest.raises(ValueError, match="no voice klingon"):
        espeak.speak("My map.", Voice("klingon-x"))


def test_no_voice_and_no_sentence_is_both_trained_on_and_held_out():
    for part in ("voices", "sentences"):
        known, new = (
            {entry for script in scripts for entry in getattr(script, part)}
            for scripts in (TRAINING, HELD_OUT)
        )
        assert not known & new


def test_every_voice_reads_every_sentence(espeak):
    scripts = (
        Script(("en-us", "de+f2"), ("My map.", "A boat.", "Bee.")),
        Script(("it",), ("Si.",)),
    )
    spoken = read_aloud(scripts)
    assert len(spoken) == 7
    assert all(utterance.phonemes for utterance in spoken)


def loudness(utterance, phoneme):
    rate = utterance.waveform.sample_rate
    span = slice(int(phoneme.start * rate), int(phoneme.end * rate))
    return np.sqrt(np.mean(np.square(utterance.waveform.samples[span])))

"""Makes the demonstration's recording: `python -m ui.demonstration_voice` (needs espeak-ng).

Nobody's voice is in it: espeak-ng reads a fable of Aesop and an end written for it, sentence by
sentence, at several pitches and speeds and with pauses between. What the app measures in the
recording is kept beside it, so that loading the demonstration measures nothing.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from ui.theme import ASSETS
from verhm.types import Waveform

FOLDER = ASSETS / "demonstration"
RECORDING = FOLDER / "voice.ogg"
MEASURED = FOLDER / "voice.json"

_RATE = 16_000  # Hz
# (text, pitch 0 to 99, words per minute, seconds of silence after it)
_SENTENCES = (
    (
        "This recording is synthetic. A program is reading a fable; nobody was recorded.",
        45,
        150,
        1.4,
    ),
    ("The North Wind and the Sun were disputing which was the stronger,", 42, 150, 0.5),
    ("when a traveller came along, wrapped in a warm cloak.", 40, 145, 1.2),
    ("They agreed that the one who first made the traveller take his cloak off", 46, 155, 0.4),
    ("should be considered stronger than the other.", 44, 150, 1.6),
    ("Then the North Wind blew as hard as he could,", 58, 175, 0.4),
    (
        "but the more he blew, the more closely did the traveller fold his cloak around him.",
        60,
        180,
        0.8,
    ),
    ("And at last the North Wind gave up the attempt.", 35, 130, 5.5),
    (
        "Then the Sun shone out warmly, and immediately the traveller took off his cloak.",
        52,
        150,
        1.0,
    ),
    ("And so the North Wind was obliged to confess that the Sun was the stronger.", 45, 145, 3.2),
    ("The traveller walked on, carrying his cloak over his arm,", 40, 140, 0.5),
    ("and did not know that anybody had been arguing about it.", 38, 140, 1.4),
    ("In the evening it was cold again.", 33, 125, 2.2),
    (
        "He put the cloak back on, sat down beside the road, and was glad of both of them.",
        48,
        150,
        1.0,
    ),
)


def main() -> None:
    """Write the recording and what is measured in it."""
    from verhm.audio.acoustics import measure_acoustics
    from verhm.audio.activity import detect_speech

    samples = _read_aloud()
    FOLDER.mkdir(exist_ok=True)
    soundfile.write(RECORDING, samples, _RATE, format="OGG", subtype="OPUS")
    # Measured in what will be played, not in what went into the encoder.
    heard, rate = soundfile.read(RECORDING, dtype="float32")
    waveform = Waveform(heard, rate)
    activity = detect_speech(waveform)
    acoustics = measure_acoustics(waveform, activity)
    measured = {
        "duration": round(waveform.duration, 3),
        "spans": np.round(activity.spans, 2).tolist(),
        "loudness": np.round(acoustics.loudness, 1).tolist(),
        "pitch": [_known(value) for value in acoustics.pitch],
    }
    MEASURED.write_text(json.dumps(measured), encoding="utf-8")
    print(RECORDING, MEASURED, sep="\n")


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)


def _read_aloud() -> np.ndarray:
    """(T,) float32 of all sentences, with a little noise as of a quiet room."""
    parts = [np.zeros(round(0.8 * _RATE))]
    with tempfile.TemporaryDirectory() as folder:
        for text, pitch, speed, pause in _SENTENCES:
            parts.append(_speak(Path(folder) / "sentence.wav", text, pitch, speed))
            parts.append(np.zeros(round(pause * _RATE)))
    samples = np.concatenate(parts)
    noise = np.random.default_rng(0).normal(0, 10 ** (-62 / 20), len(samples))
    return (0.5 * samples / np.abs(samples).max() + noise).astype(np.float32)


def _speak(path: Path, text: str, pitch: int, speed: int) -> np.ndarray:
    import soxr

    program = shutil.which("espeak-ng")
    if program is None:
        raise SystemExit("espeak-ng was not found. Install it and run this again.")
    command = [program, "-v", "en-gb", "-p", str(pitch), "-s", str(speed), "-w", str(path), text]
    subprocess.run(command, check=True, timeout=60)  # noqa: S603 (a fixed program and fixed texts)
    sound, rate = soundfile.read(path)
    return soxr.resample(np.trim_zeros(sound), rate, _RATE)


if __name__ == "__main__":
    main()

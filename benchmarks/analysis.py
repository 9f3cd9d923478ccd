"""How fast a recording is analysed, and in how much memory.

`python -m benchmarks.analysis [--seconds 60]` analyses synthetic speech, without the video, and
compares the shared encoder pass with one pass per window, the usual way, in the same run.
The last line is one JSON object.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from verhm.analysis import Analyzer
from verhm.audio.activity import detect_speech
from verhm.audio.media import decode
from verhm.model.checkpoint import load
from verhm.model.inference import infer
from verhm.settings import AnalysisSettings
from verhm.stages import no_progress
from verhm.types import SpeechActivity, Waveform
from verhm.windows import window_bounds

VOICE = Path(__file__).parent.parent / "ui" / "assets" / "demonstration" / "voice.ogg"
COMPARED = 30.0  # s; one pass per window is too slow for more


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.analysis")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the recording")
    parser.add_argument("--voice", type=Path, default=VOICE, help="recording to repeat")
    options = parser.parse_args()

    analyzer = Analyzer()
    voice = decode(options.voice).waveform
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        write_repeated(voice, options.seconds, path)
        analyzer.analyze(path)  # first call: caches fill, libraries compile
        start = time.perf_counter()
        analysis = analyzer.analyze(path)
        seconds = time.perf_counter() - start
    shared, separate = _encoder_seconds(voice)
    figures = {
        "seconds_of_audio": round(analysis.duration, 1),
        "seconds_of_work": round(seconds, 2),
        "real_time_factor": round(seconds / analysis.duration, 4),
        "times_faster_than_pass_per_window": round(separate / shared, 2),
        "peak_mib": round(_peak_mib()),
    }
    for stage, spent in analysis.seconds.items():
        print(f"{stage:10} {spent:8.2f} s")
    for name, value in figures.items():
        print(f"{name:36} {value}")
    print(json.dumps(figures))


def write_repeated(voice: Waveform, seconds: float, path: Path) -> None:
    """Write a recording over and over until it is that long."""
    count = round(seconds * voice.sample_rate)
    samples = np.resize(voice.samples, count)
    soundfile.write(path, samples, voice.sample_rate, subtype="PCM_16")


def _encoder_seconds(voice: Waveform) -> tuple[float, float]:
    """Seconds spent on the same windows: one shared pass, and one pass per window."""
    model, settings = load(), AnalysisSettings()
    waveform = voice.slice(0.0, COMPARED)
    activity = detect_speech(waveform)
    starts, ends = window_bounds(waveform.duration, settings.window, settings.hop)

    start = time.perf_counter()
    infer(model, waveform, activity, starts, ends, settings, no_progress)
    shared = time.perf_counter() - start

    start = time.perf_counter()
    for first, last in zip(starts, ends, strict=True):
        window = waveform.slice(first, last)
        bounds = np.array([0.0]), np.array([window.duration])
        spoken = SpeechActivity(np.array([[0.0, window.duration]]))
        infer(model, window, spoken, *bounds, settings, no_progress)
    return shared, time.perf_counter() - start


def _peak_mib() -> float:
    """Largest resident memory of this process so far."""
    if sys.platform == "win32":
        return float("nan")  # the standard library has no such figure there
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()

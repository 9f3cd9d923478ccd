"""How much of what a model says outlasts noise, rooms, lines and edits, and what it keeps quiet on.

A fixed sample of RAVDESS, spread over actors and emotions, is analysed as it is and under each
perturbation. The bars are those the project set itself beforehand. A checkpoint that was trained
on all actors knows the speakers of the sample: its figures say what the sound changes, not how
well unknown speakers fare; that is for the folds of `training.evaluate`.
"""

import argparse
import json
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from training.corpora.clip import Clip
from training.corpora.ravdess import read_ravdess
from training.perturbation import level, line, microphone, noise, room, voice
from training.prepare import read_sound
from training.stimuli import STIMULI, make_stimulus
from verhm.audio.activity import detect_speech
from verhm.audio.quality import measure_quality
from verhm.model.abstention import window_status
from verhm.model.checkpoint import SHIPPED, VoiceModel, load
from verhm.model.inference import infer
from verhm.settings import AnalysisSettings
from verhm.types import EmotionTimeline, Waveform
from verhm.windows import window_bounds

CLIPS = 240
EDIT, NOISE, ROOM, TELEPHONE = 0.95, 0.90, 0.80, 0.50  # least shares unchanged; noise at 20 dB
MOST_WITHOUT_RESULT = 0.10  # of the windows of the clips as they are
LEAST_WITHOUT_RESULT = 0.95  # of the windows without speech
SEEN = (
    "The checkpoint was trained on all actors, those of this sample among them. The figures say "
    "what a change of the sound does; for unseen speakers see the folds of training.evaluate."
)
_TALKERS = 6  # in a babble
_STIMULUS, _TAKES = 15.0, 3  # s of each stimulus, and how often it is made anew

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Perturbation:
    """One row of the table.

    Attributes:
        name: says what and how strong
        apply: to (T,) samples at 16 kHz
        bar: least share of windows whose likeliest emotion stays; None where none was set
    """

    name: str
    apply: Change
    bar: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What a perturbation did.

    Attributes:
        name: of the perturbation
        bar: least share of unchanged windows wanted, or None
        windows_unchanged: share of the windows with a result before whose likeliest emotion is
            the same after, whether they have a result then or not; None where there are none
        clips_unchanged: share of all clips whose mean probabilities name the same emotion
        results_unchanged: share of the windows with a result before and after whose likeliest
            emotion is the same: what a reader sees; None where there are none
        with_result: share of all windows that have a result after it
    """

    name: str
    bar: float | None
    windows_unchanged: float | None
    clips_unchanged: float
    results_unchanged: float | None
    with_result: float


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.robustness", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED, help="the shipped one")
    parser.add_argument("--out", type=Path, required=True, help="robustness.json to write")
    parser.add_argument("--clips", type=int, default=CLIPS, help=f"of RAVDESS ({CLIPS})")
    parser.add_argument("--seed", type=int, default=0, help="of the sample and all noises (0)")
    arguments = parser.parse_args()
    if arguments.out.exists():
        raise SystemExit(f"{arguments.out} is there already; choose another --out or remove it")
    model = load(arguments.checkpoint)
    clips = read_ravdess(arguments.data / "ravdess")
    results = measure_robustness(model, clips, arguments.clips, arguments.seed)
    arguments.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(format_table(results))
    print(arguments.out)


def measure_robustness(model: VoiceModel, clips: list[Clip], count: int, seed: int) -> dict:
    """All figures, ready for JSON.

    Args:
        model: to look at
        clips: to draw from
        count: of clips drawn
        seed: decides which, and everything that is random about the perturbations
    """
    sample = draw_sample(clips, count, np.random.default_rng(seed))
    names = {clip.name for clip in sample}
    others = [read_sound(clip.path).samples for clip in clips if clip.name not in names][::17]
    sounds = [read_sound(clip.path) for clip in sample]
    clean = [judge(model, sound) for sound in tqdm(sounds, "as they are")]
    outcomes = []
    for perturbation in perturbations(others):
        found = [
            judge(model, _apply(perturbation, sound, clip.name, seed))
            for clip, sound in zip(sample, tqdm(sounds, perturbation.name), strict=True)
        ]
        outcomes.append(compare(perturbation, clean, found))
        tqdm.write(format_row(outcomes[-1]))
    return {
        "model": asdict(model.id),
        "note": SEEN,
        "clips": len(sample),
        "seed": seed,
        "perturbations": [asdict(outcome) for outcome in outcomes],
        "abstention": abstention_figures(model, clean, seed),
    }


def draw_sample(clips: list[Clip], count: int, rng: np.random.Generator) -> list[Clip]:
    """Draw clips, as many of each speaker and emotion as can be, in the order of their names."""
    groups: dict[tuple[str, str], list[Clip]] = {}
    for index in rng.permutation(len(clips)):
        groups.setdefault((clips[index].speaker, clips[index].emotion), []).append(clips[index])
    # The first of every group, then the second of every group, and so on.
    ranked = [(rank, clip) for group in groups.values() for rank, clip in enumerate(group)]
    order = sorted(ranked, key=lambda pair: pair[0])
    return sorted((clip for _, clip in order[:count]), key=lambda clip: clip.name)


def perturbations(others: list[np.ndarray]) -> tuple[Perturbation, ...]:
    """The rows of the table.

    Args:
        others: clips that are not in the sample, to babble
    """
    plain = [
        Perturbation("gain -12 dB", _fixed(level.gain, -12.0), EDIT),
        Perturbation("trimmed by 50 ms", _fixed(level.trim, 800), EDIT),
        Perturbation("16 bits with dither", level.dither, EDIT),
        Perturbation("telephone, μ-law", _fixed(line.telephone), TELEPHONE),
        Perturbation("mobile telephone, GSM", _fixed(line.mobile), TELEPHONE),
        Perturbation("MP3 at 41 kbit/s", _fixed(line.mp3)),
        Perturbation("Opus at 16 kbit/s", _fixed(line.opus, 16.0)),
        Perturbation("5 % faster", _fixed(voice.change_speed, 1.05)),
        Perturbation("pitch +2 semitones", _fixed(voice.change_pitch, 2.0)),
        Perturbation("pitch -2 semitones", _fixed(voice.change_pitch, -2.0)),
        Perturbation("microphone, peaks of 6 dB", partial(_equalise, most=6.0), ROOM),
    ]
    rooms = [
        Perturbation(f"room, T60 {t60} s, direct {ratio:+g} dB", _room(t60, ratio), ROOM)
        for t60, ratio in ((0.3, 6.0), (0.6, 3.0), (0.9, 0.0))
    ]
    noises = [
        Perturbation(f"{name}, {snr} dB", _noise(make, snr), NOISE if snr >= 20 else None)
        for name, make in (
            ("white noise", lambda samples, rng: noise.white(len(samples), rng)),
            ("pink noise", lambda samples, rng: noise.pink(len(samples), rng)),
            ("babble", partial(_babble, others)),
        )
        for snr in (20, 10)
    ]
    return (*plain, *rooms, *noises)


def judge(model: VoiceModel, waveform: Waveform) -> EmotionTimeline:
    """Find the windows of a clip as an analysis does, but refuse nothing."""
    settings = AnalysisSettings()
    starts, ends = window_bounds(waveform.duration, settings.window, settings.hop)
    activity = detect_speech(waveform)
    _, quality = measure_quality(waveform, activity, starts, ends)
    found = infer(model, waveform, activity, starts, ends, settings)
    status = window_status(
        found.probabilities, quality, starts, ends, model.reading.thresholds, found.novelty
    )
    return EmotionTimeline(starts, ends, found.probabilities, status)


def compare(
    perturbation: Perturbation, before: list[EmotionTimeline], after: list[EmotionTimeline]
) -> Outcome:
    """Count what stays over the windows that each clip has before and after."""
    same, had, has = [], [], []
    for one, other in zip(before, after, strict=True):
        shared = slice(min(len(one), len(other)))
        same.append(_likeliest(one)[shared] == _likeliest(other)[shared])
        had.append(one.has_result[shared])
        has.append(other.has_result[shared])
    is_same, had_result, has_result = (np.concatenate(rows) for rows in (same, had, has))
    both = had_result & has_result
    clips = [
        one.probabilities.mean(axis=0).argmax() == other.probabilities.mean(axis=0).argmax()
        for one, other in zip(before, after, strict=True)
    ]
    return Outcome(
        perturbation.name,
        perturbation.bar,
        windows_unchanged=_share(is_same[had_result]),
        clips_unchanged=float(np.mean(clips)),
        results_unchanged=_share(is_same[both]),
        with_result=float(has_result.mean()),
    )


def abstention_figures(model: VoiceModel, clean: list[EmotionTimeline], seed: int) -> dict:
    """Share of windows without a result, in the clips as they are and where nobody speaks."""
    figures = {}
    for name in tqdm(STIMULI, "nobody speaks"):
        found = [
            judge(model, make_stimulus(name, _STIMULUS, np.random.default_rng([seed, take])))
            for take in range(_TAKES)
        ]
        figures[name] = _without_result(found)
    return {
        "clips_without_result": _without_result(clean),
        "clips_bar": MOST_WITHOUT_RESULT,
        "stimuli_without_result": figures,
        "stimuli_bar": LEAST_WITHOUT_RESULT,
    }


def format_row(outcome: Outcome) -> str:
    """One line of the table, its columns as in `format_table`."""
    cells = (
        *(outcome.windows_unchanged, outcome.clips_unchanged, outcome.results_unchanged),
        *(outcome.bar, outcome.with_result),
    )
    return f"{outcome.name:32}" + "".join(
        f"{'–':>9}" if cell is None else f"{cell:9.3f}" for cell in cells
    )


def format_table(results: dict) -> str:
    """The figures as lines for a reader, each with its bar."""
    columns = ("windows", "clips", "results", "bar", "w/ result")
    rows = [format_row(Outcome(**row)) for row in results["perturbations"]]
    found = results["abstention"]
    return "\n".join(
        [
            results["note"],
            f"{'share that stays the same':32}" + "".join(f"{name:>9}" for name in columns),
            *rows,
            "share of windows without a result",
            f"{'clips as they are':32}{found['clips_without_result']:9.3f}"
            f"  at most {found['clips_bar']:.2f}",
            *(
                f"{name:32}{share:9.3f}  at least {found['stimuli_bar']:.2f}"
                for name, share in found["stimuli_without_result"].items()
            ),
        ]
    )


def _share(is_same: np.ndarray) -> float | None:
    return float(is_same.mean()) if len(is_same) else None


def _likeliest(timeline: EmotionTimeline) -> np.ndarray:
    return timeline.probabilities.argmax(axis=1)


def _without_result(timelines: list[EmotionTimeline]) -> float:
    return float(1 - np.concatenate([one.has_result for one in timelines]).mean())


def _apply(perturbation: Perturbation, sound: Waveform, name: str, seed: int) -> Waveform:
    # The seed follows both names: a figure does not depend on the other rows and clips.
    rng = np.random.default_rng([seed, zlib.crc32(f"{perturbation.name} {name}".encode())])
    samples = perturbation.apply(sound.samples, rng)
    return Waveform(samples.astype(np.float32), sound.sample_rate)


def _fixed(change: Callable[..., np.ndarray], *strength: float) -> Change:
    return lambda samples, rng: change(samples, *strength)


def _equalise(samples: np.ndarray, rng: np.random.Generator, most: float) -> np.ndarray:
    return microphone.equalise(samples, most, rng)


def _room(t60: float, ratio: float) -> Change:
    return lambda samples, rng: room.reverberate(samples, t60, ratio, rng)


def _noise(make: Change, snr: float) -> Change:
    return lambda samples, rng: noise.add(samples, make(samples, rng), snr)


def _babble(others: list[np.ndarray], samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    talkers = rng.choice(len(others), _TALKERS, replace=False)
    return noise.babble([others[talker] for talker in talkers], len(samples), rng)


if __name__ == "__main__":
    main()

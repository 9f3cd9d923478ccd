"""Which seconds and which frequencies moved a window's result.

Occlusion (Zeiler & Fergus 2014, doi:10.1007/978-3-319-10590-1_53, section 4.2): cover one patch of
the spectrogram after the other and see how far the result moves.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import expit, log_expit

from verhm.errors import RequestError
from verhm.model.checkpoint import VoiceModel
from verhm.model.features import BANDS, FRAME_RATE, SAMPLE_RATE
from verhm.model.pooling import Windows
from verhm.model.segments import Segment, count_frames, place_segments, speech_frames, window_frames
from verhm.stages import Progress, Stage, no_progress
from verhm.types import EmotionTimeline, SpeechActivity, Waveform, WindowStatus

_BATCH = 5  # occluded copies of a segment at once: 45 s of sound with windows of 3 s
_SAME = 0.02  # of a probability; more than devices differ by
# Slaney's mel scale, which the network's filters have: linear up to 1 kHz, then logarithmic.
_LINEAR_HZ, _BREAK_MEL, _LOG_STEP = 200 / 3, 15.0, np.log(6.4) / 27


@dataclass(frozen=True, eq=False)
class Explanation:
    """How much each patch of a window's spectrogram speaks for the likeliest emotion.

    It says what the model's figure rests on, not what the person expressed.

    Attributes:
        emotion: the window's likeliest
        log_probability: of it, calibrated, nothing occluded, nats
        times: (T + 1,) edges of the patches, s from the start of the recording
        bands: (B + 1,) edges of the patches, Hz
        influence: (T, B) nats that the emotion's log-odds lose when a patch is occluded; negative
            where the patch speaks against it
        mel: (80, F) what the network sees of the window
    """

    emotion: str
    log_probability: float
    times: np.ndarray
    bands: np.ndarray
    influence: np.ndarray
    mel: np.ndarray

    @property
    def probability(self) -> float:
        """Of the emotion, nothing occluded, in [0, 1]."""
        return float(np.exp(self.log_probability))

    def strongest(self, count: int) -> list[tuple[int, int]]:
        """Indices (time, band) of the patches that move the result most, either way."""
        order = np.argsort(-np.abs(self.influence), axis=None, kind="stable")[:count]
        return [divmod(int(index), len(self.bands) - 1) for index in order]


@dataclass(frozen=True, eq=False)
class _Scene:
    """A window where the network meets it: within its segment, in encoder frames."""

    mel: torch.Tensor  # (80, 2F) of the segment
    speech: torch.Tensor  # (F,) bool
    first: int  # frame of the window
    length: int
    usual: torch.Tensor | None  # (E,) embedding of the speaker

    @property
    def window(self) -> slice:
        """The window's mel frames, two to an encoder frame."""
        return slice(2 * self.first, 2 * (self.first + self.length))


def refuse_unexplainable(model: VoiceModel) -> None:
    """Refuse a model that occlusion cannot explain.

    Raises:
        RequestError: E71 when the model does not look at a spectrogram
    """
    if not model.network.encoder.is_spectral:
        raise RequestError(
            "E71",
            f"The encoder {model.network.settings.encoder.kind} does not look at a spectrogram.",
            "Explain with a model on Whisper's encoder, such as the one that is shipped.",
        )


@torch.inference_mode()
def explain(
    model: VoiceModel,
    waveform: Waveform,
    activity: SpeechActivity,
    timeline: EmotionTimeline,
    window: int,
    step: float = 0.5,
    groups: int = 5,
    progress: Progress = no_progress,
    usual: np.ndarray | None = None,
) -> Explanation:
    """Occlude a window's patches one by one.

    The odds are asked, not the probability: near certainty the latter hardly moves. The window
    stays in the segment in which it was analysed, so its result is the timeline's; sound around it
    has a say there too, which is not shown.

    Args:
        model: that made the timeline
        waveform: at 16 kHz, the whole recording
        activity: where somebody speaks
        timeline: of the recording
        window: index of the window
        step: length of a patch, s
        groups: of neighbouring mel bands that are occluded together
        progress: told the share done; may raise `Cancelled`
        usual: (E,) embedding of the speaker, the same as when the timeline was made

    Raises:
        ValueError: when the timeline is not this model's of this recording
        RequestError: E71 when the window has no result, so that there is nothing to explain, or
            as `refuse_unexplainable`
    """
    refuse_unexplainable(model)
    if waveform.sample_rate != SAMPLE_RATE:
        raise ValueError(f"windows are explained at {SAMPLE_RATE} Hz, not {waveform.sample_rate}")
    if timeline.status[window] is not WindowStatus.OK:
        raise RequestError(
            "E71",
            f"The window from {timeline.starts[window]:.1f} s has no result "
            f"({timeline.status[window]}), so there is nothing to explain.",
            "Choose a window with a result.",
        )
    scene, offset = _scene(model, waveform, activity, timeline, window, usual)
    patches = max(1, round(scene.length / FRAME_RATE / step))
    times = np.linspace(0, 2 * scene.length, patches + 1).round().astype(int)
    bands = np.linspace(0, BANDS, groups + 1).round().astype(int)
    emotion = int(np.argmax(timeline.probabilities[window]))
    base = _log_odds(model, scene, scene.mel[None], emotion)
    if abs(expit(base[0]) - timeline.probabilities[window, emotion]) > _SAME:
        raise ValueError("the timeline is not this model's of this recording")
    influence = base - _occluded(model, scene, times, bands, emotion, progress)
    return Explanation(
        emotion=timeline.labels[emotion],
        log_probability=float(log_expit(base[0])),
        times=(offset + scene.first + times / 2) / FRAME_RATE,
        bands=band_edges(bands),
        influence=influence.reshape(patches, groups),
        mel=scene.mel[:, scene.window].cpu().numpy(),
    )


def band_edges(bands: np.ndarray) -> np.ndarray:
    """Where mel bands meet: half-way between their middles, on the mel scale.

    Args:
        bands: indices of the band above each edge; 0 is 0 Hz, 80 is half the sample rate

    Returns:
        frequencies in Hz
    """
    highest = _BREAK_MEL + np.log(SAMPLE_RATE / 2 / 1000) / _LOG_STEP
    # Band b is a triangle from point b to point b + 2 of 82.
    points = np.where(bands == 0, 0.0, np.where(bands == BANDS, BANDS + 1.0, bands + 0.5))
    mel = points * highest / (BANDS + 1)
    above = 1000 * np.exp(_LOG_STEP * np.maximum(mel - _BREAK_MEL, 0.0))
    return np.where(mel < _BREAK_MEL, _LINEAR_HZ * mel, above)


def neutral_fill(mel: torch.Tensor, speech: torch.Tensor) -> torch.Tensor:
    """What an occluded patch is filled with: the band's mean over the window's frames of its kind.

    Speech is replaced by average speech and pause by average pause, so that what is measured is
    what was particular in a patch: neither a hole, which no voice has, nor speech in a pause.

    Args:
        mel: (80, F) bands of a window
        speech: (F,) bool

    Returns:
        (80, F) fill
    """
    fill = torch.empty_like(mel)
    for kind in (speech, ~speech):
        fill[:, kind] = mel[:, kind].mean(dim=1, keepdim=True)
    return fill


def _scene(
    model: VoiceModel,
    waveform: Waveform,
    activity: SpeechActivity,
    timeline: EmotionTimeline,
    window: int,
    usual: np.ndarray | None,
) -> tuple[_Scene, int]:
    """The window in its segment, and the segment's first frame in the recording."""
    frames = count_frames(len(waveform.samples))
    first, length = window_frames(timeline.starts, timeline.ends, frames)
    segment = _owner(place_segments(first, length, frames), window)
    samples = torch.from_numpy(waveform.samples[None, segment.samples]).to(model.device)
    speech = speech_frames(activity, frames)[segment.start : segment.end]
    mel = model.network.encoder.features(samples)[0]
    spoken = torch.from_numpy(speech).to(model.device)
    speaker = None if usual is None else torch.from_numpy(usual).float().to(model.device)
    inside = int(first[window]) - segment.start
    return _Scene(mel, spoken, inside, length, speaker), segment.start


def _owner(segments: list[Segment], window: int) -> Segment:
    return next(segment for segment in segments if window in segment.windows)


def _occluded(
    model: VoiceModel,
    scene: _Scene,
    times: np.ndarray,
    bands: np.ndarray,
    emotion: int,
    progress: Progress,
) -> np.ndarray:
    """(T × B,) log-odds of the emotion with one patch occluded each."""
    inside = scene.window
    spoken = scene.speech.repeat_interleave(2)[inside]
    fill = neutral_fill(scene.mel[:, inside], spoken)
    patches = [
        (slice(low, high), slice(start, end))
        for start, end in itertools.pairwise(times)
        for low, high in itertools.pairwise(bands)
    ]
    found = []
    for done in range(0, len(patches), _BATCH):
        batch = patches[done : done + _BATCH]
        mel = scene.mel.repeat(len(batch), 1, 1)
        for copy, patch in zip(mel[..., inside], batch, strict=True):
            copy[patch] = fill[patch]
        found.append(_log_odds(model, scene, mel, emotion))
        progress(Stage.EMOTION, (done + len(batch)) / len(patches))
    return np.concatenate(found)


def _log_odds(model: VoiceModel, scene: _Scene, mel: torch.Tensor, emotion: int) -> np.ndarray:
    """(B,) calibrated log-odds of an emotion against all others, for (B, 80, 2F) bands."""
    network, count = model.network, len(mel)
    windows = Windows(
        torch.arange(count, device=mel.device),
        torch.full((count,), scene.first, device=mel.device),
        scene.length,
    )
    speech = scene.speech.expand(count, -1)
    output = network.read(mel, speech, windows, scene.usual)
    scores = output.logits.double() / model.reading_with(scene.usual).temperature
    is_other = torch.arange(scores.shape[1], device=mel.device) != emotion
    return (scores[:, emotion] - scores[:, is_other].logsumexp(dim=1)).cpu().numpy()

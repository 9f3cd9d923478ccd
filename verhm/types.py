"""What travels between the parts: frozen, checked once when made, never changed.

Shape letters: T samples, F frames, W windows, K emotions, M morphs, S spans.
Times are seconds from the start of the recording.
"""

import enum
from dataclasses import dataclass, field

import numpy as np

from verhm.affect import affect
from verhm.labels import EMOTIONS, MORPHS
from verhm.plausibility import emotion_sets
from verhm.settings import AnalysisSettings
from verhm.stages import Stage


class WindowStatus(enum.StrEnum):
    """Whether a window has a result, or why not."""

    OK = "ok"
    SILENCE = "silence"
    TOO_SHORT = "too short"
    NOISY = "noisy"
    UNCERTAIN = "uncertain"
    OUT_OF_DOMAIN = "out of domain"
    EXCLUDED = "excluded"


@dataclass(frozen=True, eq=False)
class Waveform:
    """Mono sound.

    Attributes:
        samples: (T,) float32 in [-1, 1]
        sample_rate: Hz
    """

    samples: np.ndarray
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise ValueError(
                f"samples must be (T,) float32, not {self.samples.shape} {self.samples.dtype}"
            )
        if self.sample_rate <= 0:
            raise ValueError(f"sample rate must be positive, not {self.sample_rate}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    def slice(self, start: float, end: float) -> "Waveform":
        """The part from `start` to `end` seconds, as a view, cut at the recording's borders."""
        first, last = (max(0, round(time * self.sample_rate)) for time in (start, end))
        return Waveform(self.samples[first:last], self.sample_rate)


@dataclass(frozen=True)
class Source:
    """The file a waveform came from, without its name.

    Attributes:
        sha256: of the file's bytes, hexadecimal; empty where it is not told
        container: ffmpeg's name of the format, e.g. "wav"
        codec: ffmpeg's name of the audio codec, e.g. "opus"
        sample_rate: Hz, before resampling
        channels: before downmixing
    """

    sha256: str
    container: str
    codec: str
    sample_rate: int
    channels: int


@dataclass(frozen=True, eq=False)
class Recording:
    """A decoded file.

    Attributes:
        waveform: of the chosen channel, or of all
        source: what it came from
        other_level: dBFS of the loudest seconds on the channel that was left out, NaN where none is
    """

    waveform: Waveform
    source: Source
    other_level: float = float("nan")


@dataclass(frozen=True)
class Quality:
    """How usable a stretch of sound is.

    Attributes:
        level: dBFS, RMS of the speech in it (of everything where there is no speech)
        peak: dBFS of the largest sample
        clipped: share of samples cut off at the recording's peak, in runs of three, in [0, 1]
        snr: dB, speech against the recording's own pauses; an estimate; NaN where unknown
        speech: seconds of speech
        bandwidth: Hz from which on the speech stays 50 dB below its strongest band, at most half
            the sample rate; NaN where there is no speech
    """

    level: float
    peak: float
    clipped: float
    snr: float
    speech: float
    bandwidth: float


@dataclass(frozen=True, eq=False)
class SpeechActivity:
    """Where somebody speaks.

    Attributes:
        spans: (S, 2) start and end of each stretch of speech, ascending, not overlapping
    """

    spans: np.ndarray

    def __post_init__(self) -> None:
        if self.spans.ndim != 2 or self.spans.shape[1] != 2:
            raise ValueError(f"spans must be (S, 2), not {self.spans.shape}")
        if np.any(np.diff(self.spans.ravel()) < 0):
            raise ValueError("spans must ascend and not overlap")

    @property
    def seconds(self) -> float:
        """Seconds of speech in all."""
        return float(np.sum(self.spans[:, 1] - self.spans[:, 0]))

    def seconds_within(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """(W,) seconds of speech in each window."""
        if not len(self.spans):
            return np.zeros(len(starts))
        spoken = np.cumsum(self.spans[:, 1] - self.spans[:, 0])
        # Speech so far is linear between the edges: 0 at the first start, flat in the pauses.
        edges = self.spans.ravel()
        spoken_at_edges = np.column_stack([np.concatenate([[0.0], spoken[:-1]]), spoken]).ravel()
        return np.interp(ends, edges, spoken_at_edges) - np.interp(starts, edges, spoken_at_edges)


@dataclass(frozen=True, eq=False)
class EmotionTimeline:
    """Calibrated probabilities of vocal expression, window by window.

    Attributes:
        starts: (W,) s
        ends: (W,) s
        probabilities: (W, K) in [0, 1], each row sums to 1; kept for windows without a result
            too, for research, and shown to nobody there
        status: W statuses
        labels: the K emotions
        plausible_from: probability from which an emotion is plausible: the plausible ones hold
            the true one in nine of ten windows like those of the training; 0 where none can be
            ruled out
    """

    starts: np.ndarray
    ends: np.ndarray
    probabilities: np.ndarray
    status: tuple[WindowStatus, ...]
    labels: tuple[str, ...] = EMOTIONS
    plausible_from: float = 0.0

    def __post_init__(self) -> None:
        shape = (len(self.starts), len(self.labels))
        if self.probabilities.shape != shape:
            raise ValueError(f"probabilities must be {shape}, not {self.probabilities.shape}")
        if not len(self.starts) == len(self.ends) == len(self.status):
            raise ValueError("starts, ends and status must have one entry per window")
        if not np.allclose(self.probabilities.sum(axis=1), 1.0, atol=1e-4):
            raise ValueError("each window's probabilities must sum to 1")

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def has_result(self) -> np.ndarray:
        """(W,) whether a window has a result."""
        return np.array([status is WindowStatus.OK for status in self.status], dtype=bool)

    @property
    def analysed_spans(self) -> tuple[np.ndarray, np.ndarray]:
        """(N,) starts and (N,) ends, s, of the stretches that windows with a result cover."""
        starts, ends = self.starts[self.has_result], self.ends[self.has_result]
        if not len(starts):
            return starts, ends
        reached = np.maximum.accumulate(ends)
        is_first = np.concatenate([[True], starts[1:] > reached[:-1]])
        is_last = np.concatenate([is_first[1:], [True]])
        return starts[is_first], reached[is_last]

    @property
    def plausible(self) -> np.ndarray:
        """(W, K) which emotions are plausible in each window."""
        return emotion_sets(self.probabilities, self.plausible_from)

    @property
    def affect(self) -> np.ndarray:
        """(W, 2) valence and arousal in [-1, 1]; see `verhm.affect`."""
        return affect(self.probabilities, self.labels)


@dataclass(frozen=True, eq=False)
class MorphSequence:
    """A face over time.

    Attributes:
        weights: (F, M) in [0, 1]; frame f is shown from f / frame_rate seconds on
        frame_rate: frames per second
        names: the M morphs
        head: (F, 3) radians by which the head is bent down, turned to the person's left, and
            tilted to the person's right; see `verhm.face.head`; straight when left out
    """

    weights: np.ndarray
    frame_rate: float
    names: tuple[str, ...] = MORPHS
    head: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.float32))

    def __post_init__(self) -> None:
        if self.weights.ndim != 2 or self.weights.shape[1] != len(self.names):
            raise ValueError(f"weights must be (F, {len(self.names)}), not {self.weights.shape}")
        if len(self.weights) and not (self.weights.min() >= 0 and self.weights.max() <= 1):
            raise ValueError("morph weights must lie in [0, 1]")
        if not len(self.head):
            object.__setattr__(self, "head", np.zeros((len(self.weights), 3), np.float32))
        if self.head.shape != (len(self.weights), 3):
            raise ValueError(f"head must be ({len(self.weights)}, 3), not {self.head.shape}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.weights) / self.frame_rate


@dataclass(frozen=True, eq=False)
class Acoustics:
    """How the voice sounds, on a regular grid.

    Attributes:
        times: (N,) s, middle of each step
        pitch: (N,) Hz, NaN where nothing is voiced
        loudness: (N,) dBFS, RMS
    """

    times: np.ndarray
    pitch: np.ndarray
    loudness: np.ndarray


@dataclass(frozen=True)
class ModelId:
    """Which model made a result.

    Attributes:
        name: of the checkpoint
        version: of the checkpoint
        sha256: of the checkpoint's weights, hexadecimal
    """

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, eq=False)
class Voice:
    """How a person's voice sounds on average, whatever they say; see `verhm.model.baseline`.

    It could tell people apart, so it is kept with the recording and leaves with no export.

    Attributes:
        model: SHA-256 of the checkpoint whose emotion embedding it is the mean of
        windows: how many windows with a result it is the mean of, not counting overlap
        mean: (E,)
    """

    model: str
    windows: float
    mean: np.ndarray


@dataclass(frozen=True)
class Share:
    """In which share of the windows with a result an emotion is the likeliest.

    Attributes:
        label: of it
        share: in [0, 1]
        low, high: of the 95 % interval
    """

    label: str
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Summary:
    """A session in a few figures; none of them is a score.

    Attributes:
        speech: seconds of speech in the whole recording
        analysed: share of windows with a result, in [0, 1]
        shares: one per emotion, in the order of the labels; empty when `withheld`
        valence: mean, low, high of the 95 % interval; NaN when withheld
        arousal: likewise
        transitions: changes of the likeliest emotion per minute of analysed time; NaN when withheld
        withheld: why there is no summary, as a coded sentence for the reader; empty when there is
    """

    speech: float
    analysed: float
    shares: tuple[Share, ...]
    valence: tuple[float, float, float]
    arousal: tuple[float, float, float]
    transitions: float
    withheld: str = ""


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything found in one recording by one model with one choice of settings."""

    source: Source
    duration: float  # s
    model: ModelId
    settings: AnalysisSettings
    timeline: EmotionTimeline
    window_quality: tuple[Quality, ...]  # W
    quality: Quality  # of the whole recording
    activity: SpeechActivity
    acoustics: Acoustics
    morphs: MorphSequence
    summary: Summary
    neutral: MorphSequence | None = None  # the same words said neutrally; not stored
    voice: Voice | None = None  # of the windows with a result; kept apart from what is exported
    baseline_windows: float = 0.0  # of the voice that it was read against; 0 without a baseline
    seconds: dict[Stage, float] = field(default_factory=dict)  # spent per stage

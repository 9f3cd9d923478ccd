"""From a file to an `Analysis`: the one place where the parts are put together."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from verhm.audio.acoustics import measure_acoustics
from verhm.audio.activity import detect_speech
from verhm.audio.media import decode
from verhm.audio.quality import measure_quality, refuse_too_little_speech, refuse_unusable
from verhm.confounds import Confounds, check_confounds
from verhm.face.motion import compose, neutral_without_result
from verhm.model.abstention import Thresholds, window_status
from verhm.model.baseline import measure_voice, usual_embedding
from verhm.model.checkpoint import SHIPPED, load
from verhm.model.explanation import Explanation, explain, refuse_unexplainable
from verhm.model.inference import Inference, infer
from verhm.report.summary import summarize
from verhm.settings import AnalysisSettings, AudioLimits
from verhm.stages import Progress, Stage, no_progress, portion
from verhm.types import (
    Acoustics,
    Analysis,
    EmotionTimeline,
    ModelId,
    MorphSequence,
    Quality,
    Recording,
    SpeechActivity,
    Voice,
    Waveform,
)
from verhm.windows import window_bounds

# How the steps of the stage "speech" share its time.
_ACTIVITY, _QUALITY, _ACOUSTICS = (0.0, 0.55), (0.55, 0.6), (0.6, 1.0)


class Analyzer:
    """Finds the vocal expression in recordings; holds one loaded model.

    Args:
        settings: how to analyse, unless a call says otherwise
        folder: of the checkpoint; the shipped one by default
        device: "cpu" or "cuda"; the GPU where there is one by default
        limits: what a recording may be

    Raises:
        ModelError: E30 when the checkpoint is missing, E31 when it is damaged

    Example:
        >>> analysis = Analyzer().analyze(Path("voice.wav"))
        >>> analysis.timeline.probabilities.shape
        (115, 8)
    """

    def __init__(
        self,
        settings: AnalysisSettings | None = None,
        folder: Path = SHIPPED,
        device: str | None = None,
        limits: AudioLimits | None = None,
    ) -> None:
        self._settings = settings or AnalysisSettings()
        self._limits = limits or AudioLimits()
        self._model = load(folder, device)

    @property
    def model(self) -> ModelId:
        """Which model makes the results."""
        return self._model.id

    def analyze(
        self,
        path: Path,
        progress: Progress = no_progress,
        settings: AnalysisSettings | None = None,
        baseline: Voice | None = None,
    ) -> Analysis:
        """Analyse a sound or video file.

        Args:
            path: of the file, in any format named in the README
            progress: told about each stage; may raise `Cancelled`
            settings: in place of the analyzer's own
            baseline: how the same person usually sounds, from the `voice` of earlier analyses
                (several are joined by `join_voices`); what is usual for them is then taken off

        Returns:
            everything found in it

        Raises:
            AudioError: E10–E22 when it cannot be read or holds too little speech, E24 and E25 when
                the chosen channel is not there or does not hold the voice
            RequestError: E74 when the baseline holds too few windows or is another model's
            Cancelled: as raised by `progress`
        """
        usual, chosen = self._usual(baseline), settings or self._settings
        seconds: dict[Stage, float] = {}
        with _timed(Stage.DECODE, seconds, progress):
            recording = decode(Path(path), self._limits, progress, chosen.channel)
        analysis = self._analyze(recording, progress, chosen, seconds, usual)
        return replace(analysis, baseline_windows=0.0 if baseline is None else baseline.windows)

    def refuse_unexplainable(self) -> None:
        """Refuse to explain with a model that cannot be, before minutes of analysis.

        Raises:
            RequestError: E71 when the model does not look at a spectrogram
        """
        refuse_unexplainable(self._model)

    def explain(
        self,
        path: Path,
        analysis: Analysis,
        window: int,
        progress: Progress = no_progress,
        baseline: Voice | None = None,
    ) -> Explanation:
        """Find what in a window its result rests on; see `verhm.model.explanation`.

        Args:
            path: of the recording
            analysis: of it, made by this analyzer
            window: index of a window with a result
            progress: told about each stage; may raise `Cancelled`
            baseline: that the analysis was made with

        Raises:
            AudioError: E10–E19 when the recording can no longer be read
            RequestError: E71 when the window has no result, or as `refuse_unexplainable`
        """
        waveform = self._decode(path, analysis, progress)
        return explain(
            self._model,
            waveform,
            analysis.activity,
            analysis.timeline,
            window,
            progress=progress,
            usual=self._usual(baseline),
        )

    def check_confounds(
        self,
        path: Path,
        analysis: Analysis,
        progress: Progress = no_progress,
        baseline: Voice | None = None,
    ) -> Confounds:
        """Count the windows whose result hangs on pitch or level alone; see `verhm.confounds`.

        Args:
            path: of the recording
            analysis: of it, made by this analyzer
            progress: told about each stage; may raise `Cancelled`
            baseline: that the analysis was made with

        Raises:
            AudioError: E10–E19 when the recording can no longer be read
        """
        waveform = self._decode(path, analysis, progress)
        return check_confounds(self._model, waveform, analysis, progress, baseline)

    def _decode(self, path: Path, analysis: Analysis, progress: Progress) -> Waveform:
        """The sound that an analysis was made of, once more."""
        return decode(Path(path), self._limits, progress, analysis.settings.channel).waveform

    def _usual(self, baseline: Voice | None) -> np.ndarray | None:
        return None if baseline is None else usual_embedding(baseline, self.model.sha256)

    def _analyze(
        self,
        recording: Recording,
        progress: Progress,
        settings: AnalysisSettings,
        seconds: dict[Stage, float],
        usual: np.ndarray | None,
    ) -> Analysis:
        waveform = recording.waveform
        heard = self._listen(recording, settings, progress, seconds)
        with _timed(Stage.EMOTION, seconds, progress):
            starts, ends = heard.bounds
            found = infer(
                self._model, waveform, heard.activity, starts, ends, settings, progress, usual
            )
            timeline = _timeline(found, heard, self._model.reading_with(usual).thresholds)
            summary = summarize(timeline, heard.activity, settings.seed)
        with _timed(Stage.FACE, seconds, progress):
            morphs, neutral = _motion(found, heard, timeline, settings)
        return Analysis(
            source=recording.source,
            duration=waveform.duration,
            model=self._model.id,
            settings=settings,
            timeline=timeline,
            window_quality=heard.window_quality,
            quality=heard.quality,
            activity=heard.activity,
            acoustics=heard.acoustics,
            morphs=morphs,
            neutral=neutral,
            summary=summary,
            voice=measure_voice(found.embedding, timeline, self.model.sha256),
            seconds=seconds,
        )

    def _listen(
        self,
        recording: Recording,
        settings: AnalysisSettings,
        progress: Progress,
        seconds: dict[Stage, float],
    ) -> "_Heard":
        """Measure a recording; raises `AudioError` where it cannot be used."""
        waveform, channel, beside = recording.waveform, settings.channel, recording.other_level
        bounds = window_bounds(waveform.duration, settings.window, settings.hop)
        with _timed(Stage.QUALITY, seconds, progress):
            refuse_unusable(waveform, self._limits, channel, beside)
        with _timed(Stage.SPEECH, seconds, progress):
            activity = detect_speech(waveform, portion(progress, *_ACTIVITY))
            refuse_too_little_speech(activity, self._limits, channel, beside)
            quality, window_quality = measure_quality(
                waveform, activity, *bounds, portion(progress, *_QUALITY)
            )
            acoustics = measure_acoustics(
                waveform, activity, progress=portion(progress, *_ACOUSTICS)
            )
        return _Heard(bounds, activity, quality, window_quality, acoustics)


@dataclass(frozen=True, eq=False)
class _Heard:
    """How a recording sounds, whatever emotion is in it.

    Attributes:
        bounds: starts and ends of the windows, in seconds
        activity: where somebody speaks
        quality: of the whole
        window_quality: of each window
        acoustics: pitch and loudness over time
    """

    bounds: tuple[np.ndarray, np.ndarray]
    activity: SpeechActivity
    quality: Quality
    window_quality: tuple[Quality, ...]
    acoustics: Acoustics


def _timeline(found: Inference, heard: _Heard, thresholds: Thresholds) -> EmotionTimeline:
    """The probabilities, and which windows have a result."""
    starts, ends = heard.bounds
    status = window_status(
        found.probabilities, heard.window_quality, starts, ends, thresholds, found.novelty
    )
    return EmotionTimeline(
        starts, ends, found.probabilities, status, plausible_from=thresholds.plausible
    )


def _motion(
    found: Inference, heard: _Heard, timeline: EmotionTimeline, settings: AnalysisSettings
) -> tuple[MorphSequence, MorphSequence]:
    """The face as heard, and as it would say the same neutrally."""
    rest = timeline, heard.activity, settings, heard.acoustics
    mouth = neutral_without_result(found.mouth, found.neutral_mouth, timeline, settings.frame_rate)
    still = 0 * found.expression
    return compose(mouth, found.expression, *rest), compose(found.neutral_mouth, still, *rest)


@contextmanager
def _timed(stage: Stage, seconds: dict[Stage, float], progress: Progress) -> Iterator[None]:
    progress(stage, 0.0)
    start = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - start
    progress(stage, 1.0)

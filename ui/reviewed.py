"""Results as they are reviewed: what the model found, without what a clinician left out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from storage.details import SessionFigures
from storage.failures import damaged_result
from storage.repository import Repository
from ui.review_cards import summary_cards
from ui.review_data import as_json, review_data
from verhm.annotations import Annotation, excluding
from verhm.errors import StorageError
from verhm.report.document import from_document
from verhm.report.summary import summarize
from verhm.types import Analysis, EmotionTimeline, SpeechActivity, Summary

_KEPT_RUNS = 8  # whose data stay in memory, as they are sent
_KEPT_SUMMARIES = 256  # of sessions of which something was left out

LeftOut = Mapping[str, Sequence[Annotation]]
"""Exclusions by session, of those that have any."""


@dataclass(frozen=True, eq=False)
class _Found:
    """What is needed of a run again and again, and no more: its morphs alone are megabytes."""

    data: str
    duration: float
    seed: int
    timeline: EmotionTimeline
    activity: SpeechActivity
    summary: Summary


class ReviewedRuns:
    """Reads runs for the screen; a result never changes, and one of two hours takes a second.

    Whoever asks for a run's id has been shown the run.

    Args:
        repository: where results are kept
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._found = lru_cache(maxsize=_KEPT_RUNS)(self._find)
        self._summed = lru_cache(maxsize=_KEPT_SUMMARIES)(self._sum_up)

    def data(self, run_id: str) -> str:
        """What the timeline and the table show, as JSON."""
        return self._found(run_id).data

    def cards(self, run_id: str, annotations: Iterable[Annotation]) -> str:
        """The figures of a run, as HTML."""
        said = list(annotations)
        found, summary = self._found(run_id), self.summary(run_id, said)
        timeline = excluding(found.timeline, said)
        without = int(np.sum(~timeline.has_result))
        return summary_cards(summary, found.duration, len(timeline), without)

    def summary(self, run_id: str, annotations: Iterable[Annotation]) -> Summary:
        """A run's summary without the windows that were left out."""
        return self._summed(run_id, tuple(each for each in annotations if each.is_excluded))

    def without_left_out(
        self, figures: Iterable[SessionFigures], left_out: LeftOut
    ) -> tuple[SessionFigures, ...]:
        """The figures of sessions, each without what was left out of it."""
        return tuple(
            replace(each, summary=self.listed(each.session_id, each.run_id, each.summary, left_out))
            for each in figures
        )

    def listed(self, session_id: str, run_id: str, found: Summary, left_out: LeftOut) -> Summary:
        """A run's summary for a list, in which one damaged result must not hide all others.

        Args:
            session_id: of the run
            run_id: of the run
            found: the model's own summary
            left_out: of the sessions in the list
        """
        if session_id not in left_out:
            return found
        try:
            return self.summary(run_id, left_out[session_id])
        except StorageError:  # Review says so
            return found

    def _sum_up(self, run_id: str, excluded: tuple[Annotation, ...]) -> Summary:
        found = self._found(run_id)
        if not excluded:
            return found.summary
        return summarize(excluding(found.timeline, excluded), found.activity, found.seed)

    def _find(self, run_id: str) -> _Found:
        analysis = self.analysis(run_id)
        return _Found(
            as_json(review_data(analysis)),
            analysis.duration,
            analysis.settings.seed,
            analysis.timeline,
            analysis.activity,
            analysis.summary,
        )

    def analysis(self, run_id: str) -> Analysis:
        """All of a result, read anew; raises `StorageError` (E52, E53) where it cannot be."""
        document = self._repository.document(run_id)
        is_told = not self._repository.is_deidentified()
        morphs = self._repository.morphs(run_id) if is_told else None
        try:
            return from_document(json.loads(document), morphs)
        except (ValueError, KeyError, TypeError) as error:
            raise damaged_result() from error

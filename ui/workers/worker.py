"""A worker's side of the queue: works on recordings that come in, and keeps nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from celery import Task
from celery.exceptions import BackendError, Ignore
from redis import RedisError

from storage.scratch import Scratch
from ui.engine import Engine
from ui.workers.calls import (
    ANALYZE,
    EXPLAIN,
    REPORTED,
    AnalysisCall,
    ExplanationCall,
    Report,
)
from ui.workers.failures import other_model, queue_unreachable
from ui.workers.queue import Queue
from verhm.errors import Cancelled, VerhmError
from verhm.influence import Influence
from verhm.stages import Progress, Stage
from verhm.types import Analysis

Call = AnalysisCall | ExplanationCall
_Work = Callable[[Engine, Path, Any, Progress], Any]


def add_tasks(queue: Queue, engine: Engine, scratch: Scratch) -> None:
    """Let the workers of this process do what comes through a queue.

    Args:
        queue: where recordings come from
        engine: that analyses and explains
        scratch: where a recording lies meanwhile
    """
    for name, work in _WORK.items():
        _add(queue, engine, scratch, name, work)


def _analysed(engine: Engine, path: Path, asked: AnalysisCall, report: Progress) -> Analysis:
    return engine.analyze(path, report, asked.settings)


def _explained(engine: Engine, path: Path, asked: ExplanationCall, report: Progress) -> Influence:
    return engine.explain(path, asked.analysis, asked.window, report)


_WORK: Final[dict[str, _Work]] = {ANALYZE: _analysed, EXPLAIN: _explained}


def _add(queue: Queue, engine: Engine, scratch: Scratch, name: str, work: _Work) -> None:
    def do(task: Task, asked: Call) -> Any:
        recording = queue.recording(task.request.id)
        if asked.id != task.request.id or not recording.taken():
            raise Ignore

        def report(stage: Stage, share: float) -> None:
            if not recording.is_wanted():
                raise Cancelled
            told = Report(stage, share, task.request.hostname)
            task.update_state(state=REPORTED, meta=told)

        try:
            return found(asked, report)
        except (BackendError, RedisError):
            return queue_unreachable()
        except VerhmError as error:
            return error

    def found(asked: Call, report: Progress) -> Any:
        report(Stage.DECODE, 0.0)
        if asked.model not in (None, engine.model):
            raise other_model()
        recording = queue.recording(asked.id)
        with scratch.file(recording.size, "recording") as path:
            recording.fetch(path)
            return work(engine, path, asked, report)

    queue.celery.task(do, name=name, bind=True)

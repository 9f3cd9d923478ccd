"""A worker's side of the queue: takes recordings in, analyses them, and keeps nothing."""

from celery import Task
from celery.exceptions import BackendError, Ignore
from redis import RedisError

from storage.scratch import Scratch
from ui.engine import Engine
from ui.workers.calls import ANALYZE, REPORTED, AnalysisCall, Report
from ui.workers.failures import other_model, queue_unreachable
from ui.workers.queue import Queue
from verhm.errors import Cancelled, VerhmError
from verhm.stages import Progress, Stage
from verhm.types import Analysis


def add_analysis(queue: Queue, engine: Engine, scratch: Scratch) -> None:
    """Let the workers of this process analyse what comes through a queue.

    Args:
        queue: where recordings come from
        engine: that analyses
        scratch: where a recording lies meanwhile
    """

    def analyze(task: Task, asked: AnalysisCall) -> Analysis | VerhmError:
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

    def found(asked: AnalysisCall, report: Progress) -> Analysis:
        report(Stage.DECODE, 0.0)
        if asked.model not in (None, engine.model):
            raise other_model()
        recording = queue.recording(asked.id)
        with scratch.file(recording.size, "recording") as path:
            recording.fetch(path)
            return engine.analyze(path, report, asked.settings)

    queue.celery.task(analyze, name=ANALYZE, bind=True)

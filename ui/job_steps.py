"""The steps of a job: analysing a recording, drawing the face, and keeping how it ended."""

from pathlib import Path

from storage.details import RunResult
from storage.models import RunState, VideoState
from storage.repository import Repository
from ui.engine import Engine, room_for_video
from ui.job_endings import undrawn
from ui.progress import JobState, JobView
from verhm.errors import VerhmError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress, Stage
from verhm.types import Analysis


class JobSteps:
    """What is done for a job, from the repository to the repository.

    Args:
        repository: where sessions, runs and media are kept
        engine: what analyses and draws
        workspace: folder for videos that are being written
    """

    def __init__(self, repository: Repository, engine: Engine, workspace: Path) -> None:
        self._repository = repository
        self._engine = engine
        self._scratch = repository.scratch(workspace)

    def analyse(self, job: JobView, settings: AnalysisSettings, progress: Progress) -> None:
        """Analyse the recording of a job and save the result."""
        recording = self._repository.recording_content(job.session_id)
        self._repository.mark_running(job.run_id)
        progress(Stage.DECODE, 0.0)
        with recording.lent(self._scratch) as path:
            analysis = self._engine.analyze(path, progress, settings)
        self._repository.finish_run(job.run_id, self._result(analysis))

    def draw(self, job: JobView, video: VideoSettings, progress: Progress) -> None:
        """Draw the face of a job's result and save the video."""
        recording = self._repository.recording_content(job.session_id)
        # Read back rather than handed on: what waits would keep an hour's morphs in memory.
        morphs = self._repository.morphs(job.run_id)
        self._repository.set_video_state(job.run_id, VideoState.RENDERING)
        progress(Stage.RENDER, 0.0)
        room = room_for_video(morphs)
        with recording.lent(self._scratch) as sound, self._scratch.folder(room) as folder:
            output = folder / "face.mp4"
            self._engine.render(morphs, sound, output, video, progress)
            progress(Stage.SAVE, 0.0)
            self._repository.attach_video(job.run_id, output, video)

    def end(self, run_id: str, state: JobState, error: VerhmError) -> None:
        """Keep why a job ended early: of its analysis, or of its drawing when it has a result."""
        if self._repository.run(run_id).state is RunState.DONE:
            why = undrawn() if state is JobState.CANCELLED else error
            self._repository.set_video_state(run_id, VideoState.FAILED, why)
        elif state is JobState.CANCELLED:
            self._repository.cancel_run(run_id)
        else:
            self._repository.fail_run(run_id, error)

    def _result(self, analysis: Analysis) -> RunResult:
        return RunResult(
            document=self._engine.document(analysis),
            morphs=analysis.morphs,
            summary=analysis.summary,
            quality=analysis.quality,
            model=analysis.model,
            duration=analysis.duration,
            voice=analysis.voice,
            seconds={str(stage): seconds for stage, seconds in analysis.seconds.items()},
        )

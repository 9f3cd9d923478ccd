"""The parts of the app as one person reaches them: what is somebody else's is not there."""

from collections.abc import AsyncIterator, Awaitable, Collection
from dataclasses import replace
from typing import cast

from starlette.concurrency import run_in_threadpool

from storage.access import Who
from storage.accounts import Accounts
from storage.belongings import Belongings
from storage.content import Content
from storage.failures import missing
from storage.models import Run
from storage.repository import Repository
from ui.asking import asking
from ui.context import AppContext
from ui.export_films import Films
from ui.film import Film, FilmChoices
from ui.intake import Intake
from ui.jobs import Jobs
from ui.progress import JobView
from ui.received import Filmed, Received, Take
from ui.window_explanations import Explained, WindowExplanations
from verhm.errors import StorageError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import Analysis, ModelId

RECORDING = "recording"  # kind of belonging


def bound(context: AppContext, accounts: Accounts, belongings: Belongings) -> AppContext:
    """The parts that page and routes are given, each bound to whoever asks.

    Args:
        context: the parts that the program itself works with
        accounts: who signs in
        belongings: whose the recordings on their way in are
    """
    repository = context.repository.acting_as(asking)

    def user() -> str:
        account = accounts.account(asking().account_id or "")
        return account.name if account else ""

    return replace(
        context,
        repository=repository,
        # They have the verbs that page and routes use, and none of those that start and stop use.
        jobs=cast(Jobs, OwnJobs(context.jobs, repository)),
        intake=cast(Intake, OwnIntake(context.intake, belongings, asking)),
        user=user,
    )


class OwnJobs:
    """The jobs of sessions that the person reaches.

    Args:
        jobs: of everybody
        repository: bound to the person
    """

    def __init__(self, jobs: Jobs, repository: Repository) -> None:
        self._jobs = jobs
        self._repository = repository
        self.films = OwnFilms(jobs.films, repository)
        self.explanations = OwnExplanations(jobs.explanations, repository)

    @property
    def model(self) -> ModelId | None:
        """See `Jobs.model`."""
        return self._jobs.model

    def warm_up(self) -> None:
        """See `Jobs.warm_up`."""
        self._jobs.warm_up()

    def submit(
        self,
        session_id: str,
        settings: AnalysisSettings | None = None,
        video: VideoSettings | None = None,
    ) -> JobView:
        """See `Jobs.submit`."""
        self._repository.refuse_to_change(session_id)
        return self._jobs.submit(session_id, settings, video)

    def submit_again(self, session_id: str) -> JobView:
        """See `Jobs.submit_again`."""
        self._repository.refuse_to_change(session_id)
        return self._jobs.submit_again(session_id)

    def draw(self, run_id: str) -> JobView:
        """See `Jobs.draw`."""
        self._repository.refuse_to_change(self._repository.run(run_id).session_id)
        return self._jobs.draw(run_id)

    def cancel(self, job_id: str) -> None:
        """See `Jobs.cancel`; nothing happens to a job of somebody else's."""
        job = self.view(job_id)
        if job is not None:
            self._repository.refuse_to_change(job.session_id)
            self._jobs.cancel(job_id)

    def stop(self, session_ids: Collection[str]) -> None:
        """See `Jobs.stop`; those of somebody else stay."""
        self._jobs.stop(self._repository.reached(session_ids))

    def view(self, job_id: str) -> JobView | None:
        """See `Jobs.view`."""
        return next((job for job in self.all() if job.id == job_id), None)

    def of_session(self, session_id: str) -> JobView | None:
        """See `Jobs.of_session`."""
        reached = self._repository.reached([session_id])
        return self._jobs.of_session(session_id) if reached else None

    def all(self) -> list[JobView]:
        """See `Jobs.all`."""
        jobs = self._jobs.all()
        reached = self._repository.reached({job.session_id for job in jobs})
        return [job for job in jobs if job.session_id in reached]


class OwnFilms:
    """The films of sessions that the person reaches.

    Args:
        films: of everybody
        repository: bound to the person
    """

    def __init__(self, films: Films, repository: Repository) -> None:
        self._films = films
        self._repository = repository

    def order(self, run_id: str, choices: FilmChoices) -> Film:
        """See `Films.order`; for the neutral face the recording is analysed once more."""
        session_id = self._repository.run(run_id).session_id
        self._repository.refuse_to_change(session_id)
        if choices.neutral:
            self._repository.refuse_to_analyse(session_id)
        return self._films.order(run_id, choices)

    def of_run(self, run_id: str) -> list[Film]:
        """See `Films.of_run`."""
        session_id = self._repository.run(run_id).session_id
        return self._films.of_run(run_id) if self._repository.reached([session_id]) else []

    @property
    def sessions(self) -> set[str]:
        """See `Films.sessions`."""
        return set(self._repository.reached(self._films.sessions))

    def film(self, film_id: str) -> Film:
        """See `Films.film`."""
        film = self._films.film(film_id)
        if not self._repository.reached([film.session_id]):
            raise StorageError("E53", "There is no such video any more.", "Make it again.")
        return film

    def content(self, film_id: str) -> Content:
        """See `Films.content`; a film has a voice, which identifies."""
        self._repository.recording(self.film(film_id).session_id)
        return self._films.content(film_id)

    def cancel(self, film_id: str) -> None:
        """See `Films.cancel`."""
        self._repository.refuse_to_change(self.film(film_id).session_id)
        self._films.cancel(film_id)


class OwnExplanations:
    """The explanations of windows of sessions whose voice the person may hear.

    Args:
        explanations: of everybody
        repository: bound to the person
    """

    def __init__(self, explanations: WindowExplanations, repository: Repository) -> None:
        self._explanations = explanations
        self._repository = repository

    def ask(self, run: Run, analysis: Analysis, window: int) -> Explained:
        """See `WindowExplanations.ask`; the recording is listened to once more."""
        self._refuse_unheard(run.id)
        self._repository.refuse_to_analyse(run.session_id)
        return self._explanations.ask(run, analysis, window)

    def explained(self, run_id: str, window: int) -> Explained:
        """See `WindowExplanations.explained`; it shows a voice, which goes with the recording."""
        self._refuse_unheard(run_id)
        return self._explanations.explained(run_id, window)

    def cancel(self, run_id: str, window: int) -> None:
        """See `WindowExplanations.cancel`."""
        self._refuse_unheard(run_id)
        self._explanations.cancel(run_id, window)

    @property
    def sessions(self) -> set[str]:
        """See `WindowExplanations.sessions`."""
        return set(self._repository.reached(self._explanations.sessions))

    def _refuse_unheard(self, run_id: str) -> None:
        self._repository.recording(self._repository.run(run_id).session_id)


class OwnIntake:
    """The recordings that the person sent.

    Args:
        intake: of everybody
        belongings: whose they are
        who: tells who asks
    """

    def __init__(self, intake: Intake, belongings: Belongings, who: Who) -> None:
        self._intake = intake
        self._belongings = belongings
        self._who = who

    async def receive(
        self, suffix: str, pieces: AsyncIterator[bytes], patient_id: str | None = None
    ) -> str:
        """See `Intake.receive`."""
        return await self._claimed(self._intake.receive(suffix, pieces, patient_id))

    async def receive_patient(self, pieces: AsyncIterator[bytes]) -> str:
        """See `Intake.receive_patient`."""
        return await self._claimed(self._intake.receive_patient(pieces))

    async def _claimed(self, receiving: Awaitable[str]) -> str:
        account_id, recording_id = self._account(), await receiving
        await run_in_threadpool(self._belongings.claim, RECORDING, recording_id, account_id)
        return recording_id

    def begin_take(self, sample_rate: int, patient_id: str | None = None) -> str:
        """See `Intake.begin_take`."""
        account_id = self._account()
        take_id = self._intake.begin_take(sample_rate, patient_id)
        self._belongings.claim(RECORDING, take_id, account_id)
        return take_id

    def add_piece(self, take_id: str, offset: int, piece: bytes) -> int:
        """See `Intake.add_piece`."""
        self._refuse_others(take_id)
        return self._intake.add_piece(take_id, offset, piece)

    def add_picture_piece(
        self, take_id: str, kind: str, start: int, offset: int, piece: bytes
    ) -> int:
        """See `Intake.add_picture_piece`."""
        self._refuse_others(take_id)
        return self._intake.add_picture_piece(take_id, kind, start, offset, piece)

    def finish_take(self, take_id: str) -> float:
        """See `Intake.finish_take`."""
        self._refuse_others(take_id)
        return self._intake.finish_take(take_id)

    def takes_left(self) -> list[Take]:
        """See `Intake.takes_left`."""
        return [take for take in self._intake.takes_left() if self._is_own(take.id)]

    def received(self, recording_id: str) -> Received:
        """See `Intake.received`."""
        self._refuse_others(recording_id)
        return self._intake.received(recording_id)

    def picture(self, recording_id: str) -> Filmed | None:
        """See `Intake.picture`."""
        self._refuse_others(recording_id)
        return self._intake.picture(recording_id)

    def remove(self, recording_id: str) -> None:
        """See `Intake.remove`."""
        self._refuse_others(recording_id)
        self._intake.remove(recording_id)

    def remove_of(self, patient_id: str) -> None:
        """See `Intake.remove_of`; for whoever has erased the patient."""
        self._intake.remove_of(patient_id)

    def _account(self) -> str:
        return self._who().account_id or ""

    def _is_own(self, recording_id: str) -> bool:
        return self._belongings.is_of(RECORDING, recording_id, self._account())

    def _refuse_others(self, recording_id: str) -> None:
        if not self._is_own(recording_id):
            raise missing("recording")

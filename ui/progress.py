"""How far a job is, and how long it will still take."""

import enum
from dataclasses import dataclass

from verhm.errors import VerhmError
from verhm.language import N_
from verhm.stages import Stage

# How the stages share the time of a whole job: measured on two cores with a recording of a minute.
# They only weigh the stages against each other; the speed is that of the job itself.
WEIGHTS = {
    Stage.DECODE: 1.0,
    Stage.QUALITY: 0.5,
    Stage.SPEECH: 3.0,
    Stage.EMOTION: 8.0,
    Stage.FACE: 0.5,
    Stage.RENDER: 84.0,
    Stage.SAVE: 3.0,
}
SETTLED = 3.0  # s of work before an estimate is worth showing


class JobState(enum.StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    ANALYSING = "analysing"
    RENDERING = "rendering"  # the probabilities are saved and can be read
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Wait(enum.StrEnum):
    """What a job waits for, in the words a person reads."""

    MODEL = N_("Loading the model, once")
    ANALYSIS = N_("Waiting for the analysis before it")
    DRAWING = N_("Waiting for the video before it")


@dataclass(frozen=True)
class JobView:
    """A job as it stands.

    Attributes:
        id: of the job
        session_id: whose recording is analysed
        run_id: that the result goes to
        state: where it is in its life
        wait: what it waits for; None while it is worked on, and when it has ended
        stage: the step it is in, or was in when it ended
        share: of that step that is done, in [0, 1]
        seconds_left: an estimate; None where unknown
        error: what ended it early; never one that was raised, which would keep the work's memory
    """

    id: str
    session_id: str
    run_id: str
    state: JobState = JobState.WAITING
    wait: Wait | None = Wait.ANALYSIS
    stage: Stage = Stage.DECODE
    share: float = 0.0
    seconds_left: float | None = None
    error: VerhmError | None = None


def share_done(stage: Stage, share: float) -> float:
    """Share of a whole job that is done, in [0, 1], at a share of a stage."""
    stages = list(Stage)
    before = sum(WEIGHTS[each] for each in stages[: stages.index(stage)])
    return (before + WEIGHTS[stage] * share) / sum(WEIGHTS.values())


class Pace:
    """How fast a job goes, measured from its first progress on.

    What comes before, such as the start of the drawing processes, says nothing about the rest.
    """

    def __init__(self) -> None:
        self._first: float | None = None  # share done at the start, then at the first progress
        self._since: float | None = None  # s, when that progress was made

    def seconds_left(self, done: float, now: float) -> float | None:
        """Time a job still takes, if it goes on as it went.

        Args:
            done: share of the whole job, in [0, 1], never less than before
            now: s, on a clock that never goes back

        Returns:
            seconds, or None while it is too early to say
        """
        if self._first is None:
            self._first = done
        elif self._since is None and done > self._first:
            self._first, self._since = done, now
        if self._since is None or now - self._since < SETTLED or done <= self._first:
            return None
        return (now - self._since) * (1.0 - done) / (done - self._first)

"""A video made to be taken along: what it shows, and how far it is."""

from dataclasses import dataclass

from ui.progress import JobState
from verhm.errors import VerhmError
from verhm.settings import VideoSettings


@dataclass(frozen=True)
class FilmChoices:
    """What a film shows.

    Attributes:
        size: of the face, px
        avatar: whose face
        timeline: the probabilities over time, below the face
        neutral: a face that says the same words neutrally, at its right
        picture: the recording's own picture, at its left
    """

    size: int = 512
    timeline: bool = True
    neutral: bool = False
    picture: bool = False
    avatar: str = VideoSettings.avatar

    @property
    def video(self) -> VideoSettings:
        """How its faces are drawn."""
        return VideoSettings(self.size, self.avatar)

    @property
    def file_name(self) -> str:
        """What the film is called, such as face-man-720-timeline-neutral.mp4."""
        parts = [each for each in ("timeline", "neutral", "picture") if getattr(self, each)]
        face = ["face"] if self.avatar == VideoSettings.avatar else ["face", self.avatar]
        return "-".join([*face, str(self.size), *parts]) + ".mp4"


@dataclass(frozen=True)
class Film:
    """A film as it stands.

    Attributes:
        id: of the film
        session_id: whose recording is heard
        run_id: whose result is shown
        choices: what it shows
        state: where it is in its life
        share: of the work that is done, in [0, 1]
        seconds_left: an estimate; None where unknown
        error: what ended it early
    """

    id: str
    session_id: str
    run_id: str
    choices: FilmChoices
    state: JobState = JobState.WAITING
    share: float = 0.0
    seconds_left: float | None = None
    error: VerhmError | None = None

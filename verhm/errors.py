"""What can go wrong in a way the person at the screen can act on.

Each error says its code, the cause and the remedy, in that person's words: in English where it is
raised, kept and logged (`str`), and in their language where they read it (`told`). The codes are
part of the public interface: they are listed in ARCHITECTURE.md and are never given a second
meaning.
"""

from verhm.language import retold


class VerhmError(Exception):
    """An expected failure with a code, a cause and a remedy.

    Args:
        code: "E" and two digits; the first digit names the part (1 file, 2 speech, 3 model,
            4 face, 5 storage, 6 app, 7 command line, 8 encryption)
        cause: what was found, one sentence, no personal data and no path
        remedy: what to do, one sentence
    """

    def __init__(self, code: str, cause: str, remedy: str) -> None:
        super().__init__(f"{code} {cause} {remedy}")
        self.code = code
        self._cause = cause
        self._remedy = remedy

    @property
    def cause(self) -> str:
        """What was found, in the language of whoever asks."""
        return retold(self._cause)

    @property
    def remedy(self) -> str:
        """What to do, in the language of whoever asks."""
        return retold(self._remedy)

    @property
    def kept(self) -> tuple[str, str]:
        """Cause and remedy as they are kept or handed on: in English."""
        return self._cause, self._remedy

    @property
    def told(self) -> str:
        """All of it as a person reads it: code, cause and remedy, in the language of who asks."""
        return f"{self.code} {self.cause} {self.remedy}"

    def __reduce__(self) -> tuple:
        """Survive the way back from a worker process."""
        return type(self), (self.code, self._cause, self._remedy)


class AudioError(VerhmError):
    """E10–E29: the recording cannot be read, or holds too little to analyse."""


class ModelError(VerhmError):
    """E30–E39: the shipped model is missing or damaged."""


class RenderError(VerhmError):
    """E40–E49: the face cannot be built, drawn or written as a video."""


class StorageError(VerhmError):
    """E50–E59: patients, sessions or media cannot be read or written."""


class VaultError(StorageError):
    """E80–E89: what is kept is locked, or its seal is broken."""


class RequestError(VerhmError):
    """E60–E79: what was asked for cannot be done: an unfit setting, no consent, no such input."""


class Cancelled(VerhmError):
    """E60: the person stopped the work; raised by a progress callback, passed through by all."""

    def __init__(self) -> None:
        super().__init__(
            "E60",
            "The analysis was cancelled.",
            "The recording is kept; analyse it again when you like.",
        )

    def __reduce__(self) -> tuple:
        return type(self), ()

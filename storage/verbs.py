"""What the verbs about patients, sessions and runs stand on."""

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session as Unit

from storage.access import Access, Refused, Who, access_of, the_program
from storage.audit import Action, AuditLog
from storage.data_keys import DataKeys
from storage.database import Database
from storage.files import MediaFiles
from storage.keys import new_key
from storage.scratch import Scratch
from storage.vault import Vault

Found = TypeVar("Found")
Self = TypeVar("Self", bound="Verbs")


class Verbs:
    """Verbs over the rows and the files, each bound to whoever asks.

    Args:
        database: where the rows are
        files: where the media are
        vault: with which they are encrypted; none to keep them as they are
        who: tells who asks; the program itself may do everything, and leaves no lines
        audit: where it is noted what people do
    """

    def __init__(
        self,
        database: Database,
        files: MediaFiles,
        vault: Vault | None = None,
        who: Who = the_program,
        audit: AuditLog | None = None,
    ) -> None:
        self.database = database
        self.files = files
        self.vault = vault
        self.keys = None if vault is None else DataKeys(database, vault)
        self.audit = audit
        self._who = who

    def one_moment(self) -> AbstractContextManager[None]:
        """For whoever reads many things at once; see `Database.one_moment`."""
        return self.database.one_moment()

    def scratch(self, work: Path) -> Scratch:
        """Where content may lie unsealed for a while: in memory if the rest is encrypted.

        Args:
            work: folder for what does not fit there
        """
        return Scratch(work) if self.vault is not None else Scratch(work, memory=None)

    def _files_of(self, session_id: str) -> MediaFiles:
        """The files of a session, to be written and read with its key; raises E53 and E84."""
        key = None if self.keys is None else self.keys.of_session(session_id)
        return self.files.sealed_with(key)

    def _key_for(self, patient_id: str | None) -> bytes | None:
        """The key for a new session of a patient, or of nobody; raises E53 and E84."""
        if self.keys is None:
            return None
        return new_key() if patient_id is None else self.keys.of_patient(patient_id)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Unit, Access]]:
        """A consistent view, and what of it the actor may reach."""
        with self._noting_refusals(), self.database.reading() as unit:
            who = self._who()
            yield unit, self.database.once(who, lambda: access_of(unit, who))

    @contextmanager
    def _writing(self) -> Iterator[tuple[Unit, Access]]:
        """A change that happens wholly or not at all, and what the actor may reach.

        Raises:
            Refused: E57 when the actor may only look
        """
        with self._noting_refusals(), self.database.writing() as unit:
            access = access_of(unit, self._who())
            access.refuse_change()
            yield unit, access

    @contextmanager
    def _noting_refusals(self) -> Iterator[None]:
        try:
            yield
        except Refused as error:  # noted here, since the change it was within is undone
            if self.audit is not None:
                self.audit.note(error.account_id, Action.REFUSAL, error.subject, error.code)
            raise

    def _done(
        self, unit: Unit, access: Access, action: Action, subject: str, detail: str = ""
    ) -> None:
        """Note a change within it."""
        if self.audit is not None and not access.is_program:
            self.audit.add(unit, access.account_id, action, subject, detail)

    def _seen(self, access: Access, subject: str, detail: str) -> None:
        """Note that somebody looked."""
        if self.audit is not None and not access.is_program:
            self.audit.note(access.account_id, Action.VIEW, subject, detail)

    def _note_seen(self, subject: str, detail: str) -> None:
        with self._reading() as (_, access):
            pass
        self._seen(access, subject, detail)

    def _erase_files(self, session_ids: Iterable[str]) -> None:
        """Erase what is left of sessions whose rows are gone.

        Rows go first: if the program dies in between, the next start sweeps the files away.
        """
        try:
            self.files.remove_sessions(session_ids)
        finally:
            self.database.forget_erased()


def once(verb: Callable[[Self, str], Found]) -> Callable[[Self, str], Found]:
    """For a verb that looks something up: once in `one_moment`, whoever else asks for the same."""

    @functools.wraps(verb)
    def look_up(self: Self, id_: str) -> Found:
        question = verb, self._who(), id_
        return self.database.once(question, lambda: verb(self, id_))

    return look_up

"""The keys of patients' files, wrapped in the database: made when needed, gone with the patient."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session as Unit

from storage.database import Database
from storage.failures import missing, no_key_file
from storage.keys import new_key
from storage.models import DataKey, Patient, Session
from storage.vault import Vault


class DataKeys:
    """Finds and makes keys; who may use them is decided before.

    Args:
        database: where they are
        vault: with which they are wrapped
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def of_patient(self, patient_id: str) -> bytes:
        """A patient's key, made when there is none yet.

        Raises:
            StorageError: E53 no such patient
            VaultError: E84 it cannot be opened
        """
        with self._database.writing() as unit:
            if unit.get(Patient, patient_id) is None:
                raise missing("patient")
            row = _find(unit, DataKey.patient_id == patient_id)
            return self._opened(row or self.add(unit, new_key(), patient_id, None))

    def of_session(self, session_id: str) -> bytes:
        """The key of a session's patient, or its own.

        Raises:
            StorageError: E53 no such session (it may be erased)
            VaultError: E84 there is none, or it cannot be opened
        """
        with self._database.reading() as unit:
            session = unit.get(Session, session_id)
            if session is None:
                raise missing("session")
            if session.patient_id is None:
                row = _find(unit, DataKey.session_id == session_id)
            else:
                row = _find(unit, DataKey.patient_id == session.patient_id)
        if row is None:
            raise no_key_file()
        return self._opened(row)

    def add(
        self, unit: Unit, key: bytes, patient_id: str | None, session_id: str | None
    ) -> DataKey:
        """Keep a key for a patient, or for a session without one."""
        row = DataKey(patient_id=patient_id, session_id=session_id)
        row.wrapped = self._vault.wrap_key(key, _owner(row))
        unit.add(row)
        return row

    def _opened(self, row: DataKey) -> bytes:
        return self._vault.unwrap_key(row.wrapped, _owner(row))


def _owner(row: DataKey) -> str:
    """Whose key it is, so that it opens nothing in another row."""
    owner = row.patient_id or row.session_id
    assert owner is not None
    return owner


def _find(unit: Unit, is_owned: ColumnElement[bool]) -> DataKey | None:
    return unit.scalars(select(DataKey).where(is_owned)).first()

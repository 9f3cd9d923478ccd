"""A data folder as the first version left it: plain, of the first schema, with one session."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import storage
from benchmarks.kills.ledger import Ledger, mark, wav_of
from storage.models import new_id
from storage.whereabouts import DATABASE

_MIGRATIONS: Final = Path(storage.__file__).parent / "migrations"
_DAY: Final = "2026-01-05"
_MOMENT: Final = "2026-01-05 08:00:00.000000"


def make_older(data: Path, samples: bytes) -> Ledger:
    """Make such a folder; returns what is in it."""
    data.mkdir()
    engine = create_engine(f"sqlite:///{data / DATABASE}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    patient_id, session_id, wav = new_id(), new_id(), wav_of(samples)
    file = data / "media" / session_id / f"{new_id()}.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(wav)
    row = (new_id(), session_id, "recording", file.name, hashlib.sha256(wav).hexdigest(), len(wav))
    with closing(sqlite3.connect(data / DATABASE)) as plain, plain:
        plain.execute(
            "INSERT INTO patients (id, code, age_band, note, is_demonstration, created_at) "
            "VALUES (?, 'P-0001', '', '', 0, ?)",
            (patient_id, _MOMENT),
        )
        plain.execute(
            "INSERT INTO sessions (id, patient_id, recorded_on, task, language, note, is_kept, "
            "created_at) VALUES (?, ?, ?, '', '', '', 1, ?)",
            (session_id, patient_id, _DAY, _MOMENT),
        )
        plain.execute(
            "INSERT INTO media (id, session_id, kind, file, sha256, bytes, media_type, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, 'audio/wav', ?)",
            (*row, _MOMENT),
        )
    return Ledger(
        patients={patient_id: "P-0001"}, sessions={session_id: (patient_id, mark(samples))}
    )

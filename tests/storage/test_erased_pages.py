"""Of an erased patient nothing is left in the database's free space, however its pages were cut."""

import numpy as np

from storage.details import PatientDetails
from storage.repository import open_repository
from storage.whereabouts import DATABASE


def raw(folder):
    return b"".join(path.read_bytes() for path in folder.glob(f"{DATABASE}*"))


def test_what_is_erased_is_in_no_page_and_not_in_the_log(tmp_path):
    repository, rng = open_repository(tmp_path), np.random.default_rng(0)
    added = []
    for number in range(60):
        code = f"P-{number:04}-{rng.integers(16**6):06X}"
        details = PatientDetails(code, note=f"about {code} " * int(rng.integers(1, 300)))
        added.append(repository.add_patient(details))
    for patient in added[::2]:  # written anew: another length at another place
        note = f"again {patient.code} " * int(rng.integers(1, 300))
        repository.update_patient(patient.id, PatientDetails(patient.code, note=note))
    assert all(patient.code.encode() in raw(tmp_path) for patient in added)
    for patient in rng.permutation(np.array(added, dtype=object))[:30]:
        repository.erase_patient(patient.id, patient.code)
        assert patient.code.encode() not in raw(tmp_path)
    repository.close()

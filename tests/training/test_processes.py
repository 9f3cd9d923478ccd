import pytest
from filelock import FileLock, Timeout

from training import processes
from training.processes import hold, own_share


def test_a_folder_is_one_command_s_at_a_time(tmp_path):
    folder = tmp_path / "run"
    with hold(folder), pytest.raises(Timeout), FileLock(folder / "run.lock", blocking=False):
        pass
    with FileLock(folder / "run.lock"), pytest.raises(Timeout), hold(folder):
        pass
    with hold(folder):  # it was let go
        pass


def test_processes_share_a_batch_without_leaving_one_empty_handed(monkeypatch):
    monkeypatch.setattr(processes, "_processes", lambda: 2)
    for clips in (1, 2, 5):
        shares = []
        for rank in (0, 1):
            monkeypatch.setattr(processes, "_rank", lambda rank=rank: rank)
            shares.append(list(range(clips))[own_share(clips)])
        assert all(shares)
        assert set(shares[0]) | set(shares[1]) == set(range(clips))

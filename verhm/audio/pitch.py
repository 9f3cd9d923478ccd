"""librosa's YIN, loaded by one process at a time.

Loading librosa compiles functions and keeps them on the disk with numba, which does not guard
its cache: two processes that fill it at the same time can file one's code under the other's name,
and from then on every process that calls it dies of a segmentation fault.
"""

import platformdirs
from filelock import FileLock

LOCK = platformdirs.user_cache_path("verhm") / "librosa.lock"

LOCK.parent.mkdir(parents=True, exist_ok=True)
with FileLock(LOCK):
    from librosa import yin

__all__ = ["LOCK", "yin"]

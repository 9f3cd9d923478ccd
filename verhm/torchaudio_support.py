"""Lets torchaudio be imported beside a torch without CUDA.

The torchaudio wheel on the registry links its compiled part to CUDA. Beside a CPU-only torch,
`import torchaudio` therefore fails with `OSError: libc10_cuda.so`, and with it every audio model
that imports it. Its transforms, most of its functional module and its models are plain Python and
need no compiled part: this module replaces `torchaudio._extension`, and only where the real one
cannot be loaded. What does need it then fails when called: `forced_align` and the CUDA decoder
with a sentence, `rnnt_loss` with torch's own complaint about the missing operator. `lfilter` works,
slowly.
"""

import ctypes
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_EXTENSION = "torchaudio._extension"
_LIBRARIES = ("_torchaudio", "libtorchaudio")


def install() -> None:
    """Prepare the import of torchaudio; call it before torchaudio or silero_vad is imported.

    Imports nothing itself. Calling it again, or where the real extension loads, changes nothing.
    """
    if not any(isinstance(finder, _ExtensionFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _ExtensionFinder())


class _ExtensionFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for `torchaudio._extension` when the real one cannot be loaded."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _EXTENSION or path is None or _loads(Path(next(iter(path))) / "lib"):
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave the making of the module to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module the names that the rest of torchaudio reads from it."""
        module.__dict__.update(
            _IS_TORCHAUDIO_EXT_AVAILABLE=False,
            _IS_ALIGN_AVAILABLE=False,
            _check_cuda_version=lambda: None,
            _load_lib=_refuse_library,
            fail_if_no_align=_failing,
        )


def _loads(folder: Path) -> bool:
    """Whether torchaudio's compiled libraries load beside the torch that is installed."""
    # They find torch's own libraries only once torch has loaded those.
    importlib.import_module("torch")
    suffix = ".pyd" if sys.platform == "win32" else ".so"
    try:
        for name in _LIBRARIES:
            for library in folder.glob(f"{name}*{suffix}"):
                ctypes.CDLL(str(library))
    except OSError:
        return False
    return True


def _refuse_library(name: str) -> bool:
    raise RuntimeError(f"torchaudio's compiled library {name} cannot be loaded beside this torch")


def _failing(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the same name that only says why it cannot work."""

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            f"torchaudio's {function.__name__} needs its compiled part, "
            "which cannot be loaded beside this torch"
        )

    return fail

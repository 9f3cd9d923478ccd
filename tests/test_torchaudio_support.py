import subprocess
import sys

import pytest
import torch

from verhm import torchaudio_support

torchaudio_support.install()

import torchaudio  # noqa: E402


@pytest.fixture(scope="module")
def replaced() -> bool:
    return type(torchaudio._extension.__spec__.loader).__module__ == torchaudio_support.__name__


def test_transforms_work():
    spectrogram = torchaudio.transforms.MelSpectrogram(16_000, n_mels=40)(torch.ones(16_000))
    assert spectrogram.shape[0] == 40
    assert torchaudio.functional.resample(torch.ones(44_100), 44_100, 16_000).shape == (16_000,)


def test_what_needs_the_compiled_part_says_so(replaced):
    if not replaced:
        pytest.skip("torchaudio's own extension loads here")
    with pytest.raises(RuntimeError, match="forced_align needs its compiled part"):
        torchaudio.functional.forced_align(torch.zeros(1, 4, 3), torch.ones(1, 2, dtype=torch.int))
    with pytest.raises(RuntimeError, match="torchaudio_prefixctc"):
        torchaudio._extension._load_lib("torchaudio_prefixctc")


def test_install_twice_adds_one_finder():
    before = len(sys.meta_path)
    torchaudio_support.install()
    assert len(sys.meta_path) == before


def test_libraries_that_load_are_left_alone(tmp_path):
    finder = torchaudio_support._ExtensionFinder()
    # A torchaudio without compiled libraries handles that by itself.
    assert finder.find_spec("torchaudio._extension", [str(tmp_path)]) is None
    assert finder.find_spec("torchaudio.functional", [str(tmp_path)]) is None


def test_libraries_that_do_not_load_are_replaced(tmp_path):
    suffix = ".pyd" if sys.platform == "win32" else ".so"
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / f"_torchaudio{suffix}").write_bytes(b"links to CUDA")
    spec = torchaudio_support._ExtensionFinder().find_spec("torchaudio._extension", [str(tmp_path)])
    assert spec is not None


def test_install_imports_nothing():
    program = (
        "import sys; from verhm import torchaudio_support as t; t.install(); "
        "assert not {'torch', 'torchaudio'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

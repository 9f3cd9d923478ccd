"""What the encoder looks at: the log-mel spectrogram of a stretch of sound."""

import torch
from torch import nn

from verhm import torchaudio_support

torchaudio_support.install()

from torchaudio.transforms import MelSpectrogram  # noqa: E402

SAMPLE_RATE = 16_000  # Hz
HOP = 160  # samples from one mel frame to the next
BANDS = 80
FRAME_RATE = 50.0  # Hz of the encoder's frames: its second convolution halves the mel frames'
SAMPLES_PER_FRAME = 2 * HOP
LONGEST = 600  # encoder frames (12 s) that go through the encoder at once

_RANGE = 8.0  # decades kept below the loudest point
_TOP = 1.5  # decades; where Whisper's loudest point usually lies for speech near full scale


class LogMel(nn.Module):
    """Whisper's log-mel spectrogram (Radford et al. 2022, doi:10.48550/arXiv.2212.04356, 2.2).

    Whisper keeps eight decades below the loudest point of its 30 s and leaves the level in. Here
    the loudest point of the segment is also put at a fixed height, so that neither the gain nor
    anything outside the segment changes the result.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mel = MelSpectrogram(
            SAMPLE_RATE, n_fft=400, hop_length=HOP, n_mels=BANDS, norm="slaney", mel_scale="slaney"
        )

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """(B, T) samples in [-1, 1], T at least 400, to (B, 80, T // 160) bands in about [-1, 1.5].

        A silent segment has every band at the floor.
        """
        power = self.mel(samples)[..., : samples.shape[-1] // HOP]
        # Relative before the logarithm: a fixed floor would make the result depend on the gain.
        loudest = power.amax(dim=(-2, -1), keepdim=True).clamp(min=1e-30)
        decades = torch.log10((power / loudest).clamp(min=10.0**-_RANGE))
        return (decades + _TOP + 4.0) / 4.0

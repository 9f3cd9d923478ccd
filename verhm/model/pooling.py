"""Windows of a batch of segments, and what is said of each as a whole."""

from dataclasses import dataclass

import torch

STATISTICS = 2  # mean, deviation
_FEWEST = 12  # frames of speech (0.24 s); with fewer, the whole window is described


@dataclass(frozen=True, eq=False)
class Windows:
    """Which frames of a batch of segments belong to which window.

    Attributes:
        segment: (N,) index of each window's segment within the batch
        first: (N,) first frame within that segment
        length: frames per window
    """

    segment: torch.Tensor
    first: torch.Tensor
    length: int

    def of(self, frames: torch.Tensor) -> torch.Tensor:
        """Gather (B, F, …) frames into (N, length, …)."""
        offsets = torch.arange(self.length, device=frames.device)
        return frames[self.segment[:, None], self.first[:, None] + offsets]

    def at_pace(self, pace: int) -> "Windows":
        """The same windows of sequences whose elements are that many frames each."""
        first = torch.div(self.first, pace, rounding_mode="floor")
        return Windows(self.segment, first, max(1, self.length // pace))


def pool(frames: torch.Tensor, speech: torch.Tensor) -> torch.Tensor:
    """Describe each window by its frames of speech.

    Pauses say more about the recording than about the voice, so they are left out; a window
    (nearly) without speech is described whole, for want of anything else.

    Args:
        frames: (N, F, D) encoder frames of N windows
        speech: (N, F) bool, whether somebody speaks

    Returns:
        (N, 2 D) mean and standard deviation over time
    """
    is_enough = speech.sum(dim=1, keepdim=True) >= _FEWEST
    used = (speech | ~is_enough).unsqueeze(-1)
    count = used.sum(dim=1)
    mean = (frames * used).sum(dim=1) / count
    variance = ((frames - mean.unsqueeze(1)).square() * used).sum(dim=1) / count
    return torch.cat([mean, variance.sqrt()], dim=-1)

"""Many channels into one, block by block, with a look at what each of them holds."""

import numpy as np

from verhm.audio.levels import decibels
from verhm.errors import AudioError

_LARGEST_SAMPLE = 4.0  # lossy codecs overshoot full scale, but never by this much
# Share of the energy in which two channels differ: up to 5e-4 after AAC coded the same for both.
_SAME = 2e-3


class Mixer:
    """Makes one channel of a recording of unknown length.

    Args:
        longest: sample frames to accept
        channels: C
        only: index of the one channel to keep; None for the average of all
    """

    def __init__(self, longest: int, channels: int, only: int | None = None) -> None:
        self._longest = longest
        self._channels = channels
        self._only = only
        # The system hands memory out as it is filled: room for the longest costs nothing yet.
        self._samples = np.empty(longest, dtype=np.float32)
        self._channel_energy = np.zeros(channels)
        self._channel_sums = np.zeros(channels)
        self._loudest_power = np.zeros(channels)
        self._largest_block = 1
        self._shared_energy = 0.0
        self._energy = 0.0
        self.count = 0

    def append(self, block: np.ndarray) -> None:
        """Take the next (T, C) float32 samples.

        Raises:
            AudioError: E14 when a value is not finite or far beyond full scale, E15 when there
                are more samples than accepted
        """
        if not np.abs(block).max(initial=0.0) <= _LARGEST_SAMPLE:  # NaN compares as false
            raise AudioError(
                "E14",
                "The file is damaged: it holds values that are not sound.",
                "Export it again, best as a 16-bit WAV file.",
            )
        if self.count + len(block) > self._longest:
            raise AudioError(
                "E15",
                "The recording is longer than can be analysed at once.",
                "Cut it into parts and analyse them one by one.",
            )
        mono = block.mean(axis=1) if self._only is None else block[:, self._only]
        self._samples[self.count : self.count + len(mono)] = mono
        self.count += len(mono)
        self._energy += float(np.square(mono, dtype=np.float64).sum())
        energy = np.square(block, dtype=np.float64).sum(axis=0)
        sums = block.sum(axis=0, dtype=np.float64)
        self._channel_energy += energy
        self._channel_sums += sums
        # A click in the few samples of the last block is no louder than in any other.
        self._largest_block = max(self._largest_block, len(block))
        alternating = energy - np.square(sums) / max(len(block), 1)
        self._loudest_power = np.maximum(self._loudest_power, alternating / self._largest_block)
        if self._channels == 2:
            self._shared_energy += float(np.sum(block[:, 0] * block[:, 1], dtype=np.float64))

    @property
    def is_cancelled(self) -> bool:
        """Whether averaging cancelled the channels.

        Unrelated channels leave 1/C of their mean energy in the average. Ten decibels less than
        that can only be channels of opposite sign.
        """
        mean = float(self._channel_energy.mean())
        return self._channels > 1 and self._energy < 0.1 * mean / self._channels

    @property
    def loudest_channel(self) -> int:
        """Index of the channel with the most energy."""
        return int(np.argmax(self._channel_energy))

    @property
    def is_twice_the_same(self) -> bool:
        """Whether two channels carry one sound, however loud and of whichever sign on each.

        A constant offset, which cheap sound cards add to both, is no sound.
        """
        if self._channels != 2:
            return False
        count = max(self.count, 1)
        shared = self._shared_energy - float(self._channel_sums.prod()) / count
        energy = self._channel_energy - np.square(self._channel_sums) / count
        product = float(np.maximum(energy, 0.0).prod())
        return product > 0 and 1 - shared**2 / product < _SAME

    @property
    def other_level(self) -> float:
        """dBFS of the loudest block beside the channel that is kept; NaN where all are kept."""
        if self._only is None:
            return float("nan")
        return float(decibels(np.delete(self._loudest_power, self._only).max(initial=0.0)))

    def finish(self) -> np.ndarray:
        """Give back the room that was not needed; returns the (T,) float32 in [-1, 1]."""
        self._samples.resize(self.count, refcheck=False)
        return np.clip(self._samples, -1.0, 1.0, out=self._samples)

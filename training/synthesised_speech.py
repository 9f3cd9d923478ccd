"""Sentences spoken by eSpeak NG, with the time of every phoneme.

Its command line tells durations only for voices of another program (`--pho`, MBROLA), so its
library is called instead, which reports phonemes as events: https://github.com/espeak-ng/espeak-ng,
speak_lib.h. Debian: apt install libespeak-ng1.
"""

import ctypes
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import soxr

from verhm.model.features import SAMPLE_RATE
from verhm.types import Waveform

_LIBRARY = "libespeak-ng.so.1"
_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: no sound card, and back only when all is spoken
_IPA_EVENTS = 0b11  # espeak_Initialize's options: report phonemes, by their IPA symbols
_RATE, _PITCH = 1, 3  # espeak_PARAMETER
_UTF8 = 1
_END, _PHONEME = 0, 7  # espeak_EVENT_TYPE
_PLOSIVES = tuple("pbtdkgɡcɟqɢʔ")
_REST = 0.2  # s of silence put before and after a sentence
_LONGEST_CLOSURE = 0.1  # s of silence that can belong to a plosive; more is a pause


@dataclass(frozen=True)
class Voice:
    """Who speaks.

    Attributes:
        name: of a language, and after a plus sign of a variant: "en-us+f2"
        speed: words per minute
        pitch: 0 to 100; 50 is the voice's own
    """

    name: str
    speed: int = 160
    pitch: int = 50


@dataclass(frozen=True)
class Phoneme:
    """When a sound is made.

    Attributes:
        symbol: IPA; empty for a pause
        start: s; of a plosive that of its closure, silent or not
        end: s
    """

    symbol: str
    start: float
    end: float


@dataclass(frozen=True, eq=False)
class Utterance:
    """A sentence as it was spoken.

    Attributes:
        waveform: at 16 kHz
        phonemes: one after the other, without gaps
    """

    waveform: Waveform
    phonemes: tuple[Phoneme, ...]


class _Identity(ctypes.Union):
    _fields_ = (
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("symbol", ctypes.c_char * 8),
    )


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("identity", _Identity),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Espeak:
    """The synthesiser; one per process, as the library has one state.

    Raises:
        SystemExit: when the library or its data are not installed
    """

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(_LIBRARY)
        except OSError as error:
            raise SystemExit(f"{_LIBRARY} is missing; install espeak-ng") from error
        self._sample_rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _IPA_EVENTS)
        if self._sample_rate <= 0:
            raise SystemExit("eSpeak NG does not start; install espeak-ng-data")
        self._chunks: list[np.ndarray] = []
        self._events: list[tuple[int, str]] = []
        # The library keeps only the address, so the object has to live as long as this one.
        self._callback = _Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: Voice) -> Utterance:
        """Speak a sentence.

        The library draws noise and continues its pitch periods: the next time the sound differs,
        and times do by some hundredths of a second.

        Raises:
            ValueError: when there is no such voice
        """
        self._chunks, self._events = [], []
        if self._library.espeak_SetVoiceByName(voice.name.encode()):
            raise ValueError(f"eSpeak NG has no voice {voice.name}")
        self._library.espeak_SetParameter(_RATE, voice.speed, 0)
        self._library.espeak_SetParameter(_PITCH, voice.pitch, 0)
        spoken = text.encode()
        size = ctypes.c_size_t(len(spoken) + 1)
        self._library.espeak_Synth(spoken, size, 0, 1, 0, _UTF8, None, None)
        rest = round(_REST * self._sample_rate)
        samples = np.pad(np.concatenate(self._chunks), rest)
        events = [(0, ""), *((rest + first, symbol) for first, symbol in self._events)]
        phonemes = time_phonemes(events, samples, self._sample_rate)
        sound = soxr.resample(samples.astype(np.float32) / 2**15, self._sample_rate, SAMPLE_RATE)
        return Utterance(Waveform(sound, SAMPLE_RATE), phonemes)

    def _collect(self, sound, count, events) -> int:
        if count:
            self._chunks.append(np.ctypeslib.as_array(sound, (count,)).copy())
        index = 0
        while events[index].type != _END:
            if events[index].type == _PHONEME:
                symbol = events[index].identity.symbol.decode(errors="ignore")
                # "(en)" is no sound; it says that the words to come are another language's.
                is_sound = not symbol.startswith("(")
                self._events.append((events[index].sample, symbol if is_sound else ""))
            index += 1
        return 0


def time_phonemes(
    events: list[tuple[int, str]], samples: np.ndarray, sample_rate: int
) -> tuple[Phoneme, ...]:
    """Turn events into spans.

    The library reports a voiceless plosive at its burst. Its closure, exact silence, comes before,
    and this is where the lips are.

    Args:
        events: first sample and symbol of each phoneme
        samples: (T,) int16
        sample_rate: Hz
    """
    longest = round(_LONGEST_CLOSURE * sample_rate)
    starts = [
        _closure(samples, sample, max(before, sample - longest))
        if symbol.startswith(_PLOSIVES)
        else sample
        for (before, _), (sample, symbol) in pairwise([(0, ""), *events])
    ]
    times = [start / sample_rate for start in (*starts, len(samples))]
    return tuple(
        Phoneme(symbol, start, end)
        for (_, symbol), start, end in zip(events, times[:-1], times[1:], strict=True)
        if end > start
    )


def _closure(samples: np.ndarray, burst: int, earliest: int) -> int:
    """First sample, from `earliest` on, of the silence that a plosive's burst ends."""
    sounding = np.flatnonzero(samples[earliest:burst])
    return earliest + (int(sounding[-1]) + 1 if len(sounding) else 0)

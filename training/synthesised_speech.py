"""Sentences spoken by eSpeak NG, with the time of every phoneme.

Its command line tells durations only for voices of another program (`--pho`, MBROLA), so its
library is called instead, which reports phonemes as events: https://github.com/espeak-ng/espeak-ng,
speak_lib.h. Debian: apt install libespeak-ng1.
"""

import ctypes
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

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


@dataclass(frozen=True)
class Script:
    """What is read aloud by whom.

    Attributes:
        voices: names
        sentences: each is read by each voice
    """

    voices: tuple[str, ...]
    sentences: tuple[str, ...]


# Male and female; what is held out shares no voice and no sentence with what is trained on.
TRAINING: Final = (
    Script(
        (
            "en-us+m1",
            "en-us+f2",
            "en-us+f4",
            "en-us+m7",
            "en-us",
        ),
        (
            "Nobody remembers where the big brown box came from.",
            "My mother bought a map and a lamp at the market.",
            "Please keep the baby away from the open pool.",
            "He jumped up and ran back to the boat.",
            "The people next door play jazz until midnight.",
            "We hope to be home by the first of November.",
            "Put the paper cups on top of the table.",
            "I was thinking about the trip to the mountains.",
            "She has a good job in a small publishing house.",
            "The weather has been much warmer than usual.",
        ),
    ),
    Script(
        (
            "de",
            "de+f2",
            "de+m3",
            "de+f5",
        ),
        (
            "Meine Mutter kauft am Markt Brot und Butter.",
            "Der Junge spielt gern Ball, aber heute bleibt er im Bett.",
            "Im Park blühen bald die ersten Blumen.",
            "Bitte komm pünktlich zum Abendessen.",
            "Papa hat den Apfelbaum im Sommer gepflanzt.",
            "Am Montag haben wir ein Problem mit der Pumpe.",
            "Ich glaube, dass das Haus am Berg leer ist.",
            "Sie ging langsam über die alte Brücke.",
        ),
    ),
    Script(
        (
            "it",
            "it+f1",
            "it+m4",
        ),
        (
            "La mamma prepara la pasta per il bambino.",
            "Il bambino beve un bicchiere di acqua.",
            "Abbiamo comprato un bel paio di scarpe nuove.",
            "Il tempo è sempre bello in primavera.",
            "Gli amici vengono a piedi ogni sabato.",
            "Non capisco perché il pane sia così buono.",
            "Marco ha perso la palla sotto il ponte.",
        ),
    ),
    Script(
        (
            "nl+f4",
            "nl+m1",
        ),
        (
            "Mijn broer heeft een grote boot gekocht.",
            "De bakker verkoopt brood en boter.",
            "Het meisje speelt buiten met de bal.",
            "Op maandag komt mama met de bus.",
            "We praten over het probleem bij de brug.",
        ),
    ),
)
HELD_OUT: Final = (
    Script(
        (
            "en+m3",
            "en+f3",
            "en+linda",
            "en+max",
        ),
        (
            "Peter picked a few plums from the garden.",
            "A cab stopped in the middle of the bridge.",
            "Our boss asked for a simple and honest answer.",
            "Tom combed his beard and put on a blue cap.",
            "Birds began to sing above the empty barn.",
            "I should probably have phoned you before lunch.",
            "Many families spent the summer by the lake.",
            "The last bus to Oxford leaves at half past eight.",
        ),
    ),
    Script(
        (
            "fr+m2",
            "fr+f3",
            "fr+anika",
        ),
        (
            "Mon père prend le bateau pour aller à Paris.",
            "Les enfants jouent dans le jardin avec un ballon.",
            "Le petit bébé ne boit pas de lait.",
            "Madame Dupont habite en bas de la montagne.",
            "Il a mal à la jambe depuis samedi.",
            "Nous avons beaucoup parlé de la pluie et du beau temps.",
        ),
    ),
)
_SPEEDS = (120, 210)  # words per minute
_PITCHES = (35, 66)


def read_aloud(scripts: tuple[Script, ...], seed: int = 0) -> list[Utterance]:
    """Let every voice of every script read its sentences at drawn speeds and pitches.

    Raises:
        SystemExit: when eSpeak NG is not installed
    """
    espeak, rng = Espeak(), np.random.default_rng(seed)
    return [
        espeak.speak(text, Voice(name, int(rng.integers(*_SPEEDS)), int(rng.integers(*_PITCHES))))
        for script in scripts
        for name in script.voices
        for text in script.sentences
    ]

"""Does the face carry the emotion that it is told, whatever the voice?

`python -m benchmarks.face_emotion [RECORDING …] [--share 0.7] [--sheet OUT.png]`

Each recording (by default four voices of eSpeak NG and the demonstration's) is heard once, and then
shown as if each of its windows were one emotion, by that share; the rest is what was heard. Printed
are means over the speaking frames: of the mouth's corners (smile less frown) and of the lowered
brow. It ends with one JSON object, and with status 1 where a face smiles, droops or frowns that
must not. The sheet shows every voice in every emotion, with the mouth open and shut.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from benchmarks.face_sheet import draw_sheet
from ui.demonstration_voice import RECORDING
from verhm.audio.activity import detect_speech
from verhm.audio.media import decode
from verhm.face.lips import gap
from verhm.face.motion import compose, speech_gate
from verhm.face.rig import DEFAULT, load_face
from verhm.labels import EMOTIONS, MORPHS
from verhm.model.checkpoint import VoiceModel, load
from verhm.model.expression import express
from verhm.model.inference import Inference, infer
from verhm.settings import AnalysisSettings
from verhm.types import EmotionTimeline, MorphSequence, SpeechActivity, WindowStatus
from verhm.windows import window_bounds

TEXT: Final = (
    "My mother bought a big bag of apples, and put them on the table by the open window. "
    "Please bring me the book about bees from the shop before we leave."
)
# Of eSpeak NG: language and variant, pitch (0 to 99), words per minute.
VOICES: Final = {
    "man": ("en-us", 50, 150),
    "low man": ("en-gb+m3", 25, 135),
    "woman": ("en-us+f2", 50, 155),
    "high woman": ("en-us+f4", 70, 175),
}
LEVEL, FALLING = ("neutral", "calm", "happy"), ("sad", "angry", "fearful", "disgust")
SMOOTH, LOWERED = ("neutral", "calm", "happy", "surprised"), ("sad", "angry", "disgust")
SEEN: Final = 0.05  # morph weight; less nobody sees


@dataclass(frozen=True, eq=False)
class Heard:
    """A voice, as the model heard it.

    Attributes:
        starts: (W,) of the windows, s
        ends: (W,) s
        activity: where it speaks
        found: what the model says of it
    """

    starts: np.ndarray
    ends: np.ndarray
    activity: SpeechActivity
    found: Inference


@dataclass(frozen=True)
class Carried:
    """What a face shows while it speaks, as means over the speaking frames.

    Attributes:
        corners: of the mouth, up above 0 and down below; in morph weight
        brow: how far it is lowered, in [0, 1]
    """

    corners: float
    brow: float


def listen(model: VoiceModel, path: Path) -> Heard:
    """Let the model hear a recording."""
    settings = AnalysisSettings()
    waveform = decode(path).waveform
    starts, ends = window_bounds(waveform.duration, settings.window, settings.hop)
    activity = detect_speech(waveform)
    return Heard(starts, ends, activity, infer(model, waveform, activity, starts, ends, settings))


def tell(model: VoiceModel, heard: Heard, emotion: str, share: float) -> MorphSequence:
    """The face of a voice in which every window is one emotion, by a share of its probability."""
    told = np.eye(len(EMOTIONS))[EMOTIONS.index(emotion)]
    probabilities = share * told + (1 - share) * heard.found.probabilities
    with torch.inference_mode():
        units = model.network.expression(
            torch.from_numpy(heard.found.embedding).to(model.device),
            torch.from_numpy(probabilities.astype(np.float32)).to(model.device),
        )
    expression = express(units.cpu().numpy(), probabilities)
    status = (WindowStatus.OK,) * len(heard.starts)
    timeline = EmotionTimeline(heard.starts, heard.ends, probabilities, status)
    return compose(heard.found.mouth, expression, timeline, heard.activity, AnalysisSettings())


def speaking(motion: MorphSequence, activity: SpeechActivity) -> np.ndarray:
    """(F', M) morph weights of the frames in which somebody speaks."""
    times = np.arange(len(motion.weights)) / motion.frame_rate
    return motion.weights[speech_gate(times, activity) == 1]


def carried(weights: np.ndarray) -> Carried:
    """What (F, M) morph weights show on average."""
    corners = _mean(weights, "mouthSmile") - _mean(weights, "mouthFrown")
    return Carried(corners, _mean(weights, "browDown"))


def wrong(emotion: str, shown: Carried) -> list[str]:
    """What a face shows that its emotion is not."""
    return [
        fault
        for fault, is_so in (
            ("smiles", emotion in FALLING and shown.corners > SEEN),
            ("droops", emotion in LEVEL and shown.corners < -SEEN),
            ("frowns", emotion in SMOOTH and shown.brow > SEEN),
            ("does not smile", emotion == "happy" and shown.corners <= SEEN),
            ("does not frown", emotion in LOWERED and shown.brow <= SEEN),
        )
        if is_so
    ]


def _mean(weights: np.ndarray, name: str) -> float:
    return float(weights[:, [MORPHS.index(name + side) for side in ("Left", "Right")]].mean())


def main() -> None:
    """Hear, tell, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.face_emotion")
    parser.add_argument("recordings", nargs="*", type=Path)
    parser.add_argument("--share", type=float, default=0.7, help="of the told emotion")
    parser.add_argument("--sheet", type=Path, help="picture of all faces")
    parser.add_argument("--avatar", default=DEFAULT, help=f"whose face ({DEFAULT})")
    options = parser.parse_args()
    model = load(device="cpu")
    voices = {path.stem: listen(model, path) for path in options.recordings} or _voices(model)
    motions = {
        name: [
            speaking(tell(model, heard, each, options.share), heard.activity) for each in EMOTIONS
        ]
        for name, heard in voices.items()
    }
    figures = {name: [carried(each) for each in motion] for name, motion in motions.items()}
    faults = _print(figures)
    if options.sheet:
        faces = [face for name, motion in motions.items() for face in _looks(name, motion)]
        draw_sheet(load_face(name=options.avatar), faces, 240).save(options.sheet)
    print(json.dumps({name: [vars(each) for each in row] for name, row in figures.items()}))
    sys.exit(faults > 0)


def _voices(model: VoiceModel) -> dict[str, Heard]:
    with tempfile.TemporaryDirectory() as folder:
        made = {name: speak(Path(folder, f"{name}.wav"), *VOICES[name]) for name in VOICES}
        return {
            name: listen(model, path)
            for name, path in (made | {"demonstration": RECORDING}).items()
        }


def speak(path: Path, voice: str, pitch: int, speed: int, text: str = TEXT) -> Path:
    """Write a text as eSpeak NG reads it."""
    program = shutil.which("espeak-ng")
    if not program:
        raise SystemExit("espeak-ng is missing; install it, or name recordings")
    command = [program, "-v", voice, "-p", str(pitch), "-s", str(speed), "-w", str(path), text]
    subprocess.run(command, check=True, timeout=60)  # noqa: S603 (a fixed program and fixed texts)
    return path


def _print(figures: dict[str, list[Carried]]) -> int:
    """How many faces show what their emotion is not."""
    faults = 0
    print(f"{'corners, brow':16}" + "".join(f"{emotion:>14}" for emotion in EMOTIONS))
    for name, row in figures.items():
        print(f"{name:16}" + "".join(f"{each.corners:+8.2f}, {each.brow:.2f}" for each in row))
        for emotion, each in zip(EMOTIONS, row, strict=True):
            for fault in wrong(emotion, each):
                faults += 1
                print(f"{'':16}← {emotion} {fault}")
    return faults


def _looks(name: str, motion: list[np.ndarray]) -> list[tuple[str, np.ndarray]]:
    """The frames with the widest and the narrowest mouth of each emotion."""
    opened, shut = (
        [weights[pick(gap(weights))] for weights in motion] for pick in (np.argmax, np.argmin)
    )
    return [
        (f"{name}: {emotion}", face)
        for faces in (opened, shut)
        for emotion, face in zip(EMOTIONS, faces, strict=True)
    ]


if __name__ == "__main__":
    main()

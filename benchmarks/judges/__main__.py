"""Outside recognisers judge the face.

`python -m benchmarks.judges` draws the app's expressions from several views and asks two networks
that had no part in making them, in an environment of their own (made on first use, half a gigabyte
from PyPI): which emotion a face shows, and how far single morphs are. The last line is one JSON
object.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.judges import stimuli
from benchmarks.judges.environment import CACHE, ask, make_environment
from benchmarks.judges.scores import NAMED, Readings, correlation, estimates_of
from benchmarks.judges.views import CHOICE, REPORT, View, seen, turned
from verhm.face.rendering import Renderer
from verhm.face.rig import DEFAULT, FaceModel, load_face
from verhm.labels import EMOTIONS

DRAWN, SEEN = 448, 360  # px; as drawn, and as the judges see it
JURY: Final = Path(__file__).with_name("jury.py")
LEAST_RIGHT, LEAST_CORRELATION = 6, 0.8
STRENGTHS: Final = (1 / 3, 2 / 3, 1.0)


def main() -> None:
    """Draw, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.judges")
    parser.add_argument("--env", type=Path, default=CACHE, help="folder of the environment")
    parser.add_argument(
        "--avatar", nargs="+", default=[DEFAULT], metavar="NAME", help=f"whose face ({DEFAULT})"
    )
    parser.add_argument(
        "--choice", action="store_true", help="the views that expressions are chosen by"
    )
    options = parser.parse_args()
    avatars = [load_face(name=name) for name in options.avatar]
    python = make_environment(options.env)
    views = CHOICE if options.choice else REPORT
    figures = judge_expressions(python, avatars, views)
    figures |= judge_morphs(python, avatars, views[::2])
    print(json.dumps(figures))


def judge_expressions(
    python: Path, avatars: list[FaceModel], views: tuple[View, ...]
) -> dict[str, object]:
    """Print and give what the recogniser calls each emotion."""
    whole = stimuli.measured()
    sets = {f"prototypes {share:.0%}": stimuli.prototypes(share)[None] for share in STRENGTHS}
    sets |= {"as shown": stimuli.silent(whole)[None], "speaking": stimuli.speaking(whole)}
    found = ask_about(np.concatenate(list(sets.values())), "expression", python, avatars, views)
    classes = tuple(found["classes"])
    answers = np.array([row or [0.0] * len(classes) for row in found["answers"]])
    answers = answers.reshape(len(avatars) * len(views), -1, len(EMOTIONS), len(classes))
    figures: dict[str, object] = {"avatars": len(avatars), "views": len(views)}
    first = 0
    for name, faces in sets.items():
        seen_as = answers[:, first : first + len(faces)]
        readings = Readings(classes, seen_as.reshape(-1, len(EMOTIONS), len(classes)))
        first += len(faces)
        _print_readings(name, readings)
        figures[f"right of 7: {name}"] = readings.right
        figures[f"risen right of 6: {name}"] = readings.right_risen
        figures[f"right pictures: {name}"] = round(readings.right_pictures, 3)
    return figures


def judge_morphs(
    python: Path, avatars: list[FaceModel], views: tuple[View, ...]
) -> dict[str, object]:
    """Print and give how the tracker's estimates follow the weights put in."""
    asked = {(name, "alone"): stimuli.sweep(name) for name in stimuli.SWEPT}
    asked |= {(name, "in mixtures"): stimuli.mixtures(name) for name in stimuli.SWEPT}
    every = np.concatenate([faces for faces, _ in asked.values()])
    found = ask_about(every, "morphs", python, avatars, views)["answers"]
    answers = np.array(found, object).reshape(len(avatars) * len(views), -1)
    figures: dict[str, object] = {}
    first = 0
    for (name, kind), (faces, weights) in asked.items():
        estimates = estimates_of(name, list(answers[:, first : first + len(faces)].ravel()))
        first += len(faces)
        r = correlation(np.tile(weights, len(answers)), estimates)
        missing = int(np.isnan(estimates).sum())
        verdict = "met" if r >= LEAST_CORRELATION else "missed"
        print(f"{name:12} {kind:12} r = {r:.2f} ({verdict}), no face in {missing} pictures")
        figures[f"r: {name} {kind}"] = round(r, 3)
    return figures


def ask_about(
    faces: np.ndarray, matter: str, python: Path, avatars: list[FaceModel], views: tuple[View, ...]
) -> dict[str, Any]:
    """What the jury says of (…, M) faces, avatar by avatar, view by view."""
    with tempfile.TemporaryDirectory() as folder:
        pictures, answers = Path(folder, "pictures.npy"), Path(folder, "answers.json")
        draw(faces.reshape(-1, faces.shape[-1]).astype(np.float32), avatars, views, pictures)
        ask(python, JURY, matter, pictures, answers)
        return json.loads(answers.read_text(encoding="utf-8"))


def draw(
    faces: np.ndarray, avatars: list[FaceModel], views: tuple[View, ...], output: Path
) -> None:
    """Write (looks · N, SEEN, SEEN, 3) pictures of (N, M) faces."""
    looks = [(face, view) for face in avatars for view in views]
    shape = (len(looks), len(faces), SEEN, SEEN, 3)
    pictures = np.lib.format.open_memmap(output, "w+", np.uint8, shape)
    for look, (face, view) in enumerate(looks):
        with Renderer(turned(face, view), DRAWN) as renderer:
            for number, weights in enumerate(faces):
                pictures[look, number] = seen(renderer.draw(weights), view, SEEN)
    pictures.flush()


def _print_readings(name: str, readings: Readings) -> None:
    verdict = "met" if readings.right >= LEAST_RIGHT else "missed"
    print(
        f"{name}: {readings.right} of {len(NAMED)} right ({verdict}), single pictures "
        f"{readings.right_pictures:.0%}; above neutral {readings.right_risen} of {len(NAMED) - 1}"
    )
    print(f"{'':10} {' '.join(f'{word:>8}' for word in readings.classes)}  likeliest, risen most")
    for emotion, row in zip(EMOTIONS, readings.mean, strict=True):
        shares = " ".join(f"{share:8.2f}" for share in row)
        risen = readings.risen.get(emotion, "")
        print(f"{emotion:10} {shares}  {readings.named[emotion]}, {risen}")
    print()


if __name__ == "__main__":
    main()

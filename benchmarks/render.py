"""How fast the face is drawn.

`python -m benchmarks.render [--seconds 10 --size 512]` draws a talking face into a video, and the
same face the usual way: pyrender's lit renderer, multisampled four times, with the mesh rebuilt
for each frame. The last line is one JSON object.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyrender
from PIL import Image

from verhm.face.camera import Camera
from verhm.face.motion import compose
from verhm.face.rendering import Renderer
from verhm.face.rig import FaceModel, load_face
from verhm.face.surface import Normals
from verhm.face.video import render_video
from verhm.labels import EMOTIONS, MORPHS
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import EmotionTimeline, MorphSequence, SpeechActivity, Waveform, WindowStatus
from verhm.windows import window_bounds

REBUILT_FRAMES = 12


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.render")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the video")
    parser.add_argument("--size", type=int, default=512, help="of the pictures, px")
    options = parser.parse_args()
    morphs = talking_face(options.seconds)
    frames = draw_frames(morphs, options.size)
    rebuilt = draw_rebuilt(morphs, options.size)
    wall, cpu = make_video(morphs, options.size)
    figures = {
        "size": options.size,
        "frames": len(morphs.weights),
        "cpu_ms_per_frame": round(frames * 1e3, 1),
        "rebuilt_cpu_ms_per_frame": round(rebuilt * 1e3, 1),
        "times_faster_than_rebuilt": round(rebuilt / frames, 2),
        "wall_seconds_per_second": round(wall / options.seconds, 3),
        "video_cpu_seconds_per_second": round(cpu / options.seconds, 3),
        "peak_mib": round(_peak_mib()),
    }
    for name, value in figures.items():
        print(f"{name:32} {value}")
    print(json.dumps(figures))


def talking_face(seconds: float, seed: int = 0) -> MorphSequence:
    """A face that speaks nonsense without a pause, moves through expressions and blinks."""
    settings, rng = AnalysisSettings(), np.random.default_rng(seed)
    times = np.arange(round(seconds * settings.frame_rate)) / settings.frame_rate
    mouth = np.zeros((len(times), len(MORPHS)))
    for name, pace in (("jawOpen", 3.9), ("mouthPucker", 2.3), ("mouthFunnel", 1.7)):
        mouth[:, MORPHS.index(name)] = 0.4 * np.sin(np.pi * pace * times) ** 2
    starts, ends = window_bounds(seconds, settings.window, settings.hop)
    probabilities = rng.dirichlet(np.ones(len(EMOTIONS)), len(starts))
    timeline = EmotionTimeline(starts, ends, probabilities, (WindowStatus.OK,) * len(starts))
    expression = rng.uniform(0, 0.4, (len(starts), len(MORPHS)))
    activity = SpeechActivity(np.array([[0.0, seconds]]))
    return compose(mouth, expression, timeline, activity, settings)


def draw_frames(morphs: MorphSequence, size: int) -> float:
    """CPU seconds per frame of our renderer alone."""
    with Renderer(load_face(), size, VideoSettings().caption) as renderer:
        renderer.draw(morphs.weights[0])
        start = time.process_time()
        for weights in morphs.weights:
            renderer.draw(weights)
        return (time.process_time() - start) / len(morphs.weights)


def draw_rebuilt(morphs: MorphSequence, size: int) -> float:
    """CPU seconds per frame of pyrender as it is usually used."""
    face = load_face()
    offscreen = pyrender.OffscreenRenderer(size, size)
    try:
        normals = Normals(face, np.arange(len(face.triangles)))
        texture = pyrender.Texture(source=Image.fromarray(face.texture), source_channels="RGB")
        material = pyrender.MetallicRoughnessMaterial(
            baseColorTexture=texture, roughnessFactor=0.6, metallicFactor=0.0
        )
        _draw_lit(face, morphs.weights[0], normals, material, offscreen)
        start = time.process_time()
        for weights in morphs.weights[:REBUILT_FRAMES]:
            _draw_lit(face, weights, normals, material, offscreen)
        return (time.process_time() - start) / len(morphs.weights[:REBUILT_FRAMES])
    finally:
        offscreen.delete()


def _draw_lit(
    face: FaceModel,
    weights: np.ndarray,
    normals: Normals,
    material: pyrender.MetallicRoughnessMaterial,
    offscreen: pyrender.OffscreenRenderer,
) -> np.ndarray:
    """The head without its hair, which would make the comparison too easy."""
    posed = face.vertices(weights)
    at_vertices = np.zeros_like(posed)
    at_vertices[normals.vertices] = normals.at(posed)
    mesh = pyrender.Mesh(
        [
            pyrender.Primitive(
                positions=posed[face.corner_vertex],
                normals=at_vertices[face.corner_vertex],
                texcoord_0=face.uv,
                indices=face.triangles,
                material=material,
            )
        ]
    )
    camera = Camera(offscreen.viewport_width)
    scene = pyrender.Scene(ambient_light=(0.3, 0.3, 0.3))
    scene.add(mesh)
    scene.add(
        pyrender.PerspectiveCamera(yfov=2 * np.arctan(camera.size / 2 / camera.focal_length)),
        pose=camera.pose,
    )
    for strength in (2.5, 1.1, 1.6):
        scene.add(pyrender.DirectionalLight(intensity=strength), pose=camera.pose)
    picture, _ = offscreen.render(scene)
    return picture


def make_video(morphs: MorphSequence, size: int) -> tuple[float, float]:
    """Wall seconds and CPU seconds, workers and encoder included, for a video with sound."""
    samples = np.zeros(round(morphs.duration * 16_000), np.float32)
    before, start = _cpu_seconds(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "face.mp4"
        render_video(morphs, Waveform(samples, 16_000), path, VideoSettings(size=size))
    return time.perf_counter() - start, _cpu_seconds() - before


def _cpu_seconds() -> float:
    """Of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_mib() -> float:
    """Largest resident memory of one process of ours so far, workers included."""
    if sys.platform == "win32":
        return float("nan")  # the standard library has no such figure there
    import resource

    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = max(usage.ru_maxrss for usage in usages)
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()

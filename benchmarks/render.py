"""How fast the face is drawn, and with how much memory.

`python -m benchmarks.render [--seconds 10 --size 512]` draws a talking face into a video, and the
same face the usual way: pyrender's lit renderer, multisampled four times, with the mesh rebuilt
for each frame. Single frames are timed as the app draws them: in a process with one thread. With
`--blender FOLDER` Blender's Cycles draws it too, from an environment that is made in that folder
for the purpose (Python 3.11, some 400 MB from PyPI). With `--long` a video of half an hour is made
beside one of half a minute, and the memory of both is compared. The last line is one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyrender
import soundfile
from PIL import Image

from benchmarks.memory import peak_mib
from verhm.face.camera import Camera
from verhm.face.drawing import worker_environment
from verhm.face.hair import ribbons
from verhm.face.motion import compose
from verhm.face.rendering import Renderer
from verhm.face.rig import FaceModel, load_face
from verhm.face.surface import Normals
from verhm.face.video import render_video
from verhm.labels import EMOTIONS, MORPHS
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import Acoustics, EmotionTimeline, MorphSequence, SpeechActivity, WindowStatus
from verhm.windows import window_bounds

REBUILT_FRAMES = 12
CYCLES_FRAMES, CYCLES_SAMPLES = 2, 16
BPY = "bpy==5.0.1"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.render")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the video")
    parser.add_argument("--size", type=int, default=512, help="of the pictures, px")
    parser.add_argument("--blender", type=Path, metavar="FOLDER", help="measure Cycles too")
    parser.add_argument("--long", action="store_true", help="compare 30 min with 30 s")
    parser.add_argument("--only-frames", action="store_true", help="time single frames alone")
    parser.add_argument("--only-video", action="store_true", help="make the video, print nothing")
    options = parser.parse_args()
    if options.only_video:
        make_video(talking_face(options.seconds), options.size)
        return
    if options.only_frames:
        morphs = talking_face(options.seconds)
        print(draw_frames(morphs, options.size), draw_rebuilt(morphs, options.size))
        return
    figures = measure(options.seconds, options.size)
    if options.blender:
        cycles = draw_cycles(talking_face(2.0), options.size, options.blender)
        figures["cycles_cpu_ms_per_frame"] = round(cycles * 1e3, 1)
        figures["times_faster_than_cycles"] = round(cycles * 1e3 / figures["cpu_ms_per_frame"])
    if options.long:
        for name, seconds in (("half_minute", 30.0), ("half_hour", 1_800.0)):
            figures |= video_mib(seconds, options.size, f"_of_{name}")
    for name, value in figures.items():
        print(f"{name:32} {value}")
    print(json.dumps(figures))


def measure(seconds: float, size: int) -> dict[str, float]:
    """The figures that take a minute."""
    morphs = talking_face(seconds)
    frames, rebuilt = time_frames(seconds, size)
    wall, cpu = make_video(morphs, size)
    return {
        "size": size,
        "frames": len(morphs.weights),
        "cpu_ms_per_frame": round(frames * 1e3, 1),
        "rebuilt_cpu_ms_per_frame": round(rebuilt * 1e3, 1),
        "times_faster_than_rebuilt": round(rebuilt / frames, 2),
        "wall_seconds_per_second": round(wall / seconds, 3),
        "video_cpu_seconds_per_second": round(cpu / seconds, 3),
        **video_mib(seconds, size),
    }


def time_frames(seconds: float, size: int) -> tuple[float, float]:
    """CPU seconds per frame of our renderer and of the usual one, in a process like a worker."""
    of_it = ["--only-frames", "--seconds", str(seconds), "--size", str(size)]
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.render", *of_it],
        env=worker_environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    frames, rebuilt = map(float, finished.stdout.split())
    return frames, rebuilt


def video_mib(seconds: float, size: int, suffix: str = "") -> dict[str, float]:
    """Memory that a video takes, made by a process that does nothing else."""
    of_it = ["--only-video", "--seconds", str(seconds), "--size", str(size)]
    largest, together = peak_mib([sys.executable, "-m", "benchmarks.render", *of_it])
    return {f"peak_mib{suffix}": round(largest), f"peak_mib_together{suffix}": round(together)}


def talking_face(seconds: float, seed: int = 0) -> MorphSequence:
    """A face that speaks nonsense without a pause, moves through expressions, blinks and nods."""
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
    moments = np.arange(0.05, seconds, 0.1)
    voice = Acoustics(
        moments, 120 * 2 ** rng.uniform(0, 0.4, len(moments)), rng.uniform(-35, -15, len(moments))
    )
    return compose(mouth, expression, timeline, activity, settings, voice)


def draw_frames(morphs: MorphSequence, size: int) -> float:
    """CPU seconds per frame of our renderer alone."""
    with Renderer(load_face(), size, VideoSettings().caption) as renderer:
        renderer.draw(morphs.weights[0])
        start = time.process_time()
        for weights, head in zip(morphs.weights, morphs.head, strict=True):
            renderer.draw(weights, head)
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
    with tempfile.TemporaryDirectory() as folder:
        sound, path = Path(folder) / "sound.wav", Path(folder) / "face.mp4"
        # Recordings are files too: only what is drawn may take memory.
        with soundfile.SoundFile(sound, "w", 16_000, 1) as file:
            for _ in range(int(np.ceil(morphs.duration))):
                file.write(np.zeros(16_000))
        before, start = _cpu_seconds(), time.perf_counter()
        render_video(morphs, sound, path, VideoSettings(size=size))
        return time.perf_counter() - start, _cpu_seconds() - before


def draw_cycles(morphs: MorphSequence, size: int, folder: Path) -> float:
    """CPU seconds per frame of Blender's Cycles with 16 samples a pixel; the first warms up.

    It draws the head with its hair, as our pictures show it.
    """
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)  # noqa: S603
    subprocess.run([python, "-m", "pip", "install", "--quiet", BPY], check=True)  # noqa: S603
    face = load_face()
    camera = Camera(size)
    hair = ribbons(face, camera)
    poses = [face.vertices(weights) for weights in morphs.weights[:: len(morphs.weights) // 3]]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "face.npz"
        np.savez(
            path,
            poses=np.stack(poses)[: CYCLES_FRAMES + 1],
            triangles=face.vertex_triangles,
            uv=face.uv[face.triangles].reshape(-1, 2),
            texture=face.texture,
            hair=hair.positions,
            hair_triangles=hair.triangles,
            hair_colour=face.hair,
            angle=2 * np.arctan(camera.size / 2 / camera.focal_length),
            place=camera.pose[:3, 3],
        )
        script = Path(__file__).with_name("blender_cycles.py")
        command: list[str | Path] = [python, script, path, str(size), str(CYCLES_SAMPLES)]
        finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    [*_, said] = finished.stdout.strip().splitlines()
    return float(np.mean(json.loads(said)[1:]))


def _cpu_seconds() -> float:
    """Of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()

"""A script that sets up the exported face in Blender, for those who use it."""

import math
from pathlib import Path
from string import Template
from typing import Final

import numpy as np

from verhm.face.camera import Camera
from verhm.face.exchange.meshes import METRE
from verhm.face.shading import FILL, GROUND, KEY, RIM, SKY, Light
from verhm.types import MorphSequence

_SENSOR: Final = 36.0  # mm, width of Blender's
_VIDEO: Final = Camera(512)

# Names of 3.6 to 5: `strips` was `sequences` before 4.4, and worlds always have nodes from 5.0.
_SCRIPT: Final = Template('''\
"""Shows $glb in Blender 3.6 or newer, lit and framed as in the video.

    blender --python $script                             to look at it
    blender --background --python $script --render-anim  to draw face-frames/*.png

It begins with an empty file: save your work first. The face is synthetic; it shows no real person.
"""

from pathlib import Path

import bpy
from mathutils import Vector

FOLDER = Path(__file__).resolve().parent
GLB = FOLDER / $glb_name
FRAMES_PER_SECOND = $frame_rate
LAST_FRAME = $last_frame
LIGHTS = {  # direction towards the light, colour, strength in W/m²
$lights
}
SKY = $sky
CAMERA = $camera  # metres, straight in front
LENS = $lens  # mm


def main():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    set_time(scene)  # first: the import turns seconds into frames
    bpy.ops.import_scene.gltf(filepath=str(GLB))
    tidy(scene)
    add_sound(scene)
    add_camera(scene)
    for name, (towards, colour, strength) in LIGHTS.items():
        add_light(scene, name, towards, colour, strength)
    add_sky(scene)
    set_picture(scene)


def set_time(scene):
    scene.render.fps = FRAMES_PER_SECOND
    scene.render.fps_base = 1.0
    scene.frame_start = 0
    scene.frame_end = LAST_FRAME
    scene.sync_mode = "AUDIO_SYNC"


def tidy(scene):
    """Hide the joints between which the neck bends, and drop stand-ins for what they bend."""
    for thing in list(scene.objects):
        if thing.type == "ARMATURE":
            thing.hide_set(True)
        if thing.type == "EMPTY" and not thing.children:
            bpy.data.objects.remove(thing)
    for thing in scene.objects:
        if thing.type == "MESH":
            thing.name = thing.data.name  # a stand-in had it


def add_sound(scene):
    """Play the recording if it lies beside this script, or else the video's sound."""
    found = [*sorted(FOLDER.glob("*.wav")), *sorted(FOLDER.glob("*.mp3"))]
    found += sorted(FOLDER.glob("face.mp4"))
    if found:
        scene.sequence_editor_create()
        editor = scene.sequence_editor
        strips = editor.strips if hasattr(editor, "strips") else editor.sequences
        strips.new_sound(name="voice", filepath=str(found[0]), channel=1, frame_start=0)


def add_camera(scene):
    camera = bpy.data.cameras.new("camera")
    camera.lens = LENS
    scene.camera = add(scene, "camera", camera)
    scene.camera.location = CAMERA
    scene.camera.rotation_euler = ($level, 0.0, 0.0)


def add_light(scene, name, towards, colour, strength):
    light = bpy.data.lights.new(name, type="SUN")
    light.color = colour
    light.energy = strength
    light.angle = 0.6  # radians across: soft shadows
    lamp = add(scene, name, light)
    lamp.location = Vector(towards)
    # Lamps shine along their negative z.
    lamp.rotation_euler = Vector(towards).to_track_quat("Z", "Y").to_euler()


def add_sky(scene):
    world = bpy.data.worlds.new("sky")
    if world.node_tree is None:
        world.use_nodes = True
    for node in world.node_tree.nodes:
        if node.type == "BACKGROUND":
            node.inputs[0].default_value = (*SKY, 1.0)
    scene.world = world


def set_picture(scene):
    scene.render.resolution_x = scene.render.resolution_y = $size
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(FOLDER / "face-frames" / "frame-")
    scene.view_settings.view_transform = "Standard"


def add(scene, name, data):
    thing = bpy.data.objects.new(name, data)
    scene.collection.objects.link(thing)
    return thing


main()
''')


def write_blender_script(
    glb_name: str, path: Path, morphs: MorphSequence, camera: Camera = _VIDEO
) -> None:
    """Write a Python script for Blender that imports a GLB lying beside it and sets up the scene.

    It sets frame rate, length, camera, lights and picture, and adds the sound that it finds in its
    folder when it runs. Nothing of the project needs Blender.

    Args:
        glb_name: of the file in the script's folder
        path: of the script
        morphs: what the GLB was made from
        camera: whose picture it repeats
    """
    # Blender counts whole frames a second. With another rate the keys fall between frames; they
    # stay at their times.
    frame_rate = max(1, round(morphs.frame_rate))
    lamps = (("key", KEY), ("fill", FILL), ("rim", RIM))
    script = _SCRIPT.substitute(
        glb=glb_name,
        script=path.name,
        glb_name=repr(glb_name),
        frame_rate=frame_rate,
        last_frame=max(0, math.ceil(morphs.duration * frame_rate) - 1),
        lights="\n".join(f"    {name!r}: {_lamp(light)}," for name, light in lamps),
        sky=_rounded((SKY + GROUND) / 2),
        camera=_rounded(z_up(np.array([0, camera.height, camera.distance])) * METRE),
        lens=round(camera.focal_length / camera.size * _SENSOR, 2),
        level=round(math.pi / 2, 6),
        size=camera.size,
    )
    path.write_text(script, encoding="utf-8")


def z_up(direction: np.ndarray) -> np.ndarray:
    """(3,) in Blender's axes, as its import turns glTF's: z up, y to the back."""
    x, y, z = direction
    return np.array([x, -z, y])


def _lamp(light: Light) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    strongest = float(light.colour.max())
    # A matt surface returns 1/π of what falls on it.
    colour = _rounded(light.colour / strongest)
    return _rounded(z_up(light.towards)), colour, round(math.pi * strongest, 3)


def _rounded(values: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)

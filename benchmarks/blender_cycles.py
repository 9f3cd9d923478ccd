"""Draws the face with Blender's Cycles; run by `benchmarks.render` with a Python that has bpy.

`python blender_cycles.py FACE.npz SIZE SAMPLES` draws each pose in the file on the CPU and prints
one JSON object with the CPU seconds of each.
"""

import json
import math
import sys
import time

import bpy
import numpy as np


def main() -> None:
    """Draw and print."""
    path, size, samples = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with np.load(path) as kept:
        face = dict(kept)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = add_head(face)
    add_hair(face)
    add_camera(face)
    add_lights(face)
    set_up(size, samples)
    seconds = []
    for pose in face["poses"]:
        start = time.process_time()
        mesh.vertices.foreach_set("co", pose.ravel())
        mesh.update()
        bpy.ops.render.render()
        seconds.append(time.process_time() - start)
    print(json.dumps(seconds))


def add_head(face: dict[str, np.ndarray]) -> "bpy.types.Mesh":
    """The textured head, with light that goes below its skin."""
    mesh = bpy.data.meshes.new("head")
    mesh.from_pydata(face["poses"][0].tolist(), [], face["triangles"].tolist())
    layer = mesh.uv_layers.new()
    layer.data.foreach_set("uv", face["uv"].astype(np.float32).ravel())
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), bool))
    height, width = face["texture"].shape[:2]
    image = bpy.data.images.new("skin", width, height)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = face["texture"][::-1] / 255
    image.pixels.foreach_set(pixels.ravel())
    material = bpy.data.materials.new("skin")
    material.use_nodes = True
    nodes = material.node_tree.nodes
    texture = nodes.new("ShaderNodeTexImage")
    texture.image = image
    surface = nodes["Principled BSDF"]
    surface.inputs["Roughness"].default_value = 0.6
    # Light that is scattered below the skin, as our shading has it.
    surface.inputs["Subsurface Weight"].default_value = 0.3
    surface.inputs["Subsurface Scale"].default_value = 0.05
    material.node_tree.links.new(texture.outputs["Color"], surface.inputs["Base Color"])
    mesh.materials.append(material)
    head = bpy.data.objects.new("head", mesh)
    bpy.context.scene.collection.objects.link(head)
    return mesh


def add_hair(face: dict[str, np.ndarray]) -> None:
    """The same ribbons as in our picture, in one colour."""
    mesh = bpy.data.meshes.new("hair")
    mesh.from_pydata(face["hair"].tolist(), [], face["hair_triangles"].tolist())
    material = bpy.data.materials.new("hair")
    material.use_nodes = True
    surface = material.node_tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*face["hair_colour"].tolist(), 1.0)
    mesh.materials.append(material)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("hair", mesh))


def add_camera(face: dict[str, np.ndarray]) -> None:
    """Where the other renderers' is: y is up and z towards it."""
    lens = bpy.data.cameras.new("camera")
    lens.angle = float(face["angle"])
    camera = bpy.data.objects.new("camera", lens)
    camera.location = face["place"].tolist()
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera


def add_lights(face: dict[str, np.ndarray]) -> None:
    """Three distant lights and a little of everywhere."""
    for number, strength in enumerate((2.5, 1.1, 1.6)):
        sun = bpy.data.lights.new(f"sun {number}", "SUN")
        sun.energy = strength
        light = bpy.data.objects.new(f"sun {number}", sun)
        light.rotation_euler = (math.radians(-25), math.radians((-35, 45, 140)[number]), 0.0)
        bpy.context.scene.collection.objects.link(light)
    world = bpy.data.worlds.new("world")
    world.color = (0.3, 0.3, 0.3)
    bpy.context.scene.world = world


def set_up(size: int, samples: int) -> None:
    """Cycles on the CPU, else as Blender sets it up: so few samples need its denoiser."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.render.resolution_x = scene.render.resolution_y = size


if __name__ == "__main__":
    main()

"""Draws the face with pyrender: a still layer once, the moving face anew in each picture."""

import os
import sys
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from verhm.errors import RenderError
from verhm.face.camera import Box, Camera, bounding_box
from verhm.face.hair import ribbons
from verhm.face.picture import background, caption_layer, over, shrink
from verhm.face.rig import FaceModel
from verhm.face.shading import fold, lid_shadow, mouth_light, shade
from verhm.face.surface import Normals, split_layers

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    # OpenGL reads this when it is imported.
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")

import pyrender
from OpenGL import GL
from pyrender.renderer import Renderer as ForwardRenderer

STILL_ZOOM: Final = 4  # how many times finer the still layers are drawn than shown
MOVING_ZOOM: Final = 2
LARGE: Final = 640  # px; larger pictures' still layers are drawn like moving ones, for the memory
_NOT_STARTED: Final = (
    RuntimeError,
    AssertionError,
    ImportError,
    ValueError,
    AttributeError,
    OSError,
    GL.GLError,
)


class Renderer:
    """Draws one face at one size; a context manager, for the thread that made it.

    Args:
        face: the face
        size: of the square pictures, px
        caption: written at the bottom of each picture; none when empty
        heading: written before it, to tell two faces apart; none when empty

    Attributes:
        box: the part of the picture that changes

    Raises:
        RenderError: E41, OpenGL cannot be started
    """

    def __init__(self, face: FaceModel, size: int, caption: str = "", heading: str = "") -> None:
        self._face, self._camera = face, Camera(size)
        layers = split_layers(face)
        self._normals = Normals(face, layers.drawn)
        self.box = self._moving_box()
        self._texture = pyrender.Texture(
            source=face.texture,
            source_channels="RGB",
            sampler=pyrender.Sampler(magFilter=GL.GL_LINEAR, minFilter=GL.GL_LINEAR),
        )
        self._canvas = _Canvas(size)
        self._draw_still(layers.still, caption_layer(size, caption, heading))
        self._patch = self._make_patch(layers.drawn)
        self._last: np.ndarray | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._canvas.close()

    def draw(self, weights: np.ndarray) -> np.ndarray:
        """(size, size, 3) uint8 picture for (M,) morph weights in [0, 1]."""
        if self._last is None or not np.array_equal(weights, self._last):
            posed = self._face.vertices(weights)
            self._canvas.make_current()
            self._patch.update(posed, self._shade(posed, weights))
            layer = self._canvas.picture(self._patch.scene, self.box, MOVING_ZOOM)
            through = self._through * (1 - layer[..., 3:] * np.float32(1 / 255))
            # Front + (1 - front) * (patch + (1 - patch) * back)
            shown = self._front + self._through * layer[..., :3] + through * self._back
            self._picture[self.box.window] = shown
            self._last = np.array(weights, copy=True)
        return self._picture.copy()

    def _moving_box(self) -> Box:
        """The pixels that some morph can touch."""
        face, pixels = self._face, []
        moves = face.is_moving
        for weights in np.eye(face.offsets.shape[1], dtype=np.float32):
            pixels.append(self._camera.project(face.vertices(weights)[moves]))
        size = self._camera.size
        return bounding_box(np.concatenate(pixels), size, margin=round(0.02 * size))

    def _shade(self, posed: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """(V, 3) colour factors; only those of the drawn vertices are set."""
        face, drawn = self._face, self._normals.vertices
        colours = np.zeros((len(face.neutral), 3), np.float32)
        colours[drawn] = shade(self._normals.at(posed), face.light[drawn], face.gloss[drawn])
        colours = fold(colours, face.folded(weights.astype(np.float32)))
        return self._finish(colours, posed)

    def _finish(self, colours: np.ndarray, posed: np.ndarray) -> np.ndarray:
        """Put in what lids and lips shade: eyeballs, teeth, gums and tongue."""
        upper, lower = self._face.lips
        forward = (posed[[upper, lower]] - self._face.neutral[[upper, lower]])[:, 2].mean()
        inside = mouth_light(float(posed[upper, 1] - posed[lower, 1]), float(forward))
        for name in ("teeth", "gums", "tongue"):
            colours[self._face.parts[name].vertices] *= np.float32(inside)
        for eye in self._face.eyes:
            shadow = lid_shadow(posed[eye.vertices], eye, posed[eye.lid])
            colours[eye.vertices] *= shadow[:, None]
        return colours

    def _make_patch(self, triangles: np.ndarray) -> "_Patch":
        return _Patch(self._face, triangles, self._texture, self._camera, self.box)

    def _draw_still(self, still: np.ndarray, caption: np.ndarray) -> None:
        """Draw what never changes and keep it in the form that `draw` needs."""
        back, front = self._layers(still)
        front = over(caption, front)
        self._picture = over(front, back).clip(0, 255).astype(np.uint8)
        window = self.box.window
        self._front = front[window][..., :3] + np.float32(0.5)
        self._through = 1 - front[window][..., 3:] * np.float32(1 / 255)
        self._back = np.ascontiguousarray(back[window])

    def _layers(self, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Some of the neutral face's triangles on the wall, and what is always in front of them."""
        face, size = self._face, self._camera.size
        whole, every = Box(0, 0, size, size), np.arange(len(face.triangles))
        colours = shade(Normals(face, every).at(face.neutral), face.light, face.gloss)
        solid = _solid(face, triangles, self._finish(colours, face.neutral), self._texture)
        back = over(self._canvas.once([solid], self._camera, whole), background(size))
        # Hair and shirt stay in front of the moving face. Everything else hides what is behind
        # it but leaves no colour.
        hole = _solid(face, every, None, None)
        cloth = _solid(face, every[face.parts["shirt"].triangles], colours, self._texture)
        strands = ribbons(face, self._camera)
        hair = pyrender.Primitive(
            positions=strands.positions,
            color_0=_opaque(strands.colours),
            indices=strands.triangles.astype(np.uint32),
            material=_material(None),
        )
        return back, self._canvas.once([cloth, hole, hair], self._camera, whole)


class _Canvas:
    """pyrender's offscreen renderer, with pictures of any size from one OpenGL context."""

    def __init__(self, size: int) -> None:
        try:
            self._offscreen = pyrender.OffscreenRenderer(size, size)
        except _NOT_STARTED as error:
            raise RenderError(
                "E41",
                "The face cannot be drawn: OpenGL did not start.",
                "Install Mesa's EGL library (Debian: libegl1 libgl1-mesa-dri) and try again.",
            ) from error
        self._offscreen._renderer = _LeanRenderer(size, size)

    def close(self) -> None:
        """Free what OpenGL holds, but leave the display open: other canvases may be on it."""
        self.make_current()
        self._offscreen._renderer.delete()
        platform = self._offscreen._platform
        if getattr(platform, "_egl_context", None) is None:
            platform.delete_context()
            return
        from OpenGL import EGL

        EGL.eglDestroyContext(platform._egl_display, platform._egl_context)
        platform._egl_context = platform._egl_display = None

    def make_current(self) -> None:
        """Let this canvas's context take what OpenGL is told next."""
        self._offscreen._platform.make_current()

    def picture(self, scene: pyrender.Scene, box: Box, zoom: int) -> np.ndarray:
        """(box.height, box.width, 4) premultiplied float32 in [0, 255]."""
        renderer = self._offscreen._renderer
        renderer.viewport_width, renderer.viewport_height = box.width * zoom, box.height * zoom
        flags = pyrender.RenderFlags.FLAT | pyrender.RenderFlags.RGBA
        # Not pyrender's own call: with OSMesa that makes a new context for each size.
        self.make_current()
        pixels, _ = renderer.render(scene, flags | pyrender.RenderFlags.OFFSCREEN)
        return shrink(pixels, zoom // 2)

    def once(self, primitives: list[Any], camera: Camera, box: Box) -> np.ndarray:
        """Draw primitives that are not needed again."""
        zoom = STILL_ZOOM if camera.size <= LARGE else MOVING_ZOOM
        return self.picture(_scene(primitives, camera, box, zoom), box, zoom)


class _LeanRenderer(ForwardRenderer):
    """pyrender's renderer without multisampling and without reading the depth back.

    Pictures come back at half the viewport's size.
    """

    _main_fb: int | None
    _main_fb_dims: tuple[int | None, int | None]

    def _configure_main_framebuffer(self) -> None:
        size = (self.viewport_width, self.viewport_height)
        if self._main_fb is not None and self._main_fb_dims != size:
            self._delete_main_framebuffer()
        if self._main_fb is not None:
            return
        self._main_cb, self._main_db, self._half_cb = GL.glGenRenderbuffers(3)
        self._main_fb, self._half_fb = GL.glGenFramebuffers(2)
        self._main_fb_ms = self._main_fb
        half = (size[0] // 2, size[1] // 2)
        colour, depth = GL.GL_COLOR_ATTACHMENT0, GL.GL_DEPTH_ATTACHMENT
        _attach(self._half_fb, self._half_cb, GL.GL_RGBA8, colour, half)
        _attach(self._main_fb, self._main_cb, GL.GL_RGBA8, colour, size)
        _attach(self._main_fb, self._main_db, GL.GL_DEPTH_COMPONENT24, depth, size)
        self._main_fb_dims = size

    def _delete_main_framebuffer(self) -> None:
        if self._main_fb is not None:
            GL.glDeleteFramebuffers(2, [self._main_fb, self._half_fb])
            GL.glDeleteRenderbuffers(3, [self._main_cb, self._main_db, self._half_cb])
        self._main_fb = self._main_fb_ms = None
        self._main_fb_dims = (None, None)

    def _read_main_framebuffer(self, scene: Any, flags: int) -> tuple[np.ndarray, None]:
        width, height = self.viewport_width, self.viewport_height
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._main_fb)
        GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, self._half_fb)
        # Halved with linear filtering, each pixel is the mean of exactly four.
        whole, half = (0, 0, width, height), (0, 0, width // 2, height // 2)
        GL.glBlitFramebuffer(*whole, *half, GL.GL_COLOR_BUFFER_BIT, GL.GL_LINEAR)
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._half_fb)
        width, height = half[2:]
        data = GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE)
        return np.frombuffer(data, np.uint8).reshape(height, width, 4)[::-1], None


def _attach(
    framebuffer: int, buffer: int, kind: int, attachment: int, size: tuple[int, int]
) -> None:
    GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, framebuffer)
    GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, buffer)
    GL.glRenderbufferStorage(GL.GL_RENDERBUFFER, kind, *size)
    GL.glFramebufferRenderbuffer(GL.GL_FRAMEBUFFER, attachment, GL.GL_RENDERBUFFER, buffer)


class _Patch:
    """The moving triangles, kept in one vertex buffer that is overwritten for each picture."""

    def __init__(
        self,
        face: FaceModel,
        triangles: np.ndarray,
        texture: pyrender.Texture,
        camera: Camera,
        box: Box,
    ) -> None:
        corners, indices = np.unique(face.triangles[triangles], return_inverse=True)
        self._vertices = face.corner_vertex[corners]
        # Interleaved as pyrender lays it out: position, texture corner, colour and alpha.
        self._buffer = np.ones((len(corners), 9), np.float32)
        self._buffer[:, 0:3] = face.neutral[self._vertices]
        self._buffer[:, 3:5] = face.uv[corners]
        self._primitive = pyrender.Primitive(
            positions=self._buffer[:, 0:3],
            texcoord_0=self._buffer[:, 3:5],
            color_0=self._buffer[:, 5:9],
            indices=indices.reshape(-1, 3).astype(np.uint32),
            material=_material(texture, both_sides=False),
        )
        self.scene = _scene([self._primitive], camera, box, MOVING_ZOOM)

    def update(self, posed: np.ndarray, colours: np.ndarray) -> None:
        """Move and colour the vertices."""
        self._buffer[:, 0:3] = posed.take(self._vertices, axis=0)
        self._buffer[:, 5:8] = colours.take(self._vertices, axis=0)
        if not self._primitive._buffers:  # not drawn yet: pyrender fills the buffer itself
            self._primitive.positions = self._buffer[:, 0:3]
            self._primitive.color_0 = self._buffer[:, 5:9]
            return
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._primitive._buffers[0])
        GL.glBufferSubData(GL.GL_ARRAY_BUFFER, 0, self._buffer.nbytes, self._buffer)


def _solid(
    face: FaceModel,
    triangles: np.ndarray,
    colours: np.ndarray | None,
    texture: pyrender.Texture | None,
) -> pyrender.Primitive:
    """Some of the neutral face's triangles; without colours they only hide what is behind."""
    corners, indices = np.unique(face.triangles[triangles], return_inverse=True)
    vertices = face.corner_vertex[corners]
    colour = np.zeros((len(corners), 4), np.float32)
    if colours is not None:
        colour = _opaque(colours[vertices])
    return pyrender.Primitive(
        positions=face.neutral[vertices],
        texcoord_0=face.uv[corners],
        color_0=colour,
        indices=indices.reshape(-1, 3).astype(np.uint32),
        material=_material(texture),
    )


def _opaque(colours: np.ndarray) -> np.ndarray:
    return np.column_stack([colours, np.ones(len(colours))]).astype(np.float32)


def _material(
    texture: pyrender.Texture | None, both_sides: bool = True
) -> pyrender.MetallicRoughnessMaterial:
    return pyrender.MetallicRoughnessMaterial(
        baseColorFactor=(1.0, 1.0, 1.0, 1.0),
        baseColorTexture=texture,
        alphaMode="OPAQUE",
        doubleSided=both_sides,
    )


def _scene(primitives: list[Any], camera: Camera, box: Box, zoom: int) -> pyrender.Scene:
    """A scene that shows a box of the picture, `zoom` times as fine."""
    scene = pyrender.Scene(bg_color=(0.0, 0.0, 0.0, 0.0))
    scene.add(pyrender.Mesh(primitives))
    lens = pyrender.IntrinsicsCamera(
        fx=camera.focal_length * zoom,
        fy=camera.focal_length * zoom,
        cx=(camera.size / 2 - box.left) * zoom,
        cy=(camera.size / 2 - box.top) * zoom,
        znear=5.0,
        zfar=30.0,
    )
    scene.add(lens, pose=camera.pose)
    return scene

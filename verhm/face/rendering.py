"""Draws the face with pyrender: still layers once, the moving face anew in each picture.

When the head turns, the moving face turns in space, and the still layers as a relief with it. Its
light turns along: in a few degrees nobody sees that, but a seam between the layers.
"""

import contextlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from verhm.errors import RenderError
from verhm.face.camera import Box, Camera
from verhm.face.compositing import FINER, Compositor
from verhm.face.hair import ribbons
from verhm.face.head import LARGEST, STRAIGHT, Neck, turned
from verhm.face.lighting import Lighting
from verhm.face.opengl import GL, attach, attach_texture
from verhm.face.picture import background, caption_layer, over
from verhm.face.relief import Relief, moving_box
from verhm.face.rig import FaceModel
from verhm.face.surface import split_layers

# isort: split
# After ours, which says where OpenGL runs.
import pyrender
from pyrender.renderer import Renderer as ForwardRenderer

STILL_ZOOM: Final = 4  # how many times finer the still layers are drawn than shown
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
        self._lighting = Lighting(face, layers.drawn)
        self._caption = caption_layer(size, caption, heading)
        self._first_word = size - int(self._caption[..., 3].any(axis=1).sum())  # row
        self._texture = pyrender.Texture(
            source=face.texture,
            source_channels="RGB",
            sampler=pyrender.Sampler(magFilter=GL.GL_LINEAR, minFilter=GL.GL_LINEAR),
        )
        self._canvas = _Canvas(size)
        back, front = self._layers(layers.still)
        relief = Relief.of(face, self._camera)
        with _starting():  # a driver may refuse the compositor's shaders only
            self._compositor = Compositor(self._camera, relief, back, front)
        self.box = self._compositor.box
        self._picture = np.empty((size, size, 3), np.uint8)
        self._show(self._compositor.still, Box(0, 0, size, size))
        self._frame = moving_box(face, self._camera)
        self._patch = _Patch(face, layers.drawn, self._texture, self._camera, self._frame)
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

    def draw(self, weights: np.ndarray, head: np.ndarray = STRAIGHT) -> np.ndarray:
        """(size, size, 3) uint8 picture for (M,) morph weights in [0, 1].

        The head is turned by (3,) radians, see `verhm.face.head`, but no further than LARGEST.
        """
        pose = np.concatenate([weights, head])
        if self._last is None or not np.array_equal(pose, self._last):
            posed, angles = self._face.vertices(weights), np.clip(head, -LARGEST, LARGEST)
            self._canvas.make_current()
            self._patch.update(posed, self._lighting.at(posed, weights), angles)
            moving = self._canvas.texture(self._patch.scene, self._frame)
            self._show(self._compositor.draw(moving, self._frame, angles), self.box)
            self._last = pose
        return self._picture.copy()

    def _show(self, shown: np.ndarray, box: Box) -> None:
        """Put a box of the picture under the caption, which never moves."""
        self._picture[box.window] = shown
        first = self._first_word
        words = slice(max(first, box.top), max(first, box.bottom)), slice(box.left, box.right)
        below = self._picture[words].astype(np.float32)
        self._picture[words] = np.rint(over(self._caption[words], below))

    def _layers(self, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Some of the neutral face's triangles on the wall, and what is always in front of them.

        Both are FINER times as large as the picture, uint8, the latter premultiplied.
        """
        face, size = self._face, self._camera.size
        whole, every = Box(0, 0, size, size), np.arange(len(face.triangles))
        colours = Lighting(face, every).at(face.neutral, np.zeros(face.offsets.shape[1]))
        solid = _solid(face, triangles, colours, self._texture)
        wall = background(size).repeat(FINER, axis=0).repeat(FINER, axis=1)
        back = over(self._canvas.once([solid], self._camera, whole).astype(np.float32), wall)
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
        front = self._canvas.once([cloth, hole, hair], self._camera, whole)
        return np.rint(back).clip(0, 255).astype(np.uint8), front


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    try:
        yield
    except _NOT_STARTED as error:
        raise RenderError(
            "E41",
            "The face cannot be drawn: OpenGL did not start.",
            "Install Mesa's EGL library (Debian: libegl1 libgl1-mesa-dri) and try again.",
        ) from error


class _Canvas:
    """pyrender's offscreen renderer, with pictures of any size from one OpenGL context."""

    def __init__(self, size: int) -> None:
        with _starting():
            self._offscreen = pyrender.OffscreenRenderer(size, size)
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

    def texture(self, scene: pyrender.Scene, box: Box) -> int:
        """Draw a scene FINER than shown; the texture that holds it until the next is drawn."""
        self._draw(scene, box, FINER, halvings=None)
        return self._offscreen._renderer._main_cb

    def once(self, primitives: list[Any], camera: Camera, box: Box) -> np.ndarray:
        """(FINER height, FINER width, 4) premultiplied uint8 of what is not needed again."""
        zoom = STILL_ZOOM if camera.size <= LARGE else FINER
        return self._draw(_scene(primitives, camera, box, zoom), box, zoom, zoom // FINER - 1)

    def _draw(self, scene: pyrender.Scene, box: Box, zoom: int, halvings: int | None) -> np.ndarray:
        renderer = self._offscreen._renderer
        renderer.viewport_width, renderer.viewport_height = box.width * zoom, box.height * zoom
        renderer.halvings = halvings
        flags = pyrender.RenderFlags.FLAT | pyrender.RenderFlags.RGBA
        # Not pyrender's own call: with OSMesa that makes a new context for each size.
        self.make_current()
        pixels, _ = renderer.render(scene, flags | pyrender.RenderFlags.OFFSCREEN)
        return pixels


class _LeanRenderer(ForwardRenderer):
    """pyrender's renderer without multisampling and without reading the depth back.

    Attributes:
        halvings: 0 or 1, how often pictures are halved before they are read; None to leave them in
            the texture `_main_cb`
    """

    halvings: int | None = None
    _main_fb: int | None
    _main_fb_dims: tuple[int | None, int | None]

    def _configure_main_framebuffer(self) -> None:
        size = (self.viewport_width, self.viewport_height)
        if self._main_fb is not None and self._main_fb_dims != size:
            self._delete_main_framebuffer()
        if self._main_fb is not None:
            return
        self._main_cb = GL.glGenTextures(1)
        self._main_db, self._half_cb = GL.glGenRenderbuffers(2)
        self._main_fb, self._half_fb = GL.glGenFramebuffers(2)
        self._main_fb_ms = self._main_fb
        half = (size[0] // 2, size[1] // 2)
        if self.halvings:
            attach(self._half_fb, self._half_cb, GL.GL_RGBA8, GL.GL_COLOR_ATTACHMENT0, half)
        attach(self._main_fb, self._main_db, GL.GL_DEPTH_COMPONENT24, GL.GL_DEPTH_ATTACHMENT, size)
        attach_texture(self._main_fb, self._main_cb, size)
        self._main_fb_dims = size

    def _delete_main_framebuffer(self) -> None:
        if self._main_fb is not None:
            GL.glDeleteFramebuffers(2, [self._main_fb, self._half_fb])
            GL.glDeleteRenderbuffers(2, [self._main_db, self._half_cb])
            GL.glDeleteTextures([self._main_cb])
        self._main_fb = self._main_fb_ms = None
        self._main_fb_dims = (None, None)

    def _read_main_framebuffer(self, scene: Any, flags: int) -> tuple[np.ndarray | None, None]:
        if self.halvings is None:
            return None, None
        width, height = self.viewport_width, self.viewport_height
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._main_fb)
        if self.halvings:
            GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, self._half_fb)
            # Halved with linear filtering, each pixel is the mean of exactly four.
            whole, half = (0, 0, width, height), (0, 0, width // 2, height // 2)
            GL.glBlitFramebuffer(*whole, *half, GL.GL_COLOR_BUFFER_BIT, GL.GL_LINEAR)
            GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._half_fb)
            width, height = half[2:]
        data = GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE)
        return np.frombuffer(data, np.uint8).reshape(height, width, 4)[::-1], None


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
        self._share = Neck.of(face).share(face.neutral[self._vertices])
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
        self.scene = _scene([self._primitive], camera, box, FINER)

    def update(self, posed: np.ndarray, colours: np.ndarray, angles: np.ndarray) -> None:
        """Move and colour the vertices, with the head turned by (3,) radians."""
        corners = posed.take(self._vertices, axis=0)
        self._buffer[:, 0:3] = turned(corners, self._share, angles)
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

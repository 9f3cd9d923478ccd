"""Draws the face with pyrender: still layers once, the moving face anew in each picture.

When the head turns, the moving face turns in space, and the still layers as a relief with it. Its
light turns along: in a few degrees nobody sees that, but a seam between the layers.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from verhm.errors import RenderError
from verhm.face.camera import Box, Camera
from verhm.face.compositing import FINER, Compositor
from verhm.face.hair import ribbons
from verhm.face.head import LARGEST, STRAIGHT, Neck, turned
from verhm.face.lean import put_off
from verhm.face.lighting import Lighting
from verhm.face.opengl import GL, Target
from verhm.face.order import draw_order
from verhm.face.picture import as_fine_as_shown, background, caption_layer, over
from verhm.face.relief import Relief, moving_box
from verhm.face.rig import FaceModel
from verhm.face.surface import split_layers

# isort: split
# After ours, which says where OpenGL runs; without windows and readers of meshes, which nothing
# here needs, it starts twice as fast.
with put_off("trimesh", "pyrender.viewer"):
    import pyrender
    from pyrender.renderer import Renderer as ForwardRenderer
    from pyrender.shader_program import ShaderProgramCache

STILL_ZOOM: Final = 4  # how many times finer the still layers are drawn than shown
LARGE: Final = 640  # px; larger pictures' still layers are drawn like moving ones, for the memory
_SHADERS: Final = Path(__file__).with_name("shaders")
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
        self._canvas = _Canvas()
        with contextlib.ExitStack() as unless_done:
            unless_done.callback(self._canvas.close)
            with _starting():  # a driver may refuse our programs only
                self._skin = _skin(face, size)
                still = _StillLayers(face, self._camera, self._canvas, self._skin)
                back, front = still.draw(layers.still)
                relief = Relief.of(face, self._camera)
                self._compositor = Compositor(self._camera, relief, back, front)
                self._patch = _Patch(face, layers.drawn, self._camera, self._skin)
            unless_done.pop_all()
        self.box = self._compositor.box
        self._picture = np.empty((size, size, 3), np.uint8)
        self._show(self._compositor.still, Box(0, 0, size, size))
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
            moving = self._patch.draw(self._canvas)
            self._show(self._compositor.draw(moving, self._patch.frame, angles), self.box)
            self._last = pose
        return self._picture.copy()

    def _show(self, shown: np.ndarray, box: Box) -> None:
        """Put a box of the picture under the caption, which never moves."""
        self._picture[box.window] = shown
        first = self._first_word
        words = slice(max(first, box.top), max(first, box.bottom)), slice(box.left, box.right)
        below = self._picture[words].astype(np.float32)
        self._picture[words] = np.rint(over(self._caption[words], below))


class _StillLayers:
    """Draws the neutral face as it is behind and before what moves."""

    def __init__(
        self, face: FaceModel, camera: Camera, canvas: "_Canvas", skin: pyrender.Texture
    ) -> None:
        self._face, self._camera, self._canvas, self._skin = face, camera, canvas, skin
        self._zoom = STILL_ZOOM if camera.size <= LARGE else FINER

    def draw(self, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Some of the triangles on the wall, and what is always in front of them.

        Both are FINER times as large as the picture, uint8, the latter premultiplied.
        """
        face, size = self._face, self._camera.size
        every = np.arange(len(face.triangles))
        colours = Lighting(face, every).at(face.neutral, np.zeros(face.offsets.shape[1]))
        lit = np.column_stack([colours, np.ones(len(colours))])
        wall = background(size).repeat(FINER, axis=0).repeat(FINER, axis=1)
        shown = self._once([self._solid(triangles, lit, self._skin)]).astype(np.float32)
        back = np.rint(over(shown, wall)).clip(0, 255).astype(np.uint8)
        # Hair and shirt stay in front of the moving face. Everything else hides what is behind
        # it but leaves no colour.
        cloth = self._solid(every[face.parts["shirt"].triangles], lit, self._skin)
        hole = self._solid(every, np.zeros_like(lit), None)
        return back, self._once([cloth, hole, self._hair()])

    def _solid(
        self, triangles: np.ndarray, colours: np.ndarray, texture: pyrender.Texture | None
    ) -> pyrender.Primitive:
        corners, indices = _corners(self._face, triangles)
        vertices = self._face.corner_vertex[corners]
        return pyrender.Primitive(
            positions=self._face.neutral[vertices],
            texcoord_0=self._face.uv[corners] if texture else None,
            color_0=colours[vertices],
            indices=indices,
            material=_material(texture),
        )

    def _hair(self) -> pyrender.Primitive:
        strands = ribbons(self._face, self._camera)
        return pyrender.Primitive(
            positions=strands.positions,
            color_0=np.column_stack([strands.colours, np.ones(len(strands.colours))]),
            indices=strands.triangles.astype(np.uint32),
            material=_material(None),
        )

    def _once(self, primitives: list[pyrender.Primitive]) -> np.ndarray:
        """Draw what is not needed again; the memory that it took is given back."""
        size, zoom = self._camera.size, self._zoom
        target = Target((zoom * size, zoom * size))
        scene = _scene(primitives, self._camera, Box(0, 0, size, size), zoom)
        self._canvas.draw(scene, target)
        shown = target.halved() if zoom > FINER else target
        picture = shown.read(0, 0, *shown.size)
        for each in {target, shown}:
            each.free()
        return picture


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
    """pyrender's offscreen renderer, in an OpenGL context of its own."""

    def __init__(self) -> None:
        with _starting():
            self._offscreen = pyrender.OffscreenRenderer(1, 1)
        self._offscreen._renderer = _TargetRenderer()

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

    def draw(self, scene: pyrender.Scene, target: Target) -> None:
        """Draw a scene into a target of this canvas's context."""
        # Not pyrender's own call: with OSMesa that makes a new context for each size.
        self.make_current()
        self._offscreen._renderer.draw(scene, target)


class _TargetRenderer(ForwardRenderer):
    """pyrender's renderer, with shaders of ours and into targets of ours, which it does not read.

    Its own shaders invert a matrix for each corner, and its targets are multisampled.
    """

    def __init__(self) -> None:
        super().__init__(1, 1)
        self._program_cache = ShaderProgramCache(str(_SHADERS))

    def draw(self, scene: pyrender.Scene, target: Target) -> None:
        self.viewport_width, self.viewport_height = target.size
        self._main_fb_ms = target.framebuffer
        flags = pyrender.RenderFlags.FLAT | pyrender.RenderFlags.RGBA
        self.render(scene, flags | pyrender.RenderFlags.OFFSCREEN)

    def _configure_main_framebuffer(self) -> None:
        """The target is there already."""

    def _delete_main_framebuffer(self) -> None:
        """The target's owner does."""

    def _read_main_framebuffer(self, scene: Any, flags: int) -> tuple[None, None]:
        return None, None


class _Patch:
    """The moving triangles, kept in one vertex buffer that is overwritten for each picture.

    Attributes:
        frame: which part of the picture they are drawn into
    """

    def __init__(
        self, face: FaceModel, triangles: np.ndarray, camera: Camera, skin: pyrender.Texture
    ) -> None:
        # Corners that triangles share are worked out once when these follow each other.
        ordered = triangles[draw_order(face.triangles[triangles])]
        corners, indices = _corners(face, ordered)
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
            indices=indices,
            material=_material(skin, both_sides=False),
        )
        self.frame = moving_box(face, camera)
        self._scene = _scene([self._primitive], camera, self.frame, FINER)
        self._target = Target((FINER * self.frame.width, FINER * self.frame.height))

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

    def draw(self, canvas: _Canvas) -> int:
        """Draw FINER than shown; the texture that holds it until the next is drawn."""
        canvas.draw(self._scene, self._target)
        return self._target.texture


def _corners(face: FaceModel, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(C,) corners of some triangles, as they are met first, and (T, 3) indices into them."""
    used, first, indices = np.unique(
        face.triangles[triangles], return_index=True, return_inverse=True
    )
    met = np.argsort(first)
    return used[met], np.argsort(met)[indices].reshape(-1, 3).astype(np.uint32)


def _skin(face: FaceModel, size: int) -> pyrender.Texture:
    return pyrender.Texture(
        source=as_fine_as_shown(face.texture, size),
        source_channels="RGB",
        sampler=pyrender.Sampler(magFilter=GL.GL_LINEAR, minFilter=GL.GL_LINEAR),
    )


def _material(
    texture: pyrender.Texture | None, both_sides: bool = True
) -> pyrender.MetallicRoughnessMaterial:
    return pyrender.MetallicRoughnessMaterial(
        baseColorFactor=(1.0, 1.0, 1.0, 1.0),
        baseColorTexture=texture,
        alphaMode="OPAQUE",
        doubleSided=both_sides,
    )


def _scene(
    primitives: list[pyrender.Primitive], camera: Camera, box: Box, zoom: int
) -> pyrender.Scene:
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

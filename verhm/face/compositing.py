"""Puts a picture's layers together in OpenGL, while the still ones turn with the head."""

from typing import Final

import numpy as np
from scipy import ndimage

from verhm.face.camera import Box, Camera
from verhm.face.head import PIVOT, STRAIGHT, rotation
from verhm.face.opengl import GL, Arrays, Target, link, place, upload
from verhm.face.picture import over
from verhm.face.relief import CELLS, Relief, corners, triangles

FINER: Final = 2  # how many times finer than shown all layers are

_VERTEX: Final = """
uniform mat3 change;  // by the head's turn
uniform vec3 pivot;
uniform vec3 camera;  // height, distance, focal length in pictures
layout(location = 0) in vec3 point;
layout(location = 1) in float share;
layout(location = 2) in vec2 place;
out vec2 at;
void main() {
    vec3 moved = point + share * (change * (point - pivot));
    float scale = 2.0 * camera.z / (camera.y - moved.z);
    gl_Position = vec4(scale * moved.x, scale * (moved.y - camera.x), 0.0, 1.0);
    at = place;
}
"""
# A picture's pixel is the mean of four of each layer. Of what moves, linear filtering gives it.
_FRAGMENT: Final = """
uniform sampler2D merged, back, front, moving;
uniform float half_texel;
uniform vec4 frame;  // of the moving layer: left and bottom in px, one over its size in px
in vec2 at;
out vec4 colour;
vec4 mean(sampler2D layer) {
    return texture(layer, at - half_texel);
}
void main() {
#ifdef COVERED
    vec4 skin = texture(moving, (gl_FragCoord.xy - frame.xy) * frame.zw);
    vec3 shown = skin.rgb;
    if (skin.a < 1.0) shown += (1.0 - skin.a) * mean(back).rgb;
#ifdef HAIRY
    vec4 hair = mean(front);
    shown = hair.rgb + (1.0 - hair.a) * shown;
#endif
    colour = vec4(shown, 1.0);
#else
    colour = mean(merged);
#endif
}
"""
_UNITS: Final = ("merged", "back", "front", "moving")


class Compositor:
    """Draws the pictures of a face; lives in the OpenGL context in which it was made.

    Args:
        camera: whose pictures
        relief: how the still layers turn
        back: (FINER size, FINER size, 3) uint8, behind what moves
        front: (FINER size, FINER size, 4) uint8, premultiplied, before what moves

    Attributes:
        box: the part of the picture that changes
    """

    def __init__(self, camera: Camera, relief: Relief, back: np.ndarray, front: np.ndarray) -> None:
        self._camera, size = camera, camera.size
        merged = over(front.astype(np.float32), back)
        self._layers = [upload(_means(each)) for each in (merged, back, front)]
        self._target = Target((size, size), has_depth=False)
        is_hairy = _touching(front[..., 3] > 0)
        kinds = {
            "": relief.turns & ~relief.covered,
            "#define COVERED\n": relief.covered & ~is_hairy,
            "#define COVERED\n#define HAIRY\n": relief.covered & is_hairy,
        }
        self.box = _box(relief.turns | relief.covered, size)
        self._passes = [
            (_program(camera, kind), _cells(relief, cells)) for kind, cells in kinds.items()
        ]
        everything = _cells(relief, np.ones((CELLS, CELLS), dtype=bool))
        self._draw([(self._passes[0][0], everything)], 0, self.box, STRAIGHT)
        everything.free()
        #: (size, size, 3) uint8, the picture without what moves
        self.still = self._read(Box(0, 0, size, size))

    def draw(self, moving: int, frame: Box, angles: np.ndarray) -> np.ndarray:
        """(box.height, box.width, 3) uint8 picture of `box`.

        Args:
            moving: texture of the moving layer, FINER than shown, bottom row first
            frame: which part of the picture it shows
            angles: (3,) radians of the head
        """
        self._draw(self._passes, moving, frame, angles)
        return self._read(self.box)

    def _draw(
        self, passes: list[tuple[int, Arrays]], moving: int, frame: Box, angles: np.ndarray
    ) -> None:
        size = self._camera.size
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._target.framebuffer)
        GL.glViewport(0, 0, size, size)
        for each in (GL.GL_DEPTH_TEST, GL.GL_CULL_FACE, GL.GL_BLEND):
            GL.glDisable(each)
        for unit, layer in enumerate((*self._layers, moving)):
            GL.glActiveTexture(GL.GL_TEXTURE0 + unit)
            GL.glBindTexture(GL.GL_TEXTURE_2D, layer)
        change = (rotation(angles) - np.eye(3)).astype(np.float32)
        where = (frame.left, size - frame.bottom, 1 / frame.width, 1 / frame.height)
        for program, arrays in passes:
            GL.glUseProgram(program)
            GL.glUniformMatrix3fv(place(program, "change"), 1, True, change)
            GL.glUniform4f(place(program, "frame"), *where)
            arrays.draw()

    def _read(self, box: Box) -> np.ndarray:
        bottom = self._camera.size - box.bottom
        return self._target.read(box.left, bottom, box.width, box.height)[..., :3]


def _means(layer: np.ndarray) -> np.ndarray:
    """As uint8, in place of each pixel the mean of the four around its lower right corner.

    Linear filtering between these means is the mean of linear filtering at four places, half a
    pixel to each side: where nothing turns, exactly the mean of the layer's own four pixels.
    """
    padded = np.pad(layer, ((0, 1), (0, 1), (0, 0)), mode="edge").astype(np.float32)
    across = padded[:, :-1] + padded[:, 1:]
    return np.rint((across[:-1] + across[1:]) / 4).astype(np.uint8)


def _touching(pixels: np.ndarray) -> np.ndarray:
    """(CELLS, CELLS) which cells hold or touch some of the (FINER size, FINER size) pixels."""
    rows, columns = np.nonzero(pixels)
    cells = np.zeros((CELLS, CELLS), dtype=bool)
    cells[rows * CELLS // len(pixels), columns * CELLS // len(pixels)] = True
    return ndimage.binary_dilation(cells, np.ones((3, 3)))


def _box(cells: np.ndarray, size: int) -> Box:
    """The pixels of (CELLS, CELLS) cells."""
    (top, left), (bottom, right) = (
        each(np.argwhere(cells), axis=0) + more for each, more in ((np.min, 0), (np.max, 1))
    )
    low, high = (lambda at: int(at * size // CELLS)), (lambda at: int(-(-at * size // CELLS)))
    return Box(low(left), low(top), high(right), high(bottom))


def _cells(relief: Relief, cells: np.ndarray) -> Arrays:
    """Some cells' corners and triangles."""
    values = np.column_stack([relief.points, relief.share, corners()]).astype(np.float32)
    return Arrays(values, triangles(cells), (3, 1, 2))


def _program(camera: Camera, kind: str) -> int:
    program = link(kind + _VERTEX, kind + _FRAGMENT)
    GL.glUseProgram(program)
    for unit, name in enumerate(_UNITS):
        GL.glUniform1i(place(program, name), unit)
    GL.glUniform1f(place(program, "half_texel"), 0.5 / (FINER * camera.size))
    GL.glUniform3f(place(program, "pivot"), *PIVOT)
    lens = (camera.height, camera.distance, camera.focal_length / camera.size)
    GL.glUniform3f(place(program, "camera"), *lens)
    return program

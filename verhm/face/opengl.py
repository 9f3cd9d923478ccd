"""OpenGL, told before its import where it runs, and what we tell it often."""

import ctypes
import os
import sys

import numpy as np

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    # OpenGL reads this when it is imported.
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")

from OpenGL import GL

_VERSION = "#version 330 core\n"


class Target:
    """A picture in memory to draw into, with a depth or without; its rows go upwards.

    Attributes:
        framebuffer: draws into it
        texture: holds the colours
        size: width and height, px
    """

    def __init__(self, size: tuple[int, int], has_depth: bool = True) -> None:
        self.size = size
        self.framebuffer, self.texture = GL.glGenFramebuffers(1), GL.glGenTextures(1)
        self._depth = GL.glGenRenderbuffers(1) if has_depth else None
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self.framebuffer)
        _fill(self.texture, None, size, GL.GL_RGBA, GL.GL_CLAMP_TO_BORDER)
        colour = (GL.GL_COLOR_ATTACHMENT0, GL.GL_TEXTURE_2D, self.texture, 0)
        GL.glFramebufferTexture2D(GL.GL_FRAMEBUFFER, *colour)
        if has_depth:
            GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, self._depth)
            GL.glRenderbufferStorage(GL.GL_RENDERBUFFER, GL.GL_DEPTH_COMPONENT24, *size)
            depth = (GL.GL_DEPTH_ATTACHMENT, GL.GL_RENDERBUFFER, self._depth)
            GL.glFramebufferRenderbuffer(GL.GL_FRAMEBUFFER, *depth)

    def halved(self) -> "Target":
        """A target that holds the same picture, each pixel the mean of four."""
        half = Target((self.size[0] // 2, self.size[1] // 2), has_depth=False)
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self.framebuffer)
        GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, half.framebuffer)
        areas = (0, 0, *self.size, 0, 0, *half.size)
        # Halved with linear filtering, each pixel is the mean of exactly four.
        GL.glBlitFramebuffer(*areas, GL.GL_COLOR_BUFFER_BIT, GL.GL_LINEAR)
        return half

    def read(self, left: int, bottom: int, width: int, height: int) -> np.ndarray:
        """(height, width, 4) uint8 of a part of it, the upper row first."""
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self.framebuffer)
        GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 4)
        area = (left, bottom, width, height)
        data = GL.glReadPixels(*area, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE)
        return np.frombuffer(data, np.uint8).reshape(height, width, 4)[::-1]

    def free(self) -> None:
        """Give its memory back."""
        GL.glDeleteFramebuffers(1, [self.framebuffer])
        GL.glDeleteTextures([self.texture])
        if self._depth is not None:
            GL.glDeleteRenderbuffers(1, [self._depth])


def upload(pixels: np.ndarray) -> int:
    """A texture of (H, W, 3 or 4) uint8, whose first row is at 0; smooth, without repetition."""
    height, width, channels = pixels.shape
    layout = GL.GL_RGBA if channels == 4 else GL.GL_RGB
    texture = GL.glGenTextures(1)
    _fill(texture, np.ascontiguousarray(pixels), (width, height), layout, GL.GL_CLAMP_TO_EDGE)
    return texture


def _fill(
    texture: int, pixels: np.ndarray | None, size: tuple[int, int], layout: int, beyond: int
) -> None:
    kind = GL.GL_TEXTURE_2D
    GL.glBindTexture(kind, texture)
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
    GL.glTexImage2D(kind, 0, GL.GL_RGBA8, *size, 0, layout, GL.GL_UNSIGNED_BYTE, pixels)
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 4)
    for name in (GL.GL_TEXTURE_MIN_FILTER, GL.GL_TEXTURE_MAG_FILTER):
        GL.glTexParameteri(kind, name, GL.GL_LINEAR)
    for name in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T):
        GL.glTexParameteri(kind, name, beyond)


def link(vertex: str, fragment: str) -> int:
    """A program from the sources of its shaders, without their version.

    Raises:
        ValueError: the driver cannot
    """
    program = GL.glCreateProgram()
    for stage, source in ((GL.GL_VERTEX_SHADER, vertex), (GL.GL_FRAGMENT_SHADER, fragment)):
        shader = GL.glCreateShader(stage)
        GL.glShaderSource(shader, _VERSION + source)
        GL.glCompileShader(shader)
        GL.glAttachShader(program, shader)
    GL.glLinkProgram(program)
    if not GL.glGetProgramiv(program, GL.GL_LINK_STATUS):
        raise ValueError(GL.glGetProgramInfoLog(program))
    return program


def place(program: int, name: str) -> int:
    """Where a program takes something by this name."""
    return GL.glGetUniformLocation(program, name)


class Arrays:
    """Corners in OpenGL, and the triangles between them.

    Args:
        values: (C, sum of the widths) float32
        indices: (T, 3) corners
        widths: how many of the values each of a program's inputs takes, in their order
    """

    def __init__(self, values: np.ndarray, indices: np.ndarray, widths: tuple[int, ...]) -> None:
        self._count = indices.size
        self._arrays, (self._buffer, self._indices) = GL.glGenVertexArrays(1), GL.glGenBuffers(2)
        GL.glBindVertexArray(self._arrays)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._buffer)
        GL.glBufferData(GL.GL_ARRAY_BUFFER, values.nbytes, values, GL.GL_STATIC_DRAW)
        for number, width in enumerate(widths):
            start = ctypes.c_void_p(values.itemsize * sum(widths[:number]))
            GL.glEnableVertexAttribArray(number)
            GL.glVertexAttribPointer(number, width, GL.GL_FLOAT, False, values.strides[0], start)
        order = np.ascontiguousarray(indices, np.uint32)
        GL.glBindBuffer(GL.GL_ELEMENT_ARRAY_BUFFER, self._indices)
        GL.glBufferData(GL.GL_ELEMENT_ARRAY_BUFFER, order.nbytes, order, GL.GL_STATIC_DRAW)
        GL.glBindVertexArray(0)

    def draw(self) -> None:
        """Draw all of it with the program in use."""
        GL.glBindVertexArray(self._arrays)
        GL.glDrawElements(GL.GL_TRIANGLES, self._count, GL.GL_UNSIGNED_INT, None)
        GL.glBindVertexArray(0)

    def free(self) -> None:
        """Give its memory back."""
        GL.glDeleteVertexArrays(1, [self._arrays])
        GL.glDeleteBuffers(2, [self._buffer, self._indices])

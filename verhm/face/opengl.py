"""OpenGL, told before its import where it runs, and what we tell it often."""

import os
import sys

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    # OpenGL reads this when it is imported.
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")

from OpenGL import GL


def attach(
    framebuffer: int, buffer: int, kind: int, attachment: int, size: tuple[int, int]
) -> None:
    """Let a framebuffer draw into a renderbuffer, made for the purpose."""
    GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, framebuffer)
    GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, buffer)
    GL.glRenderbufferStorage(GL.GL_RENDERBUFFER, kind, *size)
    GL.glFramebufferRenderbuffer(GL.GL_FRAMEBUFFER, attachment, GL.GL_RENDERBUFFER, buffer)


def attach_texture(framebuffer: int, texture: int, size: tuple[int, int]) -> None:
    """Let a framebuffer draw its colours into a texture that has nothing beyond its border."""
    GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, framebuffer)
    kind, pixels = GL.GL_TEXTURE_2D, (GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, None)
    GL.glBindTexture(kind, texture)
    GL.glTexImage2D(kind, 0, GL.GL_RGBA8, *size, 0, *pixels)
    for name in (GL.GL_TEXTURE_MIN_FILTER, GL.GL_TEXTURE_MAG_FILTER):
        GL.glTexParameteri(kind, name, GL.GL_LINEAR)
    for name in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T):
        GL.glTexParameteri(kind, name, GL.GL_CLAMP_TO_BORDER)
    GL.glFramebufferTexture2D(GL.GL_FRAMEBUFFER, GL.GL_COLOR_ATTACHMENT0, kind, texture, 0)

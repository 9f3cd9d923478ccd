"""Draws frames in a process of its own: morph weights and the head's angles in, pixels out.

`python -m verhm.face.worker SIZE AVATAR CAPTION HEADING` reads M + 3 float32 numbers per frame from
standard input and writes size x size x 3 bytes per frame to standard output, until the input ends.
A process of its own keeps OpenGL, which may crash, away from the caller, and works the same on
every system.
"""

import os
import sys
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from verhm.errors import RenderError
from verhm.face.memory import give_back_memory
from verhm.face.rig import load_face
from verhm.labels import MORPHS

if TYPE_CHECKING:
    from verhm.face.rendering import Renderer

# Where OpenGL is tried next, when it does not start as the environment says (on most computers: EGL
# on the first graphics card): EGL's last device, which is Mesa without a card, then OSMesa.
_OTHERS: Final = (
    {"PYOPENGL_PLATFORM": "egl", "EGL_DEVICE_ID": "-1"},
    {"PYOPENGL_PLATFORM": "osmesa"},
)


def serve(poses: BinaryIO, pixels: BinaryIO, renderer: "Renderer") -> None:
    """Draw until there are no more poses."""
    bytes_each = 4 * (len(MORPHS) + 3)
    give_back_memory()
    while len(data := poses.read(bytes_each)) == bytes_each:
        weights, head = np.split(np.frombuffer(data, "<f4"), [len(MORPHS)])
        pixels.write(renderer.draw(weights, head).data)
        pixels.flush()


def main() -> None:
    """Serve on the standard streams."""
    size, avatar, caption, heading, *tried = sys.argv[1:]
    # Whatever a graphics driver prints must not end up among the pixels.
    pixels = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    try:
        # Imported here, since the import fails where OpenGL's library is missing.
        from verhm.face import rendering

        face = load_face(name=avatar)
        renderer = rendering.Renderer(face, int(size), caption, heading)
    except (RenderError, ImportError, AttributeError, OSError):
        if not sys.platform.startswith("linux") or len(tried) == len(_OTHERS):
            raise
        # What OpenGL runs on is settled when it is imported, so this process begins anew.
        os.dup2(pixels.fileno(), 1)
        again = [sys.executable, "-m", "verhm.face.worker", *sys.argv[1:], "again"]
        os.execve(sys.executable, again, {**os.environ, **_OTHERS[len(tried)]})  # noqa: S606
    with renderer:
        serve(sys.stdin.buffer, pixels, renderer)


if __name__ == "__main__":
    main()

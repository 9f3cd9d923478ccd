"""Draws frames in a process of its own: morph weights in, pixels out.

`python -m verhm.face.worker SIZE CAPTION AVATAR` reads M float32 numbers per frame from standard
input and writes size x size x 3 bytes per frame to standard output, until the input ends. A process
of its own keeps OpenGL, which may crash, away from the caller, and works the same on every system.
"""

import os
import sys
from typing import BinaryIO

import numpy as np

from verhm.face.rendering import Renderer
from verhm.face.rig import load_face
from verhm.labels import MORPHS


def serve(weights: BinaryIO, pixels: BinaryIO, size: int, caption: str, avatar: str) -> None:
    """Draw until there are no more weights."""
    bytes_each = 4 * len(MORPHS)
    with Renderer(load_face(name=avatar), size, caption) as renderer:
        while len(data := weights.read(bytes_each)) == bytes_each:
            pixels.write(renderer.draw(np.frombuffer(data, "<f4")).data)
            pixels.flush()


def main() -> None:
    """Serve on the standard streams."""
    # Whatever a graphics driver prints must not end up among the pixels.
    pixels = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    serve(sys.stdin.buffer, pixels, int(sys.argv[1]), *sys.argv[2:4])


if __name__ == "__main__":
    main()

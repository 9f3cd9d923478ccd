"""The colours of a posed face's vertices: light, folds, and what lids and lips shade."""

import numpy as np

from verhm.face.rig import FaceModel
from verhm.face.shading import Surface, fold, lid_shadow, mouth_light
from verhm.face.surface import Normals


class Lighting:
    """Lights the vertices of some triangles.

    Args:
        face: the face
        triangles: (A,) the triangles whose vertices are lit
    """

    def __init__(self, face: FaceModel, triangles: np.ndarray) -> None:
        self._face, self._normals = face, Normals(face, triangles)
        drawn = self._normals.vertices
        self._surface = Surface.of(face.light[drawn], face.gloss[drawn])

    def at(self, posed: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """(V, 3) colour factors for (V, 3) positions; only those of lit vertices are set."""
        face, drawn = self._face, self._normals.vertices
        colours = np.zeros((len(face.neutral), 3), np.float32)
        colours[drawn] = self._surface.shade(self._normals.at(posed))
        colours = fold(colours, face.folded(weights.astype(np.float32)))
        return self._shadowed(colours, posed)

    def _shadowed(self, colours: np.ndarray, posed: np.ndarray) -> np.ndarray:
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

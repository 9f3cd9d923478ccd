"""Teeth and gums: single rounded crowns along the base mesh's dental arches."""

import numpy as np

from training.face.atlas import place
from training.face.landmarks import ramp
from training.face.part import Part, join, triangulate
from training.face.source import BaseMesh

# Crown widths from the middle outwards and crown heights, dm (Wheeler's Dental Anatomy, rounded).
# The upper ones at the sides are higher: a full smile lifts the corners of the rig's mouth far.
UPPER = (
    (0.085, 0.100),
    (0.066, 0.092),
    (0.076, 0.110),
    (0.070, 0.108),
    (0.068, 0.106),
    (0.1, 0.1),
)
LOWER = (
    (0.054, 0.086),
    (0.058, 0.088),
    (0.068, 0.100),
    (0.070, 0.084),
    (0.070, 0.078),
    (0.1, 0.07),
)
COLUMNS, ROWS = 7, 8
BELOW_UPPER = 0.65  # share of the light that lip and teeth above leave for the lower ones

# The base mesh's upper teeth end above the line between the lips. Real ones reach just below it,
# and the lower ones bite a little behind and below their edge.
DROP, OVERBITE, OVERJET = 0.038, 0.030, 0.030  # dm
# Behind the canines the base mesh's band is the mouth's lining. The teeth there stand farther in,
# and lower gums are less deep, for the cheeks of a wide open mouth lie close on them.
CANINES, MOLARS = 0.13, 0.29  # dm along the arch
ASIDE = 0.04  # dm
GUM = 0.12  # dm
CORNER = 0.14, 0.25  # dm aside, where lips and cheeks take the light


def teeth(mesh: BaseMesh, positions: np.ndarray, morphs: np.ndarray) -> list[Part]:
    """Upper and lower teeth and gums; the lower ones follow the jaw."""
    edge = positions[np.unique(mesh.quads["helper-upper-teeth"]), 1].min() - DROP
    made = []
    for group, sizes, up, height, inset in (
        ("helper-upper-teeth", UPPER, 1.0, edge, 0.012),
        ("helper-lower-teeth", LOWER, -1.0, edge + OVERBITE, 0.012 + OVERJET),
    ):
        used = np.unique(mesh.quads[group])
        arch = Arch(positions[used], up, height, inset)
        parts = [*arch.crowns(sizes), arch.gum(sizes)]
        made += [_follow(part, positions[used], morphs[:, used]) for part in parts]
    crowns = join("teeth", [part for part in made if part.name == "teeth"])
    gums = join("gums", [part for part in made if part.name == "gums"])
    return [crowns, gums]


class Arch:
    """One dental arch.

    Args:
        points: (V, 3) of the base mesh's band of teeth
        up: 1 where the roots are above, -1 where they are below
        edge: height of the biting edge, dm
        inset: how far behind the band's front the crowns stand, dm
    """

    def __init__(self, points: np.ndarray, up: float, edge: float, inset: float) -> None:
        self.up, self.edge = up, edge
        rim = points[points[:, 1] * up < (points[:, 1] * up).min() + 0.06]
        rim = rim[np.argsort(rim[:, 0])]
        bins = np.linspace(0, np.abs(rim[:, 0]).max() * 0.97, 9)
        depth = [rim[np.argsort(np.abs(np.abs(rim[:, 0]) - x))[:4], 2].max() for x in bins]
        # A parabola in |x| is the usual fit of an arch; its length is tabulated.
        fit = np.polyfit(bins**2, depth, 2)
        x = np.linspace(0, bins[-1] * 1.05, 400)
        z = np.polyval(fit, x**2) - inset
        self._length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(z)))])
        self._x, self._z = x, z

    def at(self, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points (…, 2) x and z and outward normals at signed arc lengths from the middle."""
        size = np.abs(length)
        x, z = np.interp(size, self._length, self._x), np.interp(size, self._length, self._z)
        slope = np.interp(size, self._length, np.gradient(self._z, self._x))
        normal = np.stack([-slope, np.ones_like(slope)], axis=-1)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        aside = ASIDE * ramp(size, CANINES, MOLARS)
        x, z = x - aside * normal[..., 0], z - aside * normal[..., 1]
        sign = np.stack([np.sign(length) + (length == 0), np.ones_like(length)], axis=-1)
        return np.stack([x, z], axis=-1) * sign, normal * sign

    def crowns(self, sizes: tuple[tuple[float, float], ...]) -> list[Part]:
        """One part per tooth, both sides."""
        made, start = [], 0.0
        for width, height in sizes:
            for side in (-1.0, 1.0):
                made.append(self._crown(side * (start + width / 2), width, height))
            start += width
        return made

    def _crown(self, middle: float, width: float, height: float) -> Part:
        across, along = np.meshgrid(np.linspace(-1, 1, COLUMNS), np.linspace(0, 1, ROWS))
        # Crowns narrow towards the gum, their corners and sides are rounded.
        half = width / 2 * (0.87 + 0.145 * np.cos((along - 0.15) * 1.6))
        corner = 0.06 * np.abs(across) ** 4 * (1 - along) ** 6
        rise = np.minimum(along + corner * (1 - along), 1.0)
        bulge = 0.007 * (1 - np.abs(across) ** 2.4) + 0.010 * np.sin(np.pi * along * 0.8)
        bulge -= 0.006 * (np.abs(across) > 0.99) + 0.010 * (1 - along) ** 3
        place_, normal = self.at(middle + across * half)
        spot = place_ + normal * bulge[..., None]
        y = self.edge + self.up * rise * height * 1.45
        points = np.stack([spot[..., 0], y, spot[..., 1]], axis=-1)
        uv = np.stack([(across + 1) / 2 * 0.9 + 0.05, along * 0.9 + 0.05], axis=-1)
        return _grid("teeth", points, uv, "tooth", self.up < 0, self._shade(points), 0.6)

    def gum(self, sizes: tuple[tuple[float, float], ...]) -> Part:
        """A band behind the crowns whose edge rises between teeth."""
        reach = sum(width for width, _ in sizes)
        across, along = np.meshgrid(np.linspace(-reach, reach, 97), np.linspace(0, 1, 7))
        borders = np.cumsum([width for width, _ in sizes])
        gap = np.abs(np.abs(across)[..., None] - np.array([0.0, *borders])).min(axis=-1)
        heights = np.interp(np.abs(across), borders - 0.03, [height for _, height in sizes])
        papilla = 0.022 * np.exp(-((gap / 0.011) ** 2))
        lower = heights * 1.20 - papilla
        spot, normal = self.at(across)
        bulge = 0.012 * np.sin(np.pi * np.minimum(along * 1.6, 1)) - 0.012 * (along == 0)
        spot = spot + normal * (bulge + 0.006)[..., None]
        depth = GUM if self.up > 0 else GUM * (1 - ramp(np.abs(across), CANINES, MOLARS))
        y = self.edge + self.up * (lower + along * depth)
        points = np.stack([spot[..., 0], y, spot[..., 1]], axis=-1)
        uv = np.stack([np.abs(across) / reach, along], axis=-1)
        return _grid("gums", points, uv, "gum", self.up < 0, self._shade(points), 0.5)

    def _shade(self, points: np.ndarray) -> np.ndarray:
        """Light falls off towards the back of the mouth, its corners, and the lower teeth."""
        depth = self._z.max() - points[..., 2]
        aside = ramp(np.abs(points[..., 0]), *CORNER)
        shaded = 1.0 if self.up > 0 else BELOW_UPPER
        return np.clip(shaded * (1.0 - 3.6 * depth) * (1 - 0.55 * aside), 0.05, 1)


def _grid(
    name: str,
    points: np.ndarray,
    uv: np.ndarray,
    region: str,
    flipped: bool,
    light: np.ndarray,
    gloss: float,
) -> Part:
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=-1)
    quads = quads.reshape(-1, 4)[:, ::-1] if flipped else quads.reshape(-1, 4)
    count = rows * columns
    return Part(
        name,
        points.reshape(-1, 3),
        np.arange(count),
        place(region, uv.reshape(-1, 2).clip(0, 1)),
        triangulate(quads),
        None,
        light.ravel(),
        np.full(count, gloss),
    )


def _follow(part: Part, band: np.ndarray, offsets: np.ndarray) -> Part:
    """Give a part the affine motion that fits the band's, morph by morph."""
    rows = np.column_stack([band, np.ones(len(band))])
    here = np.column_stack([part.positions, np.ones(len(part.positions))])
    morphs = np.zeros((len(offsets), *part.positions.shape))
    for index, offset in enumerate(offsets):
        if (np.abs(offset).max(axis=1) > 1e-4).mean() > 0.9:
            morphs[index] = here @ np.linalg.lstsq(rows, offset, rcond=None)[0]
    return Part(
        part.name, part.positions, part.vertex, part.uv, part.triangles, morphs, part.light,
        part.gloss,
    )  # fmt: skip

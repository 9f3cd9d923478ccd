"""Eyeballs: spheres with a painted iris, fitted to the base mesh's coarse ones."""

import numpy as np

from training.face.atlas import place
from training.face.part import Part
from training.face.source import BaseMesh

IRIS = np.deg2rad(28.5)  # half angle of an adult iris: 5.9 mm on a 12.3 mm eyeball
SHOWN = np.deg2rad(110)  # how far from the pupil the ball is made
RINGS, SEGMENTS = 22, 36


def fit_sphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Centre (3,) and radius of the sphere nearest to (V, 3) points (linear least squares)."""
    rows = np.column_stack([2 * points, np.ones(len(points))])
    *centre, rest = np.linalg.lstsq(rows, (points**2).sum(axis=1), rcond=None)[0]
    return np.array(centre), float(np.sqrt(rest + np.dot(centre, centre)))


def eyeballs(mesh: BaseMesh, positions: np.ndarray) -> list[Part]:
    """The person's left and right eye, looking straight ahead."""
    return [
        _eyeball(name, positions[np.unique(mesh.quads[group])])
        for name, group in (("left eye", "helper-l-eye"), ("right eye", "helper-r-eye"))
    ]


def _eyeball(name: str, coarse: np.ndarray) -> Part:
    centre, radius = fit_sphere(coarse)
    # Rings are closer where the iris ends and where the cornea bulges.
    polar = SHOWN * np.linspace(0, 1, RINGS) ** 1.2
    around = np.linspace(0, 2 * np.pi, SEGMENTS, endpoint=False)
    theta, phi = (grid.ravel() for grid in np.meshgrid(polar, around, indexing="ij"))
    direction = np.column_stack(
        [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
    )
    # A cornea stands out more, but lids of skin without thickness have to slide over it.
    bulge = 0.035 * np.clip(1 - (theta / (IRIS * 1.1)) ** 2, 0, 1)
    spread = 0.5 * spread_of(theta)
    uv = np.column_stack([0.5 + spread * np.cos(phi), 0.5 + spread * np.sin(phi)])
    vertices = centre + radius * (1 + bulge)[:, None] * direction
    return Part(
        name,
        vertices,
        np.arange(len(vertices)),
        place("iris", uv),
        _rings(),
        None,
        np.ones(len(vertices)),
        np.full(len(vertices), 0.5),
    )


def spread_of(theta: np.ndarray | float) -> np.ndarray | float:
    """Texture radius in [0, 1] at an angle from the pupil; the iris gets most of the room."""
    return (theta / SHOWN) ** 0.6


def _rings() -> np.ndarray:
    ring, segment = (grid.ravel() for grid in np.mgrid[0 : RINGS - 1, 0:SEGMENTS])
    after = (segment + 1) % SEGMENTS
    a, b = ring * SEGMENTS + segment, ring * SEGMENTS + after
    c, d = a + SEGMENTS, b + SEGMENTS
    return np.concatenate([np.column_stack([a, c, d]), np.column_stack([a, d, b])])

"""How much of the surrounding light reaches each point: rays against the coarse mesh."""

import numba
import numpy as np

REACH = 0.6  # dm; what is farther away shades little
LARGEST = 0.15  # dm from a triangle's middle to its corners, at most


def ambient_light(
    points: np.ndarray, normals: np.ndarray, triangles: np.ndarray, rays: int = 96
) -> np.ndarray:
    """Share of the light from above and in front that reaches each point.

    Args:
        points: (V, 3)
        normals: (V, 3) unit
        triangles: (T, 3, 3) corners of everything that may be in the way
        rays: per point, cosine weighted over the hemisphere

    Returns:
        (V,) in [0, 1], 1 = nothing in the way
    """
    index = np.arange(rays) + 0.5
    # A Fibonacci spiral on the disc, lifted to the hemisphere, is cosine weighted.
    radius, angle = np.sqrt(index / rays), index * np.pi * (1 + 5**0.5)
    local = np.column_stack(
        [radius * np.cos(angle), radius * np.sin(angle), np.sqrt(1 - radius**2)]
    )
    weight = np.ones(rays)
    return _cast(points, normals, np.ascontiguousarray(triangles), local, weight)


@numba.njit(cache=False, fastmath=True)
def _cast(points, normals, triangles, local, weight):
    light = np.zeros(len(points))
    for v in range(len(points)):
        normal = normals[v]
        helper = np.array([0.0, 1.0, 0.0]) if abs(normal[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
        side = np.cross(helper, normal)
        side /= np.sqrt((side**2).sum())
        up = np.cross(normal, side)
        origin = points[v] + 0.006 * normal
        total = 0.0
        near = _before(origin, normal, triangles)
        for r in range(len(local)):
            ray = local[r, 0] * side + local[r, 1] * up + local[r, 2] * normal
            # Light comes mostly from above and in front.
            share = weight[r] * (0.55 + 0.25 * ray[1] + 0.35 * max(ray[2], 0.0))
            total += share
            hit = _nearest(origin, ray, near)
            light[v] += share * (hit / REACH) ** 0.7
        light[v] /= total
    return light


@numba.njit(cache=False, fastmath=True)
def _before(origin, normal, triangles):
    """The triangles near enough to shade a point, and not wholly behind its surface."""
    reach = REACH + LARGEST
    middle = (triangles[:, 0] + triangles[:, 1] + triangles[:, 2]) / 3 - origin
    height = middle[:, 0] * normal[0] + middle[:, 1] * normal[1] + middle[:, 2] * normal[2]
    return triangles[((middle**2).sum(axis=1) < reach**2) & (height > -LARGEST)]


@numba.njit(cache=False, fastmath=True)
def _nearest(origin, ray, triangles):
    """Distance to the first triangle hit (Möller & Trumbore 1997), at most the reach."""
    nearest = REACH
    for t in range(len(triangles)):
        ax, ay, az = triangles[t, 0]
        e1x, e1y, e1z = triangles[t, 1, 0] - ax, triangles[t, 1, 1] - ay, triangles[t, 1, 2] - az
        e2x, e2y, e2z = triangles[t, 2, 0] - ax, triangles[t, 2, 1] - ay, triangles[t, 2, 2] - az
        px = ray[1] * e2z - ray[2] * e2y
        py = ray[2] * e2x - ray[0] * e2z
        pz = ray[0] * e2y - ray[1] * e2x
        determinant = e1x * px + e1y * py + e1z * pz
        if abs(determinant) < 1e-12:
            continue
        sx, sy, sz = origin[0] - ax, origin[1] - ay, origin[2] - az
        u = (sx * px + sy * py + sz * pz) / determinant
        if u < 0 or u > 1:
            continue
        qx = sy * e1z - sz * e1y
        qy = sz * e1x - sx * e1z
        qz = sx * e1y - sy * e1x
        v = (ray[0] * qx + ray[1] * qy + ray[2] * qz) / determinant
        if v < 0 or u + v > 1:
            continue
        distance = (e2x * qx + e2y * qy + e2z * qz) / determinant
        if 1e-5 < distance < nearest:
            nearest = distance
    return nearest

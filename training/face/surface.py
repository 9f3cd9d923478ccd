"""Normals, areas and cuts of triangle surfaces."""

import numpy as np


def vertex_normals(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals, each the mean of its triangles' weighted by their areas."""
    a, b, c = (positions[triangles[:, corner]] for corner in range(3))
    face = np.cross(b - a, c - a)
    normals = np.zeros_like(positions)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], face)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def clip(
    positions: np.ndarray, triangles: np.ndarray, height: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Keep the side of a surface where a function of its vertices is negative, cut exactly.

    Args:
        positions: (V, 3)
        triangles: (T, 3)
        height: (V,) values of the function

    Returns:
        positions with the cut's points added, the triangles kept, and (E, 2) the cut's edges
    """
    points, kept, border = list(positions), [], []
    made: dict[tuple[int, int], int] = {}

    def crossing(a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        if key not in made:
            share = height[a] / (height[a] - height[b])
            made[key] = len(points)
            points.append(positions[a] + share * (positions[b] - positions[a]))
        return made[key]

    for triangle in triangles:
        below = [corner for corner in range(3) if height[triangle[corner]] < 0]
        if len(below) == 3:
            kept.append(tuple(triangle))
        elif len(below) == 1:
            a, b, c = np.roll(triangle, -below[0])
            kept.append((a, crossing(a, b), crossing(a, c)))
            border.append((crossing(a, b), crossing(a, c)))
        elif len(below) == 2:
            above = ({0, 1, 2} - set(below)).pop()
            a, b, c = np.roll(triangle, -above)
            kept += [(crossing(a, b), b, c), (crossing(a, b), c, crossing(a, c))]
            border.append((crossing(a, b), crossing(a, c)))
    return np.array(points), np.array(kept), np.array(border)


def longest_loop(edges: np.ndarray) -> np.ndarray:
    """(N,) vertices of the longest closed walk along (E, 2) edges."""
    neighbours: dict[int, list[int]] = {}
    for a, b in edges:
        neighbours.setdefault(int(a), []).append(int(b))
        neighbours.setdefault(int(b), []).append(int(a))
    loops, unseen = [], set(neighbours)
    while unseen:
        walk = [unseen.pop()]
        while True:
            onward = [n for n in neighbours[walk[-1]] if n in unseen]
            if not onward:
                break
            unseen.remove(onward[0])
            walk.append(onward[0])
        loops.append(walk)
    return np.array(max(loops, key=len))

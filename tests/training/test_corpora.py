from pathlib import Path

import numpy as np
import pytest

from training.corpora import emodb, ravdess
from training.corpora.facegood import MAPPING, to_arkit
from verhm.labels import MORPHS


def test_a_name_of_ravdess_is_read():
    clip = ravdess.parse_name(Path("03-01-05-02-01-02-07.flac"))
    assert (clip.speaker, clip.emotion, clip.intensity) == ("ravdess-07", "angry", "strong")
    assert (clip.statement, clip.repetition, clip.sex) == ("ravdess-1", 2, "male")


def test_a_name_of_emodb_is_read():
    clip = emodb.parse_name(Path("16b10Td.flac"))
    assert (clip.speaker, clip.emotion, clip.statement) == ("emodb-16", "sad", "emodb-b10")


@pytest.mark.parametrize("name", ["03-02-05-02-01-02-07.flac", "song.flac", "03-01-05.flac"])
def test_other_names_are_not_of_ravdess(name):
    with pytest.raises(ValueError, match="not a name"):
        ravdess.parse_name(Path(name))


def test_the_rig_maps_onto_morphs_in_their_range():
    channels = list(MAPPING)
    weights = to_arkit(np.ones((2, len(channels))), channels)
    assert weights.max() == 1.0 and weights.min() == 0.0
    assert weights[0, MORPHS.index("jawOpen")] == 1.0
    np.testing.assert_array_equal(to_arkit(np.zeros((1, len(channels))), channels), 0.0)

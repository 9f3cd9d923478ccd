import gzip
from dataclasses import replace

import numpy as np
import pytest

from tests.training.examples import make_clips
from training.targets import action_unit_offsets, mouth_targets
from verhm.labels import MORPHS
from verhm.model.expression import ACTION_UNITS
from verhm.model.synthesizer import MOUTH_MORPHS


@pytest.fixture
def table(tmp_path):
    """Two actors whose faces differ at rest; a happy one is 1.5 above that in AU12."""
    rows = []
    for actor, rest in ((1, 0.2), (2, 2.0)):
        for emotion, above in ((1, 0.0), (3, 1.5)):
            values = {unit: rest for unit in (*ACTION_UNITS, "AU45")}
            values["AU12"] = rest + above
            rows.append((f"01-01-{emotion:02d}-01-01-01-{actor:02d}", values))
    path = tmp_path / "units.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(";".join([*(f"{unit}_r" for unit in rows[0][1]), "AU12_c", "name"]) + "\n")
        for name, values in rows:
            file.write(";".join([*map(str, values.values()), "1.0", name]) + "\n")
    return path


def test_faces_are_compared_with_their_own_rest(table):
    template = make_clips(speakers=1, takes=1)[0]
    clips = tuple(
        replace(
            template,
            name=f"03-01-{code:02d}-01-01-01-{actor:02d}",
            speaker=f"ravdess-{actor:02d}",
            emotion=emotion,
        )
        for actor in (1, 2)
        for code, emotion in ((1, "neutral"), (3, "happy"))
    )
    expected = np.zeros((4, len(ACTION_UNITS)))
    expected[[1, 3], ACTION_UNITS.index("AU12")] = 1.5
    np.testing.assert_allclose(action_unit_offsets(table, clips), expected, atol=1e-12)


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.25])
def test_curves_follow_the_speed_of_the_copy(speed):
    weights = np.zeros((90, len(MORPHS)), dtype=np.float32)
    weights[:, MORPHS.index("jawOpen")] = np.arange(90) / 90
    targets = mouth_targets(weights, speed, frames=50)
    # A third of a unit per second of the recording, passed through faster in a faster copy.
    expected = np.arange(50) / 50 * speed / 3
    np.testing.assert_allclose(targets[:, MOUTH_MORPHS.index("jawOpen")], expected, atol=1e-5)

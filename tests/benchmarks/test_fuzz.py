import urllib.error
import urllib.request

import numpy as np
import pytest

from benchmarks.fuzz import Found, _listening, fuzz, is_harm, make_broken, make_good


def test_no_broken_file_does_harm():
    found, left_over, calls = fuzz(12, seed=1)
    assert len(found) == 12
    assert [one for one in found if is_harm(one)] == []
    assert (left_over, calls) == (0, 0)
    assert {"decoded", "E14"} <= {one.answer for one in found}


def test_the_same_seed_breaks_the_same_file(tmp_path):
    good = make_good(tmp_path)
    kind, path = make_broken(good, tmp_path, "http://127.0.0.1:9/a", np.random.default_rng([3, 4]))
    first = path.read_bytes()
    again = make_broken(good, tmp_path, "http://127.0.0.1:9/a", np.random.default_rng([3, 4]))
    assert again == (kind, path) and path.read_bytes() == first


def test_a_connection_would_be_noticed():
    with _listening() as (address, calls):
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            urllib.request.urlopen(address, timeout=5)
        assert len(calls) == 1


@pytest.mark.parametrize(
    ("found", "harm"),
    [
        (Found("noise", "E14", 0.1, 200.0), False),
        (Found("noise", "crashed", 0.1, 200.0), True),
        (Found("noise", "hung", 40.0, 200.0), True),
        (Found("noise", "decoded", 21.0, 200.0), True),
        (Found("noise", "E14", 1.0, 2100.0), True),
    ],
)
def test_harm_is_a_crash_a_hang_or_too_much_memory(found, harm):
    assert is_harm(found) == harm

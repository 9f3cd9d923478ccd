"""What goes through the queue: equal on the other side, sealed on its way, and of few kinds."""

from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import msgpack
import numpy as np
import pytest

from storage.keys import new_key
from storage.sealing import sealed
from tests.factories import make_analysis
from ui.workers.address import read_queue
from ui.workers.calls import AnalysisCall, Report
from ui.workers.messages import opened_message, sealed_message
from verhm.errors import AudioError, Cancelled, RequestError, VaultError
from verhm.settings import AnalysisSettings
from verhm.stages import Stage

KEY = bytes(range(32))  # names of tests hold it


def passed(message):
    return opened_message(KEY, sealed_message(KEY, message))


@pytest.mark.parametrize(
    "message",
    [
        {"status": "SUCCESS", "result": None, "children": [1, 2.5, "ä"]},
        [[AnalysisCall("an id", AnalysisSettings(window=4.0), make_analysis(1.0).model)], {}],
        Report(Stage.FACE, 0.5, "a worker"),
        np.float64(0.25),
        OrderedDict(a=(1, (2, [3])), b=b"bytes"),
        {Stage.FACE: 1.5},
    ],
)
def test_a_message_comes_over_equal(message):
    assert passed(message) == message


def test_an_analysis_comes_over_to_the_last_bit():
    analysis = replace(make_analysis(10.0), baseline_windows=0.1 + 0.2)
    over = passed(analysis)
    assert over.baseline_windows == analysis.baseline_windows
    assert over.summary == analysis.summary
    for name in ("timeline.probabilities", "morphs.weights", "acoustics.pitch", "activity.spans"):
        part, figure = name.split(".")
        was, came = (getattr(getattr(each, part), figure) for each in (analysis, over))
        assert was.dtype == came.dtype
        np.testing.assert_array_equal(was, came)
    assert (over.voice.mean == analysis.voice.mean).all()


def test_errors_keep_what_a_person_is_told():
    error = passed(AudioError("E11", "The file is empty.", "Record again."))
    assert (type(error), str(error)) == (AudioError, "E11 The file is empty. Record again.")
    assert isinstance(passed(Cancelled()), Cancelled)


def test_what_is_no_data_cannot_be_said():
    for message in (object(), print, np.array([object()]), {"deep": [Path()]}, {1, 2}):
        with pytest.raises(TypeError, match="cannot hold"):
            passed(message)


def extended(kind: int, *parts) -> msgpack.ExtType:
    return msgpack.ExtType(kind, msgpack.packb(parts))


@pytest.mark.parametrize(
    "forged",
    [
        extended(2, "O", [1], b"A" * 8),
        extended(2, "V8", [1], b"A" * 8),
        extended(2, "<f8", [2], b"A" * 8),
        extended(3, "Enum", 1),
        extended(4, "Popen", ["true"]),
        extended(4, "Path", "secret"),
        extended(4, "AnalysisSettings", 99.0),
        extended(5, "SystemExit", "E11", "cause", "remedy"),
        extended(9),
    ],
)
def test_nothing_else_is_built_even_of_who_has_the_key(forged):
    content = sealed(msgpack.packb({"result": [forged]}), KEY, "queue message")
    with pytest.raises((ValueError, KeyError, TypeError, RequestError)):
        opened_message(KEY, content)


@pytest.mark.parametrize("place", [0, 20, 60, -1])
def test_what_was_changed_or_sealed_with_another_key_is_refused(place):
    content = bytearray(sealed_message(KEY, "what was said"))
    assert b"said" not in content
    with pytest.raises(VaultError, match="E83"):
        opened_message(new_key(), bytes(content))
    content[place] ^= 1
    with pytest.raises(VaultError, match="E83"):
        opened_message(KEY, bytes(content))


def test_the_queue_is_read_off_two_variables():
    assert read_queue({}) is None
    address = read_queue({"VERHM_QUEUE": "rediss://a:b@host/0", "VERHM_QUEUE_KEY": KEY.hex()})
    assert (address.url, address.key) == ("rediss://a:b@host/0", KEY)
    assert "a:b" not in repr(address)
    assert KEY.hex() not in repr(address)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("amqp://a:secret@host", KEY.hex()),
        ("redis:///secret", KEY.hex()),
        ("secret:6379", KEY.hex()),
        ("redis://a:se/secret@host", KEY.hex()),
        ("redis://a:secret@host:secret", KEY.hex()),
        ("redis://[secret", KEY.hex()),
        ("redis://host/secret", KEY.hex()),
        ("REDIS://host/secret", KEY.hex()),
        ("redis://a:secret@host", ""),
        ("redis://a:secret@host", KEY.hex()[:-2]),
        ("redis://a:secret@host", "no digits, but secret"),
    ],
)
def test_unfit_variables_are_refused_and_not_repeated(url, key):
    with pytest.raises(RequestError, match="E71") as refused:
        read_queue({"VERHM_QUEUE": url, "VERHM_QUEUE_KEY": key})
    assert "secret" not in str(refused.value)
    assert KEY.hex()[:8] not in str(refused.value)

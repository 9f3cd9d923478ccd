"""What is sealed is sent as it was, in whole or in the part that was asked for."""

import io
import os

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from storage.content import Content
from storage.files import MediaFiles
from storage.keys import new_key
from ui.kept_response import answer_content

CONTENT = os.urandom(200_000)
TAG = '"abc"'


@pytest.fixture
def kept(tmp_path):
    """Function that gives the content of a sealed or a plain file."""

    def keep(is_sealed: bool = True, content: bytes = CONTENT) -> Content:
        files = MediaFiles(tmp_path / "media", new_key() if is_sealed else None)
        stored = files.store("s", ".wav", io.BytesIO(content))
        path = files.path("s", stored.name)
        return Content(path, files, "s", stored.media_type, stored.bytes, "abc")

    return keep


@pytest.fixture
def get():
    """Function that asks for a content and returns the answer."""

    def ask(content, filename=None, **headers):
        app = FastAPI()

        @app.get("/")
        def send(request: Request):
            return answer_content(content, request, filename)

        return TestClient(app).get("/", headers=headers)

    return ask


def test_a_sealed_file_is_sent_as_it_was(kept, get):
    answer = get(kept())
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-disposition"] == "inline"


@pytest.mark.parametrize(
    ("wanted", "first", "after"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 200_000),
        ("bytes=65530-65545", 65_530, 65_546),
        ("bytes=199999-", 199_999, 200_000),
        ("bytes=190000-999999", 190_000, 200_000),
        ("bytes=-5", 199_995, 200_000),
        ("bytes=-999999", 0, 200_000),
    ],
)
@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_range_is_answered_alike_sealed_and_plain(kept, get, wanted, first, after, is_sealed):
    answer = get(kept(is_sealed), range=wanted)
    assert (answer.status_code, answer.content) == (206, CONTENT[first:after])
    assert answer.headers["content-range"] == f"bytes {first}-{after - 1}/200000"
    assert answer.headers["content-length"] == str(after - first)


@pytest.mark.parametrize("wanted", ["bytes=200000-", "bytes=999999-1000000", "bytes=-0"])
def test_a_range_outside_is_refused(kept, get, wanted):
    answer = get(kept(), range=wanted)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */200000"


@pytest.mark.parametrize("wanted", ["bytes=5-2", "it=0-5", "bytes=a-b", "bytes=-", "bytes=0-1,4-"])
def test_what_is_no_single_range_is_answered_wholly(kept, get, wanted):
    answer = get(kept(), range=wanted)
    assert (answer.status_code, answer.content) == (200, CONTENT)


def test_a_range_of_something_else_is_answered_wholly(kept, get):
    same = get(kept(), **{"range": "bytes=0-9", "if-range": TAG})
    other = get(kept(), **{"range": "bytes=0-9", "if-range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert other.content == CONTENT


def test_an_empty_file_is_sent(kept, get):
    answer = get(kept(content=b""))
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_download_has_its_name(kept, get, is_sealed):
    answer = get(kept(is_sealed), "P-0417 größer.wav")
    assert answer.headers["content-disposition"] == (
        "attachment; filename*=utf-8''P-0417%20gr%C3%B6%C3%9Fer.wav"
    )

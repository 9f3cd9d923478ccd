"""The page's script lies in a file of its own, and has what the components call."""

import json
import re

import pytest

from ui import scripts
from ui.layout import build_page
from verhm.language import speaking

CALL = re.compile(r'verhm\.scripts\["([a-z-]+)"\]\(.*?\); // (\[.*\])')


@pytest.fixture
def calls(context):
    """What the components of the page run: (script, events it reports), a list."""
    page = build_page(context)
    texts = [getattr(each, "js_on_load", None) for each in page.blocks.values()]
    found = [CALL.fullmatch(text) for text in texts if text]
    return [(call[1], json.loads(call[2])) for call in found]


def test_every_component_calls_a_script_that_reports_its_events(calls):
    whole = scripts.page_script()
    assert len(calls) > 9
    for name, events in calls:
        script = whole.partition(f'"{name}"(element, trigger, props, watch) {{')[2]
        assert script, name
        assert [each for each in events if f'"{each}"' not in script] == []


def test_it_is_served_once_per_language_and_kept(client):
    address = re.search(r'<script defer src="(/assets/page\.js[^"]+)"', client.get("/app/").text)[1]
    answer = client.get(address)
    assert answer.text == scripts.page_script()
    assert "max-age" in answer.headers["cache-control"]
    with speaking("de"):
        assert client.get("/assets/page.js?language=de").text == scripts.page_script()
    assert client.get("/assets/page.js?language=xx").text == answer.text

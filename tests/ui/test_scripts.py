"""The page's script lies in a file of its own, and has what the components call."""

import json
import re

import pytest

from ui import scripts
from ui.layout import build_page
from verhm.language import ENGLISH

HEADING = "(element, trigger, props, watch) {"
CALL = re.compile(r'verhm\.scripts\["([a-z-]+)"\]\(.*?\); // (\[.*\])')


@pytest.fixture
def calls(context):
    """What the components of the page run: (script, events it reports), a list."""
    page = build_page(context)
    texts = [getattr(each, "js_on_load", None) for each in page.blocks.values()]
    found = [CALL.fullmatch(text) for text in texts if text]
    return [(call[1], json.loads(call[2])) for call in found]


def test_every_component_calls_a_script_that_reports_its_events(calls):
    whole = scripts.page_script(ENGLISH)
    places = {name: whole.index(f'"{name}"{HEADING}') for name, _ in calls}
    assert whole.count(HEADING) == len(places) == len(calls)
    for name, events in calls:
        nexts = [place for place in places.values() if place > places[name]]
        script = whole[places[name] : min(nexts, default=len(whole))]
        assert [each for each in events if f'"{each}"' not in script] == [], name


def test_it_is_served_once_per_language_and_kept_while_it_is_the_same(client):
    address = re.search(r'<script defer src="(/assets/page\.js[^"]+)"', client.get("/app/").text)[1]
    answer = client.get(address)
    assert answer.text == scripts.page_script(ENGLISH)
    assert "max-age" in answer.headers["cache-control"]
    assert client.get("/assets/page.js?language=de").text == scripts.page_script("de")
    other = client.get("/assets/page.js?language=xx&v=of-before")
    assert (other.text, other.headers["cache-control"]) == (answer.text, "no-store")

"""Which language each request and each event is answered in."""

import asyncio

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from tests.ui.pages import OpenedPage
from ui.door_app import make_door
from ui.layout import build_page
from ui.opening import Opening
from ui.scripts import page_script, script_element, script_version
from ui.speaking import COOKIE, language_of
from verhm.language import language, retold, speaking

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.8"}


@pytest.fixture
def languages():
    """All there are."""


def asked(**headers: str) -> Request:
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": sent})


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "en"),
        ({"accept-language": "de-AT,de;q=0.9,en;q=0.8"}, "de"),
        ({"accept-language": "en-GB,de;q=0.5"}, "en"),
        ({"accept-language": "fr,de;q=0.5"}, "de"),
        ({"accept-language": "xx,*;q=0.1"}, "en"),
        ({"accept-language": "en", "cookie": f"{COOKIE}=de"}, "de"),
        ({"accept-language": "de", "cookie": f"{COOKIE}=en"}, "en"),
        ({"accept-language": "de", "cookie": f"{COOKIE}=../../etc"}, "de"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_one_that_the_browser_asks_for(headers, code):
    assert language_of(asked(**headers)) == code


def test_the_page_is_laid_out_in_the_language_of_whoever_asks(client):
    english, german = client.get("/app/"), client.get("/app/", headers=GERMAN)
    assert 'lang="en"' in english.text and 'lang="de"' in german.text
    assert '"label":"Patients"' in english.text and '"label":"Patienten"' in german.text
    assert '"label":"Patients"' not in german.text
    # Gradio's own words go by this.
    assert 'navigator,"language",{value:"de"}' in german.text
    assert len(german.content) == int(german.headers["content-length"])


def test_the_components_are_called_the_same_in_every_language(context):
    page = build_page(context)
    [german] = page.others.values()
    english = [(each._id, type(each)) for each in page.blocks.values()]
    assert english == [(each._id, type(each)) for each in german.blocks.values()]


def test_errors_and_pages_before_the_first_one_speak_it_too(client, context):
    refused = client.get("/jobs/none", headers=GERMAN).json()
    assert refused["cause"] == "Diese Analyse gibt es nicht."
    assert refused["text"] == f"{refused['code']} {refused['cause']} {refused['remedy']}"
    client.post("/sign-out")
    assert "<h1>Anmelden</h1>" in client.get("/sign-in", headers=GERMAN).text
    assert client.get("/jobs", headers=GERMAN).json()["cause"].startswith("Hier ist niemand")


def test_the_door_speaks_it(settings):
    door = make_door(settings, Opening(lambda passphrase: None), lambda: None)
    with TestClient(door, base_url="http://127.0.0.1:7860") as browser:
        assert "<h1>Patientendaten öffnen</h1>" in browser.get("/", headers=GERMAN).text
        assert "<h1>Open the records</h1>" in browser.get("/").text


def test_what_leaves_the_app_is_english_for_everybody(client, analysed):
    run = analysed().latest_done
    for name in ("analysis.json", "windows.csv", "fhir.json", "emotions.TextGrid"):
        english = client.get(f"/runs/{run.id}/{name}").content
        assert client.get(f"/runs/{run.id}/{name}", headers=GERMAN).content == english


def test_why_a_file_is_refused_is_told_to_each_in_their_language(client, analysed):
    run = analysed().latest_done
    for address in (f"/runs/{run.id}/none.csv", "/runs/none/windows.csv", "/films/none"):
        english = client.get(address).json()
        german = client.get(address, headers=GERMAN).json()
        assert english["code"] == german["code"] == "E53"
        with speaking("de"):
            assert german["cause"] == retold(english["cause"]) != english["cause"]


def test_what_is_kept_of_a_result_is_told_to_each_in_their_language(client, analysed):
    run = analysed().latest_done
    told = [
        client.get(f"/runs/{run.id}/review", headers=headers).json()["cards"]
        for headers in ({}, GERMAN, {})
    ]
    assert "Windows with a result" in told[0] and "Fenster mit Ergebnis" in told[1]
    assert told[0] == told[2]


def test_what_an_event_renews_is_in_the_language_of_whoever_caused_it(context, add_session):
    session = add_session()
    page = OpenedPage(context)
    with speaking("de"):
        page.do("patients", "open_patient", patient_id=session.patient_id)
        assert "Einwilligung liegt vor" in page.value("banner")
        page.do("patients", "open_patient", patient_id=None)
    page.do("patients", "open_patient", patient_id=session.patient_id)
    assert "Consent given" in page.value("banner")


async def _told(page, request) -> str:
    return (await page.process_api(request=request))["language"]


def test_an_event_is_not_told_by_the_task_that_it_runs_in(context, monkeypatch):
    async def answer(self, *arguments, **options):
        return {"language": language()}

    monkeypatch.setattr(gr.Blocks, "process_api", answer)
    page = build_page(context)
    with speaking("de"):  # as left over from somebody else's request
        assert asyncio.run(_told(page, asked())) == "en"
        assert asyncio.run(_told(page, None)) == "en"
    assert asyncio.run(_told(page, asked(cookie=f"{COOKIE}=de"))) == "de"


def test_the_scripts_are_handed_their_own_texts():
    with speaking("de"):
        german = script_element()
    assert '"Loading\\u2026": "Wird geladen\\u2026"' in page_script("de")
    assert 'DECIMAL = ","' in page_script("de") and 'DECIMAL = "."' in page_script("en")
    # Each is kept by browsers under an address of its own.
    assert "language=de&v=" in german and script_version("de") != script_version("en")

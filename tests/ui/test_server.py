"""The server answers with media by id, results by run, and coded failures."""

import errno
import io
import shutil
import signal
import socket
import zipfile
from dataclasses import replace

import pytest
from fastapi.responses import PlainTextResponse
from starlette.routing import Mount

from storage.models import MediaKind, RunState, VideoState
from ui import server
from ui.layout import build_page
from ui.listening import open_port
from ui.server import make_app, serve
from ui.settings import AppSettings
from ui.workers.address import QueueAddress
from verhm.errors import RequestError
from verhm.settings import AnalysisSettings, VideoSettings


def test_the_start_leads_to_the_page(client):
    answer = client.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert "VERHM" in answer.text
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_page_asks_no_other_host_for_anything(client):
    page = client.get("/app/").text
    assert "fonts.googleapis" not in page
    assert "/assets/page.css?v=" in page
    assert "http" not in client.get("/assets/page.css").text.replace("http://www.w3.org/2000", "")
    assert "https://" not in client.get("/app/theme.css").text


def test_the_manifest_is_there_for_browsers_that_ask_without_their_cookie(client):
    assert 'href="/manifest.json"' in client.get("/app/").text
    client.cookies.clear()
    answer = client.get("/manifest.json")
    assert (answer.status_code, answer.json()["name"]) == (200, "VERHM")
    icon = client.get(answer.json()["icons"][0]["src"])
    assert icon.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("address", ["/openapi.json", "/docs", "/redoc"])
def test_the_app_does_not_describe_itself(client, address):
    assert client.get(address).status_code == 404


def test_media_can_be_read_in_parts(client, context, analysed):
    session = analysed()
    video = context.repository.media_of(session.runs[0].id, MediaKind.VIDEO)
    whole = client.get(f"/media/{video.id}")
    assert whole.headers["content-type"] == "video/mp4"
    assert len(whole.content) == video.bytes
    part = client.get(f"/media/{video.id}", headers={"range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 100-199/{video.bytes}"
    assert part.content == whole.content[100:200]


@pytest.mark.parametrize("address", ["/media/nothing", "/media/..%2fverhm.db", "/jobs/none"])
def test_what_is_not_there_is_not_found_and_says_so(client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert "data" not in answer.text.lower() or "verhm.db" not in answer.text


def test_jobs_can_be_followed_and_cancelled(client, context, add_session, engine, until):
    engine.go_on.clear()
    job = context.jobs.submit(add_session().id)
    until(lambda: client.get(f"/jobs/{job.id}").json()["state"] == "analysing")
    assert [each["id"] for each in client.get("/jobs").json()["jobs"]] == [job.id]
    client.post(f"/jobs/{job.id}/cancel")
    until(lambda: client.get(f"/jobs/{job.id}").json()["state"] == "cancelled")
    assert client.get(f"/jobs/{job.id}").json()["error"]["code"] == "E60"


def test_every_result_can_be_taken_out_and_no_name_goes_with_it(client, analysed):
    session = analysed("P-0417", name="Ada Secret")
    run = session.runs[0]
    begins = {
        "face.mp4": bytes(range(10)),
        "windows.csv": b"start",
        "analysis.json": b"{",
        "morphs.csv": b"Timecode",
        "emotions.html": b"<!doctype html>",
        "emotions.png": b"\x89PNG",
        "emotions.eaf": b"<?xml",
        "emotions.TextGrid": b'File type = "ooTextFile"',
        "annotations.csv": b"start,end,label",
        "report.pdf": b"%PDF-1",
        "fhir.json": b'{\n "resourceType": "Bundle"',
        "everything.zip": b"PK",
    }
    for name, first in begins.items():
        answer = client.get(f"/runs/{run.id}/{name}")
        assert answer.status_code == 200, name
        assert answer.content.startswith(first), name
        assert b"Secret" not in answer.content
        stem = name.partition(".")[0]
        assert f"P-0417_session1_2026-11-21_run1_{stem}" in answer.headers["content-disposition"]
    voice = client.get(f"/sessions/{session.id}/recording")
    assert voice.content.startswith(b"RIFF")


def test_the_archive_holds_everything_and_leaves_nothing_behind(client, context, analysed):
    session = analysed("P-0417")
    archive = client.get(f"/runs/{session.runs[0].id}/everything.zip")
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert len(names) == 12
    assert all(name.startswith("P-0417_session1_2026-11-21") for name in names)
    assert not list(context.settings.work.iterdir())


def test_a_whole_patient_can_be_taken_out_and_leaves_nothing_behind(client, context, analysed):
    session = analysed("P/04 17", name="Ada")
    answer = client.get(f"/patients/{session.patient_id}/patient.zip")
    assert 'filename="P-04-17_patient.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 1 + len(session.media)
    assert not list(context.settings.work.iterdir())
    gone = client.get("/patients/0/patient.zip")
    assert (gone.status_code, gone.json()["code"]) == (404, "E53")
    assert not list(context.settings.work.iterdir())


def test_a_refused_part_of_an_export_leaves_nothing_behind(client, context, analysed):
    address = f"/runs/{analysed().runs[0].id}/windows.csv"
    for part, status in (("bytes=abc", 400), ("bytes=99999999-", 416), ("bytes=0-3", 206)):
        assert client.get(address, headers={"range": part}).status_code == status
        assert not list(context.settings.work.iterdir())


@pytest.mark.parametrize("name", ["windows.csv", "everything.zip"])
def test_a_full_disk_during_an_export_is_said_and_nothing_stays(
    client, context, analysed, monkeypatch, name
):
    def fill(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("verhm.report.tables.write_windows_csv", fill)
    answer = client.get(f"/runs/{analysed().runs[0].id}/{name}")
    assert (answer.status_code, answer.json()["code"]) == (400, "E51")
    assert not list(context.settings.work.iterdir())


def test_a_full_disk_before_an_export_begins_is_said(client, context, analysed, monkeypatch):
    def fill(**options):
        raise OSError(errno.ENOSPC, "No space left on device")

    address = f"/runs/{analysed().runs[0].id}/windows.csv"
    monkeypatch.setattr("tempfile.mkdtemp", fill)
    assert client.get(address).json()["code"] == "E51"


def test_an_export_whose_folder_was_swept_meanwhile_is_no_failure(
    client, context, analysed, monkeypatch
):
    async def sweep(self, scope, receive, send):
        shutil.rmtree(context.settings.work)
        await PlainTextResponse("swept")(scope, receive, send)

    address = f"/runs/{analysed().runs[0].id}/windows.csv"
    monkeypatch.setattr("ui.export_routes.FileResponse.__call__", sweep)
    assert client.get(address).text == "swept"


def test_a_busy_port_is_said_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RequestError, match=f"E73 Port {port} is in use"):
            open_port(AppSettings(data="unused", port=port))


def test_the_jobs_end_with_the_server_and_no_model_is_loaded_for_nobody(
    context, add_session, engine, monkeypatch
):
    def run(server, sockets):
        server._on_ready()
        server.handle_exit(signal.SIGINT, None)
        with pytest.raises(RequestError, match="E61 VERHM is being closed"):
            context.jobs.submit(session.id)

    session = add_session()
    monkeypatch.setattr("ui.listening.Server.run", run)
    serve(context, bound=None)
    assert engine.loads == 0


def test_a_server_asks_from_the_start_whether_a_worker_is_there(
    context, engine, until, monkeypatch
):
    def run(server, sockets):
        server._on_ready()
        until(lambda: engine.loads == 1)

    monkeypatch.setattr("ui.listening.Server.run", run)
    queue = QueueAddress("redis://127.0.0.1", bytes(32))
    serve(replace(context, settings=replace(context.settings, queue=queue)), bound=None)


def test_what_was_left_open_goes_on_when_the_page_is_there(
    context, add_session, until, monkeypatch
):
    def run(server, sockets):
        assert context.jobs.all() == []
        server._on_ready()
        until(lambda: all(job.state.has_ended for job in context.jobs.all()))

    left = context.repository.begin_run(add_session().id, AnalysisSettings(), VideoSettings())
    context.repository.mark_running(left.id)
    monkeypatch.setattr("ui.listening.Server.run", run)
    serve(context, bound=None)
    found = context.repository.run(left.id)
    assert (found.state, found.video_state) == (RunState.DONE, VideoState.DONE)


def test_a_job_says_what_it_waits_for(client, context, add_session, engine, until):
    engine.go_on.clear()
    first, _ = (context.jobs.submit(add_session(code).id) for code in "AB")
    until(lambda: client.get(f"/jobs/{first.id}").json()["state"] == "analysing")
    waits = [job["waits_for"] for job in client.get("/jobs").json()["jobs"]]
    assert waits == [None, "Waiting for the analysis before it"]


def test_a_change_of_a_job_is_not_dropped_while_the_page_is_renewed(context):
    events = build_page(context).fns.values()
    change = next(each for each in events if any("job_changed" in pair for pair in each.targets))
    assert (change.trigger_mode, change.concurrency_limit) == ("multiple", 1)


def test_of_pages_that_were_left_no_more_is_kept_than_a_clinic_has_open(
    context, accounts, monkeypatch
):
    monkeypatch.setattr(server, "_PAGES", 5)
    app = make_app(context, accounts)
    gradio = next(each.app for each in app._app.routes if isinstance(each, Mount))
    for number in range(20):
        assert gradio.state_holder[f"page{number}"]
        assert gradio.state_holder["page0"]  # which is in use
    assert set(gradio.state_holder.session_data) == {"page0", *(f"page{n}" for n in range(16, 20))}

"""Every request that the real app could answer, with everything that it could carry."""

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount, Route

from tests.storage.people import OTHER
from tests.ui.conftest import TODAY
from tests.ui.test_new_session import ENTRIES

GRADIO = "/app/gradio_api"
TABLES = (
    *("patients", "consents", "sessions", "annotations"),
    *("patient_events", "runs", "media", "shares", "data_keys"),
)


@dataclass
class Clinic:
    """Ada's patient with everything that a patient can have, and others who want it."""

    app: Any
    context: Any
    ids: dict[str, list[str]] = field(default_factory=dict)

    def state(self) -> tuple[Any, set[tuple[str, int]]]:
        """What is kept of the patient, row by row and file by file."""
        with self.context.repository.database.engine.connect() as connection:
            asked = [connection.exec_driver_sql(f"SELECT * FROM {name}") for name in TABLES]
            rows = [[tuple(row) for row in each] for each in asked]
        folders = [self.context.settings.data / name for name in ("sealed/media", "intake", "work")]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return rows, {(str(path), path.stat().st_size) for path in files}


def routes_of(app: FastAPI, prefix: str = "") -> list[tuple[str, str]]:
    """Every method and path that anything in the app answers, Gradio's too."""
    found = []
    for route in app.routes:
        if included := getattr(route, "original_router", None):
            found += routes_of(included, prefix + route.include_context.prefix)
        elif isinstance(route, Mount):
            found += routes_of(route.app, prefix + route.path)
        elif isinstance(route, Route) or hasattr(route, "methods"):
            found += [(method, prefix + route.path) for method in route.methods or ()]
    return found


def addresses(clinic: Clinic, path: str) -> list[str]:
    """A route's path with the ids of Ada's patient in all its places."""
    found = [path]
    for place in re.findall(r"{([^}]+)}", path):
        name = place.partition(":")[0]
        values = clinic.ids.get(name, ["adaspage", clinic.ids["media_id"][0]])
        found = [each.replace(f"{{{place}}}", value) for each in found for value in values]
    return found


def requests(clinic: Clinic) -> list[tuple[str, str]]:
    """Every request that the real app could answer, about Ada's patient."""
    parent = clinic.app._app
    wanted = {
        (method, address)
        for method, path in routes_of(parent)
        for address in addresses(clinic, path)
    }
    run, page = clinic.ids["run_id"][0], "session_hash=adaspage"
    file = clinic.context.settings.data / "sealed" / "verhm.db"
    wanted |= {
        ("GET", f"{GRADIO}/queue/data?{page}"),
        ("GET", f"{GRADIO}/file={file}"),
        ("GET", f"/app/file={file}"),
        ("GET", f"/app/static/../../../../{file}"),
        ("GET", "/media/..%2f..%2fverhm.db"),
        ("GET", f"/runs/{run}%2f..%2f/face.mp4"),
        ("GET", f"//runs/{run}/face.mp4"),
        ("GET", f"/RUNS/{run}/face.mp4"),
        ("GET", f"/runs/{run}/face.mp4/"),
        ("PUT", f"/runs/{run}/face.mp4"),
        ("PATCH", f"/sessions/{clinic.ids['session_id'][0]}"),
        ("TRACE", "/jobs"),
        ("GET", "/there/is/no/such/route"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
    }
    return sorted(wanted)


def ask(client: TestClient, clinic: Clinic, method: str, address: str):
    """One request, with everything about Ada's patient that it could carry."""
    query = {
        "kind": "webm",
        "start": 0,
        "size": 512,
        "timeline": True,
        "neutral": False,
        "picture": False,
        "offset": 0,
    }
    form = {
        "patient": clinic.ids["patient"][0],
        "account": clinic.ids["account_id"][0],
        "passphrase": OTHER,
    }
    content: dict[str, Any] = {}
    if method in ("POST", "PUT", "PATCH"):
        event = {"data": [clinic.ids["patient"][0]], "fn_index": 1, "session_hash": "adaspage"}
        content = {"json": event} if "/app" in address else {"data": form}
        if "annotations" in address:
            content = {"json": {"start": 0.0, "end": 3.0, "label": "happy"}}
        if address.endswith("/runs"):
            content = {"json": {"window": 3, "hop": 1, "size": 512, "strength": 1, "seed": 1}}
        if address.endswith("/sessions"):
            entries = asdict(replace(ENTRIES, recorded_on=TODAY.isoformat()))
            sent = {"recording": clinic.ids["recording_id"][0], "entries": entries}
            content = {"json": sent}
        if "pieces" in address or "picture" in address:
            content = {"content": bytes(2)}
    return client.request(
        method, address, params=None if "?" in address else query, follow_redirects=False, **content
    )

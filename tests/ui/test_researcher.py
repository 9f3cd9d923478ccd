"""What a researcher is shown, and not offered: figures of one who agreed, on days alone."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from storage.access import Actor
from storage.account_models import Role
from storage.consents import Scope
from storage.details import Agreement
from tests.storage.people import OTHER
from tests.ui.conftest import PASSPHRASE, signed_in_client
from tests.ui.pages import OpenedPage
from ui.own import OwnJobs
from ui.report_record import report_record
from ui.server import make_app

TIME = re.compile(r"\b\d\d:\d\d\b")
CHANGES = (
    *("data-do", "data-erase", "data-details", "data-again", "data-otherwise"),
    "data-visit='new-session'",
)


@pytest.fixture
def rosa(accounts):
    account = accounts.create(accounts.everybody()[0].id, "Rosa", Role.RESEARCHER, OTHER)
    accounts.change_passphrase(account.id, OTHER, PASSPHRASE, "127.0.0.1")
    return account.id


@pytest.fixture
def shared(context, rosa, analysed):
    """A session of one who agreed to research, whom Rosa was let into."""
    session = analysed("P-0417", "Jane Doe")
    agreement = Agreement(date(2026, 1, 5), scopes=(Scope.RESEARCH,))
    context.repository.give_consent(session.patient_id, agreement)
    context.repository.share_patient(session.patient_id, rosa)
    return session


@pytest.fixture
def hers(context, rosa):
    """The parts of the app as Rosa reaches them."""
    repository = context.repository.acting_as(lambda: Actor(rosa))
    return replace(context, repository=repository, jobs=OwnJobs(context.jobs, repository))


def test_the_page_shows_days_alone_and_offers_nothing_that_would_be_refused(hers, shared, context):
    shown = {}
    for name, parts in (("hers", hers), ("own", context)):
        page = OpenedPage(parts)
        page.do("patients", "open_patient", patient_id=shared.patient_id)
        page.set("patient-search", "")
        tabs = ("banner", "patients", "review", "trends", "export-files", "export-film")
        shown[name] = {tab: page.value(tab) or "" for tab in tabs}
        shown[name]["settings"] = page.value("settings-page")
        shown[name]["note"] = page.value("figures-note")
    day = shared.recorded_on
    assert TIME.search(shown["own"]["review"]) and not TIME.search(shown["hers"]["review"])
    assert str(day.year) in shown["own"]["trends"]
    assert not TIME.search(shown["hers"]["trends"])
    assert "Agreed to research" in shown["hers"]["banner"]
    for tab in ("patients", "review", "trends", "export-film"):
        assert not any(each in shown["hers"][tab] for each in CHANGES), tab
    assert all(each in shown["own"]["review"] for each in ("data-otherwise", "data-details"))
    for refused in ("named=true", "everything.zip", "face.mp4", "morphs.csv", "/recording'"):
        assert refused not in shown["hers"]["export-files"]
        assert refused in shown["own"]["export-files"]
    assert "data-do='demonstrate'" not in shown["hers"]["settings"]
    assert "figures without names" in shown["hers"]["note"]
    assert not shown["own"]["note"]


def test_nothing_that_is_exported_finds_the_recording_or_the_hour(context, accounts, hers, shared):
    assert hers.reviewed.analysis(shared.latest_done.id).source.sha256 == ""  # of all other exports
    run, session = shared.latest_done.id, hers.repository.session(shared.id)
    facts = dict(report_record(hers, session.latest_done, session, is_named=False).facts)
    assert not TIME.search(f"{facts['Recorded']} {facts['Analysed']}")
    kept = json.loads(context.repository.document(run))
    app = make_app(context, accounts)
    with signed_in_client(app, "Rosa") as client:
        told = client.get(f"/runs/{run}/analysis.json").json()
        assert "sha256" not in told["audio"]
        assert client.get("/jobs").json() == {"jobs": []}
        for address in (
            *(f"/runs/{run}/{name}" for name in ("morphs.csv", "everything.zip", "face.mp4")),
            *(f"/media/{each.id}" for each in context.repository.run(run).media),
            f"/motion/{run}",
        ):
            assert client.get(address).status_code == 403, address
        shown = client.get(f"/runs/{run}/review").json()
    assert shown["face"]["motion"] is None and "identify" in shown["face"]["withheld"]
    assert not TIME.search(shown["header"])
    with signed_in_client(app) as ada:
        assert ada.get(f"/runs/{run}/analysis.json").json()["audio"] == kept["audio"]
        assert len(ada.get("/jobs").json()["jobs"]) == 1

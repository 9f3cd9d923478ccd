"""What a report says beside the analysis comes from the records."""

import io
import zipfile
from contextlib import closing
from datetime import date

import pypdfium2

from storage.details import EventDetails
from storage.event_models import EventKind
from ui.report_record import report_record


def text_of(content: bytes) -> str:
    with closing(pypdfium2.PdfDocument(content)) as document:
        return " ".join(
            " ".join(document[number].get_textpage().get_text_range().split())
            for number in range(len(document))
        )


def test_the_name_stands_in_a_report_only_where_it_is_asked_for(client, analysed):
    session = analysed("P-0417", name="Ada Lovelace")
    address = f"/runs/{session.runs[0].id}/report.pdf"
    plain, named = (
        text_of(client.get(address).content),
        text_of(client.get(f"{address}?named=true").content),
    )
    assert "P-0417 · Session 1, run 1" in plain
    assert "Lovelace" not in plain
    assert "Name: Ada Lovelace" in named
    archive = client.get(f"/runs/{session.runs[0].id}/everything.zip?named=true")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as found:
        [report] = [name for name in found.namelist() if name.endswith("report.pdf")]
        assert "Lovelace" not in text_of(found.read(report))


def test_what_the_clinician_said_and_the_other_sessions_stand_in_it(client, context, analysed):
    session = analysed("P-0417")
    context.repository.annotate(session.id, 0.0, 2.0, label="sad", text="quiet heron")
    medication = EventDetails(EventKind.MEDICATION, date(2026, 3, 1), None, "10 mg of <nothing>")
    context.repository.add_event(session.patient_id, medication)
    found = text_of(client.get(f"/runs/{session.runs[0].id}/report.pdf").content)
    assert "Medication, since 1 Mar 2026" in found
    assert "10 mg" not in found  # words may tell who it is
    named = client.get(f"/runs/{session.runs[0].id}/report.pdf?named=true")
    assert "10 mg of <nothing>" in text_of(named.content)
    assert "report-named.pdf" in named.headers["content-disposition"]
    assert "sad quiet heron" in found
    assert "1 (this)" in found


def test_an_older_run_is_compared_with_nothing(context, analysed, until):
    session = analysed("P-0417")
    job = context.jobs.submit_again(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    session = context.repository.session(session.id)
    newest, first = session.runs
    assert "later run" not in str(report_record(context, newest, session, False).comparison)
    older = report_record(context, first, session, False)
    assert "later run" in str(older.comparison)
    assert older.title.endswith("Session 1, run 1")
    assert older.listed is None and older.sessions

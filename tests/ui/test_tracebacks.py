"""What is printed of an unforeseen error says where it happened, and quotes nobody."""

import logging

import pytest
from gradio import Dropdown, queueing
from starlette.routing import Mount

from tests.ui.test_nobody_elses import GRADIO, _events
from ui.tracebacks import leave_out_words, wordless

ENTERED = "Anna Planted"


@pytest.fixture
def quiet(monkeypatch):
    """Tracebacks without words, for as long as a test runs."""
    monkeypatch.setattr(queueing, "traceback", queueing.traceback)
    monkeypatch.setattr(queueing, "print", print, raising=False)
    places = (logging.getLogger("uvicorn.error"), logging.lastResort)
    for place in places:
        monkeypatch.setattr(place, "filters", list(place.filters))
    leave_out_words()


def fails():
    try:
        return float(ENTERED)
    except ValueError as error:
        raise RuntimeError(f"for {ENTERED}") from error


def test_a_traceback_names_the_place_and_the_kinds_of_errors():
    with pytest.raises(RuntimeError) as found:
        fails()
    told = wordless(found.value)
    assert "in fails" in told and told.endswith("RuntimeError, after ValueError")
    assert ENTERED not in told


@pytest.mark.parametrize("name", ["uvicorn.error", "ui.jobs"])
def test_the_log_quotes_nobody(quiet, name, monkeypatch, capsys):
    with monkeypatch.context() as bare:  # as outside of pytest, which listens to all loggers
        for heard in ("uvicorn.error", "uvicorn"):  # where another test has served already
            bare.setattr(logging.getLogger(heard), "propagate", True)
            bare.setattr(logging.getLogger(heard), "handlers", [])
        bare.setattr(logging.getLogger(), "handlers", [])
        with pytest.raises(RuntimeError) as found:
            fails()
        logging.getLogger(name).error("It ended", exc_info=found.value)
    printed = capsys.readouterr().err
    assert "It ended" in printed and "after ValueError" in printed
    assert ENTERED not in printed


def test_gradio_quotes_nobody(quiet, client, caplog, capsys):
    page = next(each.app for each in client.app._app.routes if isinstance(each, Mount)).get_blocks()
    dropdowns = {each._id for each in page.blocks.values() if isinstance(each, Dropdown)}
    answers, failures = [], 0
    for number, event in page.fns.items():
        data = [ENTERED if each._id in dropdowns else None for each in event.inputs]
        if ENTERED not in data:
            continue
        sent = {"data": data, "fn_index": number, "session_hash": f"page{number}"}
        joined = client.post(f"{GRADIO}/queue/join", json=sent)
        answers.append(joined.status_code)  # 400 where entries are checked before they wait
        if joined.status_code == 200:  # a few take any words, as the recorder's prompts do
            failures += '"success":false' in _events(client, f"page{number}", {})
    refused = answers.count(400)
    assert refused and failures > 1
    told = caplog.text.count("An event of the page ended in an unforeseen way")
    assert told == failures + refused
    printed = capsys.readouterr()
    assert ENTERED not in caplog.text + printed.out + printed.err

"""The engine in processes of its own: what comes back, what ends, and what goes on."""

import json
import os
import pickle
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.factories import make_analysis
from ui.engine_processes import EngineProcesses
from verhm.errors import Cancelled, VerhmError
from verhm.labels import EMOTIONS
from verhm.report.document import from_document, to_json
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Stage, no_progress
from verhm.types import WindowStatus

MODULE = "tests.ui.worker"
SETTINGS = AnalysisSettings()


@pytest.fixture
def engine():
    engine = EngineProcesses(MODULE)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def real_engine():
    engine = EngineProcesses()
    yield engine
    engine.close()


def maker(engine: EngineProcesses) -> int:
    """Which process analyses."""
    return int(engine.analyze(Path("fine"), no_progress, SETTINGS).duration)


def refusal(engine: EngineProcesses, name: str) -> VerhmError:
    with pytest.raises(VerhmError) as found:
        engine.analyze(Path(name), no_progress, SETTINGS)
    return found.value


def test_what_is_found_and_reported_on_the_way_comes_back(engine):
    reports = []
    analysis = engine.analyze(Path("fine"), lambda *report: reports.append(report), SETTINGS)
    assert reports == [(Stage.DECODE, 0.5), (Stage.FACE, 1.0)]
    assert analysis.model == make_analysis(1.0).model
    assert engine.document(make_analysis(10.0)) == to_json(make_analysis(10.0)).encode()


def test_a_window_is_explained_where_its_recording_was_analysed(engine):
    reports, analysis = [], make_analysis(10.0)
    found = engine.explain(Path("fine"), analysis, 3, lambda *report: reports.append(report))
    assert reports == [(Stage.EMOTION, 0.5)]
    assert found.sentences == (str(maker(engine)), f"{len(analysis.timeline)} windows")


@pytest.mark.model
@pytest.mark.parametrize(
    "settings",
    [SETTINGS, AnalysisSettings(window=4.0, hop=1.0, seed=3), AnalysisSettings(channel="right")],
)
def test_an_explanation_starts_from_the_figure_that_was_kept(
    real_engine, speak, settings, tmp_path
):
    voice, rate = soundfile.read(speak("explained", "The kitchen is painted now, and looks good."))
    both = tmp_path / "both.wav"
    soundfile.write(both, np.column_stack([voice[::-1] / 2, voice]), rate)
    made = real_engine.analyze(both, no_progress, settings)
    kept = from_document(json.loads(real_engine.document(made)), made.morphs)
    # Of a synthetic voice, which is unfamiliar, every window counts here.
    sure = replace(kept.timeline, status=(WindowStatus.OK,) * len(kept.timeline))
    asked, last = replace(kept, timeline=sure), len(sure) - 1
    found = real_engine.explain(both, asked, last, no_progress)
    assert found.emotion == EMOTIONS[int(sure.probabilities[last].argmax())]
    assert found.probability == pytest.approx(sure.probabilities[last].max(), abs=1e-4)
    assert found.light.startswith(b"\x89PNG") and found.sentences


def test_a_video_is_written_by_another_process(engine, tmp_path):
    morphs = make_analysis(1.0).morphs
    engine.render(morphs, Path(), tmp_path / "face.mp4", VideoSettings(), no_progress)
    assert int((tmp_path / "face.mp4").read_text()) not in (maker(engine), os.getpid())


def test_who_cancels_is_obeyed_and_the_model_stays_loaded(engine):
    first = maker(engine)

    def stop(stage, share):
        raise Cancelled

    with pytest.raises(Cancelled):
        engine.analyze(Path("fine"), stop, SETTINGS)
    assert maker(engine) == first


def test_a_refusal_keeps_its_code_and_the_process(engine):
    first = maker(engine)
    error = refusal(engine, "empty")
    assert (error.code, error.cause) == ("E11", "The file is empty.")
    assert maker(engine) == first


@pytest.mark.parametrize("name", ["dies", "unforeseen"])
def test_a_process_that_ends_is_told_and_replaced(engine, name, capfd):
    first = maker(engine)
    assert refusal(engine, f"Xaver/{name}").code == "E64"
    assert maker(engine) != first
    printed = capfd.readouterr().err
    assert "Xaver" not in printed
    assert ("worker.py" in printed and "ValueError" in printed) == (name == "unforeseen")


def test_a_report_that_fails_does_not_confuse_the_next_call(engine):
    def fail(stage, share):
        raise KeyError

    with pytest.raises(KeyError):
        engine.analyze(Path("fine"), fail, SETTINGS)
    assert refusal(engine, "empty").code == "E11"


def test_the_app_stops_in_the_midst_of_an_analysis(engine):
    begun = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        lasting = thread.submit(
            engine.analyze, Path("lasts"), lambda *report: begun.set(), SETTINGS
        )
        assert begun.wait(60)
        start = time.monotonic()
        engine.close()
        assert lasting.exception(timeout=10).code == "E61"
        assert time.monotonic() - start < 5
    assert refusal(engine, "fine").code == "E61"


@pytest.mark.parametrize("end", [b"", pickle.dumps(list(range(1000)))[:500]])
def test_a_process_does_not_outlive_the_app(end):
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    call = "analyze", {"path": Path("lasts"), "settings": SETTINGS}
    with process:
        pickle.dump(call, process.stdin)
        process.stdin.flush()
        assert pickle.load(process.stdout)[0] == "report"
        pickle.dump(True, process.stdin)
        process.stdin.write(end)
        process.stdin.close()
        assert process.wait(timeout=30) == 0

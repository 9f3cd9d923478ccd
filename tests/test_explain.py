"""The command that explains a window."""

import io
import json
import weakref
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.factories import make_analysis
from tests.model.tiny import SETTINGS, make_model, on_waveform
from verhm.__main__ import main
from verhm.analysis import Analyzer
from verhm.explain_command import ExplainedWindow, tell, to_document, write_explanation
from verhm.model.abstention import Thresholds
from verhm.model.checkpoint import Reading
from verhm.model.explanation import Explanation, band_edges
from verhm.report.occlusion import as_influence, draw_explanation, tell_influence
from verhm.types import WindowStatus

EXPLANATION = Explanation(
    emotion="happy",
    log_probability=float(np.log(0.62)),
    times=np.linspace(10.0, 13.0, 7),
    bands=band_edges(np.array([0, 16, 32, 48, 64, 80])),
    influence=np.zeros((6, 5)),
    mel=np.zeros((80, 300), dtype=np.float32),
)


@pytest.fixture
def load_tiny(monkeypatch):
    """Function that puts a tiny model, never in doubt, in the shipped one's place."""

    def load(settings=SETTINGS) -> None:
        sure = Thresholds(snr=-1e9, confidence=0.0, novelty=1e9)
        model = replace(
            make_model(settings=settings),
            reading=Reading(1.5, sure),
            baseline_reading=Reading(1.2, sure),
        )
        monkeypatch.setattr("verhm.analysis.load", lambda folder, device: model)

    return load


def influenced(**patches: float) -> Explanation:
    """`EXPLANATION` with some patches set, named like t2b1."""
    influence = np.zeros((6, 5))
    for name, nats in patches.items():
        influence[int(name[1]), int(name[3])] = nats
    return replace(EXPLANATION, influence=influence)


def test_the_three_strongest_are_told_with_their_direction_and_size():
    lines = tell_influence(influenced(t2b1=np.log(2), t0b0=-np.log(3), t5b4=0.1, t4b4=0.2))
    assert len(lines) == 3
    assert lines[0].startswith("Strongly against happy: the low sounds at 10.00\u201310.50 s (0.0")
    assert lines[0].endswith("odds 3.0 times higher)")
    assert lines[1].startswith("Strongly for happy: the middle sounds at 11.00\u201311.50 s (0.6")
    assert lines[1].endswith("odds 2.0 times lower)")
    assert lines[2].startswith("A little for happy: the high sounds at 12.00\u201312.50 s (4.2")


def test_what_speaks_against_is_told_even_where_more_speaks_for_it():
    lines = tell_influence(influenced(t0b0=0.9, t1b0=0.8, t2b0=0.7, t3b0=0.6, t4b0=-0.4))
    assert len(lines) == 4
    assert lines[3].startswith("Clearly against happy: the low sounds at 12.00")


def test_where_nothing_stands_out_nothing_is_named():
    assert tell_influence(influenced(t2b1=0.04)) == [
        "No single part of the window moves the result by more than 5 % of its odds."
    ]


def withheld() -> ExplainedWindow:
    analysis = make_analysis(20.0)
    assert analysis.timeline.status[4] is WindowStatus.SILENCE
    return ExplainedWindow(analysis, 4, None, ("Too little voiced speech.",))


def test_a_window_without_a_result_says_why_and_names_no_emotion():
    text = tell(withheld())
    assert "No result: no speech. Nobody speaks here." in text
    assert not any(label in text for label in make_analysis().timeline.labels)


def test_a_window_without_a_result_has_a_document_and_no_picture(tmp_path):
    assert write_explanation(withheld(), tmp_path / "new") == ["explanation.json"]
    document = json.loads((tmp_path / "new" / "explanation.json").read_text())
    assert document["status"] == "silence"
    assert [document[key] for key in ("emotion", "probability", "influence")] == [None] * 3


def test_the_document_holds_every_patch():
    found = ExplainedWindow(make_analysis(20.0), 20, influenced(t2b1=0.7), ())
    document = to_document(found)
    assert (document["start"], document["end"]) == (10.0, 13.0)
    assert document["probability"] == 0.62
    assert np.shape(document["influence"]) == (6, 5)
    assert document["influence"][2][1] == 0.7
    assert document["baseline_windows"] == found.analysis.baseline_windows == 12.0


def test_the_picture_colours_the_patch_that_matters(tmp_path):
    def orange(explanation: Explanation, name: str) -> int:
        """Pixels of the colour of "speaks for", the bar's included."""
        draw_explanation(explanation, tmp_path / name)
        with Image.open(tmp_path / name) as image:
            red, _, blue = np.moveaxis(np.asarray(image.convert("RGB")).astype(int), -1, 0)
        return int((red - blue > 100).sum())

    strong = orange(influenced(t2b1=2.0, t3b1=2.0), "strong.png")
    assert strong > orange(influenced(t2b1=0.05), "faint.png") + 10_000


def test_the_pictures_for_the_page_suit_a_light_and_a_dark_screen():
    def paper(content: bytes) -> int:
        with Image.open(io.BytesIO(content)) as image:
            return sum(image.convert("RGB").getpixel((2, 2)))

    found = as_influence(influenced(t2b1=2.0))
    assert (found.emotion, round(found.probability, 4)) == ("happy", 0.62)
    [sentence] = found.sentences
    assert sentence.startswith("Strongly for happy: the middle sounds at 0:11.0\u20130:11.5 (0.6")
    assert paper(found.light) == 3 * 255
    assert paper(found.dark) < 3 * 60


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, capsys):
    (tmp_path / "explanation.json").write_text("{}")
    assert main(["explain", "a.wav", "--at", "1", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("E72 ")


def test_a_model_without_a_spectrogram_is_refused_before_any_recording_is_read(
    load_tiny, tmp_path, capsys
):
    load_tiny(on_waveform("hubert"))
    nowhere = str(tmp_path / "nowhere.wav")
    assert main(["explain", nowhere, "--at", "1", "--baseline", nowhere]) == 2
    assert capsys.readouterr().err.startswith("E71 The encoder hubert ")


def test_a_bad_baseline_is_not_taken_for_the_input(load_tiny, speech_path, tmp_path, capsys):
    load_tiny()
    bad, out = tmp_path / "bad.wav", tmp_path / "out"
    bad.write_bytes(b"")
    call = [str(speech_path), "--baseline", str(bad), "--out", str(out)]
    for command in (["explain", "--at", "1"], ["analyze"]):
        assert main([*command, *call]) == 2
        assert capsys.readouterr().err.startswith(f"E11 {bad}: ")
    assert not out.exists()


@pytest.fixture(scope="module")
def earlier(speech_path, tmp_path_factory) -> list[str]:
    """Options that name four recordings of the same voice, each at a level of its own."""
    samples, rate = soundfile.read(speech_path)
    folder = tmp_path_factory.mktemp("earlier")
    paths = [folder / f"{number}.wav" for number in range(4)]
    for number, path in enumerate(paths):
        soundfile.write(path, samples * (1 - number / 10), rate)
    return [word for path in paths for word in ("--baseline", str(path))]


def test_one_channel_of_two_is_explained_like_a_recording_of_its_own(
    load_tiny, speech_path, tmp_path, capsys
):
    load_tiny()
    samples, rate = soundfile.read(speech_path)
    noise = np.random.default_rng(0).normal(0, 0.1, len(samples))
    soundfile.write(tmp_path / "talk.wav", np.column_stack([noise, samples]), rate)
    soundfile.write(tmp_path / "alone.wav", samples, rate)
    told = []
    for call in (["talk.wav", "--channel", "right"], ["alone.wav"], ["talk.wav"]):
        assert main(["explain", str(tmp_path / call[0]), "--at", "4", *call[1:]]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] != told[2]


def test_a_window_is_read_against_earlier_recordings(
    load_tiny, speech_path, earlier, tmp_path, capsys
):
    load_tiny()
    call = ["explain", str(speech_path), "--at", "4", *earlier]
    assert main([*call, "--out", str(tmp_path)]) == 0
    document = json.loads((tmp_path / "explanation.json").read_text())
    assert 13 <= document["baseline_windows"] <= 20
    assert "gain" in document["sentences"][2]


def test_of_earlier_recordings_no_whole_analysis_is_kept(
    load_tiny, speech_path, earlier, monkeypatch
):
    load_tiny()
    analyze, alive, counts = Analyzer.analyze, weakref.WeakSet(), []

    def watched(self, *arguments, **named):
        counts.append(len(alive))
        analysis = analyze(self, *arguments, **named)
        alive.add(analysis)
        return analysis

    monkeypatch.setattr(Analyzer, "analyze", watched)
    assert main(["explain", str(speech_path), "--at", "4", *earlier]) == 0
    assert len(counts) == 5 and max(counts) <= 1


@pytest.mark.model
def test_explain_tells_and_writes(speech_path, tmp_path, capsys):
    call = ["explain", str(speech_path), "--at", "4.1"]
    assert main([*call, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    document = json.loads((tmp_path / "out" / "explanation.json").read_text())
    assert (document["start"], document["end"]) == (2.5, 5.5)
    has_result = document["status"] == "ok"
    assert (" for " in told and ": the " in told) is has_result
    assert (tmp_path / "out" / "explanation.png").exists() is has_result
    assert "Not compared with this voice's usual" in told
    assert main([*call[:-1], "99"]) == 2
    assert capsys.readouterr().err.startswith(f"E71 {speech_path}: ")

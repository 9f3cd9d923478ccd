"""The command line on real files."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from tests.audio.encoding import run_ffmpeg
from tests.audio.malformed import make_malformed
from tests.factories import make_analysis
from verhm.__main__ import main
from verhm.analyze_command import Outputs, write_results
from verhm.labels import EMOTIONS, MORPHS
from verhm.stages import no_progress

ROOT = Path(__file__).parent.parent
ALWAYS = {
    *("analysis.json", "windows.csv", "morphs.csv"),
    *("emotions.html", "emotions.png", "emotions.eaf", "emotions.TextGrid"),
    *("report.pdf", "fhir.json"),
}
TABLES = Outputs(has_video=False)


def test_a_call_without_a_recording_is_refused(tmp_path, capsys):
    assert main(["analyze", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith("E70 ")


def test_unfit_settings_are_refused_before_anything_is_loaded(tmp_path, capsys):
    call = ["analyze", "a.wav", "--out", str(tmp_path / "out"), "--window", "30"]
    assert main(call) == 2
    assert capsys.readouterr().err.startswith("E71 ")


def test_earlier_results_are_not_overwritten(tmp_path, capsys):
    (tmp_path / "analysis.json").write_text("{}")
    assert main(["analyze", "a.wav", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("E72 ")


def test_a_folder_that_cannot_be_written_is_refused_before_hours_of_work(tmp_path, capsys):
    (tmp_path / "taken").write_text("a letter")
    recording = tmp_path / "a.wav"  # not there, which would show later
    for out in (tmp_path / "taken", tmp_path / "taken" / "out"):
        assert main(["analyze", str(recording), "--out", str(out)]) == 2
        assert "E72 " in capsys.readouterr().err


def test_an_export_that_is_broken_off_leaves_no_gigabytes_and_the_tables(tmp_path, monkeypatch):
    def break_off(stage, share):
        if (tmp_path / "obj" / "frame-000002.obj").exists():
            raise KeyboardInterrupt

    wanted = Outputs(has_video=False, exports=("obj",))
    with pytest.raises(KeyboardInterrupt):
        write_results(make_analysis(0.5), Path("a.wav"), tmp_path, wanted, break_off)
    assert {path.name for path in tmp_path.iterdir()} == ALWAYS - {"analysis.json"}


def test_no_video_of_earlier_results_stays_beside_new_ones(tmp_path):
    (tmp_path / "face.mp4").write_bytes(b"another face")
    (tmp_path / "morphs-neutral.csv").write_bytes(b"another neutral one")
    write_results(make_analysis(2.0), Path("a.wav"), tmp_path, TABLES, no_progress)
    assert {path.name for path in tmp_path.iterdir()} == ALWAYS


def test_the_face_is_exported_on_demand_and_not_left_beside_later_results(tmp_path):
    analysis = make_analysis(0.1)
    wanted = Outputs(has_video=False, exports=("npy", "blender", "obj"))
    write_results(analysis, Path("a.wav"), tmp_path, wanted, no_progress)
    exported = {"face.glb", "face-blender.py", "morphs.npy", "morphs.json", "head.npy", "obj"}
    assert {path.name for path in tmp_path.iterdir()} == ALWAYS | exported
    assert len(list((tmp_path / "obj").glob("frame-*.obj"))) == len(analysis.morphs.weights)
    write_results(analysis, Path("a.wav"), tmp_path, TABLES, no_progress)
    assert {path.name for path in tmp_path.iterdir()} == ALWAYS


def test_an_unknown_export_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["analyze", "a.wav", "--out", str(tmp_path), "--export", "fbx"])
    assert "fbx" in capsys.readouterr().err


def test_an_unknown_avatar_is_refused_before_anything_is_written(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["analyze", "a.wav", "--out", str(out), "--avatar", "nobody"]) == 2
    assert capsys.readouterr().err.startswith("E71 There is no avatar “nobody”.")
    assert not out.exists()


def test_exports_without_a_video_refuse_an_unknown_avatar_too(tmp_path, capsys):
    kinds = ["--no-video", "--export", "obj"]
    arguments = ["analyze", "a.wav", "--out", str(tmp_path / "out"), "--avatar", "nobody"]
    assert main([*arguments, *kinds]) == 2
    assert capsys.readouterr().err.startswith("E71 There is no avatar")


def test_videos_of_earlier_results_are_no_recordings(tmp_path, capsys):
    out = tmp_path / "results"
    (out / "voice").mkdir(parents=True)
    (out / "voice" / "face.mp4").write_bytes(b"video")
    assert main(["analyze", str(tmp_path), "--out", str(out)]) == 2
    assert capsys.readouterr().err.startswith("E70 ")


@pytest.mark.parametrize("name", ["a/v.wav", "b/v.wav", "\udcff.wav"])
def test_the_document_names_the_recording(name, tmp_path):
    write_results(make_analysis(2.0), Path(name), tmp_path, TABLES, no_progress)
    document = json.loads((tmp_path / "analysis.json").read_text(encoding="utf-8"))
    assert document["source"] == name.replace("\udcff", "\\udcff")


@pytest.mark.model
def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    nowhere = tmp_path / "no where"
    assert main(["analyze", str(nowhere), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith(f"E10 {nowhere}: ")


@pytest.mark.model
def test_a_file_of_a_few_samples_is_too_short(tmp_path, capsys):
    path = tmp_path / "blink.wav"
    soundfile.write(path, np.zeros(40), 16_000)
    assert main(["analyze", str(path), "--out", str(tmp_path / "out")]) == 2
    assert re.match(rf"E2[02] {path}: ", capsys.readouterr().err)


@pytest.mark.model
def test_analyze_writes_every_output(speech_path, tmp_path):
    out, small = tmp_path / "results", ["--size", "128", "--fps", "10"]
    finished = subprocess.run(
        [sys.executable, "-m", "verhm", "analyze", "--wav-path", speech_path, "--out", out, *small],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    said = re.fullmatch(
        rf"{speech_path}: (\d+) of (\d+) windows with a result; all of it is in {out}\n"
        rf"{speech_path}: no summary\. E2[13] .+\n",  # it is too short for one
        finished.stdout,
    )
    assert said
    assert {path.name for path in out.iterdir()} == ALWAYS | {"morphs-neutral.csv"} | {"face.mp4"}

    document = json.loads((out / "analysis.json").read_text())
    assert document["labels"] == list(EMOTIONS)
    has_result = [window["status"] == "ok" for window in document["windows"]]
    assert said.groups() == (str(sum(has_result)), str(len(has_result)))
    for window in document["windows"]:
        assert sum(window["probabilities"].values()) == pytest.approx(1.0, abs=1e-4)
    with (out / "windows.csv").open() as file:
        assert len(list(csv.reader(file))) == len(document["windows"]) + 1
    with (out / "morphs.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert abs(len(rows) - document["duration"] * 10) <= 1
    assert {name[0].upper() + name[1:] for name in MORPHS} <= set(rows[0])


@pytest.mark.model
def test_one_channel_is_analysed_and_the_results_say_which(speech_path, tmp_path, capsys):
    samples, rate = soundfile.read(speech_path)
    sounds = {"alone": samples, "talk": np.column_stack([0.3 * samples[::-1], samples])}
    for name, sound in (*sounds.items(), ("half", np.column_stack([0 * samples, samples]))):
        soundfile.write(tmp_path / f"{name}.wav", sound, rate)

    def found(name, *options):
        call = ["analyze", str(tmp_path / f"{name}.wav"), "--out", str(tmp_path / name)]
        assert main([*call, "--no-video", *options]) == 0
        return json.loads((tmp_path / name / "analysis.json").read_text())

    alone, right = found("alone"), found("talk", "--channel", "right")
    assert right["windows"] == alone["windows"]
    assert (alone["settings"]["channel"], right["settings"]["channel"]) == ("all", "right")
    capsys.readouterr()
    for name, code in (("half", "E25"), ("alone", "E24")):
        call = ["analyze", str(tmp_path / f"{name}.wav"), "--out", str(tmp_path / "none")]
        assert main([*call, "--channel", "left"]) == 2
        assert capsys.readouterr().err.startswith(f"{code} {tmp_path / name}.wav: ")


@pytest.mark.model
def test_results_are_kept_where_the_face_cannot_be_drawn(speech_path, tmp_path):
    out, broken = tmp_path / "results", tmp_path / "broken"
    broken.mkdir()
    (broken / "pyrender.py").write_text("raise ImportError('no OpenGL library')")
    finished = subprocess.run(
        [sys.executable, "-m", "verhm", "analyze", speech_path, "--out", out, "--fps", "10"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(broken)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert finished.returncode == 2
    assert finished.stderr.startswith(f"E41 {speech_path}: ")
    assert finished.stderr.count("\n") == 1
    assert {path.name for path in out.iterdir()} == ALWAYS | {"morphs-neutral.csv"}
    assert json.loads((out / "analysis.json").read_text())["windows"]


@pytest.mark.model
def test_the_video_shows_more_on_demand(speech_path, tmp_path):
    film, out = tmp_path / "film.mp4", tmp_path / "results"
    run_ffmpeg("-f", "lavfi", "-i", "color=red:size=120x90:duration=13", "-i", speech_path, film)
    call = ["analyze", str(film), "--out", str(out), "--fps", "10", "--size", "256"]
    assert main([*call, "--video", "timeline", "neutral", "source"]) == 0
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", out / "face.mp4"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60).stderr
    width, height = map(int, re.search(r"Video: h264 .*?, (\d+)x(\d+)", said).groups())
    assert width == 342 + 2 + 256 + 2 + 256
    assert height > 256 + 150


@pytest.mark.model
def test_a_recording_without_a_picture_is_refused_before_it_is_analysed(
    speech_path, tmp_path, capsys
):
    out = tmp_path / "out"
    assert main(["analyze", str(speech_path), "--out", str(out), "--video", "source"]) == 2
    assert capsys.readouterr().err.startswith(f"E19 {speech_path}: ")
    assert not out.exists()


def test_what_a_video_shows_cannot_be_chosen_for_none(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["analyze", "a.wav", "--out", str(tmp_path), "--no-video", "--video", "timeline"])
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.model
def test_one_bad_file_does_not_stop_the_rest(speech_path, tmp_path, capsys):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"")
    out = tmp_path / "out"
    assert main(["analyze", str(bad), str(speech_path), "--out", str(out), "--no-video"]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "E11 " in captured.err
    assert {path.name for path in out.iterdir()} == {speech_path.stem, "recordings.csv"}
    with (out / "recordings.csv").open() as file:
        first, second = csv.DictReader(file)
    assert (first["source"], first["problem"][:3]) == (str(bad), "E11")
    assert (second["results"], second["problem"]) == (speech_path.stem, "")
    assert float(second["duration"]) > 1
    assert f"all of it is in {out / speech_path.stem}\n" in captured.out


@pytest.mark.model
def test_malformed_files_each_give_one_coded_line_and_leave_nothing(speech_path, tmp_path, capsys):
    folder, out = tmp_path / "files", tmp_path / "out"
    folder.mkdir()
    files = make_malformed(folder, speech_path)
    assert len(files) >= 30
    assert main(["analyze", *(str(path) for path, _ in files), "--out", str(out)]) == 2
    lines = capsys.readouterr().err.splitlines()
    for (path, codes), line in zip(files, lines, strict=True):
        assert line.removeprefix(f"{path}: ").split()[0] in codes, (path.name, line)
    assert [path.name for path in out.iterdir()] == ["recordings.csv"]
    assert sorted(folder.iterdir()) == sorted(path for path, _ in files if path.exists())


@pytest.mark.model
def test_the_same_recording_does_not_count_twice_for_a_baseline(speech_path, tmp_path, capsys):
    copy = shutil.copy(speech_path, tmp_path / "again.wav")
    baseline = ["--baseline", str(speech_path), "--baseline", str(copy)]
    arguments = ["analyze", str(speech_path), *baseline, "--out", str(tmp_path / "out")]
    assert main([*arguments, "--no-video"]) == 2
    assert capsys.readouterr().err.startswith(
        f"E74 {copy}: The baseline names this recording twice"
    )


@pytest.mark.model
def test_a_baseline_of_too_few_windows_is_refused_before_anything_is_written(
    speech_path, tmp_path, capsys
):
    out = tmp_path / "out"
    arguments = ["analyze", str(speech_path), "--baseline", str(speech_path), "--out", str(out)]
    assert main([*arguments, "--no-video"]) == 2
    assert capsys.readouterr().err.startswith("E74 The baseline holds ")
    assert not out.exists()

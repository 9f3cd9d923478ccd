"""What is chosen in Settings is found again, and nothing kept there can stop an analysis."""

import json

import pytest

from ui.preferences import FILE, Preferences
from verhm.errors import RequestError, StorageError
from verhm.settings import VideoSettings


def test_without_a_choice_the_default_is_drawn(tmp_path):
    assert Preferences(tmp_path).avatar() == VideoSettings().avatar


def test_a_choice_is_found_again(tmp_path):
    Preferences(tmp_path).choose_avatar("man")
    assert Preferences(tmp_path).avatar() == "man"
    Preferences(tmp_path).choose_avatar("older-woman")
    assert Preferences(tmp_path).avatar() == "older-woman"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_only_its_owner_reads_it(tmp_path):
    Preferences(tmp_path).choose_avatar("man")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_an_unknown_avatar_is_refused_and_changes_nothing(tmp_path):
    chosen = Preferences(tmp_path)
    chosen.choose_avatar("man")
    with pytest.raises(RequestError, match="E71"):
        chosen.choose_avatar("nobody")
    assert chosen.avatar() == "man"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", '{"avatar": "nobody"}', '{"avatar": 3}', '{"avatar": ["man"]}']
)
def test_what_cannot_be_used_counts_as_no_choice(tmp_path, content):
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    assert Preferences(tmp_path).avatar() == VideoSettings().avatar


def test_a_folder_that_is_gone_is_said(tmp_path):
    with pytest.raises(StorageError, match="E50"):
        Preferences(tmp_path / "gone").choose_avatar("man")


def test_videos_from_then_on_show_the_chosen_face(context, engine, add_session, until):
    def drawn(session_id: str) -> str:
        job = context.jobs.submit(session_id)
        until(lambda: context.jobs.view(job.id).state.has_ended)
        return context.repository.latest_run(session_id).video_settings.avatar

    first, second = add_session("A"), add_session("B")
    assert drawn(first.id) == "neutral"
    context.preferences.choose_avatar("younger-woman")
    assert drawn(second.id) == "younger-woman"
    assert [settings.avatar for settings in engine.video] == ["neutral", "younger-woman"]
    assert context.repository.latest_run(first.id).video_settings.avatar == "neutral"
    again = context.jobs.submit_again(first.id)
    until(lambda: context.jobs.view(again.id).state.has_ended)
    assert engine.video[-1].avatar == "younger-woman"


def test_a_run_without_a_video_is_drawn_with_the_chosen_face(context, engine, add_run, until):
    run_id = add_run(2.0)
    context.preferences.choose_avatar("man")
    job = context.jobs.draw(run_id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    assert engine.video[-1].avatar == "man"


def test_the_file_is_plain_json(tmp_path):
    Preferences(tmp_path).choose_avatar("man")
    assert json.loads((tmp_path / FILE).read_text(encoding="utf-8")) == {"avatar": "man"}

"""The turning face in Chromium: that it is drawn, like the video, and moves with time and hand."""

import numpy as np
import pytest

from benchmarks.face_sheet import morph_weights
from tests.browser.running import launch
from tests.browser.viewing import (
    RATE,
    READY,
    MadeUpRun,
    angle,
    drag,
    eyes_and_mouth,
    middle_of_skin,
    picture,
    picture_at_once,
    settle,
    show,
    viewer,
)
from verhm.face.rendering import Renderer
from verhm.face.rig import avatar_titles, load_face
from verhm.labels import MORPHS

pytestmark = [pytest.mark.browser, pytest.mark.model]

POSES = (
    {},
    {"jawOpen": 0.5, "mouthLowerDownLeft": 0.4, "mouthLowerDownRight": 0.4},
    {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "cheekSquintLeft": 0.6, "jawOpen": 0.2},
    {"browInnerUp": 0.8, "eyeWideLeft": 0.6, "eyeWideRight": 0.6, "mouthFrownLeft": 0.5},
    {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0, "mouthPucker": 0.7},
    {"eyeLookOutLeft": 0.8, "eyeLookInRight": 0.8, "noseSneerLeft": 0.7, "browDownLeft": 0.9},
)
# Lids and lips that would cross if their morphs only added up.
PRESSED = (
    {},
    {"eyeBlink": 1.0, "eyeSquint": 1.0, "cheekSquint": 1.0, "mouthSmile": 1.0, "mouthPress": 1.0},
    {"mouthRollLower": 1.0, "mouthRollUpper": 1.0, "mouthShrugLower": 1.0, "eyeBlink": 0.6},
    {"mouthClose": 1.0, "jawOpen": 0.3, "eyeLookDown": 1.0, "mouthFrown": 1.0},
)
SECONDS = 260.0  # five minutes of motion, of which four may be held


@pytest.fixture(scope="module")
def weights() -> np.ndarray:
    """One pose a second, over and over."""
    poses = np.zeros((len(POSES), len(MORPHS)), np.float32)
    for row, pose in zip(poses, POSES, strict=True):
        for name, weight in pose.items():
            row[MORPHS.index(name)] = weight
    seconds = np.arange(round(SECONDS * RATE)) // round(RATE)
    return poses[seconds % len(POSES)]


@pytest.fixture(scope="module")
def made_run(weights):
    return MadeUpRun(weights)


@pytest.fixture
def run(made_run):
    """Of which nothing has been asked for yet."""
    made_run.forget()
    return made_run


@pytest.fixture(scope="module")
def browser(playwright_driver):
    browser = launch(playwright_driver, has_webgl=True)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def opened(browser, weights):
    with viewer(browser, MadeUpRun(weights)) as page:
        yield page


@pytest.fixture
def face(opened):
    """One page for all tests that only look at the face and turn it."""
    opened.evaluate("() => { said.length = 0; viewer.orbit.turnTo(0, 0); }")
    settle(opened)
    return opened


def test_the_face_looks_like_the_video_s(face, weights):
    size = 256
    with Renderer(load_face(), size) as renderer:
        for second in range(len(POSES)):
            show(face, second + 0.5)
            drawn = picture(face).astype(int)
            wanted = renderer.draw(weights[round((second + 0.5) * RATE)]).astype(int)
            difference = np.abs(drawn - wanted).max(axis=2)
            assert difference.mean() < 1.5, POSES[second]
            edges = 3 / size  # of the picture: one pixel along the outlines
            assert (difference > 24).mean() < edges, POSES[second]


@pytest.mark.parametrize("avatar", list(avatar_titles()))
def test_every_avatar_looks_like_its_video_also_where_skin_meets_skin(browser, avatar):
    poses = np.repeat(np.stack([morph_weights(pose) for pose in PRESSED]), round(RATE), axis=0)
    run, face = MadeUpRun(poses, avatar), load_face(name=avatar)
    with viewer(browser, run, 384) as page, Renderer(face, 384) as renderer:
        for second, pose in enumerate(PRESSED):
            show(page, second + 0.5)
            wanted = renderer.draw(poses[round((second + 0.5) * RATE)]).astype(int)
            difference = np.abs(picture(page).astype(int) - wanted).max(axis=2)
            assert difference.mean() < 1.5, pose
            assert (difference > 24).mean() < 3 / 384, pose
            # Also roughly no eyeball comes through a lid (lashes differ), no tooth through a lip.
            difference = np.abs(picture_at_once(page, second + 0.7).astype(int) - wanted).max(2)
            *eyes, mouth = (difference[box] > 64 for box in eyes_and_mouth(face, 384))
            assert max(eye.mean() for eye in eyes) < 0.06 and mouth.mean() < 0.005, pose


HEADS = ((0, 0, 0), (4, 0, 0), (0, -5, 2), (-3, 4, -4), (20, -20, 20))  # degrees


def test_the_head_turns_as_in_the_video(browser, weights):
    """Also no further: the last one is more than is shown."""
    head = np.deg2rad(np.repeat(HEADS, round(RATE), axis=0)).astype(np.float32)
    run = MadeUpRun(weights[: len(head)], head=head)
    with viewer(browser, run, 384) as page, Renderer(load_face(), 384) as renderer:
        straight = renderer.draw(weights[0]).astype(int)
        for second, angles in enumerate(HEADS):
            show(page, second + 0.5)
            frame = round((second + 0.5) * RATE)
            wanted = renderer.draw(weights[frame], head[frame]).astype(int)
            difference = np.abs(picture(page).astype(int) - wanted).max(axis=2)
            assert difference.mean() < 1.5, angles
            assert (difference > 24).mean() < 3 / 384, angles
            if any(angles):  # and by far not where it was
                assert (np.abs(wanted - straight).max(axis=2) > 24).mean() > 6 / 384, angles


def test_while_it_plays_a_slow_machine_draws_nearly_the_same(browser, weights):
    head = np.deg2rad(np.repeat(HEADS, round(RATE), axis=0)).astype(np.float32)
    run = MadeUpRun(weights[: len(head)], head=head)
    with viewer(browser, run, 384) as page, Renderer(load_face(), 384) as renderer:
        show(page, 0.5)
        for second, angles in reversed(list(enumerate(HEADS))):
            quickly = picture_at_once(page, second + 0.5).astype(int)
            frame = round((second + 0.5) * RATE)
            wanted = renderer.draw(weights[frame], head[frame]).astype(int)
            difference = np.abs(quickly - wanted).max(axis=2)
            assert difference.mean() < 2.5, angles
            assert (difference > 48).mean() < 3 / 384, angles


def test_seen_from_aside_the_head_keeps_straight(browser, weights):
    head = np.zeros((60, 3), np.float32)
    head[30:] = np.deg2rad([4, 5, 3])
    still = np.repeat(weights[:1], len(head), axis=0)
    with viewer(browser, MadeUpRun(still, head=head)) as page:
        pictures = {}
        for yaw in (0, 12, 30):
            page.evaluate("yaw => viewer.orbit.turnTo(yaw, 0)", yaw)
            settle(page)
            for time in (0.5, 1.5):
                show(page, time)
                pictures[yaw, time] = picture(page).astype(int)
    moved = {yaw: np.abs(pictures[yaw, 1.5] - pictures[yaw, 0.5]).mean() for yaw in (0, 12, 30)}
    assert moved[0] > moved[12] > moved[30] == 0


def test_the_face_is_neutral_and_drawn_before_its_motion_is_there(browser, run, weights):
    run.refused.add("/motion/run/0")
    with viewer(browser, run) as page, Renderer(load_face(), 256) as renderer:
        page.wait_for_function("said.includes('failed')")
        settle(page)
        wanted = renderer.draw(np.zeros(len(MORPHS), np.float32)).astype(int)
        assert np.abs(picture(page).astype(int) - wanted).mean() < 1.5


def test_a_minute_that_could_not_be_fetched_is_asked_for_again(browser, run):
    run.refused.add("/motion/run/0")
    with viewer(browser, run) as page:
        page.wait_for_function("said.includes('failed')")
        run.refused.clear()
        page.wait_for_function("said.includes('arrived')")
        assert run.asked.count("/motion/run/0") == 2


def test_the_frame_is_that_of_the_time(face):
    pictures = []
    for time in (0.5, 1.5, 0.5):
        show(face, time)
        pictures.append(picture(face).astype(int))
    first, open_, again = pictures
    mouth = (slice(150, 210), slice(90, 166))
    assert np.abs(first - open_)[mouth].mean() > 8
    assert np.abs(first - open_)[:80].mean() < 0.5  # hair and brow keep still
    np.testing.assert_array_equal(first, again)


def test_beyond_the_end_the_last_frame_stays(face):
    face.evaluate("time => viewer.show(time)", 2 * SECONDS)
    last = str(round(SECONDS * RATE) - 1)
    face.wait_for_function(f"document.querySelector('canvas').dataset.frame === '{last}'")


def test_only_minutes_around_the_playhead_are_asked_for(browser, run):
    with viewer(browser, run) as page:
        show(page, 0.5)
        assert run.asked[-1] == "/motion/run/0"
        show(page, 50.5)  # near the end of the first
        page.wait_for_timeout(200)
        assert run.asked[-1] == "/motion/run/1"
        show(page, 130.5)
        for time in (190.5, 250.5):
            show(page, time)
        asked = len(run.asked)
        show(page, 0.5)  # still held
        assert run.asked[asked:] == []
        show(page, 70.5)  # dropped, as it was fetched and not looked at: only four are held
        assert run.asked[asked:] == ["/motion/run/1"]


def test_dragging_turns_the_face_with_the_hand_and_a_double_click_turns_it_back(face):
    show(face, 0.5)
    front = picture(face).astype(int)
    drag(face, 60, 0)
    assert angle(face)[0] > 20
    right = picture(face).astype(int)
    assert np.abs(front - right).mean() > 8
    drag(face, -120, 0)
    assert angle(face)[0] < -20
    # The lit side of the face follows the hand: skin moves from right to left.
    assert middle_of_skin(right) > middle_of_skin(picture(face)) + 10
    face.mouse.dblclick(128, 128)
    settle(face)
    assert angle(face) == [0, 0]
    assert np.abs(picture(face).astype(int) - front).mean() < 0.1


def test_nobody_looks_up_through_the_neck_or_at_the_back(face):
    show(face, 0.5)
    for dx, dy, number, limit in ((0, -120, 1, -8), (0, 127, 1, 28), (127, 0, 0, 48)):
        for _ in range(3):
            drag(face, dx, dy)
        assert angle(face)[number] == limit


def test_the_face_stays_whole_at_every_angle(face):
    """The wall is seen beside the head, never through it."""
    show(face, 1.5)
    for yaw in (-48, -25, 25, 48):
        face.evaluate("yaw => viewer.orbit.turnTo(yaw, 10)", yaw)
        settle(face)
        middle = picture(face).astype(int)[60:190, 118:138]
        is_wall = (middle.min(axis=2) > 195) & (np.ptp(middle, axis=2) < 24)
        assert is_wall.mean() < 0.01, yaw


def test_arrow_keys_turn_the_face_and_do_nothing_else(face):
    show(face, 0.5)
    face.evaluate("document.addEventListener('keydown', (e) => said.push(e.key))")
    face.evaluate("document.querySelector('canvas').tabIndex = 0")
    face.focus("canvas")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        face.keyboard.press(key)
    face.keyboard.press("Shift+ArrowLeft")
    settle(face)
    assert angle(face) == [12, 6]
    heard = face.evaluate("said")
    assert "ArrowRight" not in heard and "ArrowLeft" in heard


def test_nothing_is_drawn_while_nobody_looks(face):
    show(face, 0.5)
    face.evaluate("document.querySelector('canvas').style.display = 'none'")
    face.evaluate("viewer.show(1.5)")
    face.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
    assert face.get_attribute("canvas", "data-frame") == "15"
    face.evaluate("document.querySelector('canvas').style.display = 'block'")
    face.wait_for_function("document.querySelector('canvas').dataset.frame === '45'")


def test_a_face_that_is_hidden_before_it_was_drawn_at_its_best_is_drawn_so_later(face):
    show(face, 0.5)
    face.evaluate(
        """() => {
          viewer.show(1.5);
          document.querySelector("canvas").style.display = "none";
        }"""
    )
    face.wait_for_timeout(500)
    assert face.get_attribute("canvas", "data-drawn") == "roughly"
    face.evaluate("document.querySelector('canvas').style.display = 'block'")
    face.wait_for_function("document.querySelector('canvas').dataset.drawn === 'best'")


def test_another_size_changes_nothing_but_the_size_while_a_minute_is_on_its_way(browser, run):
    run.unanswered.add("/motion/run/2")
    with viewer(browser, run) as page:
        show(page, 1.5)
        page.evaluate("viewer.show(130.5)")
        page.evaluate("document.querySelector('canvas').style.width = '200px'")
        page.wait_for_function("document.querySelector('canvas').width === 200")
        settle(page)
        assert page.get_attribute("canvas", "data-frame") == "45"


def test_a_finer_screen_is_drawn_for_at_once(browser, run):
    with viewer(browser, run) as page:
        show(page, 1.5)
        screen = page.context.new_cdp_session(page)
        # Chromium tells a page of another emulated scale only along with another window size.
        size = {"width": 301, "height": 300, "deviceScaleFactor": 2, "mobile": False}
        screen.send("Emulation.setDeviceMetricsOverride", size)
        page.wait_for_function("document.querySelector('canvas').width === 512")


def test_a_context_that_is_lost_is_told_and_comes_back(browser, run):
    with viewer(browser, run) as page:
        show(page, 1.5)
        before = picture(page).astype(int)
        page.evaluate(
            "window.loss = document.querySelector('canvas').getContext('webgl2')"
            ".getExtension('WEBGL_lose_context'); loss.loseContext()"
        )
        page.wait_for_function("said.includes('lost')")
        page.evaluate("viewer.show(2.5)")  # nothing breaks meanwhile
        page.evaluate("loss.restoreContext()")
        page.wait_for_function("said.includes('found')", timeout=READY)
        show(page, 1.5)
        assert np.abs(picture(page).astype(int) - before).mean() < 0.5

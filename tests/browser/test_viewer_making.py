"""The turning face is made when it hinders nobody, or not at all, and leaves nothing behind."""

import numpy as np
import pytest

from tests.browser.running import launch
from tests.browser.viewing import MadeUpRun, viewer
from verhm.labels import MORPHS

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture(scope="module")
def run():
    """A second of a face that keeps still."""
    return MadeUpRun(np.zeros((30, len(MORPHS)), np.float32))


@pytest.fixture(scope="module")
def browser(playwright_driver):
    browser = launch(playwright_driver, has_webgl=True)
    yield browser
    browser.close()


def test_a_drawing_that_cannot_be_made_leaves_no_context(browser, run):
    with viewer(browser, run) as page:
        said = page.evaluate(
            """async () => {
              const create = WebGL2RenderingContext.prototype.createProgram;
              WebGL2RenderingContext.prototype.createProgram = () => { throw new Error("none"); };
              const canvas = document.createElement("canvas");
              document.body.append(canvas);
              const opened = viewer.reopen(canvas);
              const said = await opened.then(() => "opened", (error) => error.message);
              WebGL2RenderingContext.prototype.createProgram = create;
              return [said, canvas.getContext("webgl2").isContextLost()];
            }"""
        )
    assert said == ["none", True]


def test_the_face_is_made_once_nobody_clicks(browser, run):
    with viewer(browser, run) as page:
        waited = page.evaluate("""async () => {
          const start = performance.now();
          document.body.dispatchEvent(new PointerEvent("pointerdown"));
          await window.viewer.reopen(document.querySelector("canvas"));
          return performance.now() - start;
        }""")
        assert waited >= 250


def test_a_face_that_is_not_wanted_any_more_is_not_made(browser, run):
    with viewer(browser, run) as page:
        reopened = "() => window.viewer.reopen(document.createElement('canvas')).catch(String)"
        assert page.evaluate(reopened) == "Error: the canvas is gone"

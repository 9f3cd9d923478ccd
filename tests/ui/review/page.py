"""What a page needs to show the review screen alone."""

from ui.review_data import as_json, review_data

SETTINGS = {"window": 3.0, "hop": 0.5, "size": 512, "strength": 1.0, "seed": 0, "channel": "all"}
HEADER = "<section class='panel who-card'></section>"
FACE = {
    "session": "s",
    "video": None,
    "audio": None,
    "busy": False,
    "problem": None,
    "can_render": True,
}
# What Gradio gives to a component's script.
MOUNT = """([script, value, face]) => {
  const watched = {};
  window.events = [];
  window.props = { value, face };
  const watch = (name, callback) => { watched[name] = callback; };
  window.change = (name, text) => { window.props[name] = text; watched[name](); };
  const element = document.querySelector("#review");
  const trigger = (name, data) => window.events.push([name, data]);
  Function("element", "trigger", "props", "watch", script)(element, trigger, window.props, watch);
}"""
# Where the playhead stands at each picture of the screen for two seconds, and how often it moved.
FOLLOW = """() => new Promise((done) => {
  const playhead = document.querySelector(".rv-playhead");
  const audio = document.querySelector("audio");
  const seen = [];
  const latest = performance.now() + 20_000;
  const look = () => {
    seen.push(playhead.style.transform);
    if (audio.currentTime < 2 && performance.now() < latest) requestAnimationFrame(look);
    else done(seen.filter((each, place) => place && each !== seen[place - 1]).length);
  };
  requestAnimationFrame(look);
})"""
# For each picture of the screen, for a while: how far the person's picture is from the voice.
LAGS = """(milliseconds) => new Promise((done) => {
  const voice = document.querySelector(".rv-face audio"), seen = [];
  const picture = document.querySelector(".rv-camera"), start = performance.now();
  const look = () => {
    seen.push(Math.abs(voice.currentTime - picture.currentTime));
    if (performance.now() - start < milliseconds) requestAnimationFrame(look);
    else done(seen);
  };
  requestAnimationFrame(look);
})"""
IN_STEP = """(lag) => {
  const voice = document.querySelector(".rv-face audio");
  const picture = document.querySelector(".rv-camera");
  return !picture.seeking && Math.abs(voice.currentTime - picture.currentTime) < lag;
}"""


def share_in_step(page, milliseconds: int, lag: float) -> float:
    """For how much of a while the person's picture is with the voice.

    On a busy machine a picture comes late now and then, which is caught up with.
    """
    seen = page.evaluate(LAGS, milliseconds)
    return sum(each < lag for each in seen) / len(seen)


def screen_value(analysis, run: str = "r", may_annotate: bool = True) -> str:
    parts = {"run": run, "header": HEADER, "cards": "<section class='cards'></section>", "chip": ""}
    parts |= {"session": "s", "annotations": [], "settings": SETTINGS, "may_annotate": may_annotate}
    parts |= {"runs": [{"number": 1, "window": 3.0, "hop": 0.5}]}
    return as_json({**parts, "data": review_data(analysis)})

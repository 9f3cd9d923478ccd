/* A stretch of any length, to be noted or left out: drawn on the marks lane with the mouse, or begun at
 * the playhead with a key. */

const SHORTEST = 4; // px; who moves less while the button is down did not draw a stretch

const toHundredths = (seconds) => Math.round(100 * seconds) / 100;

/** How many windows a stretch is about. */
function windowsText(count) {
  return verhm.sayOf("1 window", "{n} windows", count);
}

/** What was left out, and of how many windows the figures are without now. */
function leftOutText(stretch, count) {
  if (!count) return verhm.say("No window has its middle in {stretch}: no figure changes.", { stretch: stretchText(stretch) });
  return verhm.say("Left out {stretch}: {windows} with their middle there. X takes them in again.",
    { stretch: stretchText(stretch), windows: windowsText(count) });
}

/** What stands on the marks lane where there is nothing yet. */
function laneHint() {
  return `<span class="rv-lane-hint" aria-hidden="true">${verhm.say("Drag here, or press R where it starts: a stretch to leave out or to note")}</span>`;
}

/** Draw a stretch on the lane with the mouse; a click without a move seeks, as on the lanes above. */
function drawStretches(lane, timeline, model, seek, write) {
  let from = null;
  const at = (event) => event.clientX - lane.getBoundingClientRect().left;
  const timeAt = (x) => Math.max(0, Math.min(model.duration, timeline.frame().time(x + timeline.frame().left)));
  const box = document.createElement("i");
  lane.addEventListener("pointerdown", (event) => {
    if (event.button || event.target.closest("[data-mark]")) return;
    from = at(event);
    lane.setPointerCapture(event.pointerId);
  });
  lane.addEventListener("pointermove", (event) => {
    if (from === null) return;
    lane.append(box);
    box.style.left = `${Math.min(from, at(event))}px`;
    box.style.width = `${Math.abs(at(event) - from)}px`;
  });
  lane.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [start, end] = [from, at(event)].sort((a, b) => a - b);
    from = null;
    box.remove();
    if (end - start < SHORTEST) seek(timeAt(end));
    else write({ start: toHundredths(timeAt(start)), end: toHundredths(timeAt(end)) });
  });
}

/** A stretch that began at the playhead and reaches to wherever it goes; what it is for is said then.
 *
 *  `told` is where its length is said, `button` the one that begins it; without one nothing begins. */
function makeBegunStretch({ lane, told, timeline, model, time, button }) {
  const box = document.createElement("i");
  let from = null;

  const stretch = () => {
    const [start, end] = [from, toHundredths(time())].sort((a, b) => a - b);
    return { start, end };
  };
  function draw() {
    const frame = timeline.frame();
    if (from === null || !frame) return;
    const { start, end } = stretch();
    lane.append(box);
    box.style.left = `${frame.clip(start) - frame.left}px`;
    box.style.width = `${frame.clip(end) - frame.clip(start)}px`;
    const windows = windowsText(model.windowsIn({ start, end })); // no times: they would be read out all along
    const words = start === end
      ? verhm.say("The stretch begins at {time}. Go to its end; Esc gives it up.", { time: clockText(start, true) })
      : verhm.say("Stretch with {windows}. X leaves it out, N notes it, Esc gives it up.", { windows });
    if (told.textContent !== words) told.textContent = words;
  }
  function end() {
    from = null;
    box.remove();
    told.textContent = "";
    button?.setAttribute("aria-pressed", "false");
  }
  /** The stretch, which ends with it; null where none was begun, or it has no length yet. */
  function take() {
    if (from === null) return null;
    const taken = stretch();
    end();
    return taken.start < taken.end ? taken : null;
  }
  function toggle() {
    if (from !== null) { end(); return; }
    from = toHundredths(time());
    button?.setAttribute("aria-pressed", "true");
    draw();
  }
  return { draw, take, toggle };
}

/* The turning face: plays a run's morphs on a canvas, at the time it is told.
 *
 * It has no clock and no motion of its own: show(time) is called by the player, and nothing is
 * drawn that is drawn already, or that nobody sees. */

const MOST_PIXELS = 1080; // of the canvas's side, like the largest video
const NEUTRAL = -1; // in place of a frame
const RESTS = 250; // ms without a change, after which a slow machine draws at its best
const PEACE = 250; // ms in which nobody does anything
const PATIENT = 3000; // ms that the face waits for them at most

/** Whether this browser can draw the face at all. */
function canTurnFaces() {
  const probe = document.createElement("canvas").getContext("webgl2");
  probe?.getExtension("WEBGL_lose_context")?.loseContext(); // browsers allow a few at a time
  return Boolean(probe);
}

const inPeace = makePeace();

/** Returns what waits, not for ever, until nobody clicks, drags, scrolls or types: they would all wait
 *  for the face that is made. */
function makePeace() {
  let last = -PEACE;
  for (const name of ["pointerdown", "pointermove", "wheel", "keydown"]) {
    document.addEventListener(name, (event) => {
      if (name !== "pointermove" || event.buttons) last = performance.now();
    }, { capture: true, passive: true });
  }
  return async () => {
    const latest = performance.now() + PATIENT;
    const left = () => Math.min(latest, last + PEACE) - performance.now();
    while (left() > 0) await new Promise((done) => setTimeout(done, left()));
  };
}

/** Open a run's face on a canvas.
 *
 *  lost() is called when the browser takes the drawing away, found() when it gives it back,
 *  failed() when a minute of the motion could not be fetched, arrived() when one was. */
async function openViewer(canvas, address, { lost, found, failed, arrived }) {
  const about = JSON.parse(new TextDecoder().decode(await fetchBytes(address)));
  const rig = await loadRig(about.face);
  await inPeace();
  if (!canvas.isConnected) { // another session was opened meanwhile
    rig.picture.close();
    throw new Error("the canvas is gone");
  }
  const neutral = new Uint8Array(about.bytes);
  const life = new AbortController();
  const shown = { frame: null, head: null, angle: null, still: null, isRough: false };
  let drawing = begin();
  let isSlow = null; // not known yet
  let isResting = false;
  let time = 0;
  let request = 0;
  let rest = 0;

  const motion = makeMotion(address, about, {
    arrived: () => { draw(); arrived(); },
    failed: (error) => { shown.frame = null; draw(); failed(error); }, // neutral, not of another time
    again: draw,
  });
  const orbit = makeOrbit(canvas, askForDrawing);

  /** What draws the face; when that cannot be made, nothing of it is left. */
  function begin() {
    try {
      return makeDrawing(canvas, rig);
    } catch (error) {
      release();
      throw error;
    }
  }
  function release() {
    rig.picture.close();
    canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  function askForDrawing() {
    request ||= requestAnimationFrame(() => { request = 0; draw(); });
  }
  function forgetLayers() {
    shown.angle = shown.still = null;
  }
  /** Pose the frame of the time; returns whether that is another one. */
  function move() {
    const frame = motion.frameAt(time);
    const weights = motion.weights(frame);
    if (!weights && shown.frame !== null) return false; // what is shown stays until it is there
    const next = weights ? frame : NEUTRAL;
    if (next === shown.frame) return false;
    drawing.pose(weights || neutral);
    Object.assign(shown, { frame: next, head: headAngles(weights || neutral, rig.about.head) });
    canvas.dataset.frame = next;
    return true;
  }
  /** Draw what is to be seen, roughly while it changes where drawing is slow; whether it changed. */
  function paint() {
    const { yaw, pitch, isTurning } = orbit.state;
    const camera = cameraMatrix(rig.about.camera, yaw, pitch);
    const angle = `${yaw.toFixed(1)} ${pitch.toFixed(1)}`;
    const isRough = isSlow && !isResting;
    const isFirst = shown.angle === null;
    const isChanged = move() || angle !== shown.angle;
    if (!isChanged && (isRough || !shown.isRough)) return false;
    drawing.turn(shown.head, headShare(yaw, pitch));
    if (isRough && (isTurning || isFirst)) drawing.sketch(camera);
    else drawLayers(camera, angle, isRough);
    Object.assign(shown, { angle, isRough });
    Object.assign(canvas.dataset, { angle, drawn: isRough ? "roughly" : "best" });
    return isChanged;
  }
  function drawLayers(camera, angle, isRough) {
    const hair = isRough ? "less" : "full";
    const isStale = angle !== shown.still?.angle || (!isRough && hair !== shown.still.hair);
    if (isStale) {
      drawing.look(camera, hair);
      shown.still = { angle, hair };
    }
    drawing.show(isRough);
  }
  /** Draw what is to be seen now; whether another picture was drawn, slowly. */
  function draw() {
    if (document.hidden || !canvas.clientWidth || !drawing) return false;
    if (drawing.resize(Math.round(Math.min(MOST_PIXELS, canvas.clientWidth * devicePixelRatio)))) forgetLayers();
    isSlow ??= drawing.measure(cameraMatrix(rig.about.camera, 0, 0));
    const isChanged = paint();
    if (shown.isRough && (isChanged || !rest)) restSoon();
    return isChanged && shown.isRough;
  }
  function restSoon() {
    clearTimeout(rest);
    rest = setTimeout(() => { rest = 0; isResting = true; draw(); isResting = false; }, RESTS);
  }
  /** Draw anew where the window comes onto a finer or a coarser screen, which changes no size. */
  function followResolution() {
    const same = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    const follow = () => { askForDrawing(); followResolution(); };
    same.addEventListener("change", follow, { once: true, signal: life.signal });
  }
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault(); // so that it may come back
    drawing = null;
    lost();
  }, { signal: life.signal });
  canvas.addEventListener("webglcontextrestored", () => {
    forgetLayers();
    shown.frame = null;
    drawing = makeDrawing(canvas, rig);
    isSlow = null;
    found();
    draw();
  }, { signal: life.signal });
  document.addEventListener("visibilitychange", draw, { signal: life.signal });
  const sizes = new ResizeObserver(askForDrawing); // also when its tab is opened again
  sizes.observe(canvas);
  followResolution();
  draw();
  return {
    about, orbit,
    show: (next) => { time = next; return draw(); },
    end: () => {
      life.abort();
      sizes.disconnect();
      cancelAnimationFrame(request);
      clearTimeout(rest);
      orbit.end();
      motion.end();
      release();
    },
  };
}

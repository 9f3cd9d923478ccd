/* The turning face: plays a run's morphs on a canvas, at the time it is told.
 *
 * It has no clock and no motion of its own: show(time) is called by the player, and nothing is
 * drawn that is drawn already, or that nobody sees. */

const MOST_PIXELS = 1080; // of the canvas's side, like the largest video
const NEUTRAL = -1; // in place of a frame

/** Whether this browser can draw the face at all. */
function canTurnFaces() {
  const probe = document.createElement("canvas").getContext("webgl2");
  probe?.getExtension("WEBGL_lose_context")?.loseContext(); // browsers allow a few at a time
  return Boolean(probe);
}

/** Open a run's face on a canvas.
 *
 *  lost() is called when the browser takes the drawing away, found() when it gives it back,
 *  failed() when a minute of the motion could not be fetched. */
async function openViewer(canvas, address, { lost, found, failed }) {
  const about = JSON.parse(new TextDecoder().decode(await fetchBytes(address)));
  const rig = await loadRig(about.face);
  const neutral = new Uint8Array(rig.about.morphs.length);
  const life = new AbortController();
  const shown = { frame: null, angle: null };
  let drawing = makeDrawing(canvas, rig);
  let time = 0;

  const motion = makeMotion(address, about, {
    arrived: draw,
    failed: (error) => { shown.frame = null; draw(); failed(error); }, // neutral, not of another time
  });
  const orbit = makeOrbit(canvas, { turned: askForDrawing, settled: askForDrawing });
  let request = 0;

  function isSeen() {
    return !document.hidden && canvas.clientWidth > 0 && drawing;
  }
  function askForDrawing() {
    request ||= requestAnimationFrame(() => { request = 0; draw(); });
  }
  function forget() {
    shown.frame = shown.angle = null;
  }
  function turn() {
    const { yaw, pitch, isTurning } = orbit.state;
    const angle = `${yaw} ${pitch} ${isTurning}`;
    if (angle === shown.angle) return false;
    drawing.look(cameraMatrix(rig.about.camera, yaw, pitch), isTurning);
    shown.angle = angle;
    canvas.dataset.angle = `${yaw.toFixed(0)} ${pitch.toFixed(0)}`;
    return true;
  }
  function move() {
    const frame = motion.frameAt(time);
    const weights = motion.weights(frame);
    if (!weights && shown.frame !== null) return false; // what is shown stays until it is there
    const next = weights ? frame : NEUTRAL;
    if (next === shown.frame) return false;
    drawing.pose(weights || neutral);
    shown.frame = next;
    canvas.dataset.frame = next;
    return true;
  }
  function draw() {
    if (!isSeen()) return;
    const size = Math.round(Math.min(MOST_PIXELS, canvas.clientWidth * devicePixelRatio));
    if (drawing.resize(size)) forget();
    const isMoved = move();
    const isTurned = turn();
    if (isMoved || isTurned) drawing.show();
  }
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault(); // so that it may come back
    drawing = null;
    lost();
  }, { signal: life.signal });
  canvas.addEventListener("webglcontextrestored", () => {
    forget();
    drawing = makeDrawing(canvas, rig);
    found();
    draw();
  }, { signal: life.signal });
  document.addEventListener("visibilitychange", draw, { signal: life.signal });
  const sizes = new ResizeObserver(askForDrawing); // also when its tab is opened again
  sizes.observe(canvas);
  draw();
  return {
    about, orbit,
    show: (next) => { time = next; draw(); },
    end: () => {
      life.abort();
      sizes.disconnect();
      cancelAnimationFrame(request);
      orbit.end();
      motion.end();
      rig.picture.close();
      canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

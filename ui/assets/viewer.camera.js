/* Where the face is seen from: straight ahead as in the video, until somebody turns it. */

const ACROSS = 48; // degrees to either side; beyond, the hair was not made to be seen
const [LOWEST, HIGHEST] = [-8, 28]; // degrees below and above eye level: never up through the neck
const KEY_STEP = 6; // degrees
const PER_WIDTH = 150; // degrees for a drag across the whole picture
const SETTLES = 160; // ms without another angle, after which it is not being turned any more
const [NEAR, FAR] = [5, 30]; // dm

/** World to picture for a camera that has gone round the head; angles in degrees. */
function cameraMatrix({ height, distance, zoom }, yaw, pitch) {
  const [y, p] = [yaw * Math.PI / 180, pitch * Math.PI / 180];
  const [cy, sy, cp, sp] = [Math.cos(y), Math.sin(y), Math.cos(p), Math.sin(p)];
  // The head turned about its axis, then nodded, then moved away from the lens.
  const rows = [[cy, 0, sy], [sp * sy, cp, -sp * cy], [-cp * sy, sp, cp * cy]];
  const scale = 2 * zoom;
  const depth = (FAR + NEAR) / (NEAR - FAR);
  const offset = 2 * FAR * NEAR / (NEAR - FAR);
  const matrix = new Float32Array(16);
  const put = (row, factors, constant) => {
    factors.forEach((factor, column) => { matrix[4 * column + row] = factor; });
    matrix[12 + row] = constant - factors[1] * height;
  };
  const times = (factor, row) => row.map((each) => factor * each);
  put(0, times(scale, rows[0]), 0);
  put(1, times(scale, rows[1]), 0);
  put(2, times(depth, rows[2]), offset - depth * distance);
  put(3, times(-1, rows[2]), distance);
  const [x, up, z] = times(distance, rows[2]);
  return { matrix, eye: [x, up + height, z], isFront: !yaw && !pitch };
}

/** Lets pointer and keys turn the face; turned() is called for each new angle. */
function makeOrbit(surface, turned) {
  const life = new AbortController();
  const { signal } = life;
  const state = { yaw: 0, pitch: 0, isTurning: false };
  let drag = null;
  let timer = 0;

  function turnTo(yaw, pitch) {
    const next = [Math.max(-ACROSS, Math.min(ACROSS, yaw)), Math.max(LOWEST, Math.min(HIGHEST, pitch))];
    if (next[0] === state.yaw && next[1] === state.pitch) return;
    [state.yaw, state.pitch] = next;
    state.isTurning = true;
    clearTimeout(timer);
    timer = setTimeout(() => { state.isTurning = false; }, SETTLES);
    turned();
  }
  surface.addEventListener("pointerdown", (event) => {
    if (event.button || drag) return; // one finger turns; another one changes nothing
    drag = { id: event.pointerId, x: event.clientX, y: event.clientY, yaw: state.yaw, pitch: state.pitch };
    surface.setPointerCapture(event.pointerId);
  }, { signal });
  surface.addEventListener("pointermove", (event) => {
    if (drag?.id !== event.pointerId) return;
    const degrees = PER_WIDTH / surface.clientWidth;
    turnTo(drag.yaw + degrees * (event.clientX - drag.x), drag.pitch + degrees * (event.clientY - drag.y));
  }, { signal });
  for (const name of ["pointerup", "pointercancel"]) {
    surface.addEventListener(name, (event) => { if (drag?.id === event.pointerId) drag = null; }, { signal });
  }
  surface.addEventListener("dblclick", () => turnTo(0, 0), { signal });
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  surface.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere on the screen they move through time
    turnTo(state.yaw + KEY_STEP * step[0], state.pitch + KEY_STEP * step[1]);
  }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  return { state, turnTo, reset: () => turnTo(0, 0), end: () => life.abort() };
}

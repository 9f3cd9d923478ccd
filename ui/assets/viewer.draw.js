/* Draws the face in layers, like the video: what keeps still once per angle, what moves per frame. */

const LARGE = 640; // px; larger pictures' layers are drawn less finely, for the memory
const STILL_FINER = 4; // how many times finer than shown the still layers are drawn
const MOVING_FINER = 2; // likewise what moves
const SLOW = 12; // ms for the face without its hair; graphics hardware needs one or two
const MARGIN = 0.12; // dm around what a single morph can reach: several may add up

/** Builds what draws one face on one canvas.
 *
 *  look(camera, hair) chooses the angle, pose(bytes) the morph weights, turn(angles, share) how much of
 *  its own turn the head shows, show() draws; sketch(camera) draws all of it at once, roughly: for
 *  turning the face where drawing is slow. */
function makeDrawing(canvas, rig) {
  // What does not move stays on the canvas, so that only the moving part is drawn anew.
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: true });
  if (!gl) throw new Error("there is no WebGL 2");
  const solid = makeSolid(gl, rig);
  const hair = makeHair(gl, rig);
  const whole = makeWhole(gl);
  const wall = makeTexture(gl, () => {
    const [height, width] = rig.shapes.wall;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, width, height, 0, gl.RGB, gl.UNSIGNED_BYTE, rig.wall);
  });
  const both = gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT;
  const grid = makeGrid(gl, rig);
  // `turn` is null where the head keeps straight, as it is seen from aside.
  const view = { matrix: null, box: null, isNew: true, isFront: false, turn: null };
  let targets = null;
  let isSlow = false;

  function resize(size) {
    if (targets?.size === size) return false;
    targets?.free();
    canvas.width = size;
    canvas.height = size;
    targets = makeTargets(gl, size, isSlow);
    return true;
  }
  /** Draw a layer that keeps still, twice as fine as the picture. */
  function drawLayer(target, program, inputs, draw) {
    begin(gl, targets.large, both);
    draw();
    begin(gl, target);
    whole.draw(program, { layer: targets.large.texture, ...inputs });
  }
  function look({ matrix, eye, isFront }, hairDetail) {
    Object.assign(view, { matrix, isFront, isNew: true, box: boxOf(solid.reach, matrix, targets.size) });
    drawLayer(targets.behind, whole.wall, { wall }, () => solid.drawStill(matrix));
    drawLayer(targets.front, whole.copy, {}, () => {
      solid.drawShirt(matrix);
      solid.drawDepth(matrix, true); // hides what is behind it, but leaves no colour
      hair.draw(matrix, eye, hairDetail);
    });
    begin(gl, targets.still, gl.DEPTH_BUFFER_BIT);
    solid.drawDepth(matrix, false);
    if (isSlow) grid.findFront(targets.front);
  }
  /** Draw the pose at the angle that was chosen. */
  function show(isQuick = false) {
    if (isQuick && view.turn) showQuickly();
    else showLayers(isQuick);
    view.isNew = false;
  }
  /** The face with its turn straight onto the canvas, and each layer only where it shows: without
   *  graphics hardware, looking layers up for every pixel takes longer than all of the face. */
  function showQuickly() {
    const layers = { behind: targets.behind.texture, front: targets.front.texture };
    const shown = { frame: null, size: targets.size };
    if (view.isNew) {
      begin(gl, targets.quick, both); // nothing moves in it
      begin(gl, shown);
      whole.draw(whole.layers, { ...layers, moving: targets.quick.texture }, targets.size);
    }
    begin(gl, shown, gl.DEPTH_BUFFER_BIT);
    solid.drawMoving(view.matrix, view.turn, null, 1, true);
    grid.drawAround(view, layers);
  }
  function showLayers(isQuick) {
    const { still, behind, front } = targets;
    const target = isQuick ? targets.quick : targets.moving;
    const finer = target.size / targets.size;
    if (!view.isNew) gl.enable(gl.SCISSOR_TEST);
    gl.scissor(...view.box.map((each) => finer * each));
    begin(gl, target, both);
    solid.drawMoving(view.matrix, view.turn, still.texture, still.size / target.size, isQuick);
    gl.scissor(...view.box);
    begin(gl, { frame: null, size: targets.size });
    const layers = { behind: behind.texture, moving: target.texture, front: front.texture };
    if (view.isNew || !view.turn) whole.draw(whole.layers, layers, targets.size);
    gl.disable(gl.SCISSOR_TEST);
    if (view.turn) grid.draw(view, layers, targets.size);
  }
  function sketch({ matrix, eye }) {
    begin(gl, targets.quick, both);
    solid.sketch(matrix, view.turn ?? STRAIGHT);
    hair.draw(matrix, eye, "sketch", view.turn ?? STRAIGHT);
    begin(gl, { frame: null, size: targets.size });
    whole.draw(whole.wall, { wall, layer: targets.quick.texture });
    view.isNew = true; // for the layers, none of which is on the canvas now
  }
  /** Find out whether drawing is slow here, as without graphics hardware; takes a few pictures. */
  function measure(camera) {
    const pixel = new Uint8Array(4);
    const times = [0, 1, 2].map(() => {
      const start = performance.now();
      begin(gl, targets.quick, both);
      solid.drawAll(camera.matrix);
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel); // waits until it is drawn
      return performance.now() - start;
    });
    const before = isSlow;
    isSlow = Math.min(...times) > SLOW;
    if (isSlow === before) return isSlow;
    const { size } = targets;
    targets.free();
    targets = makeTargets(gl, size, isSlow);
    return isSlow;
  }
  function turn(angles, share) {
    view.turn = share ? turnMatrix(angles.map((angle) => share * angle)) : null;
  }
  return { resize, measure, look, show, sketch, turn, pose: solid.pose };
}

/** The part of the picture that a box in space covers: left, bottom, width and height in px. */
function boxOf({ low, high }, matrix, size) {
  const places = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) => {
    const point = [0, 1, 2].map((axis) => (corner >> axis & 1 ? high[axis] + MARGIN : low[axis] - MARGIN));
    const row = (number) => matrix[number] * point[0] + matrix[4 + number] * point[1] +
      matrix[8 + number] * point[2] + matrix[12 + number];
    return [0, 1].map((axis) => (row(axis) / row(3) + 1) * size / 2);
  });
  const within = (value) => Math.max(0, Math.min(size, value));
  const [left, bottom] = [0, 1].map((axis) => within(Math.floor(Math.min(...places.map((at) => at[axis])))));
  const [right, top] = [0, 1].map((axis) => within(Math.ceil(Math.max(...places.map((at) => at[axis])))));
  return [left, bottom, right - left, top - bottom];
}

/** The pictures in memory that one size of canvas needs. */
function makeTargets(gl, size, isSlow) {
  const solid = (finer) => makeTarget(gl, finer * size, { hasDepth: true });
  const made = {
    large: solid(isSlow || size > LARGE ? MOVING_FINER : STILL_FINER),
    moving: solid(MOVING_FINER),
    quick: solid(1),
    behind: makeTarget(gl, MOVING_FINER * size),
    front: makeTarget(gl, MOVING_FINER * size),
    still: makeTarget(gl, MOVING_FINER * size, { isDepth: true }),
  };
  const free = () => Object.values(made).forEach((each) => each.free());
  return { ...made, size, free };
}

/** Passes over the whole picture. */
function makeWhole(gl) {
  const arrays = gl.createVertexArray();
  const pass = (fragment) => makeProgram(gl, WHOLE_VERTEX, fragment);

  function draw({ program, place }, textures, size = 1) {
    gl.disable(gl.DEPTH_TEST);
    gl.useProgram(program);
    gl.uniform1f(place("size"), size);
    bindTextures(gl, place, textures);
    gl.bindVertexArray(arrays);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
  return { draw, wall: pass(WALL_FRAGMENT), copy: pass(COPY_FRAGMENT), layers: pass(layersFragment(false)) };
}

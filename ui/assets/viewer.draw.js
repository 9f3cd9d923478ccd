/* Draws the face in layers, like the video: what keeps still once per angle, what moves per frame. */

const LARGE = 640; // px; larger pictures' layers are drawn less finely, for the memory
const STILL_FINER = 4; // how many times finer than shown the still layers are drawn
const MOVING_FINER = 2; // likewise what moves
const SLOW = 12; // ms for the face without its hair; graphics hardware needs one or two
const MARGIN = 0.12; // dm around what a single morph can reach: several may add up

/** Builds what draws one face on one canvas.
 *
 *  look(camera, hair) chooses the angle, pose(bytes) the morph weights, show() draws; sketch(camera)
 *  draws all of it at once, roughly: for turning the face where drawing is slow. */
function makeDrawing(canvas, rig) {
  // What does not move stays on the canvas, so that only the moving part is drawn anew.
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true });
  if (!gl) throw new Error("there is no WebGL 2");
  const solid = makeSolid(gl, rig);
  const hair = makeHair(gl, rig);
  const whole = makeWhole(gl);
  const wall = makeTexture(gl, () => {
    const [height, width] = rig.shapes.wall;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, width, height, 0, gl.RGB, gl.UNSIGNED_BYTE, rig.wall);
  });
  const both = gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT;
  const view = { matrix: null, box: null, isNew: true };
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
  /** Draw a layer that keeps still, and bring it to the picture's own size. */
  function drawLayer(target, program, inputs, draw) {
    const { large, half } = targets;
    begin(gl, large, both);
    draw();
    if (half !== large) { // a mean of sixteen is one of four, twice
      begin(gl, half);
      whole.draw(whole.copy, { layer: large.texture });
    }
    begin(gl, target);
    whole.draw(program, { layer: half.texture, ...inputs });
  }
  function look({ matrix, eye }, hairDetail) {
    Object.assign(view, { matrix, isNew: true, box: boxOf(solid.reach, matrix, targets.size) });
    drawLayer(targets.behind, whole.wall, { wall }, () => solid.drawStill(matrix));
    drawLayer(targets.front, whole.copy, {}, () => {
      gl.colorMask(false, false, false, false);
      solid.drawDepth(matrix, true);
      gl.colorMask(true, true, true, true);
      hair.draw(matrix, eye, hairDetail);
    });
    begin(gl, targets.still, gl.DEPTH_BUFFER_BIT);
    solid.drawDepth(matrix, false);
  }
  /** Draw the pose at the angle that was chosen. */
  function show(isQuick = false) {
    const { still, behind, front } = targets;
    const target = isQuick ? targets.quick : targets.moving;
    const finer = target.size / targets.size;
    if (!view.isNew) gl.enable(gl.SCISSOR_TEST);
    gl.scissor(...view.box.map((each) => finer * each));
    begin(gl, target, both);
    solid.drawMoving(view.matrix, still.texture, still.size / target.size, isQuick);
    gl.scissor(...view.box);
    begin(gl, { frame: null, size: targets.size });
    whole.draw(whole.layers, { behind: behind.texture, moving: target.texture, front: front.texture });
    gl.disable(gl.SCISSOR_TEST);
    view.isNew = false;
  }
  function sketch({ matrix, eye }) {
    begin(gl, targets.quick, both);
    solid.drawAll(matrix);
    hair.draw(matrix, eye, "sketch");
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
  return { resize, measure, look, show, sketch, pose: solid.pose };
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
  const large = solid(isSlow || size > LARGE ? MOVING_FINER : STILL_FINER);
  const made = {
    large,
    half: isSlow || size > LARGE ? large : makeTarget(gl, MOVING_FINER * size),
    moving: solid(MOVING_FINER),
    quick: solid(1),
    behind: makeTarget(gl, size),
    front: makeTarget(gl, size),
    still: makeTarget(gl, MOVING_FINER * size, { isDepth: true }),
  };
  const free = () => new Set(Object.values(made)).forEach((each) => each.free());
  return { ...made, size, free };
}

/** Passes over the whole picture. */
function makeWhole(gl) {
  const arrays = gl.createVertexArray();
  const pass = (fragment) => makeProgram(gl, WHOLE_VERTEX, fragment);

  function draw({ program, place }, textures) {
    gl.disable(gl.DEPTH_TEST);
    gl.useProgram(program);
    bindTextures(gl, place, textures);
    gl.bindVertexArray(arrays);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
  return { draw, wall: pass(WALL_FRAGMENT), copy: pass(COPY_FRAGMENT), layers: pass(LAYERS_FRAGMENT) };
}

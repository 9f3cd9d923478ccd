/* Draws the face in layers, like the video: what keeps still once per angle, what moves per frame. */

const LARGE = 640; // px; larger pictures' layers are drawn no finer than they are shown

/** Builds what draws one face on one canvas.
 *
 *  look(camera, isTurning) chooses the angle, pose(bytes) the morph weights, show() draws. */
function makeDrawing(canvas, rig) {
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, desynchronized: false });
  if (!gl) throw new Error("there is no WebGL 2");
  const face = makePose(rig);
  const solid = makeSolid(gl, rig, face);
  const hair = makeHair(gl, rig);
  const wall = makeTexture(gl, () => {
    const [height, width] = rig.shapes.wall;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, width, height, 0, gl.RGB, gl.UNSIGNED_BYTE, rig.wall);
  });
  const whole = makeWhole(gl);
  let targets = null;
  let camera = null;

  function resize(size) {
    if (targets?.size === size) return false;
    targets?.free();
    canvas.width = size;
    canvas.height = size;
    targets = makeTargets(gl, size);
    return true;
  }
  /** Draw a layer that keeps still, and bring it to the picture's own size. */
  function drawLayer(isTurning, target, program, inputs, draw) {
    const [sampled, resolved] = isTurning ? targets.coarse : targets.fine;
    begin(gl, sampled, gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    draw();
    gl.disable(gl.DEPTH_TEST);
    copyPicture(gl, sampled, resolved, gl.COLOR_BUFFER_BIT);
    begin(gl, target);
    whole.draw(program, { layer: resolved.texture, ...inputs });
  }
  function look(next, isTurning) {
    camera = next;
    drawLayer(isTurning, targets.behind, whole.wall, { wall }, () => solid.drawStill(camera));
    drawLayer(isTurning, targets.front, whole.copy, {}, () => {
      gl.colorMask(false, false, false, false);
      solid.drawDepth(camera, true);
      gl.colorMask(true, true, true, true);
      hair.draw(camera, isTurning);
    });
    begin(gl, targets.still, gl.DEPTH_BUFFER_BIT);
    solid.drawDepth(camera, false);
    gl.disable(gl.DEPTH_TEST);
  }
  function show() {
    copyPicture(gl, targets.still, targets.moving, gl.DEPTH_BUFFER_BIT);
    begin(gl, targets.moving, gl.COLOR_BUFFER_BIT);
    solid.drawMoving(camera);
    gl.disable(gl.DEPTH_TEST);
    begin(gl, { frame: null, size: targets.size });
    whole.draw(whole.layers, {
      behind: targets.behind.texture, moving: targets.moving.texture, front: targets.front.texture,
    });
  }
  return { resize, look, show, pose: solid.pose, finish: () => gl.finish() };
}

/** Aim at a picture, and empty it of what is named. */
function begin(gl, target, emptied = 0) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, target.frame);
  gl.viewport(0, 0, target.size, target.size);
  gl.enable(gl.DEPTH_TEST);
  gl.depthFunc(gl.LEQUAL);
  gl.clearColor(0, 0, 0, 0);
  if (emptied) gl.clear(emptied);
}

/** The pictures in memory that one size of canvas needs. */
function makeTargets(gl, size) {
  const finer = size > LARGE ? 1 : FINER;
  const pair = (zoom) => [makeSampled(gl, zoom * size), makeTarget(gl, zoom * size)];
  const made = {
    fine: pair(finer),
    coarse: pair(1),
    behind: makeTarget(gl, size),
    front: makeTarget(gl, size),
    still: makeTarget(gl, FINER * size, { hasDepth: true, hasColour: false }),
    moving: makeTarget(gl, FINER * size, { hasDepth: true }),
  };
  const free = () => Object.values(made).flat().forEach((each) => each.free());
  return { ...made, size, free };
}

/** Passes over the whole picture. */
function makeWhole(gl) {
  const arrays = gl.createVertexArray();
  const pass = (fragment) => makeProgram(gl, WHOLE_VERTEX, fragment);

  function draw({ program, place }, textures) {
    gl.disable(gl.DEPTH_TEST);
    gl.useProgram(program);
    Object.entries(textures).forEach(([name, texture], unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform1i(place(name), unit);
    });
    gl.bindVertexArray(arrays);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
  return { draw, wall: pass(WALL_FRAGMENT), copy: pass(COPY_FRAGMENT), layers: pass(LAYERS_FRAGMENT) };
}

/** The face's triangles, skin to shirt. */
function makeSolid(gl, rig, face) {
  const { about } = rig;
  const lit = makeProgram(gl, SOLID_VERTEX, SOLID_FRAGMENT);
  const depth = makeProgram(gl, DEPTH_VERTEX, DEPTH_FRAGMENT);
  const index = makeBuffer(gl, rig.triangle, gl.ELEMENT_ARRAY_BUFFER);
  const indexType = rig.triangle.BYTES_PER_ELEMENT === 2 ? gl.UNSIGNED_SHORT : gl.UNSIGNED_INT;
  const posed = makeBuffer(gl, face.buffer, gl.ARRAY_BUFFER, gl.DYNAMIC_DRAW);
  const bytes = 4 * STRIDE;
  const arrays = makeArrays(gl, [
    [0, posed, 3, gl.FLOAT, false, bytes, 0],
    [1, posed, 3, gl.FLOAT, false, bytes, 4 * NORMAL],
    [2, posed, 2, gl.FLOAT, false, bytes, 4 * FOLD],
    [3, makeBuffer(gl, rig.place), 4, gl.UNSIGNED_SHORT, true],
    [4, makeBuffer(gl, rig.look), 4, gl.UNSIGNED_BYTE, true],
  ], index);
  const neutral = makeArrays(gl, [[0, makeBuffer(gl, rig.position), 3, gl.FLOAT, false]], index);
  const skin = makeTexture(gl, () =>
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, gl.RGB, gl.UNSIGNED_BYTE, rig.picture));
  const lights = makeTexture(gl, () => {
    const [height, width] = rig.shapes.lights;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA16F, width, height, 0, gl.RGBA, gl.HALF_FLOAT, rig.lights);
  });
  let mouthLight = 1;

  function draw(first, last) {
    const offset = 3 * first * rig.triangle.BYTES_PER_ELEMENT;
    gl.drawElements(gl.TRIANGLES, 3 * (last - first), indexType, offset);
  }
  function light({ matrix }) {
    gl.useProgram(lit.program);
    gl.uniformMatrix4fv(lit.place("camera"), false, matrix);
    gl.uniform3fv(lit.place("foldTint"), about.fold);
    gl.uniform1f(lit.place("mouthLight"), mouthLight);
    [["skin", skin], ["lights", lights]].forEach(([name, texture], unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform1i(lit.place(name), unit);
    });
    gl.bindVertexArray(arrays);
  }
  const count = rig.triangle.length / 3;
  return {
    /** Upload what the weights move. */
    pose(weights) {
      mouthLight = face.apply(weights);
      gl.bindBuffer(gl.ARRAY_BUFFER, posed);
      gl.bufferSubData(gl.ARRAY_BUFFER, 0, face.buffer, 0, face.lively);
    },
    drawStill(camera) { light(camera); draw(about.moving, count); },
    /** What moves, the border to what does not included; the insides of its surfaces are hidden. */
    drawMoving(camera) {
      light(camera);
      gl.enable(gl.CULL_FACE);
      draw(0, about.drawn);
      gl.disable(gl.CULL_FACE);
    },
    /** Hide what lies behind the neutral face, or only behind what keeps still. */
    drawDepth({ matrix }, isWhole) {
      gl.useProgram(depth.program);
      gl.uniformMatrix4fv(depth.place("camera"), false, matrix);
      gl.bindVertexArray(neutral);
      draw(isWhole ? 0 : about.moving, count);
    },
  };
}

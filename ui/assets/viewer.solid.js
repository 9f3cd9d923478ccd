/* The face's triangles, skin to shirt. */

/** What the face can reach in any single morph: low and high corner of a box, in dm. */
function reachOf(rig) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const { position, offset, offset_corner: corners, offset_start: starts, offset_scale: scales } = rig;
  const take = (axis, value) => {
    low[axis] = Math.min(low[axis], value);
    high[axis] = Math.max(high[axis], value);
  };
  for (let number = 0; number < 3 * rig.about.lively; number += 1) take(number % 3, position[number]);
  for (let morph = 0; morph < scales.length; morph += 1) {
    for (let number = 3 * starts[morph]; number < 3 * starts[morph + 1]; number += 1) {
      const axis = number % 3;
      take(axis, position[3 * corners[(number - axis) / 3] + axis] + scales[morph] * offset[number]);
    }
  }
  return { low, high };
}

const NEARER = -3_400; // units of depth, half a millimetre

function typeOf(gl, index) {
  return index.BYTES_PER_ELEMENT === 2 ? gl.UNSIGNED_SHORT : gl.UNSIGNED_INT;
}

/** Builds what draws a face's triangles with a camera's matrix. */
function makeSolid(gl, rig) {
  const { about } = rig;
  const face = makePose(rig);
  const { packed, light } = makeLight(rig, face.buffer);
  const count = rig.triangle.length / 3;
  light(0, rig.position.length / 3, 1);
  const lit = makeProgram(gl, SOLID_VERTEX, SOLID_FRAGMENT);
  const moving = makeProgram(gl, SOLID_VERTEX, MOVING_FRAGMENT);
  const depth = makeProgram(gl, DEPTH_VERTEX, DEPTH_FRAGMENT);
  const index = makeBuffer(gl, rig.triangle, gl.ELEMENT_ARRAY_BUFFER);
  const posed = makeBuffer(gl, packed, gl.ARRAY_BUFFER, gl.DYNAMIC_DRAW);
  const attributes = [
    [0, posed, 3, gl.FLOAT, false, PACKED, 0],
    [1, posed, 4, gl.UNSIGNED_SHORT, true, PACKED, 12], // three of 16 bits would be converted each time
    [2, makeBuffer(gl, rig.place), 2, gl.UNSIGNED_SHORT, true],
  ];
  const arrays = makeArrays(gl, attributes, index);
  const few = makeArrays(gl, attributes, makeBuffer(gl, rig.coarse, gl.ELEMENT_ARRAY_BUFFER));
  const shirt = makeArrays(gl, attributes, makeBuffer(gl, rig.shirt, gl.ELEMENT_ARRAY_BUFFER));
  const neutral = makeArrays(gl, [[0, makeBuffer(gl, rig.position), 3, gl.FLOAT, false]], index);
  const skin = makeTexture(gl, () =>
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, gl.RGB, gl.UNSIGNED_BYTE, rig.picture));

  let mouth = 1; // how much light falls into it
  let ready = about.lively; // how many corners are on the graphics side as they are posed

  /** Light and upload the first corners, as far as that was not done for this pose. */
  function bring(count) {
    if (count <= ready) return;
    light(ready, count, mouth);
    gl.bindBuffer(gl.ARRAY_BUFFER, posed);
    gl.bufferSubData(gl.ARRAY_BUFFER, PACKED * ready, new Uint8Array(packed, PACKED * ready, PACKED * (count - ready)));
    ready = count;
  }
  function draw(first, last) {
    const offset = 3 * first * rig.triangle.BYTES_PER_ELEMENT;
    gl.drawElements(gl.TRIANGLES, 3 * (last - first), typeOf(gl, rig.triangle), offset);
  }
  function drawFew() {
    gl.drawElements(gl.TRIANGLES, rig.coarse.length, typeOf(gl, rig.coarse), 0);
  }
  function use({ program, place }, matrix, textures, vertices, turn = STRAIGHT) {
    gl.useProgram(program);
    gl.uniformMatrix4fv(place("camera"), false, matrix);
    gl.uniformMatrix3fv(place("turn"), false, turn);
    gl.uniform3fv(place("pivot"), about.head.pivot);
    bindTextures(gl, place, textures);
    gl.bindVertexArray(vertices);
  }
  return {
    reach: turnedReach(reachOf(rig), about.head),
    /** Take weights as bytes. */
    pose(weights) {
      mouth = face.apply(weights);
      ready = 0;
    },
    drawStill(matrix) {
      bring(about.lively); // the border's are among them
      use(lit, matrix, { skin }, arrays);
      draw(about.moving, count);
    },
    /** What stays in front of what moves; a little nearer, so that its own depth does not hide it. */
    drawShirt(matrix) {
      use(lit, matrix, { skin }, shirt);
      gl.enable(gl.POLYGON_OFFSET_FILL);
      gl.polygonOffset(0, NEARER);
      gl.drawElements(gl.TRIANGLES, rig.shirt.length, typeOf(gl, rig.shirt), 0);
      gl.disable(gl.POLYGON_OFFSET_FILL);
    },
    /** What moves, the border to what does not included, but not the insides of its surfaces.
     *  From aside it is hidden by what keeps still: `still` is its depth, `finer` how much finer that
     *  is than what is drawn. From the front, where the head turns, nothing still but the shirt is. */
    drawMoving(matrix, turn, still, finer, isQuick) {
      bring(isQuick ? about.coarse_corners : about.lively);
      if (turn) use(lit, matrix, { skin }, isQuick ? few : arrays, turn);
      else {
        use(moving, matrix, { skin, still }, isQuick ? few : arrays);
        gl.uniform1f(moving.place("finer"), finer);
      }
      gl.enable(gl.CULL_FACE);
      if (isQuick) drawFew();
      else draw(0, about.drawn);
      gl.disable(gl.CULL_FACE);
    },
    /** All of it. */
    drawAll(matrix) {
      bring(about.lively);
      use(lit, matrix, { skin }, arrays);
      draw(0, count);
    },
    /** All of it, what moves from fewer triangles. */
    sketch(matrix, turn) {
      bring(about.coarse_corners);
      use(lit, matrix, { skin }, few, turn);
      drawFew();
      gl.bindVertexArray(arrays);
      draw(about.drawn, count);
    },
    /** Leave the depth of the neutral face, or only of what keeps still, and no colour. */
    drawDepth(matrix, isWhole) {
      use(depth, matrix, {}, neutral);
      draw(isWhole ? 0 : about.moving, count);
    },
  };
}

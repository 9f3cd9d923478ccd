/* The hair: strands as ribbons. Where drawing is slow, fewer and wider ones stand for all. */

// Share of the strands, every which point of them, and how much wider they are.
const HAIR_DETAIL = { full: [1, 1, 1], less: [0.5, 2, 1.4], sketch: [0.15, 4, 2.6] };

/** Triangles of the first strands, along every step-th point. */
function ribbonIndex(count, points, step) {
  const pieces = Math.floor((points - 1) / step);
  const index = new Uint32Array(6 * count * pieces);
  let at = 0;
  for (let strand = 0; strand < count; strand += 1) {
    for (let piece = 0; piece < pieces; piece += 1) {
      const a = 2 * (strand * points + piece * step);
      const b = a + 2 * step;
      index[at] = index[at + 3] = a;
      index[at + 1] = a + 1;
      index[at + 2] = index[at + 4] = b + 1;
      index[at + 5] = b;
      at += 6;
    }
  }
  return index;
}

/** Every point's numbers twice, once for each edge of its ribbon, filled up to four. */
function bothEdges(values, numbers, marks = [0, 0]) {
  const count = values.length / numbers;
  const both = new values.constructor(8 * count);
  for (let point = 0; point < count; point += 1) {
    for (let number = 0; number < 4; number += 1) {
      const value = values[numbers * point + number];
      both[8 * point + number] = number < numbers ? value : marks[0];
      both[8 * point + 4 + number] = number < numbers ? value : marks[1];
    }
  }
  return both;
}

/** Builds what draws the hair of a face; draw(matrix, eye, detail, turn). */
function makeHair(gl, rig) {
  const { low, span, widest, points } = rig.about.hair;
  const strands = rig.strand_point.length / 4 / points;
  const { program, place } = makeProgram(gl, HAIR_VERTEX, HAIR_FRAGMENT);
  const attributes = [
    [0, makeBuffer(gl, bothEdges(rig.strand_point, 4)), 4, gl.UNSIGNED_SHORT, true],
    [1, makeBuffer(gl, bothEdges(rig.strand_along, 3, [-127, 127])), 4, gl.BYTE, true],
    [2, makeBuffer(gl, bothEdges(rig.strand_colour, 4)), 4, gl.UNSIGNED_BYTE, true],
  ];
  const layers = {};
  for (const [detail, [share, step, wider]] of Object.entries(HAIR_DETAIL)) {
    const index = ribbonIndex(Math.ceil(share * strands), points, step);
    const arrays = makeArrays(gl, attributes, makeBuffer(gl, index, gl.ELEMENT_ARRAY_BUFFER));
    layers[detail] = { arrays, length: index.length, wider };
  }

  function draw(matrix, eye, detail, turn = STRAIGHT) {
    const { arrays, length, wider } = layers[detail];
    gl.useProgram(program);
    gl.uniformMatrix4fv(place("camera"), false, matrix);
    gl.uniformMatrix3fv(place("turn"), false, turn);
    gl.uniform3fv(place("pivot"), rig.about.head.pivot);
    gl.uniform3fv(place("low"), low);
    gl.uniform3fv(place("span"), span);
    gl.uniform3fv(place("eye"), eye);
    gl.uniform1f(place("widest"), wider * widest);
    gl.bindVertexArray(arrays);
    if (length) gl.drawElements(gl.TRIANGLES, length, gl.UNSIGNED_INT, 0);
  }
  return { draw };
}

/* The still layers on a grid of cells that turns with the head. */

const BLOCK = 8; // px; a layer is searched for colour by blocks of so many

/** Builds what fetches pictures from where they are drawn, without waiting until they are.
 *
 *  ask(target) begins; take() gives the pixels once, as soon as they are there, else null. */
function makeReader(gl) {
  const buffer = gl.createBuffer();
  let asked = null;

  function ask({ frame, size }) {
    gl.deleteSync(asked?.drawn ?? null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, 4 * size * size, gl.STREAM_READ);
    gl.readPixels(0, 0, size, size, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    asked = { size, drawn: gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0) };
    gl.flush();
  }
  function take() {
    if (!asked || gl.clientWaitSync(asked.drawn, 0, 0) === gl.TIMEOUT_EXPIRED) return null;
    const { size, drawn } = asked;
    const pixels = new Uint32Array(size * size);
    gl.deleteSync(drawn);
    asked = null;
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, pixels);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    return { pixels, size };
  }
  return { ask, take };
}

/** Which blocks of a picture hold anything: 1 or 0, row by row from below. */
function filledBlocks({ pixels, size }) {
  const across = Math.ceil(size / BLOCK);
  const filled = new Uint8Array(across * across);
  for (let y = 0; y < size; y += 1) {
    const row = across * Math.floor(y / BLOCK);
    for (let x = 0; x < size; x += 1) if (pixels[y * size + x]) filled[row + Math.floor(x / BLOCK)] = 1;
  }
  return { filled, across, scale: size / BLOCK };
}

/** Triangles of a grid over any filled block, or next to one, as they are seen without a turn. */
function trianglesOver({ filled, across, scale }, index, points, matrix) {
  const places = new Float32Array(2 * points.length / 3); // in blocks
  for (let point = 0; point < points.length / 3; point += 1) {
    const [x, y, z] = points.subarray(3 * point, 3 * point + 3);
    const row = (number) => matrix[number] * x + matrix[4 + number] * y + matrix[8 + number] * z + matrix[12 + number];
    for (const axis of [0, 1]) places[2 * point + axis] = (0.5 + 0.5 * row(axis) / row(3)) * scale;
  }
  const within = (block) => Math.max(0, Math.min(across - 1, Math.floor(block)));
  const isOver = (corners) => {
    const [[left, right], [bottom, top]] = [0, 1].map((axis) => {
      const along = corners.map((corner) => places[2 * corner + axis]);
      return [within(Math.min(...along) - 1), within(Math.max(...along) + 1)];
    });
    for (let y = bottom; y <= top; y += 1) {
      if (filled.subarray(across * y + left, across * y + right + 1).includes(1)) return true;
    }
    return false;
  };
  const found = [];
  for (let at = 0; at < index.length; at += 3) {
    const corners = [...index.subarray(at, at + 3)];
    if (isOver(corners)) found.push(...corners);
  }
  return index.constructor.from(found);
}

/** Builds what draws the still layers turned. */
function makeGrid(gl, rig) {
  const attributes = [
    [0, makeBuffer(gl, rig.grid_point), 3, gl.FLOAT, false],
    [1, makeBuffer(gl, rig.grid_share), 1, gl.FLOAT, false],
  ];
  const cells = (index) =>
    ({ index, arrays: makeArrays(gl, attributes, makeBuffer(gl, index, gl.ELEMENT_ARRAY_BUFFER)) });
  const [lively, open, every] = [cells(rig.cell), cells(rig.open_cell), cells(rig.every_cell)];
  // From aside, what moves shows over other cells.
  const cellsFor = (isFront) => (isFront ? lively : every);
  const fine = makeProgram(gl, GRID_VERTEX, layersFragment(true));
  const single = makeProgram(gl, GRID_VERTEX, COPY_FRAGMENT);
  const inFront = gl.createBuffer();
  const frontArrays = makeArrays(gl, attributes, inFront);
  const reader = makeReader(gl);
  let filledCells = null; // those in which the layer in front of the face shows anything, once that is known

  function use({ program, place }, { matrix, turn }, textures) {
    gl.useProgram(program);
    gl.uniformMatrix4fv(place("camera"), false, matrix);
    gl.uniformMatrix3fv(place("turn"), false, turn);
    gl.uniform3fv(place("pivot"), rig.about.head.pivot);
    bindTextures(gl, place, textures);
  }
  function drawCells({ index, arrays }) {
    gl.bindVertexArray(arrays);
    gl.drawElements(gl.TRIANGLES, index.length, typeOf(gl, index), 0);
  }
  /** Begin to find out where the layer in front of the face shows anything. */
  function findFront(layer) {
    filledCells = null;
    reader.ask(layer);
  }
  function frontCells({ matrix, isFront }) {
    const cells = cellsFor(isFront);
    const picture = filledCells ? null : reader.take();
    if (!picture) return filledCells ?? cells;
    const index = trianglesOver(filledBlocks(picture), cells.index, rig.grid_point, matrix);
    gl.bindVertexArray(frontArrays);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, index, gl.DYNAMIC_DRAW);
    filledCells = { index, arrays: frontArrays };
    return filledCells;
  }
  /** All layers, the moving one as it is; four looks into each still one. */
  function draw(view, textures, size) {
    gl.disable(gl.DEPTH_TEST);
    use(fine, view, textures);
    gl.uniform1f(fine.place("size"), size);
    drawCells(cellsFor(view.isFront));
  }
  /** The still layers around a face that is drawn already: behind it where its depth is not, and
   *  before it in the cells where there is anything. */
  function drawAround(view, { behind, front }) {
    use(single, view, { layer: behind });
    drawCells(view.isFront ? open : every);
    gl.disable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA); // colours are premultiplied
    use(single, view, { layer: front });
    drawCells(frontCells(view));
    gl.disable(gl.BLEND);
  }
  return { findFront, draw, drawAround };
}

/* The light on a posed face, corner by corner, looked up in the tables that come with the face. */

const PACKED = 20; // bytes of a corner as it is drawn: position (3 floats), colour (3), share of the head's turn
const SHARES = 65_535 / BRIGHTEST; // of a colour factor of 1

/** Where a direction lies on the octahedral map, in texels from its first row and column. */
function placeOnMap(x, y, z, size, found) {
  const sum = Math.max(Math.abs(x) + Math.abs(y) + Math.abs(z), 1e-12);
  let across = x / sum;
  let up = y / sum;
  if (z < 0) {
    const folded = (1 - Math.abs(up)) * (across < 0 ? -1 : 1);
    up = (1 - Math.abs(across)) * (up < 0 ? -1 : 1);
    across = folded;
  }
  const last = size - 1;
  found[0] = Math.max(0, Math.min(last - 1e-4, (across + 1) * size / 2 - 0.5));
  found[1] = Math.max(0, Math.min(last - 1e-4, (up + 1) * size / 2 - 0.5));
}

/** Builds what lights a face; light(first, last, mouth) packs corners into `packed`. */
function makeLight(rig, buffer) {
  const { lights, look, inside } = rig;
  const size = rig.shapes.lights[0];
  const [red, green, blue] = rig.about.fold;
  const corners = buffer.length / STRIDE;
  const packed = new ArrayBuffer(PACKED * corners);
  const floats = new Float32Array(packed);
  const shares = new Uint16Array(packed);
  const place = new Float64Array(2);
  for (let corner = 0; corner < corners; corner += 1) shares[10 * corner + 9] = rig.share[corner];

  function light(first, last, mouth) {
    for (let corner = first; corner < last; corner += 1) {
      const at = STRIDE * corner;
      placeOnMap(buffer[at + NORMAL], buffer[at + NORMAL + 1], buffer[at + NORMAL + 2], size, place);
      const column = Math.floor(place[0]);
      const row = Math.floor(place[1]);
      const x = place[0] - column;
      const y = place[1] - row;
      const a = 4 * (row * size + column);
      const b = a + 4 * size;
      const [nw, ne, sw, se] = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
      const sheen = (nw * lights[a + 3] + ne * lights[a + 7] + sw * lights[b + 3] + se * lights[b + 7]) * look[4 * corner + 3];
      const matt = (channel) => (nw * lights[a + channel] + ne * lights[a + 4 + channel] +
        sw * lights[b + channel] + se * lights[b + 4 + channel]) * look[4 * corner + channel] + sheen;
      const dim = buffer[at + SHADOW] * (inside[corner] ? mouth : 1) * SHARES / 255;
      const fold = buffer[at + FOLD];
      floats[5 * corner] = buffer[at];
      floats[5 * corner + 1] = buffer[at + 1];
      floats[5 * corner + 2] = buffer[at + 2];
      shares[10 * corner + 6] = Math.min(65_535, matt(0) * (1 + fold * red) * dim);
      shares[10 * corner + 7] = Math.min(65_535, matt(1) * (1 + fold * green) * dim);
      shares[10 * corner + 8] = Math.min(65_535, matt(2) * (1 + fold * blue) * dim);
    }
  }
  return { packed, light };
}

/* What the turning face is made of, and how it moves: fetched from the app, kept within bounds. */

const ARRAYS = {
  F32: Float32Array, U32: Uint32Array, U16: Uint16Array, I16: Int16Array, U8: Uint8Array, I8: Int8Array,
};
const KEPT_PIECES = 4; // minutes of motion; the rest is fetched again
const AHEAD = 20; // s before its beginning at which the next minute is asked for
const AGAIN = 2_000; // ms until a minute that did not come is asked for once more

async function fetchBytes(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} was answered with ${answer.status}`);
  return answer.arrayBuffer();
}

/** The arrays of a safetensors file (a length in 8 bytes, JSON, numbers), without copying them. */
function readRig(bytes) {
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  const text = new TextDecoder().decode(new Uint8Array(bytes, 8, length));
  const { __metadata__: metadata, ...arrays } = JSON.parse(text);
  const rig = { about: JSON.parse(metadata.about), shapes: {} };
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(arrays)) {
    const Numbers = ARRAYS[dtype];
    rig[name] = new Numbers(bytes, 8 + length + from, (to - from) / Numbers.BYTES_PER_ELEMENT);
    rig.shapes[name] = shape;
  }
  return rig;
}

/** A face with its skin as a picture, ready to be drawn. */
async function loadRig(address) {
  const rig = readRig(await fetchBytes(address));
  const skin = new Blob([rig.skin], { type: "image/jpeg" });
  rig.picture = await createImageBitmap(skin, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  return rig;
}

/** A run's motion, of which only the minutes around the playhead are held.
 *
 *  arrived() is called when a minute that was asked for is there, failed() when it did not come,
 *  again() when it may be asked for once more. */
function makeMotion(address, about, { arrived, failed, again }) {
  const pieces = new Map(); // by number, the one used last at the end; null while it is fetched
  const refused = new Set(); // numbers of those that failed just now
  const last = Math.max(0, about.frames - 1);
  let ended = false;

  async function fetchPiece(number) {
    pieces.set(number, null);
    try {
      const bytes = new Uint8Array(await fetchBytes(`${address}/${number}`));
      if (!pieces.has(number) || ended) return; // too much was asked for meanwhile
      pieces.set(number, bytes);
      arrived();
    } catch (error) {
      pieces.delete(number);
      if (ended) return;
      refused.add(number);
      failed(error);
      setTimeout(() => { refused.delete(number); if (!ended) again(); }, AGAIN);
    }
  }
  function ask(number) {
    if (pieces.has(number) || refused.has(number) || number * about.piece > last) return;
    fetchPiece(number);
    for (const oldest of pieces.keys()) {
      if (pieces.size <= KEPT_PIECES) break;
      pieces.delete(oldest);
    }
  }
  /** The frame that is shown at a time; a hair's breadth early counts, as times are rounded. */
  function frameAt(time) {
    return Math.max(0, Math.min(last, Math.floor(time * about.frame_rate + 1e-4)));
  }
  /** A frame's weights and angles as bytes, or null while they are not there. */
  function weights(frame) {
    const number = Math.floor(frame / about.piece);
    ask(number);
    const bytes = pieces.get(number);
    if (!bytes) return null;
    pieces.delete(number); // to the end: it is used
    pieces.set(number, bytes);
    if ((number + 1) * about.piece - frame < AHEAD * about.frame_rate) ask(number + 1);
    const start = (frame - number * about.piece) * about.bytes;
    return bytes.subarray(start, start + about.bytes);
  }
  return { frameAt, weights, end: () => { ended = true; pieces.clear(); } };
}

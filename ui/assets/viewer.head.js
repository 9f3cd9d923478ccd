/* The head's own motion: turned as in the video, while it is seen about from the front. */

const [FULLY, NO_LONGER] = [8, 20]; // degrees from the front up to which the head moves as in the video

/** The head's angles in radians from a frame's last bytes: down, to its left, tilted to its right. */
function headAngles(bytes, { largest, full }) {
  const numbers = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 2 * largest.length);
  return largest.map((most, axis) => most * numbers.getInt16(2 * axis, true) / full);
}

/** How much of its motion the head keeps: the relief behind it was made to be seen from in front. */
function headShare(yaw, pitch) {
  const share = Math.max(0, Math.min(1, (NO_LONGER - Math.hypot(yaw, pitch)) / (NO_LONGER - FULLY)));
  return share * share * (3 - 2 * share);
}

/** What a turn by some angles adds to directions, column by column; see verhm.face.head. */
function turnMatrix([pitch, yaw, roll]) {
  const [cp, sp, cy, sy] = [Math.cos(pitch), Math.sin(pitch), Math.cos(yaw), Math.sin(yaw)];
  const [cr, sr] = [Math.cos(roll), Math.sin(roll)];
  // Tilted first, then bent, then turned.
  return new Float32Array([
    cy * cr + sy * sp * sr - 1, cp * sr, cy * sp * sr - sy * cr,
    sy * sp * cr - cy * sr, cp * cr - 1, sy * sr + cy * sp * cr,
    sy * cp, -sp, cy * cp - 1,
  ]);
}

const STRAIGHT = turnMatrix([0, 0, 0]);

/** The box in space that everything in a box keeps to, however the head is turned. */
function turnedReach({ low, high }, { largest, pivot }) {
  const both = { low: [...low], high: [...high] };
  const signs = [0, 1, 2, 3, 4, 5, 6, 7].map((each) => [each & 1, each >> 1 & 1, each >> 2 & 1]);
  for (const way of signs) {
    const turn = turnMatrix(largest.map((angle, axis) => (way[axis] ? angle : -angle)));
    for (const corner of signs) {
      const from = corner.map((isHigh, axis) => (isHigh ? high : low)[axis]);
      from.forEach((value, row) => {
        const at = value + from.reduce((sum, each, column) => sum + turn[3 * column + row] * (each - pivot[column]), 0);
        both.low[row] = Math.min(both.low[row], at);
        both.high[row] = Math.max(both.high[row], at);
      });
    }
  }
  return both;
}

/* Lids and lips that meet: skin gives way where morphs together would move it through skin.
 *
 * The same arithmetic as verhm.face.contact; the weights that come from the app have settled. */

/** Part the edges that weights have moved too far through each other. */
function partSeams(buffer, rig, weights) {
  const { seam_room: room, seam_reach: reach, relief_start: starts, relief_corner: corners, relief } = rig;
  for (let seam = 0; seam < room.length; seam += 1) {
    let excess = -room[seam];
    const first = seam * weights.length;
    for (let morph = 0; morph < weights.length; morph += 1) excess -= reach[first + morph] * weights[morph];
    if (excess <= 0) continue;
    for (let run = starts[seam]; run < starts[seam + 1]; run += 1) {
      const at = STRIDE * corners[run];
      buffer[at] += excess * relief[3 * run];
      buffer[at + 1] += excess * relief[3 * run + 1];
      buffer[at + 2] += excess * relief[3 * run + 2];
    }
  }
}

/** Let skin slide over an eyeball: what is nearer to its centre than it may be moves outwards. */
function slideOver(buffer, cover, least, [cx, cy, cz]) {
  cover.forEach((corner, place) => {
    const at = STRIDE * corner;
    const x = buffer[at] - cx;
    const y = buffer[at + 1] - cy;
    const z = buffer[at + 2] - cz;
    const further = least[place] / Math.hypot(x, y, z) - 1;
    if (further <= 0) return;
    buffer[at] += further * x;
    buffer[at + 1] += further * y;
    buffer[at + 2] += further * z;
  });
}

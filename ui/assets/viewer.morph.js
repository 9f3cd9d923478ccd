/* From morph weights to the face's shape: positions, normals and shadows of what moves.
 *
 * Per corner: position (3), normal as long as the triangles around it are large (3), depth of its
 * folds, and how dark a lid makes it. Only the corners that can move are touched: the first ones. */

const STRIDE = 8;
const [NORMAL, FOLD, SHADOW] = [3, 6, 7];

/** A number from a table of `about.shape`, straight lines in between, constant beyond its borders. */
function lookUp(table, about, row, column) {
  const [rows, columns] = about.shape;
  const along = ([low, high], count, value) =>
    Math.max(0, Math.min(count - 1, (value - low) / (high - low) * (count - 1)));
  const y = along(about.rows, rows, row);
  const x = along(about.columns, columns, column);
  const top = Math.min(rows - 2, Math.floor(y));
  const left = Math.min(columns - 2, Math.floor(x));
  const at = top * columns + left;
  const mix = (a, b, share) => a + (b - a) * share;
  return mix(mix(table[at], table[at + 1], x - left), mix(table[at + columns], table[at + columns + 1], x - left), y - top);
}

/** Add the normals of triangles first…last to the vertices they touch. */
function addNormals(buffer, leaders, first, last) {
  for (let at = 3 * first; at < 3 * last; at += 3) {
    const a = leaders[at];
    const b = leaders[at + 1];
    const c = leaders[at + 2];
    const px = buffer[b] - buffer[a];
    const py = buffer[b + 1] - buffer[a + 1];
    const pz = buffer[b + 2] - buffer[a + 2];
    const qx = buffer[c] - buffer[a];
    const qy = buffer[c + 1] - buffer[a + 1];
    const qz = buffer[c + 2] - buffer[a + 2];
    const x = py * qz - pz * qy;
    const y = pz * qx - px * qz;
    const z = px * qy - py * qx;
    buffer[a + 3] += x; buffer[a + 4] += y; buffer[a + 5] += z;
    buffer[b + 3] += x; buffer[b + 4] += y; buffer[b + 5] += z;
    buffer[c + 3] += x; buffer[c + 4] += y; buffer[c + 5] += z;
  }
}

/** Let corners of the same vertex follow the first of them, as far as `end`. */
function followTwins(buffer, twins, end = Infinity) {
  for (let at = 0; at < twins.length; at += 2) {
    const follower = STRIDE * twins[at];
    if (follower >= end) continue;
    buffer.copyWithin(follower, STRIDE * twins[at + 1], STRIDE * twins[at + 1] + STRIDE);
  }
}

/** For each index, where its vertex's first corner lies in the buffer. */
function leadersOf(rig) {
  const { twin, triangle } = rig;
  const leader = new Uint32Array(rig.position.length / 3);
  for (let corner = 0; corner < leader.length; corner += 1) leader[corner] = STRIDE * corner;
  for (let at = 0; at < twin.length; at += 2) leader[twin[at]] = STRIDE * twin[at + 1];
  return new Uint32Array(triangle).map((corner) => leader[corner]);
}

/** The neutral face, and what of it never changes. */
function makeRest(rig, leaders) {
  const buffer = new Float32Array(STRIDE * rig.position.length / 3);
  for (let corner = 0; STRIDE * corner < buffer.length; corner += 1) {
    buffer.set(rig.position.subarray(3 * corner, 3 * corner + 3), STRIDE * corner);
    buffer[STRIDE * corner + SHADOW] = 1;
  }
  const { moving, lively } = rig.about;
  addNormals(buffer, leaders, moving, leaders.length / 3);
  const rest = buffer.slice(0, STRIDE * lively); // normals of what keeps still only
  addNormals(buffer, leaders, 0, moving);
  followTwins(buffer, rig.twin);
  return { buffer, rest };
}

/** The eyeball's rotation about its centre for the four morphs of the gaze. */
function turnBall(buffer, ball, eye, weights) {
  const [up, down, left, right] = eye.gaze.map((morph) => weights[morph]);
  const yaw = eye.across * (left - right);
  const pitch = eye.down * (down - up);
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  const [cx, cyc, cz] = eye.centre;
  for (const corner of ball) {
    const at = STRIDE * corner;
    const x = buffer[at] - cx;
    const y = buffer[at + 1] - cyc;
    const z = buffer[at + 2] - cz;
    const forward = sp * y + cp * z; // nodded first, then turned
    buffer[at] = cx + cy * x + sy * forward;
    buffer[at + 1] = cyc + cp * y - sp * z;
    buffer[at + 2] = cz - sy * x + cy * forward;
  }
}

/** How dark the upper lid, as it is posed, makes an eyeball. */
function shadeBall(buffer, ball, lid, eye, table, about) {
  let piece = 0;
  const edge = Array.from(lid, (corner) => [buffer[STRIDE * corner], buffer[STRIDE * corner + 1]]);
  const height = (x) => {
    if (x <= edge[0][0]) return edge[0][1];
    if (x >= edge[edge.length - 1][0]) return edge[edge.length - 1][1];
    while (piece > 0 && edge[piece][0] > x) piece -= 1;
    while (edge[piece + 1][0] < x) piece += 1;
    const [[x0, y0], [x1, y1]] = [edge[piece], edge[piece + 1]];
    return x1 > x0 ? y0 + (y1 - y0) * (x - x0) / (x1 - x0) : y1;
  };
  for (const corner of ball) {
    const at = STRIDE * corner;
    const below = (height(buffer[at]) - buffer[at + 1]) / eye.radius;
    buffer[at + SHADOW] = lookUp(table, about, below, (buffer[at] - eye.centre[0]) / eye.radius);
  }
}

/** Builds what poses a face; `buffer` holds every corner, of which the first `lively` can change. */
function makePose(rig) {
  const { about, offset_start: starts, offset_corner: corners, offset: offsets, offset_scale: scales } = rig;
  const { fold_start: foldStarts, fold_corner: folded, fold: folds } = rig;
  const leaders = leadersOf(rig);
  const { buffer, rest } = makeRest(rig, leaders);
  const [upper, lower] = about.lips.map((corner) => STRIDE * corner);
  const unpushed = buffer[upper + 2] + buffer[lower + 2];
  const weights = new Float32Array(about.morphs.length);

  function move(morph, weight) {
    const scale = weight * scales[morph];
    for (let run = starts[morph]; run < starts[morph + 1]; run += 1) {
      const at = STRIDE * corners[run];
      buffer[at] += scale * offsets[3 * run];
      buffer[at + 1] += scale * offsets[3 * run + 1];
      buffer[at + 2] += scale * offsets[3 * run + 2];
    }
    for (let run = foldStarts[morph]; run < foldStarts[morph + 1]; run += 1) {
      buffer[STRIDE * folded[run] + FOLD] += weight * folds[run];
    }
  }
  /** Take weights as bytes; returns how much light falls into the mouth. */
  function apply(bytes) {
    buffer.set(rest);
    for (let morph = 0; morph < weights.length; morph += 1) {
      weights[morph] = bytes[morph] / about.full;
      if (bytes[morph]) move(morph, weights[morph]);
    }
    partSeams(buffer, rig, weights);
    about.eyes.forEach((eye, side) => {
      slideOver(buffer, rig[`cover${side}`], rig[`cover_least${side}`], eye.centre);
      turnBall(buffer, rig[`ball${side}`], eye, weights);
      shadeBall(buffer, rig[`ball${side}`], rig[`lid${side}`], eye, rig.lid_shadow, about.lid_shadow);
    });
    addNormals(buffer, leaders, 0, about.moving);
    followTwins(buffer, rig.twin, rest.length);
    const gap = buffer[upper + 1] - buffer[lower + 1];
    const forward = (buffer[upper + 2] + buffer[lower + 2] - unpushed) / 2;
    return lookUp(rig.mouth_light, about.mouth_light, gap, forward);
  }
  return { buffer, apply };
}

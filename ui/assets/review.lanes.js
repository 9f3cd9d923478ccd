/* The lanes of the timeline, each as SVG text for the visible stretch of the session. */

const LABELS_WIDTH = 98;
const VALUES_WIDTH = 56;
const NUMBER_WIDTH = 44; // px that a number of the time axis needs
const ROWS_TOP = 129;
const ROW = 17;
const ROWS_HEIGHT = 8 * ROW - 1;
const LANES = {
  voice: 70, speech: 95, highest: 109.5, valence: 271, arousal: 318, pitch: 366, loudness: 397, marks: 429,
};
const AFFECT_HEIGHT = 42;
const TIMELINE_HEIGHT = 450;

function fixed(number) {
  return number.toFixed(1);
}

/** Lines and numbers of the time axis. */
function axisLane(frame) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
  const most = Math.min(13, (frame.right - frame.left) / NUMBER_WIDTH);
  const step = steps.find((seconds) => frame.span / seconds <= most) || 1200;
  const parts = [];
  for (let time = Math.ceil(frame.start / step) * step; time <= frame.end + 1e-6; time += step) {
    const x = frame.x(time);
    parts.push(`<path class="grid" d="M${fixed(x)} 47V${ROWS_TOP}M${fixed(x)} ${ROWS_TOP + ROWS_HEIGHT}V${TIMELINE_HEIGHT}"/>`);
    const anchor = x < frame.left + 12 ? "start" : x > frame.right - 12 ? "end" : "middle";
    parts.push(`<text x="${fixed(x)}" y="42" text-anchor="${anchor}">${clockText(time)}</text>`);
  }
  return parts.join("");
}

/** Bars, two pixels apart, as high as the voice is loud. */
function voiceBars(model, left, right, timeOf, middle, half) {
  const loudest = model.loudnessRange[1];
  let path = "";
  for (let x = left + 1; x < right; x += 2) {
    const first = model.voiceCell(timeOf(x - 1));
    const last = model.voiceCell(timeOf(x + 1));
    let level = -Infinity;
    for (let cell = first; cell <= last; cell += 1) {
      const value = model.voice.loudness[cell];
      if (value !== null && value > level) level = value;
    }
    const height = Math.max(0.6, half * Math.min(1, Math.pow(10, (level - loudest) / 20)));
    path += `M${x.toFixed(0)} ${fixed(middle - height)}V${fixed(middle + height)}`;
  }
  return path;
}

function voiceLane(model, frame) {
  const bars = voiceBars(model, frame.left, frame.x(Math.min(frame.end, model.duration)), frame.time,
    LANES.voice, 16);
  return `<path class="wave" d="${bars}"/>`;
}

function speechLane(model, frame) {
  const spans = model.spans
    .filter(([start, end]) => end > frame.start && start < frame.end)
    .map(([start, end]) => `M${fixed(frame.clip(start))} ${LANES.speech + 5}H${fixed(frame.clip(end))}`);
  return `<rect class="lane" x="${frame.left}" y="${LANES.speech}" width="${frame.width}" height="10" rx="1"/>` +
    `<path class="speech" d="${spans.join("")}"/>`;
}

/** The likeliest emotion, in its colour and with its name. */
function highestLane(model, frame) {
  const y = LANES.highest;
  return frame.stretches(model.kindOf).filter((part) => !part.kind.startsWith("!")).map((part) => {
    const [x, width] = frame.box(part);
    const name = named(part.kind);
    const room = 7.4 * name.length + 10;
    const ink = SHAPES[part.kind];
    let text = "";
    if (width > room) {
      const paper = ink === "outline"
        ? `<rect class="paper" x="${fixed(x + 3.5)}" y="${y + 0.7}" width="${fixed(room - 6)}" height="13.6" rx="2"/>` : "";
      text = `${paper}<text class="on-${ink}" x="${fixed(x + 6.5)}" y="${y + 11.5}">${name}</text>`;
    }
    return `<g><title>${name}</title><rect class="f-${part.kind} ${ink === "outline" ? "calm-edge" : ""}" x="${fixed(x + 0.5)}" y="${y}" ` +
      `width="${fixed(Math.max(0.8, width - 1))}" height="15" rx="2"/>${text}</g>`;
  }).join("");
}

/** Hatched columns where there is no result, each with its reason. */
function gapColumns(model, frame) {
  const middle = ROWS_TOP + ROWS_HEIGHT / 2;
  return frame.stretches(model.kindOf).filter((part) => part.kind.startsWith("!")).map((part) => {
    const [x, room] = frame.box(part);
    const width = Math.max(0.5, room - 1);
    const why = escapeText(verhm.say(part.kind.slice(1)));
    const centre = x + width / 2;
    const long = 6.4 * why.length + 10;
    const label = width < 14 ? "" :
      `<g transform="rotate(-90 ${fixed(centre)} ${middle})"><rect class="paper" x="${fixed(centre - long / 2)}" y="${middle - 6.5}" width="${fixed(long)}" height="13" rx="2"/>` +
      `<text class="why" x="${fixed(centre)}" y="${middle + 4}" text-anchor="middle">${why}</text></g>`;
    return `<g><title>${verhm.say("No result: {reason}.", { reason: why })} ${escapeText(model.meaning(part.first))}</title><rect class="nothing" x="${fixed(x)}" y="${ROWS_TOP}" width="${fixed(width)}" height="${ROWS_HEIGHT}"/>${label}</g>`;
  }).join("");
}

/** Points at the cells' middles, drawn out flat to the outer edges of the stretch. */
function overStretch(frame, model, part, y) {
  const [x, width] = frame.box(part);
  const points = [[x, y(part.first)]];
  if (part.first < part.last) {
    for (let index = part.first; index <= part.last; index += 1) {
      points.push([frame.x(model.centres[index]), y(index)]);
    }
  }
  points.push([x + width, y(part.last)]);
  return points.filter(([at]) => at >= x && at <= x + width);
}

function pathOf(points) {
  return points.map(([x, y], index) => `${index ? "L" : "M"}${fixed(x)} ${fixed(y)}`).join("");
}

function withResult(model, frame) {
  return frame.stretches((index) => model.hasResult(index)).filter((part) => part.kind);
}

/** The probabilities below each other, in the order of the labels; together always the whole height. */
function stackedRows(model, frame) {
  const depth = (above) => (i) => ROWS_TOP + Math.min(1000, above.get(i) || 0) * ROWS_HEIGHT / 1000;
  return withResult(model, frame).map((part) => {
    const above = new Map();
    return model.labels.map((label, row) => {
      const upper = overStretch(frame, model, part, depth(above));
      for (let i = part.first; i <= part.last; i += 1) {
        above.set(i, (above.get(i) || 0) + model.probabilities[row][i]);
      }
      const lower = overStretch(frame, model, part, depth(above)).reverse();
      return `<path class="f-${label} edge" d="${pathOf(upper)}${pathOf(lower).replace("M", "L")}Z"><title>${named(label)}</title></path>`;
    }).join("");
  }).join("");
}

/** One small area per emotion, each from 0 to 1. */
function multipleRows(model, frame) {
  return model.labels.map((label, row) => {
    const bottom = ROWS_TOP + row * ROW + ROW - 1;
    const areas = withResult(model, frame).map((part) => {
      const line = overStretch(frame, model, part, (i) => bottom - model.probabilities[row][i] * (ROW - 2) / 1000);
      const [x, width] = frame.box(part);
      return `<path class="f-${label} edge" d="${pathOf(line)}L${fixed(x + width)} ${bottom}L${fixed(x)} ${bottom}Z"/>`;
    });
    return `<path class="grid" d="M${frame.left} ${bottom}H${frame.right}"/>${areas.join("")}`;
  }).join("");
}

/** Valence or arousal with the band of its spread; both break where there is no result. */
function affectLane(model, frame, name) {
  const top = LANES[name];
  const middle = top + AFFECT_HEIGHT / 2;
  const spread = model[`${name}_spread`];
  const at = (part, side) => overStretch(frame, model, part, (i) =>
    affectY(top, Math.max(-100, Math.min(100, model[name][i] + side * spread[i]))));
  const parts = withResult(model, frame);
  const lines = parts.map((part) => pathOf(at(part, 0)));
  const bands = parts.map((part) => `${pathOf(at(part, 1))}${pathOf(at(part, -1).reverse()).replace("M", "L")}Z`);
  return `<rect class="lane" x="${frame.left}" y="${top}" width="${frame.width}" height="${AFFECT_HEIGHT}" rx="1"/>` +
    `<path class="band" d="${bands.join("")}"/><path class="zero" d="M${frame.left} ${middle}H${frame.right}"/><path class="line" d="${lines.join("")}"/>`;
}

function affectY(top, hundredths) {
  return top + AFFECT_HEIGHT / 2 - (hundredths / 100) * (AFFECT_HEIGHT / 2 - 2);
}

/** Pitch as a line, broken where nothing is voiced. */
function pitchLane(model, frame) {
  if (!model.pitchRange) return "";
  const [low, high] = model.pitchRange;
  let path = "";
  let drawing = false;
  frame.eachVoiceCell((cell, x) => {
    const value = model.voice.pitch[cell];
    if (value === null) { drawing = false; return; }
    const share = Math.max(0, Math.min(1, (value - low) / (high - low)));
    path += `${drawing ? "L" : "M"}${fixed(x)} ${fixed(LANES.pitch + 25 - 24 * share)}`;
    if (!drawing) path += "h1.2";
    drawing = true;
  });
  return `<path class="pitch" d="${path}"/>`;
}

function loudnessLane(model, frame) {
  const [low, high] = model.loudnessRange;
  const bottom = LANES.loudness + 24;
  const points = [];
  frame.eachVoiceCell((cell, x) => {
    const value = model.voice.loudness[cell];
    const share = value === null ? 0 : Math.max(0, Math.min(1, (value - low) / (high - low || 1)));
    points.push([x, bottom - 22 * share]);
  });
  if (!points.length) return "";
  return `<path class="loud" d="M${fixed(points[0][0])} ${bottom}${pathOf(points).replace("M", "L")}L${fixed(points[points.length - 1][0])} ${bottom}Z"/>`;
}

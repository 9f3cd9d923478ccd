/* What moves with the playhead: its line and window, the values beside the lanes, the readout, the circumplex. */

const TRAIL_SECONDS = 20;
const PLAYHEAD_WIDTH = 54; // px
const SILENT = -100; // dB; what 16 bits can hold is louder
const PLANE = { size: 186, middle: 93, radius: 76 };

/** The window around the playhead and its cell. */
function windowSvg(model, frame, index) {
  const tintStart = frame.clip(model.starts[index]);
  const tint = frame.clip(model.ends[index]) - tintStart;
  const cell = frame.box({ first: index, last: index });
  const window = tint > 0
    ? `<rect class="curwin" x="${fixed(tintStart)}" y="47" width="${fixed(tint)}" height="${ROWS_TOP - 48}"/>` +
      `<rect class="curwin" x="${fixed(tintStart)}" y="${ROWS_TOP + ROWS_HEIGHT + 1}" width="${fixed(tint)}" height="${TIMELINE_HEIGHT - ROWS_TOP - ROWS_HEIGHT - 1}"/>` : "";
  const box = cell[1] > 1
    ? `<rect class="curcell" x="${fixed(cell[0] - 1)}" y="${ROWS_TOP - 1.5}" width="${fixed(cell[1] + 1.2)}" height="${ROWS_HEIGHT + 3}" rx="2"/>` : "";
  return window + box;
}

/** The line at the playhead with its time, and its dots on the lanes; in the middle of its sheet. */
function playheadSvg(model, time, index) {
  const middle = PLAYHEAD_WIDTH / 2;
  const dots = model.hasResult(index) ? ["valence", "arousal"].map((name) =>
    `<circle class="dot" cx="${middle}" cy="${fixed(affectY(LANES[name], model[name][index]))}" r="3.5"/>`).join("") : "";
  return `<path class="ph" d="M${middle} 46V${TIMELINE_HEIGHT}"/>${dots}` +
    `<rect class="phl" x="${middle - 25}" y="30" width="50" height="17" rx="3"/>` +
    `<text class="pht" x="${middle}" y="42.5" text-anchor="middle">${clockText(time, true)}</text>`;
}

/** The values at the playhead, at the right of their lanes. */
function valuesSvg(model, width, time, index) {
  const text = (y, value, kind = "s") => `<text class="${kind}" x="${width}" y="${y}" text-anchor="end">${value}</text>`;
  const cell = model.voiceCell(time);
  const pitch = model.voice.pitch[cell];
  const loudness = model.voice.loudness[cell];
  const known = model.hasResult(index);
  const best = known ? model.ranking(index).slice(0, 2) : [];
  const rows = model.labels.map((_, row) => text(ROWS_TOP + row * ROW + 12.5,
    known ? probabilityText(model.probabilities[row][index]) : "–", best.includes(row) ? "s" : "l"));
  return text(104, `${model.speech[index]} %`) + rows.join("") +
    text(296, known ? signedText(model.valence[index]) : "–") +
    text(343, known ? signedText(model.arousal[index]) : "–") +
    text(383, pitch === null ? "–" : `${pitch} Hz`) +
    text(416, loudnessText(loudness));
}

/** The level of the voice; digital silence has none that says anything. */
function loudnessText(level) {
  if (level === null) return "–";
  return level > SILENT ? `${String(level).replace("-", "−")} dB` : verhm.say("silent");
}

/** The two likeliest emotions of a window as bars, or why it has no result. */
function readoutHtml(model, index) {
  if (!model.hasResult(index)) {
    return `<p class="rv-none"><b>${escapeText(verhm.say("No result: {reason}.", { reason: model.reason(index) }))}</b> ${escapeText(model.meaning(index))}</p>`;
  }
  return model.ranking(index).slice(0, 2).map((row) => {
    const label = model.labels[row];
    const p = model.probabilities[row][index];
    return `<div class="tt"><span class="emo">${markSvg(label, 14)}<b>${named(label)}</b></span>` +
      `<span class="track"><svg width="100%" height="8" aria-hidden="true"><rect width="${p / 10}%" height="8" rx="2" class="f-${label} edge"/></svg></span>` +
      `<b class="pv">${probabilityText(p)}</b></div>`;
  }).join("");
}

/** Valence and arousal of the last seconds, older ones fainter; broken where there is no result. */
function trailSvg(model, index) {
  const point = (i) => [
    PLANE.middle + PLANE.radius * model.valence[i] / 100,
    PLANE.middle - PLANE.radius * model.arousal[i] / 100,
  ];
  const steps = Math.round(TRAIL_SECONDS / model.hop);
  const first = Math.max(0, index - steps);
  const parts = [];
  for (let i = first + 1; i <= index; i += 1) {
    if (!model.hasResult(i) || !model.hasResult(i - 1)) continue;
    const [x0, y0] = point(i - 1);
    const [x1, y1] = point(i);
    const opacity = (0.12 + 0.7 * (1 - (index - i) / steps)).toFixed(2);
    parts.push(`<path class="trail" style="opacity:${opacity}" d="M${fixed(x0)} ${fixed(y0)}L${fixed(x1)} ${fixed(y1)}"/>` +
      `<circle class="tdot" style="opacity:${opacity}" cx="${fixed(x1)}" cy="${fixed(y1)}" r="2.2"/>`);
  }
  if (model.hasResult(index)) {
    const [x, y] = point(index);
    parts.push(`<circle class="dot" cx="${fixed(x)}" cy="${fixed(y)}" r="5"/>`);
  }
  return parts.join("");
}

/** Builds what follows the playhead; returns update(time). */
function makeCursor(root, model, timeline) {
  const part = (name) => root.querySelector(name);
  const written = new Map(); // by sheet: what is there need not be laid out again
  let shown = null;

  function write(sheet, markup) {
    if (written.get(sheet) === markup) return;
    written.set(sheet, markup);
    sheet.innerHTML = markup;
  }

  function describe(index) {
    if (!model.hasResult(index)) return verhm.say("no result: {reason}", { reason: model.reason(index) });
    const [best] = model.ranking(index);
    return `${named(model.labels[best])} ${probabilityText(model.probabilities[best][index])}`;
  }
  function enter(index) {
    part(".rv-window").textContent = model.span(index);
    part(".rv-readout").innerHTML = readoutHtml(model, index);
    const trail = part(".g-trail"); // not where two runs are compared
    if (trail) trail.innerHTML = trailSvg(model, index);
  }
  function update(time, always = false) {
    const index = model.windowAt(time);
    if (index !== shown || always) enter(index);
    shown = index;
    const frame = timeline.frame();
    if (!frame) return index;
    write(timeline.layer("window"), windowSvg(model, frame, index));
    write(timeline.layer("values"), valuesSvg(model, timeline.width(), time, index));
    const isInView = time >= frame.start - 1e-6 && time <= frame.end + 1e-6;
    const playhead = part(".rv-playhead");
    write(playhead, isInView ? playheadSvg(model, time, index) : "");
    playhead.style.transform = `translateX(${fixed(frame.clip(time) - PLAYHEAD_WIDTH / 2)}px)`;
    const slider = part(".rv-lanes");
    if (slider.ariaValueNow === time.toFixed(1)) return index;
    slider.ariaValueNow = time.toFixed(1);
    slider.ariaValueText = `${clockText(time, true)}, ${describe(index)}`;
    return index;
  }
  return { update };
}

/* The timeline: which stretch is visible, how it is drawn, and how it is clicked and dragged. */

const SPANS = [10, 20, 30, 60, 120, 300];
const SMOOTH = 30; // px a second; where less goes by, steps of a tenth look no different from none

/** The visible stretch in pixels. */
function makeFrame(model, start, span, width) {
  const left = LABELS_WIDTH;
  const right = width - VALUES_WIDTH;
  const scale = (right - left) / span;
  const end = start + span;
  const x = (time) => left + (time - start) * scale;
  const clip = (time) => Math.max(left, Math.min(right, x(time)));
  const first = Math.max(0, model.windowAt(start) - 1);
  const last = Math.min(model.count - 1, model.windowAt(end) + 1);
  return {
    start, end, span, left, right, width: right - left, scale, x, clip, first, last,
    time: (at) => start + (at - left) / scale,
    /** Left edge and width of a run of cells, as far as it is visible. */
    box: (part) => {
      const from = clip(model.cellStart(part.first));
      return [from, clip(model.cellEnd(part.last)) - from];
    },
    stretches: (kind) => model.stretches(first, last, kind)
      .filter((part) => model.cellEnd(part.last) > start && model.cellStart(part.first) < end),
    eachVoiceCell: (visit) => {
      const step = model.voice.step;
      const until = model.voiceCell(Math.min(end, model.duration));
      for (let cell = model.voiceCell(start); cell <= until; cell += 1) {
        const at = x((cell + 0.5) * step);
        if (at >= left && at <= right) visit(cell, at);
      }
    },
  };
}

/** What stands at the left of every lane. */
function timelineLabels(model) {
  const twoLines = (y, name, small) =>
    `<text class="l" x="0" y="${y}">${name}</text><text x="0" y="${y + 13}">${small}</text>`;
  const rows = model.labels.map((label, row) => {
    const y = ROWS_TOP + row * ROW;
    return `<use href="#m-${label}" x="0.5" y="${y + 3}" width="11" height="11"/>` +
      `<text class="l" x="16" y="${y + 12.5}">${named(label)}</text>` +
      `<text x="${LABELS_WIDTH - 2}" y="${y + 12.5}" text-anchor="end" aria-hidden="true">${row + 1}</text>`;
  });
  const pitch = model.pitchRange ? `${model.pitchRange[0]}–${model.pitchRange[1]} Hz` : verhm.say("nothing voiced");
  const loudness = model.loudnessRange.map((level) => String(level).replace("-", "−")).join(` ${verhm.say("to")} `);
  return `<text class="l" x="0" y="15">${verhm.say("Whole session")}</text><text class="l" x="0" y="69">${verhm.say("Voice")}</text>` +
    `<text x="0" y="82">${verhm.say("original")}</text><text class="l" x="0" y="104">${verhm.say("Speech")}</text>` +
    `<text class="l" x="0" y="121">${verhm.say("Highest")}</text>${rows.join("")}` +
    twoLines(290, verhm.say("Valence"), verhm.say("−1 to +1")) + twoLines(337, verhm.say("Arousal"), verhm.say("−1 to +1")) +
    twoLines(376, verhm.say("Pitch"), pitch) + twoLines(407, verhm.say("Loudness"), `${loudness} dB`) +
    `<text class="l" x="0" y="${LANES.marks + 14}">${verhm.say("Marks")}</text>`;
}

/** The whole session in one strip: the voice, and the likeliest emotions below it. */
function overviewStrip(model, width) {
  const left = LABELS_WIDTH;
  const right = width - VALUES_WIDTH;
  const scale = (right - left) / model.duration;
  const bars = voiceBars(model, left, right, (x) => (x - left) / scale, 10.5, 9);
  const parts = [];
  let previous = null;
  for (let x = left; x < right; x += 1) {
    const kind = model.kindOf(model.windowAt((x - left + 0.5) / scale));
    if (previous && previous.kind === kind) previous.end = x + 1;
    else parts.push(previous = { kind, start: x, end: x + 1 });
  }
  const colours = parts.map(({ kind, start, end }) =>
    `<rect class="${kind.startsWith("!") ? "nothing" : "f-" + kind}" x="${start}" y="21.5" width="${end - start}" height="5.5"/>`);
  return `<rect class="lane" x="${left}" y="0" width="${right - left}" height="27" rx="2"/>` +
    `<path class="ovwave" d="${bars}"/>${colours.join("")}` +
    `<text x="${width}" y="15" text-anchor="end">${clockText(model.duration)}</text>`;
}

/** The frame around the visible stretch; what lies outside is paler. */
function overviewFrame(model, frame) {
  const scale = frame.width / model.duration;
  if (frame.span >= model.duration) return "";
  const x = frame.left + frame.start * scale;
  const width = frame.span * scale;
  return `<rect class="dim" x="${frame.left}" y="0" width="${fixed(x - frame.left)}" height="27"/>` +
    `<rect class="dim" x="${fixed(x + width)}" y="0" width="${fixed(frame.right - x - width)}" height="27"/>` +
    `<rect class="view" x="${fixed(x)}" y="-1.5" width="${fixed(Math.max(4, width))}" height="30" rx="3"/>`;
}

/** The heat-map's cells, on a canvas: a long stretch has thousands. */
function drawHeat(canvas, model, frame) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(frame.width * ratio);
  canvas.height = Math.round(ROWS_HEIGHT * ratio);
  canvas.style.width = `${frame.width}px`;
  canvas.style.height = `${ROWS_HEIGHT}px`;
  const style = getComputedStyle(canvas);
  const ramp = Array.from({ length: 10 }, (_, step) => style.getPropertyValue(`--heat-${step}`).trim());
  const paint = canvas.getContext("2d");
  paint.scale(ratio, ratio);
  for (let index = frame.first; index <= frame.last; index += 1) {
    if (!model.hasResult(index)) continue;
    const [x, width] = frame.box({ first: index, last: index });
    const gap = width > 4 ? 0.8 : 0;
    model.probabilities.forEach((row, number) => {
      paint.fillStyle = ramp[rampStep(row[index])];
      paint.fillRect(x - frame.left, number * ROW, width - gap, ROW - 1);
    });
  }
}

/** Builds the timeline inside `root` and keeps it drawn.
 *
 *  onSeek(time) is called when the person asks for a time, onScroll() for another stretch, onDraw()
 *  when the visible stretch was drawn. */
function makeTimeline(root, model, { onSeek, onScroll, onDraw }) {
  const canvas = root.querySelector(".rv-heat");
  const svg = root.querySelector(".rv-lanes");
  const layer = (name) => svg.querySelector(`.g-${name}`);
  const longest = Math.min(model.duration, SPANS[SPANS.length - 1]);
  const spans = [...SPANS.filter((span) => span < longest), longest];
  const view = { start: 0, span: Math.min(60, model.duration), mode: "heat", follows: true };
  let frame = null;
  let width = 0;

  function drawLanes() {
    const rows = { heat: () => "", stacked: stackedRows, multiples: multipleRows }[view.mode];
    canvas.hidden = view.mode !== "heat";
    if (!canvas.hidden) drawHeat(canvas, model, frame);
    layer("lanes").innerHTML = axisLane(frame) + voiceLane(model, frame) + speechLane(model, frame) +
      highestLane(model, frame) + rows(model, frame) + gapColumns(model, frame) +
      affectLane(model, frame, "valence") + affectLane(model, frame, "arousal") +
      pitchLane(model, frame) + loudnessLane(model, frame) +
      `<rect class="lane" x="${frame.left}" y="${LANES.marks}" width="${frame.width}" height="20" rx="1"/>`;
    layer("view").innerHTML = overviewFrame(model, frame);
    onDraw();
  }
  function redraw() {
    if (!width) return;
    frame = makeFrame(model, view.start, view.span, width);
    drawLanes();
  }
  /** Draw all of it anew, the whole session too. */
  function refresh() {
    if (!width) return;
    layer("overview").innerHTML = overviewStrip(model, width);
    redraw();
  }
  function resize() {
    const room = Math.floor(root.clientWidth);
    if (!room || room === width) return;
    width = room;
    svg.setAttribute("width", width);
    svg.setAttribute("viewBox", `0 0 ${width} ${TIMELINE_HEIGHT}`);
    layer("labels").innerHTML = timelineLabels(model);
    refresh();
  }
  function scrollTo(start) {
    const latest = Math.max(0, model.duration - view.span);
    view.start = Math.max(0, Math.min(latest, start));
    redraw();
  }
  /** Bring a time into view; while playing, page on as it reaches the edge. */
  function reveal(time, playing) {
    if (time >= view.start - 1e-6 && time <= view.start + view.span + 1e-6) { view.follows = true; return; }
    if (playing && !view.follows) return;
    scrollTo(playing ? time - 0.02 * view.span : time - view.span / 2);
    view.follows = true;
  }
  function zoom(step, around) {
    const now = spans.findIndex((span) => span >= view.span - 1e-6);
    const next = Math.max(0, Math.min(spans.length - 1, now + step));
    const share = Math.max(0, Math.min(1, (around - view.start) / view.span));
    view.span = spans[next];
    scrollTo(around - share * view.span);
  }
  function show(mode) {
    view.mode = mode;
    redraw();
  }
  listenToPointer(svg, {
    frame: () => frame, model, onSeek,
    scroll: (start) => { view.follows = false; scrollTo(start); onScroll(); },
  });
  return {
    resize, redraw, refresh, reveal, zoom, show, view, layer,
    frame: () => frame,
    /** The time in the clock's tenths, where such steps are not seen: whatever moves has all of the
     *  page put together anew, and the face needs the processor. */
    stepOf: (time) => (frame && frame.scale <= SMOOTH ? Math.floor(10 * time + 1e-6) / 10 : time),
    width: () => width,
    widest: () => view.span >= longest - 1e-6,
    closest: () => view.span <= spans[0] + 1e-6,
  };
}

/** Click and drag: the strip scrolls (and a click on it seeks), the lanes seek. */
function listenToPointer(svg, { frame, model, onSeek, scroll }) {
  let drag = null;
  const at = (event) => event.clientX - svg.getBoundingClientRect().left;
  const overviewTime = (x) => (x - frame().left) * model.duration / frame().width;
  const within = (time) => Math.max(0, Math.min(model.duration, time));

  svg.addEventListener("pointerdown", (event) => {
    if (event.button || !frame()) return;
    const y = event.clientY - svg.getBoundingClientRect().top;
    drag = { strip: y < 29, from: at(event), start: frame().start, moved: false };
    svg.setPointerCapture(event.pointerId);
    if (!drag.strip) onSeek(within(frame().time(at(event))));
  });
  svg.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.moved = drag.moved || Math.abs(at(event) - drag.from) > 3;
    if (!drag.strip) onSeek(within(frame().time(at(event))));
    else if (drag.moved) scroll(drag.start + overviewTime(at(event)) - overviewTime(drag.from));
  });
  svg.addEventListener("pointerup", (event) => {
    if (drag && drag.strip && !drag.moved) {
      const time = within(overviewTime(at(event)));
      scroll(time - frame().span / 2);
      onSeek(time);
    }
    drag = null;
  });
}

/* Two runs beside each other: the same figures in one table, and below it each with its own voice. */

function sideMarkup(model, value) {
  return `<div class="rv-side-head">${transportMarkup(model)}<div class="now"><span class="muted small">${verhm.say("window")} <span class="rv-window"></span></span><div class="rv-readout"></div></div></div>` +
    timelineSheet(model) + (value.annotations.some(({ label }) => label) ? labelsMarkup() : "") +
    `<div class="micro muted">${value.chip}</div>`;
}

/** The lane below the marks: what the clinician called the windows. */
function labelsMarkup() {
  return `<div class="rv-labels" style="padding-left:${LABELS_WIDTH}px;padding-right:${VALUES_WIDTH}px"><span>${verhm.say("Your label")}</span><div></div></div>`;
}

/** Labels as an emotion's mark, with its name where there is room; bold where the model says otherwise. */
function labelCells(model, frame) {
  const parts = frame.stretches((index) => model.said(index)?.label || "").filter(({ kind }) => kind);
  return parts.map(({ kind, first, last }, number) => {
    const left = frame.clip(model.cellStart(first)) - frame.left;
    const next = number + 1 < parts.length ? frame.clip(model.cellStart(parts[number + 1].first)) : frame.right;
    const agrees = model.hasResult(first) && model.labels[model.ranking(first)[0]] === kind;
    const mark = kind in SHAPES ? markSvg(kind) : "";
    const time = `${clockText(model.starts[first], true)}–${clockText(model.ends[last], true)}`;
    return `<span class="${agrees ? "" : "differs"}" style="left:${fixed(left)}px;max-width:${fixed(Math.max(12, next - frame.left - left - 2))}px"` +
      ` title="${escapeText(`${time} ${named(kind)}`)}">${mark}${escapeText(named(kind))}</span>`;
  }).join("");
}

/** What the clinician said of a side, to be looked at: notes, events, what is left out, labels. */
function makeMarks(root, model, annotations, timeline, seek) {
  const marks = root.querySelector(".rv-marks");
  const labels = root.querySelector(".rv-labels div");
  marks.addEventListener("click", ({ target }) => {
    const mark = target.closest("[data-mark]");
    if (mark) seek(annotations[Number(mark.dataset.mark)].start);
  });
  return () => {
    const frame = timeline.frame();
    marks.style.left = `${frame.left}px`;
    marks.style.width = `${frame.width}px`;
    marks.innerHTML = marksMarkup(annotations, frame);
    if (labels) labels.innerHTML = labelCells(model, frame);
  };
}

/** One of the two runs, with a timeline and a player of its own; returns what ends it. */
function mountSide(root, value, started) {
  const model = makeModel(value.data);
  model.annotate(value.annotations);
  root.innerHTML = sideMarkup(model, value);
  const timeline = makeTimeline(root.querySelector(".rv-time"), model, {
    onSeek: (time) => player.seek(time), onScroll: () => cursor.update(player.time()), onDraw: () => drawMarks(),
  });
  const cursor = makeCursor(root, model, timeline);
  const player = makePlayer(root, model, {
    show: () => false,
    follow: (time, playing) => { timeline.reveal(time, playing); cursor.update(time); },
  });
  const drawMarks = makeMarks(root, model, value.annotations, timeline, (time) => player.seek(time));
  const audio = value.face.audio ? new Audio(value.face.audio) : null;
  audio?.addEventListener("play", started);
  player.attach(audio);
  const draw = () => { timeline.resize(); cursor.update(player.time(), true); };
  const sizes = new ResizeObserver(draw);
  sizes.observe(root);
  draw();
  const zoom = (step) => { timeline.zoom(step, player.time()); cursor.update(player.time(), true); };
  return { zoom, pause: () => audio?.pause(), end: () => { sizes.disconnect(); player.stop(); } };
}

function compareDialog() {
  return `<dialog class="rv-compare" aria-label="${verhm.say("Compare")}"><header><h2>${verhm.say("Compare")}</h2><label>${verhm.say("This with")} ` +
    `<select class="rv-other"></select></label><span class="small rv-compare-problem" role="alert"></span><span class="grow"></span>` +
    `<div class="seg" role="group" aria-label="${verhm.say("Visible time")}"><button type="button" data-zoom="-1" aria-label="${verhm.say("Show less time")}">−</button>` +
    `<button type="button" data-zoom="1" aria-label="${verhm.say("Show more time")}">+</button></div>` +
    `<button type="button" class="btn small" data-lanes aria-pressed="false">${verhm.say("All lanes")}</button>` +
    `<form method="dialog"><button class="btn small">${verhm.say("Close")}</button></form></header>` +
    `<div class="rv-cautions"></div><div class="rv-both"><div class="rv-table" tabindex="0" role="region" aria-label="${verhm.say("Figures")}"></div><div class="rv-sides" tabindex="0" role="region" aria-label="${verhm.say("Timelines")}"><h3 class="rv-name"></h3><div class="rv-side"></div>` +
    `<h3 class="rv-name"></h3><div class="rv-side"></div></div></div></dialog>`;
}

/** Opens the comparison of the shown run with another one, which is chosen in it; silence() is called
 *  then. */
function makeComparison(root, run, silence) {
  const dialog = root.querySelector(".rv-compare");
  const chosen = dialog.querySelector(".rv-other");
  const problem = dialog.querySelector(".rv-compare-problem");
  const places = [...dialog.querySelectorAll(".rv-side")];
  const names = [...dialog.querySelectorAll(".rv-name")];
  let sides = [];
  const clear = () => { sides.forEach((side) => side.end()); sides = []; };

  function show(both, table) {
    clear();
    dialog.querySelector(".rv-cautions").innerHTML = table.cautions;
    dialog.querySelector(".rv-table").innerHTML = table.figures;
    const titles = [...dialog.querySelectorAll(".rv-figures thead th")].slice(1, 3);
    names.forEach((name, index) => { name.textContent = titles[index].firstChild.textContent; });
    sides = places.map((place, index) => mountSide(place, both[index], () => {
      sides.forEach((side, number) => { if (number !== index) side.pause(); });
    }));
  }
  async function choose() {
    const other = chosen.value;
    problem.textContent = "";
    try {
      const [table, ...both] = await Promise.all([
        `/runs/${run}/against/${other}`, `/runs/${run}/review`, `/runs/${other}/review`,
      ].map((address) => verhm.send(address)));
      const inOrder = table.runs.map((id) => both.find((value) => value.run === id));
      if (dialog.open && chosen.value === other) show(inOrder, table);
    } catch (error) {
      problem.textContent = error.message;
    }
  }
  async function open() {
    problem.textContent = "";
    silence();
    dialog.showModal();
    try {
      const others = await verhm.send(`/runs/${run}/others`);
      chosen.innerHTML = others.map(({ run: id, words }) => `<option value="${id}">${escapeText(words)}</option>`).join("");
      chosen.disabled = !others.length;
      if (others.length) await choose();
      else problem.textContent = verhm.say("There is nothing to compare with yet: no other session or run of this patient has a result.");
    } catch (error) {
      problem.textContent = error.message;
    }
  }
  chosen.addEventListener("change", choose);
  for (const button of dialog.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => sides.forEach((side) => side.zoom(Number(button.dataset.zoom))));
  }
  const lanes = dialog.querySelector("[data-lanes]");
  lanes.addEventListener("click", () => lanes.setAttribute("aria-pressed", String(dialog.classList.toggle("all"))));
  dialog.addEventListener("close", clear);
  return { open, end: clear };
}

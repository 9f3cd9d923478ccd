/* The markup of the review screen, before anything is drawn in it. */

const views = () => [["heat", verhm.say("Heat-map"), "H"], ["stacked", verhm.say("Stacked"), "S"], ["multiples", verhm.say("Multiples"), "M"]];

/** How a probability is read off each of the views. */
function legends() {
  const steps = Array.from({ length: 10 }, (_, step) => `<i style="background:var(--heat-${step})"></i>`);
  return {
    heat: `<span>p 0</span><div>${steps.join("")}</div><span>≥ ${probabilityText(850)}</span>`,
    stacked: `<span>${verhm.say("height: p, together 1")}</span>`,
    multiples: `<span>${verhm.say("height: p, each from 0 to 1")}</span>`,
  };
}

function timelineHeader(model) {
  const buttons = views().map(([name, text, key]) =>
    `<button type="button" data-view="${name}" aria-pressed="false">${text} <kbd>${key}</kbd></button>`);
  return `<header><h2>${verhm.say("Timeline")}</h2><div class="seg" role="group" aria-label="${verhm.say("View")}">${buttons.join("")}</div>` +
    `<div class="ramp rv-legend"></div><div class="ramp"><span class="rv-hatch"></span><span>${verhm.say("no result")}</span></div><span class="grow"></span>` +
    `<span class="small muted">${verhm.say("window {window} s · hop {hop} s", { window: verhm.decimal(model.window), hop: verhm.decimal(model.hop) })}</span>` +
    `<div class="seg" role="group" aria-label="${verhm.say("Visible time")}"><button type="button" class="rv-less" aria-label="${verhm.say("Show less time")}">−</button>` +
    `<span class="rv-span" aria-live="polite"></span><button type="button" class="rv-more" aria-label="${verhm.say("Show more time")}">+</button></div>` +
    `<button type="button" class="rv-help small" aria-label="${verhm.say("Keyboard keys")}"><kbd>?</kbd> <span class="muted">${verhm.say("keys")}</span></button></header>`;
}

/** What the timeline is drawn on. */
function timelineSheet(model) {
  const layers = ["overview", "view", "lanes", "window", "labels", "values"].map((name) => `<g class="g-${name}"></g>`);
  return `<div class="rv-time"><canvas class="rv-heat" aria-hidden="true"></canvas>` +
    `<svg class="rv-lanes" height="${TIMELINE_HEIGHT}" tabindex="0" role="slider" aria-label="${verhm.say("Position in the recording")}"` +
    ` aria-valuemin="0" aria-valuemax="${model.duration.toFixed(1)}" aria-valuenow="0">${layers.join("")}</svg>` +
    // On a sheet of its own, which is moved: in one with the lanes it would have them painted anew.
    `<svg class="rv-playhead" width="${PLAYHEAD_WIDTH}" height="${TIMELINE_HEIGHT}" aria-hidden="true"></svg>` +
    `<div class="rv-marks" role="group" aria-label="${verhm.say("Marks")}" style="top:${LANES.marks}px"></div>` +
    `<span class="rv-what" style="top:${LANES.highest}px">${WHAT["heat-map"]}</span>` +
    `<span class="rv-what" style="top:${LANES.valence + 8}px">${WHAT["valence-and-arousal"]}</span>` +
    `<span class="rv-what" style="top:${LANES.pitch}px">${WHAT["pitch-and-loudness"]}</span></div>`;
}

function timelinePanel(model, chip) {
  return `<section class="panel tl" aria-label="${verhm.say("Timeline")}">${timelineHeader(model)}${timelineSheet(model)}` +
    `<div class="micro muted rv-derived"><p class="rv-told" role="status"></p><p>${verhm.say("Valence and arousal are derived from the emotions' probabilities, not measured.")}</p>${chip}</div></section>`;
}

/** Buttons, time and pace of a player. */
function transportMarkup(model) {
  const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2].map((rate) =>
    `<option value="${rate}"${rate === 1 ? " selected" : ""}>${verhm.decimal(rate)}×</option>`);
  return `<div class="rv-scrub"><i></i></div>` +
    `<div class="transport"><button type="button" class="ib rv-back" title="${verhm.say("Previous window (←)")}" aria-label="${verhm.say("Previous window")}">${iconSvg("back")}</button>` +
    `<button type="button" class="ib main rv-play"></button>` +
    `<button type="button" class="ib rv-forward" title="${verhm.say("Next window (→)")}" aria-label="${verhm.say("Next window")}">${iconSvg("forward")}</button>` +
    `<b class="rv-now">${clockText(0, true)}</b><span class="muted">/ ${clockText(model.duration)}</span><span class="grow"></span>` +
    `<button type="button" class="btn small quiet rv-loop" aria-pressed="false">${verhm.say("Loop")} <kbd>L</kbd></button>` +
    `<select class="rv-speed" aria-label="${verhm.say("Speed")}">${speeds.join("")}</select></div>`;
}

/** Face, transport and readout; who may only look has nothing listened to again. */
function facePanel(model, mayAsk) {
  return `<section class="panel left" aria-label="${verhm.say("Face and voice")}"><div class="rv-face"></div>${transportMarkup(model)}` +
    `<div class="now"><header><h2>${verhm.say("At the playhead")}</h2><span class="muted small rv-window"></span>${mayAsk ? `<button type="button" class="btn small" data-why>${verhm.say("Why this result?")}</button>` : ""}</header>` +
    `<div class="rv-readout"></div><p class="micro muted">${verhm.say("Calibrated probability of vocal expression")}</p></div>` +
    `<div class="circ"><header><h2>${verhm.say("Circumplex")} ${WHAT["circumplex"]}</h2><span class="muted small">${verhm.say("last {n} s, fading", { n: TRAIL_SECONDS })}</span></header>${planeMarkup()}</div></section>`;
}

function planeMarkup() {
  const { size, middle, radius } = PLANE;
  return `<div class="plane"><span>${verhm.say("unpleasant")}</span><svg width="${size}" height="${size}" viewBox="0 0 ${size} ${size}" role="img" aria-label="${verhm.say("Valence and arousal over the last {n} seconds", { n: TRAIL_SECONDS })}">` +
    `<circle class="cring" cx="${middle}" cy="${middle}" r="${radius}"/><circle class="cring in" cx="${middle}" cy="${middle}" r="${radius / 2}"/>` +
    `<path class="zero" d="M${middle - radius} ${middle}H${middle + radius}M${middle} ${middle - radius}V${middle + radius}"/><g class="g-trail"></g>` +
    `<text x="${middle}" y="9" text-anchor="middle">${verhm.say("high arousal")}</text><text x="${middle}" y="${size - 3}" text-anchor="middle">${verhm.say("low arousal")}</text></svg><span>${verhm.say("pleasant")}</span></div>`;
}

/** What can be said of the window at the playhead; nothing of it for who may only look. */
function sayButtons(model, mayAnnotate) {
  if (!mayAnnotate) return "";
  const say = (key, words, title = "") => `<button type="button" class="btn small quiet" data-say="${key.toLowerCase()}" title="${title}">${words} <kbd>${key}</kbd></button>`;
  const emotions = [...model.labels, "unsure"].map((name, number) =>
    `<option value="${name}">${named(name)} (${(number + 1) % 9})</option>`);
  return `<select class="rv-label" aria-label="${verhm.say("Your label for the window at the playhead")}"><option value="">${verhm.say("Your label…")}</option>${emotions.join("")}</select>` +
    say("E", verhm.say("Mark event")) + say("R", verhm.say("Stretch"), verhm.say("Begin a stretch at the playhead, to leave out or to note: go to its end, then X or N")) +
    say("X", verhm.say("Leave out")) + say("N", verhm.say("Note"));
}

function tablePanel(model, mayAnnotate) {
  return `<section class="panel tbl" aria-label="${verhm.say("Windows")}"><header><h2>${verhm.say("Windows")}</h2>${WHAT["window-table"]}<div class="seg" role="group" aria-label="${verhm.say("Which windows")}">` +
    `<button type="button" data-filter="all">${verhm.say("All")} ${model.count}</button><button type="button" data-filter="gaps">${verhm.say("No result")} <span data-count="gaps"></span></button>` +
    `<button type="button" data-filter="said">${verhm.say("Yours")} <span data-count="said"></span></button></div>` +
    `<span class="small rv-problem" role="alert"></span><span class="grow"></span>${sayButtons(model, mayAnnotate)}</header>` +
    `<div class="rv-scroll" tabindex="0" role="region" aria-label="${verhm.say("Table of windows")}"><table><thead><tr aria-rowindex="1">${tableHead()}</tr></thead><tbody></tbody></table></div></section>`;
}

function helpDialog() {
  return `<dialog class="rv-keys" aria-label="${verhm.say("Keys")}"><h2>${verhm.say("Keys")}</h2>${KEY_LIST}` +
    `<form method="dialog"><button class="btn small">${verhm.say("Close")}</button></form></dialog>`;
}

function fieldDialog() {
  return `<dialog class="rv-say" aria-label="${verhm.say("What you say about it")}"><h2></h2>` +
    `<label>${verhm.say("Words")} <textarea rows="2" maxlength="500"></textarea></label>` +
    `<label class="rv-out"><input type="checkbox"> ${verhm.say("Leave this stretch out of the figures")} <span class="muted">(<span class="rv-windows"></span>)</span></label>` +
    `<div class="row"><button type="button" class="btn small primary" data-do="save">${verhm.say("Save")}</button>` +
    `<button type="button" class="btn small" data-do="cancel">${verhm.say("Cancel")}</button><span class="grow"></span>` +
    `<button type="button" class="btn small" data-do="remove">${verhm.say("Remove")}</button></div></dialog>`;
}

/** The whole screen; `header`, `cards` and `chip` were made, and escaped, on the server. */
function reviewPage(model, value) {
  return `<div class="rv-grid"><div class="rv-aside">${value.header}${facePanel(model, value.may_annotate)}</div><div class="right">${value.cards}${timelinePanel(model, value.chip)}${tablePanel(model, value.may_annotate)}</div></div>${helpDialog()}${fieldDialog()}${compareDialog()}${whyDialog()}${againDialog(value.settings)}`;
}

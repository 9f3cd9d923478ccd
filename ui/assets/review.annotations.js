/* What the clinician says about the recording: the marks lane, the keys, and the field for words. */

const MOMENT = 0.1; // s; of two events nearer than that, one is meant
const WORDS = 160; // px that the words of an event may take
const FLAG = 10; // px that it takes without words
const LABEL_KEYS = "12345678";

/** The stretch of an annotation in words. */
function stretchText({ start, end }) {
  return start === end ? clockText(start, true) : `${clockText(start, true)}–${clockText(end, true)}`;
}

/** What an annotation says, in words. */
function annotationText(said) {
  return [said.is_excluded ? verhm.say("left out") : "", named(said.label), said.text].filter(Boolean).join(" · ");
}

/** The marks lane: events as flags, stretches with words or left out as boxes. What only carries an
 *  emotion stands in the table; thousands of such boxes would hide the others. */
function marksMarkup(annotations, frame) {
  const isSeen = (said) => (said.text || said.is_excluded || said.start === said.end) &&
    said.end >= frame.start && said.start <= frame.end;
  const seen = annotations.map((said, number) => ({ said, number })).filter(({ said }) => isSeen(said));
  return seen.map(({ said, number }, place) => {
    const left = frame.clip(said.start) - frame.left;
    const next = seen[place + 1]?.said.start ?? Infinity;
    const room = Math.min(frame.clip(next), frame.right) - frame.left - left - 4;
    const width = frame.clip(said.end) - frame.left - left;
    const isMoment = said.start === said.end;
    const kind = isMoment ? "event" : said.is_excluded ? "out" : "span";
    const words = said.text || (isMoment ? "" : verhm.say("left out"));
    const size = isMoment ? `max-width:${fixed(Math.max(FLAG, Math.min(WORDS, room)))}px` : `width:${fixed(Math.max(6, width))}px`;
    return `<button type="button" class="rv-mark ${kind}" data-mark="${number}" style="left:${fixed(left)}px;${size}"` +
      ` title="${escapeText(`${stretchText(said)} ${annotationText(said)}`)}" aria-label="${escapeText(`${isMoment ? verhm.say("Event at {time}", { time: stretchText(said) }) : verhm.say("Stretch at {time}", { time: stretchText(said) })}: ${annotationText(said) || verhm.say("no words")}`)}">` +
      `<span>${escapeText(words)}</span></button>`;
  }).join("");
}

/** Builds the lane, the buttons and the field inside `root`.
 *
 *  `value` is the page's; time() is the playhead's; changed({cards}) is called when something was said. */
function makeAnnotations(root, model, value, timeline, { time, seek, isPlaying, changed }) {
  const lane = root.querySelector(".rv-marks");
  const field = makeField(root);
  const problem = root.querySelector(".rv-problem");
  const told = root.querySelector(".rv-told");
  let annotations = value.annotations;
  let sent = Promise.resolve(); // one after the other, so that the last answer is the latest

  function take({ annotations: said, ...figures }) {
    annotations = said;
    model.annotate(said);
    problem.textContent = "";
    changed(figures);
    showLabel();
  }
  async function ask(what, end) {
    try {
      take(await verhm.send(`/runs/${value.run}/annotations${end}`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what),
      }));
    } catch (error) {
      problem.textContent = verhm.say("Not kept: {why}", { why: error.message });
      showLabel();
    }
  }
  function send(what, end = "") {
    told.textContent = "";
    sent = sent.then(() => ask(what, end));
    return sent;
  }
  const here = () => model.windowAt(time());
  const stretchOf = (index) => ({ start: model.starts[index], end: model.ends[index] });

  function label(name, index) {
    send({ ...stretchOf(index), label: name });
  }
  function toggleLabel(name) {
    label(model.said(here())?.label === name ? "" : name, here());
  }
  async function leaveOut(stretch) {
    await send({ ...stretch, is_excluded: true });
    if (!problem.textContent) told.textContent = leftOutText(stretch, model.windowsIn(stretch));
  }
  async function exclude() {
    const chosen = begun.take();
    const middle = model.centres[here()];
    const covering = annotations.filter((said) => said.is_excluded && said.start <= middle && middle <= said.end);
    if (chosen || !covering.length) await leaveOut(chosen || stretchOf(here()));
    else for (const { start, end } of covering) await send({ start, end, is_excluded: false });
  }
  async function event() {
    const at = toHundredths(time());
    const near = annotations.find((said) => said.start === said.end && Math.abs(said.start - at) < MOMENT);
    const moment = near || { start: at, end: at };
    if (!near) await send(moment);
    if (!isPlaying()) write(moment); // while the voice plays on, nobody types
  }
  function write(stretch) {
    const said = annotations.find(({ start, end }) => start === stretch.start && end === stretch.end);
    field.open({ ...stretch, ...said }, Boolean(said), model.windowsIn(stretch), {
      save: (words, isExcluded) => send({ start: stretch.start, end: stretch.end, text: words,
        ...(isExcluded === null ? {} : { is_excluded: isExcluded }) }),
      remove: () => send({ start: stretch.start, end: stretch.end }, "/remove"),
    });
  }
  function draw() {
    const frame = timeline.frame();
    if (!frame) return;
    lane.style.left = `${frame.left}px`;
    lane.style.width = `${frame.width}px`;
    const held = lane.contains(document.activeElement) ? document.activeElement.dataset.mark : null;
    lane.innerHTML = marksMarkup(annotations, frame) || (value.may_annotate ? laneHint() : "");
    begun.draw();
    if (held) lane.querySelector(`[data-mark="${held}"]`)?.focus();
  }
  lane.addEventListener("click", ({ target }) => {
    const mark = target.closest("[data-mark]");
    if (!mark) return;
    const said = annotations[Number(mark.dataset.mark)];
    seek(said.start);
    if (value.may_annotate) write(said);
  });
  const begun = makeBegunStretch({ lane, told, timeline, model, time, button: root.querySelector('[data-say="r"]') });
  if (value.may_annotate) drawStretches(lane, timeline, model, seek, write);
  const keys = {
    e: event, x: exclude, n: () => write(begun.take() || stretchOf(here())), r: begun.toggle,
    Escape: () => begun.take(), 0: () => toggleLabel("unsure"),
  };
  for (const [number, name] of model.labels.entries()) keys[LABEL_KEYS[number]] = () => toggleLabel(name);
  for (const button of root.querySelectorAll("[data-say]")) {
    button.addEventListener("click", () => keys[button.dataset.say]());
  }
  const showLabel = makeChoice(root.querySelector(".rv-label"), model, here, label);
  const follow = () => { showLabel(); begun.draw(); };
  model.annotate(annotations);
  return { draw, follow, keys: value.may_annotate ? keys : {} };
}

/** The list of emotions shows what was said of the window at the playhead; once it is opened, it belongs
 *  to the window at which it was, wherever the voice goes. Returns what shows it anew. */
function makeChoice(choice, model, here, label) {
  if (!choice) return () => {};
  let index = null; // while it is open
  const show = () => {
    const said = model.said(here())?.label ?? "";
    if (index === null && choice.value !== said) choice.value = said;
  };
  choice.addEventListener("focus", () => { index = here(); });
  choice.addEventListener("blur", () => {
    if (index === null) return;
    index = null;
    show();
  });
  choice.addEventListener("change", () => {
    const at = index ?? here();
    index = null; // what was chosen stays there until the app has answered
    label(choice.value, at);
    choice.blur(); // so that the keys are the player's again
  });
  return show;
}

/** The field in which words about a stretch are written. */
function makeField(root) {
  const dialog = root.querySelector(".rv-say");
  const part = (name) => dialog.querySelector(name);
  let actions = null;

  function close(action) {
    const isExcluded = part(".rv-out").hidden ? null : part("input[type=checkbox]").checked;
    const words = part("textarea").value;
    dialog.close();
    if (action === "save") actions.save(words, isExcluded);
    if (action === "remove") actions.remove();
  }
  dialog.addEventListener("click", (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action) close(action);
  });
  part("textarea").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    close("save");
  });
  function open(said, isThere, windows, { save, remove }) {
    actions = { save, remove };
    const isMoment = said.start === said.end;
    part("h2").textContent = isMoment
      ? verhm.say("Event at {time}", { time: stretchText(said) }) : verhm.say("Note on {time}", { time: stretchText(said) });
    part("textarea").value = said.text || "";
    part(".rv-out").hidden = isMoment;
    part(".rv-windows").textContent = windowsText(windows);
    part("input[type=checkbox]").checked = Boolean(said.is_excluded);
    part('[data-do="remove"]').hidden = !isThere;
    dialog.showModal();
    part("textarea").focus();
  }
  return { open };
}

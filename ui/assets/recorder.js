// Step 2 of a new session: record a voice, or choose a file. Ends with a recording that the app has.
const $ = (slot) => element.querySelector(`[data-slot="${slot}"]`);
const panel = element.querySelector(".rec");
const PHASES = {
  idle: verhm.say("Not recording"), opening: verhm.say("Opening"), checking: verhm.say("Listening, not recording"),
  recording: verhm.say("Recording"), paused: verhm.say("Paused"), saving: verhm.say("Saving"), uploading: verhm.say("Copying"), ready: verhm.say("Recorded"),
};
const filming = makeFilming($);
const UNDERWAY = ["opening", "recording", "paused", "saving", "uploading"];
const KEEP = 10_000; // ms, well below the time after which the app takes a recording for left behind
const LEFT_BEHIND = 25; // s after which the app takes an unfinished recording for left behind
const state = {
  phase: "idle",
  way: "record",
  microphone: null, take: null, sound: null,
  upload: null, // the request that copies a file
  id: null, // of the recording that is ready
  isLeftBehind: false, // whether another recording waits
};

function say(error) {
  $("problem").hidden = !error;
  $("problem").textContent = error ? error.message : "";
}

function setPhase(phase) {
  state.phase = phase;
  panel.dataset.phase = phase;
  $("phase").textContent = PHASES[phase];
  const shown = {
    record: ["idle", "opening", "checking"],
    stop: ["recording", "paused"],
    pause: ["recording", "paused"],
    check: ["idle", "opening", "checking"],
    discard: ["recording", "paused", "saving", "uploading", "ready"],
  };
  for (const button of panel.querySelectorAll(".acts [data-do]")) {
    const name = button.dataset.do;
    const fits = state.way === "record" || name === "discard";
    button.hidden = !(fits && shown[name].includes(phase));
    button.disabled = phase === "opening";
  }
  $("player").hidden = phase !== "ready";
  $("taken").hidden = true;
  showLeftBehind();
  panel.querySelector('[data-do="pause"]').textContent = phase === "paused" ? verhm.say("Go on") : verhm.say("Pause");
  panel.querySelector('[data-do="check"]').textContent =
    phase === "checking" ? verhm.say("Close microphone") : verhm.say("Check microphone");
  panel.querySelectorAll("[data-way]").forEach((button) => {
    button.disabled = UNDERWAY.includes(phase);
  });
  filming.setPhase(phase);
  dispatchEvent(new CustomEvent("verhm-recorder", { detail: { phase } }));
  draw();
}

function draw() {
  const sound = state.sound;
  drawWave($("wave"), sound, state.take?.savedSeconds ?? 0, state.phase === "recording");
  const speech = sound?.speech ?? { seconds: 0, level: null };
  const whole = Math.floor(speech.seconds), missing = Math.max(0, 20 - whole);
  $("time").textContent = clock(sound && state.phase !== "checking" ? sound.seconds : 0, true);
  $("ring").setAttribute("stroke-dasharray", `${213.6 * Math.min(1, speech.seconds / 20)} 213.6`);
  $("ring").style.visibility = speech.seconds ? "visible" : "hidden"; // its round end is a dot
  $("ring-seconds").textContent = `${whole} s`;
  $("ring-label").setAttribute("aria-label", verhm.say("{n} of 20 seconds of speech", { n: whole }));
  $("more").textContent = missing ? verhm.say("{n} s more speech", { n: missing }) : verhm.say("20 s of speech reached");
  drawLevel(sound, speech);
  const take = state.take;
  if (take) {
    $("saved").textContent = take.problem || verhm.say("saved up to {time}", { time: clock(take.savedSeconds) });
  }
}

function drawLevel(sound, speech) {
  const { level, peak } = sound ? sound.now : { level: FLOOR, peak: FLOOR };
  const place = (value) => `${Math.max(0, Math.min(100, (100 * (value + 60)) / 60))}%`;
  $("level").style.width = place(level);
  $("peak").style.left = place(peak);
  $("peak").hidden = !sound;
  $("meter").setAttribute("aria-valuenow", Math.round(Math.max(-60, level)));
  const isClipping = Boolean(sound?.clipped);
  $("clip").classList.toggle("on", isClipping);
  $("clip-words").textContent = isClipping ? verhm.say("Clipping: lower the gain") : verhm.say("No clipping");
  const shown = (value) => String(Math.round(value)).replace("-", "−");
  $("level-words").textContent = sound?.steps.length
    ? verhm.say("{level} dBFS · peak {peak}", { level: shown(level), peak: shown(peak) })
    : verhm.say("aim between −24 and −9 dBFS");
  const noise = sound?.noise ?? null;
  $("noise").textContent = noise === null ? "–" : `${shown(noise)} dBFS`;
  $("snr").textContent =
    noise === null || speech.level === null ? "–" : `${shown(speech.level - noise)} dB`;
}

async function openMicrophone() {
  if (state.microphone) return;
  if (!navigator.mediaDevices) {
    throw new Error(verhm.say("This browser gives no microphone to the page. Open it at http://127.0.0.1."));
  }
  try {
    state.microphone = await Microphone.open((block) => hear(block));
  } catch (error) {
    const words = {
      NotAllowedError: verhm.say("The browser does not let this page use the microphone. Allow it beside the address, then try again."),
      NotFoundError: verhm.say("No microphone was found. Connect one, then try again."),
      NotReadableError: verhm.say("The microphone is used by another program. Close that one first."),
    };
    throw new Error(words[error.name] || verhm.say("The microphone could not be opened. Try again."));
  }
  $("microphone").textContent = state.microphone.name;
  $("processing").textContent = state.microphone.isProcessed ? verhm.say("On: results may suffer") : verhm.say("Off");
  state.microphone.track.addEventListener("ended", unplugged);
}

function unplugged() {
  if (["recording", "paused"].includes(state.phase)) attempt(stop);
  if (state.phase === "checking") attempt(check); // which ends the check
}

function closeMicrophone() {
  state.microphone?.close();
  state.microphone = null;
  $("microphone").textContent = verhm.say("not open");
}

function hear(block) {
  filming.follow(state.phase === "recording" ? state.sound.seconds : null, block.length / state.sound?.rate);
  if (!["recording", "checking"].includes(state.phase)) return;
  state.sound.add(block);
  state.take?.add(block);
  if (!state.waitsToDraw) {
    state.waitsToDraw = true;
    requestAnimationFrame(() => {
      state.waitsToDraw = false;
      draw();
    });
  }
}

// Nothing else may begin meanwhile; if it comes to nothing, no microphone stays open.
async function opening(work) {
  setPhase("opening");
  try {
    await work();
  } catch (error) {
    closeMicrophone();
    setPhase("idle");
    throw error;
  }
}

function record() {
  return opening(async () => {
    await openMicrophone().then(filming.open);
    const rate = state.microphone.context.sampleRate;
    state.take = await Take.begin(rate, draw, refused);
    state.sound = new Sound(rate);
    filming.begin(state.take);
    setPhase("recording");
  });
}

async function check() {
  if (state.phase === "checking") {
    closeMicrophone();
    return setPhase("idle");
  }
  await opening(async () => {
    await openMicrophone().then(filming.open);
    state.sound = new Sound(state.microphone.context.sampleRate);
    setPhase("checking");
  });
}

async function stop() {
  const { take } = state;
  setPhase("saving");
  try {
    const voice = take.flush(); // ahead of the picture, of which much more may wait
    await filming.finish();
    await voice;
    const { id, seconds, refusal } = await take.finish();
    if (state.take !== take) return; // discarded meanwhile
    closeMicrophone();
    have(id);
    if (refusal) say(new Error(verhm.say("Only {time} could be saved. {why}", { time: clock(seconds), why: refusal.message })));
  } catch (error) {
    if (state.take !== take) return;
    setPhase("paused");
    throw error;
  }
}

function pause() {
  setPhase(state.phase === "paused" ? "recording" : "paused");
  state.take.flush();
}

// The app keeps no more of the take: it waits here, and Stop or Go on tries again.
function refused(error) {
  if (state.phase === "recording") setPhase("paused");
  say(error);
  draw();
}

// Which recording is ready, or none. One event for both: two would be heard in any order.
function hold(id) {
  if (id === state.id) return;
  state.id = id;
  trigger("held", { id });
}

function have(id) {
  $("player").src = `/recordings/${id}`;
  hold(id);
  setPhase("ready");
}

function reset() {
  closeMicrophone();
  filming.reset();
  state.upload?.abort();
  Object.assign(state, { take: null, sound: null, upload: null });
  $("player").removeAttribute("src");
  $("upload").hidden = true;
  $("drop").hidden = false;
  $("saved").textContent = verhm.say("Saved piece by piece while you record");
  element.querySelector("input[type=file]").value = "";
  hold(null);
  setPhase("idle");
}

async function discard() {
  const { id, take } = state;
  reset();
  if (take) await take.discard();
  else if (id) await verhm.send(`/recordings/${id}`, { method: "DELETE" });
}

function upload(file) {
  reset();
  say(null);
  $("drop").hidden = true;
  $("upload").hidden = false;
  $("file-name").textContent = file.name;
  $("file-size").textContent = `${verhm.decimal((file.size / 2 ** 20).toFixed(1))} MiB`;
  $("file-words").textContent = verhm.say("copying");
  const fail = ({ text }) => {
    reset();
    say(new Error(`${file.name}: ${text || verhm.say("The file could not be copied. Try again.")}`));
  };
  state.upload = sendFile(file, {
    share: (share) => { $("file-share").style.width = `${100 * share}%`; },
    fail,
    done: (id) => {
      $("file-share").style.width = "100%";
      $("file-words").textContent = verhm.say("ready");
      state.upload = null;
      have(id);
    },
  });
  setPhase("uploading");
}

function choose(way) {
  state.way = way;
  panel.querySelectorAll("[data-way]").forEach((button) => {
    const isOn = button.dataset.way === way;
    button.classList.toggle("on", isOn);
    button.setAttribute("aria-selected", isOn);
  });
  panel.querySelectorAll(".way").forEach((part) => (part.hidden = part.dataset.for !== way));
  panel.querySelector("h2").textContent = way === "record" ? verhm.say("Record") : verhm.say("Upload");
  setPhase(state.phase);
}

// Taking it over would break off what is under way, or take the place of what is ready.
function showLeftBehind() {
  $("left-behind").hidden = !(state.isLeftBehind && state.phase === "idle");
}

async function findLeftBehind() {
  const { takes } = await verhm.send("/takes");
  const found = takes.find(({ id }) => id !== state.id && id !== state.take?.id);
  const notice = $("left-behind");
  state.isLeftBehind = Boolean(found);
  showLeftBehind();
  if (!found) return;
  const { id, seconds, is_finished: isFinished, kept_until: end, has_picture: hasPicture } = found;
  const words = (hasPicture ? `${verhm.say("with picture")}, ` : "") + (isFinished ? verhm.say("not analysed yet") : verhm.say("broken off"));
  const form = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  const until = new Date(1000 * end).toLocaleString(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, form);
  notice.innerHTML =
    `<b>${verhm.say("A recording of {time}, {words}, is kept until {until}", { time: clock(seconds), words, until })}</b>`
    + '<span class="grow"></span>'
    + `<button type="button" class="btn small">${verhm.say("Use it")}</button>`
    + `<button type="button" class="btn small quiet">${verhm.say("Discard")}</button>`;
  const [use, drop] = notice.querySelectorAll("button");
  const settle = (work) => attempt(() => work().finally(findLeftBehind));
  use.onclick = () => settle(() => opening(async () => {
    await verhm.send(`/takes/${id}/finish`, { method: "POST" });
    have(id);
  }));
  drop.onclick = () => settle(() => verhm.send(`/recordings/${id}`, { method: "DELETE" }));
}

async function attempt(work) {
  say(null);
  try {
    await work();
  } catch (error) {
    say(error);
  }
}

const ACTIONS = { record, stop, pause, check, discard };
element.addEventListener("click", (event) => {
  const way = event.target.closest("[data-way]");
  if (way) choose(way.dataset.way);
  const button = event.target.closest("[data-do]");
  // The second half of a double click would meet the button that has taken the first one's place.
  if (button && event.detail < 2) attempt(ACTIONS[button.dataset.do]);
});
element.addEventListener("change", (event) => {
  if (event.target.files?.length) upload(event.target.files[0]);
});
element.addEventListener("dragover", (event) => event.preventDefault());
element.addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (file && !UNDERWAY.includes(state.phase)) {
    choose("upload");
    upload(file);
  }
});
addEventListener("verhm-taken", ({ detail: { id, words } }) => {
  if (words && id !== state.id) return;
  if (words) reset();
  $("taken").textContent = words; // none when what was taken has been analysed
  $("taken").hidden = !words;
});
verhm.askBeforeLeaving(() => UNDERWAY.includes(state.phase));
new ResizeObserver(draw).observe($("wave").parentElement);
const ask = () => { $("prompts").innerHTML = props.prompts; }; // escaped on the server
watch("prompts", ask);
ask();
setPhase("idle");
attempt(findLeftBehind);
setInterval(() => UNDERWAY.includes(state.phase) && state.take?.keep(), KEEP);
setTimeout(() => findLeftBehind().catch(say), 1000 * LEFT_BEHIND);

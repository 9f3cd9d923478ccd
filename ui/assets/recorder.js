// Step 2 of a new session: record a voice, or choose a file. Ends with a recording that the app has.
const $ = (slot) => element.querySelector(`[data-slot="${slot}"]`);
const panel = element.querySelector(".rec");
const PHASES = {
  idle: verhm.say("Not recording"), opening: verhm.say("Opening"), checking: verhm.say("Listening, not recording"),
  recording: verhm.say("Recording"), paused: verhm.say("Paused"), saving: verhm.say("Saving"), uploading: verhm.say("Copying"), ready: verhm.say("Recorded"),
};
const filming = makeFilming($);
const told = {}; // by the page; its word about one property takes the others away
const openPatient = () => JSON.parse(told.patient || "null"); // {id, code, agrees}
const permission = makePermission((key) => trigger("permit", { key }), openPatient);
const leftBehind = makeLeftBehind($, openPatient, {
  held: () => state,
  use: async (take) => {
    const { seconds } = await opening(() => verhm.send(`/takes/${take.id}/finish`, { method: "POST" }));
    state.owner = take.code ? { id: take.patient_id, code: take.code } : null;
    have(take.id);
    await listenAgain(take.id, seconds); // what cannot be heard is said, and the recording stays
  },
  attempt: (work) => attempt(work), say, open: (id) => trigger("open_patient", { id }),
});
const UNDERWAY = ["opening", "recording", "paused", "saving", "uploading"];
const KEEP = 10_000; // ms, well below those after which it would be left behind
const state = {
  phase: "idle",
  way: "record",
  microphone: null, take: null, sound: null,
  upload: null, // the request that copies a file
  id: null, // of the recording that is ready
  owner: null, // for whom that one, or the one being made, is: {id, code}; none where nobody is open
  saved: 0, // s that are safe, of one that was left behind
};

function follow(name, act) {
  const hear = () => {
    if (props[name] == null) return;
    told[name] = props[name];
    act();
  };
  watch(name, hear);
  hear();
}

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
  leftBehind.show(phase);
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
  const sound = state.sound, isKept = state.phase !== "checking";
  drawWave($("wave"), sound, state.take?.savedSeconds ?? state.saved, state.phase === "recording");
  const speech = sound?.speech ?? { seconds: 0, level: null };
  const seconds = isKept ? speech.seconds : 0; // what is only listened to counts for nothing
  const whole = Math.floor(seconds), missing = Math.max(0, 20 - whole);
  $("time").textContent = clock(sound && isKept ? sound.seconds : 0, true);
  $("ring").setAttribute("stroke-dasharray", `${213.6 * Math.min(1, seconds / 20)} 213.6`);
  $("ring").style.visibility = seconds ? "visible" : "hidden"; // its round end is a dot
  $("ring-seconds").textContent = `${whole} s`;
  $("ring-label").setAttribute("aria-label", verhm.say("{n} of 20 seconds of speech", { n: whole }));
  $("more").textContent = missing ? verhm.say("{n} s more speech", { n: missing }) : verhm.say("20 s of speech reached");
  drawLevel($, sound, speech);
  $("saved").textContent = savedWords();
}

function savedWords() {
  const { take, saved, phase } = state;
  if (take?.problem) return take.problem;
  if (take || saved) return verhm.say("saved up to {time}", { time: clock(take?.savedSeconds ?? saved) });
  return phase === "checking" ? verhm.say("Nothing is kept while you check") : verhm.say("Saved piece by piece while you record");
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
    return await work();
  } catch (error) {
    closeMicrophone();
    setPhase("idle");
    throw error;
  }
}

function record() {
  return opening(async () => {
    const leave = await permission.ask();
    state.owner = leave.owner;
    await openMicrophone().then(filming.open);
    const rate = state.microphone.context.sampleRate;
    state.take = await Take.begin(rate, leave, draw, refused);
    state.sound = new Sound(rate);
    filming.begin(state.take);
    setPhase("recording");
  });
}

async function check() {
  if (state.phase === "checking") {
    closeMicrophone();
    state.sound = null;
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

// Hears a recording of an earlier visit, so that all of the panel speaks of it.
async function listenAgain(id, seconds) {
  state.saved = seconds;
  const sound = await soundOf(`/recordings/${id}`);
  if (state.id === id) state.sound = sound; // or it was discarded meanwhile
  draw();
}

function reset() {
  closeMicrophone();
  filming.reset();
  state.upload?.abort();
  Object.assign(state, { take: null, sound: null, upload: null, owner: null, saved: 0 });
  $("player").removeAttribute("src");
  $("upload").hidden = true;
  $("drop").hidden = false;
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

async function upload(file) {
  const leave = await permission.ask(); // whoever may not keeps what was ready
  reset();
  state.owner = leave.owner;
  $("drop").hidden = true;
  $("upload").hidden = false;
  $("file-name").textContent = file.name;
  $("file-size").textContent = `${verhm.decimal((file.size / 2 ** 20).toFixed(1))} MiB`;
  $("file-words").textContent = verhm.say("copying");
  const fail = ({ text }) => {
    reset();
    say(new Error(`${file.name}: ${text || verhm.say("The file could not be copied. Try again.")}`));
  };
  state.upload = sendFile(file, leave, {
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
  const [file] = event.target.files ?? [];
  if (file) attempt(() => upload(file));
});
element.addEventListener("dragover", (event) => event.preventDefault());
element.addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (file && !UNDERWAY.includes(state.phase)) {
    choose("upload");
    attempt(() => upload(file));
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
follow("prompts", () => { $("prompts").innerHTML = told.prompts; }); // escaped on the server
follow("permission", () => permission.answered(told.permission));
follow("patient", () => leftBehind.show(state.phase));
setPhase("idle");
leftBehind.start();
setInterval(() => UNDERWAY.includes(state.phase) && state.take?.keep(), KEEP);

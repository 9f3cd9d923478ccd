// Several recordings, sent one after the other. What was sent is a session; the rest is on the disk
// of whoever chose it, so that closing the page loses nothing.
const OPEN = 3; // sessions of these that wait, are analysed or drawn: the app's line is everybody's
const AGAIN = 5_000; // ms before what could not be taken just now is tried again
const MOST = props.most; // files; a plan takes it away
const MISSED = 3; // looks at the jobs without a session's own until what became of it is asked
const PASSING = ["E61", "E68"]; // too many wait; the app is locked
const FOR_ALL = ["E50", "E51", "E57", "E62", "E75"]; // what is refused to one file is to all
const state = {
  rows: [],
  plan: null, // what the app said of the entries, for whom they are
  isRunning: false,
  isStopping: false,
  chosenFor: "", // code of the patient who was open then
  upload: null, // the request that sends a file
};
const $ = (slot) => element.querySelector(`[data-slot="${slot}"]`);
const button = (name) => element.querySelector(`[data-do="${name}"]`);
const isUnsent = (row) => !row.session && (row.kind === "waiting" || row.kind === "cancelled");
const pause = (length) => new Promise((resolve) => setTimeout(resolve, length));
const news = () => new Promise((resolve) => {
  for (const name of ["verhm-jobs", "verhm-batch-stop"]) addEventListener(name, resolve, { once: true });
});

function cell(line, className, text = "") {
  const part = document.createElement("td");
  part.className = className;
  part.textContent = text; // a file's name may hold anything, also a person's name
  line.append(part);
  return part;
}

function asRow(file, index) {
  const line = document.createElement("tr");
  cell(line, "num", index + 1);
  cell(line, "name", file.name).title = file.name;
  cell(line, "num", file.size < 2 ** 20 ? `${Math.ceil(file.size / 2 ** 10)} KiB` : `${verhm.decimal((file.size / 2 ** 20).toFixed(1))} MiB`);
  const row = {
    file, line, kind: "", session: null,
    isOpen: false, // whether its session takes a place in the line
    missed: 0, // looks at the jobs without it
    lost: "", // what of the recording could not be kept
    dayCell: cell(line, "day"), said: cell(line, "said"), link: cell(line, "act"),
  };
  addDay(row);
  put(row, "waiting", verhm.say("Waiting"));
  return row;
}

function addDay(row) {
  row.dayCell.innerHTML = '<input type="text" maxlength="20"><small class="muted"></small>';
  [row.day, row.source] = row.dayCell.children;
  row.day.setAttribute("aria-label", verhm.say("Date of {name}", { name: row.file.name }));
  row.day.addEventListener("input", () => { row.source.textContent = ""; });
  setDay(row, ...dayRecorded(row.file));
}

function setDay(row, day, source = "") {
  row.day.value = day;
  row.source.textContent = source;
}

function put(row, kind, words, emotion = "") {
  row.kind = kind;
  row.line.dataset.kind = kind;
  row.said.textContent = words;
  row.said.insertAdjacentHTML("beforeend", emotion); // the app's own marks
  if (row.lost) row.said.append(` · ${row.lost}`);
}

function addLink(row) {
  row.link.innerHTML = `<button type="button" class="link">${verhm.say("Open")}</button>`;
  row.link.firstChild.setAttribute("aria-label", verhm.say("Open the session of {name} in Review", { name: row.file.name }));
  row.link.firstChild.onclick = () => trigger("open", { patient_id: row.patient, id: row.session });
}

const openCode = () => document.querySelector("#banner .who b")?.textContent ?? "";

function choose(files, isFolder) {
  state.chosenFor = openCode();
  $("day").value = "";
  const chosen = [...files].filter(({ name }) => !isFolder || (SUFFIXES.test(name) && !name.startsWith(".")));
  if (isFolder) chosen.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const left = files.length - chosen.length;
  const isShown = chosen.length > 0 && chosen.length <= MOST;
  state.rows = chosen.map(asRow);
  element.querySelector("tbody").replaceChildren(...(isShown ? state.rows.map((row) => row.line) : []));
  $("rows").hidden = !isShown;
  $("chosen").textContent = (chosen.length ? verhm.sayOf("{n} file chosen", "{n} files chosen", chosen.length) : verhm.say("No files chosen"))
    + (left ? verhm.say(", {n} without a recording's ending left out", { n: left }) : "");
  say("");
  draw();
}

function say(html) { $("problem").innerHTML = html; } // escaped on the server

function sayError({ code, cause, remedy, message }) {
  say('<div class="problem" role="alert"><b class="code"></b><p></p><p class="muted"></p></div>');
  const [first, second, third] = $("problem").firstChild.children;
  first.textContent = code ?? "";
  second.textContent = cause ?? message;
  third.textContent = remedy ?? "";
}

function draw() {
  const count = (kind) => state.rows.filter((row) => row.kind === kind).length;
  const done = count("done"), refused = count("refused"), unsent = state.rows.filter(isUnsent).length;
  const isUnderWay = state.isRunning || count("analysing") > 0;
  button("begin").disabled = state.isRunning || (state.rows.length > 0 && !unsent);
  button("begin").textContent = state.rows.some((row) => row.session) && unsent ? verhm.say("Go on") : verhm.say("Begin");
  button("stop").disabled = !state.isRunning || state.isStopping;
  $("day").disabled = state.isRunning; // the days were read when it began
  for (const row of state.rows) row.day.disabled = state.isRunning || !isUnsent(row);
  for (const field of element.querySelectorAll("input[type=file]")) {
    field.disabled = isUnderWay;
    field.parentElement.classList.toggle("off", isUnderWay);
  }
  $("foot").hidden = !state.plan?.patient || !state.rows.length;
  if ($("foot").hidden) return;
  const words = [verhm.say("{done} of {all} done for {code}", { done, all: state.rows.length, code: state.plan.code })];
  if (refused) words.push(verhm.say("{n} refused", { n: refused }));
  if (!state.isRunning && unsent) words.push(verhm.say("{n} not sent", { n: unsent }));
  const text = words.join(" · ");
  if ($("status").textContent !== text) $("status").textContent = text;
  $("csv").hidden = isUnderWay || !done;
  $("csv").href = `/patients/${state.plan.patient}/recordings.csv`;
}

/** Work that is tried again while the app is busy, locked or away, until it is stopped. */
async function persist(row, work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isPassing = PASSING.includes(error.code) || error.isSilent || error instanceof TypeError;
      if (!isPassing || state.isStopping) throw error;
      put(row, row.kind, verhm.say("Waits until the app can take it"));
      await pause(AGAIN);
      if (!state.isStopping) await news(); // none comes while the app is locked or away
    }
  }
}

async function send(row) {
  await row.file.slice(0, 1).arrayBuffer().catch(() => {
    throw new Error(verhm.say("E70 The file cannot be read any more. Choose it again."));
  });
  return new Promise((resolve, reject) => {
    put(row, "sending", verhm.say("Being sent {n} %", { n: 0 }));
    state.upload = sendFile(row.file, { owner: { id: state.plan.patient }, isTrial: false }, {
      share: (share) => put(row, "sending", verhm.say("Being sent {n} %", { n: Math.floor(100 * share) })),
      done: resolve,
      fail: (answer) => reject(Object.assign(new Error(answer.text || verhm.say("The file could not be sent.")), answer)),
    });
    state.upload.onabort = () => reject(new Error(verhm.say("Stopped")));
  });
}

const post = (url, body) =>
  verhm.send(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

async function handOver(row) {
  const { patient, entries, days } = state.plan;
  const recording = await persist(row, () => send(row));
  state.upload = null;
  let made;
  try {
    const own = { ...entries, recorded_on: days[state.rows.indexOf(row)] };
    made = await persist(row, () => post(`/patients/${patient}/sessions`, { recording, entries: own }));
  } catch (error) {
    verhm.send(`/recordings/${recording}`, { method: "DELETE" }).catch(() => {}); // the next start does
    throw error;
  }
  Object.assign(row, { session: made.session, patient, lost: made.lost?.text ?? "" });
  rememberLeft(state.rows);
  addLink(row);
  row.isOpen = true;
  put(row, "analysing", verhm.say("Being analysed"));
  if (!made.problem) return;
  if (!PASSING.includes(made.problem.code)) throw made.problem;
  await persist(row, () => post(`/sessions/${row.session}/runs`, entries));
}

function end(row, error) {
  row.isOpen = false;
  if (row.session && state.isStopping) put(row, "cancelled", verhm.say("Kept, not analysed: see Review"));
  else if (state.isStopping) put(row, "cancelled", verhm.say("Cancelled"));
  else if (FOR_ALL.includes(error.code)) {
    put(row, row.session ? "refused" : "waiting", row.session ? verhm.say("Kept, not analysed: see Review") : verhm.say("Waiting"));
    sayError(error);
    return false;
  } else put(row, "refused", error.text ?? error.message);
  return true;
}

async function run() {
  state.isRunning = true;
  state.isStopping = false;
  rememberLeft(state.rows);
  for (const row of state.rows.filter(isUnsent)) put(row, "waiting", verhm.say("Waiting"));
  for (const row of state.rows.filter((each) => each.kind === "waiting")) {
    while (!state.isStopping && state.rows.filter((each) => each.isOpen).length >= OPEN) await news();
    if (state.isStopping) break;
    draw();
    try {
      await handOver(row);
      verhm.poll();
    } catch (error) {
      if (!end(row, error)) break;
    }
  }
  if (state.isStopping) {
    for (const row of state.rows.filter((each) => each.kind === "waiting")) put(row, "cancelled", verhm.say("Cancelled"));
  }
  state.isRunning = state.isStopping = false;
  forgetLeft(); // the list says it
  draw();
}

/** Nobody's voice may come to another's records because somebody else was opened meanwhile. */
function begin() {
  if (state.rows.length && state.chosenFor && state.chosenFor !== openCode()) {
    sayError({ code: "E63", cause: verhm.say("These files were chosen while {code} was open.", { code: state.chosenFor }),
      remedy: verhm.say("Open that patient again, or choose the files of the one who is open now.") });
    return;
  }
  trigger("prepare", { days: state.rows.map((row) => row.day.value) });
}

async function look(row) {
  const { state: became, words, emotion } = await verhm.send(`/sessions/${row.session}/outcome`);
  row.missed = 0;
  if (became === "done") put(row, "done", words, emotion);
  else if (became !== "open") put(row, became === "cancelled" ? "cancelled" : "refused", words);
  draw();
  return became !== "open";
}

async function follow(row, jobs) {
  const job = jobs.findLast((each) => each.session_id === row.session);
  if (job && !job.has_ended) {
    row.missed = 0;
    if (row.kind !== "analysing") return;
    if (job.state === "rendering") await look(row); // the probabilities are there
    else put(row, "analysing", verhm.say("Being analysed: {words}", { words: job.waits_for ?? `${job.stage_label} ${job.percent} %` }));
    return;
  }
  row.missed += 1;
  if ((job || row.missed >= MISSED) && (row.kind !== "analysing" || (await look(row)))) row.isOpen = false;
}

addEventListener("verhm-jobs", ({ detail: jobs }) => {
  for (const row of state.rows.filter((each) => each.isOpen && each.session)) {
    follow(row, jobs).catch(() => {}); // asked again at the next look
  }
});
verhm.askBeforeLeaving(() => state.isRunning);
element.addEventListener("change", (event) => {
  const { files, value } = event.target;
  if (files) choose(files, event.target === $("folder"));
  if (event.target === $("day")) state.rows.filter(isUnsent).forEach((row) => setDay(row, value));
});
element.addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  if (name === "begin" && event.detail < 2) begin();
  if (name === "stop") {
    state.isStopping = true;
    state.upload?.abort();
    dispatchEvent(new CustomEvent("verhm-batch-stop"));
    draw();
  }
});
watch("plan", () => {
  if (state.isRunning || !props.plan) return;
  const plan = JSON.parse(props.plan);
  say(plan.problem ?? "");
  if (plan.problem) return;
  const sent = state.rows.find((row) => row.session);
  if (sent && sent.patient !== plan.patient) {
    sayError({ code: "E63", cause: verhm.say("These files were begun for another patient."),
      remedy: verhm.say("Open that patient again, or choose files for the one who is open now.") });
    return;
  }
  state.plan = plan;
  run();
});
const left = wordsOfLeft();
if (left) {
  element.querySelector("details").open = true;
  sayError(left);
}

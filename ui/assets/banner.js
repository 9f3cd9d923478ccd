// Follows the analyses from any tab: shows the one at work, tells the page when one changes, and
// the person when the app is gone.
const GONE = verhm.say("VERHM is not running any more. Start it again; what was recorded is kept.");
const SILENT = verhm.say("VERHM does not answer. If it stays so, start it again; what was recorded is kept.");
const PATIENCE = 10_000; // ms until an answer is taken to be missing
const known = new Map();
let first = true;
let timer = null;

const alarm = document.createElement("div");
alarm.className = "cut-off";
alarm.setAttribute("role", "alert");
document.body.append(alarm);

function describe(job) {
  const left = job.seconds_left === null ? "" : ` · ${verhm.left(job.seconds_left)}`;
  return job.waits_for ?? `${job.stage_label} ${job.percent} %${left}`;
}

// The open session's; also of one that was made on this page a moment ago, and is being opened.
function isOwn({ session_id: id }) {
  return [...document.querySelectorAll(".banner, #progress .analysis")].some(({ dataset }) => dataset.session === id);
}

function show(jobs) {
  const slot = element.querySelector(".job-slot");
  const unfinished = jobs.filter((each) => !each.has_ended);
  const job = unfinished.find(isOwn) || unfinished.find((each) => !each.waits_for) || unfinished[0];
  slot.hidden = !job;
  if (!job) return;
  const all = isOwn(job) ? describe(job) : `${verhm.say("Another session")} · ${describe(job)}`;
  // Of another one it is enough that something goes on: there is little room.
  const words = isOwn(job) ? all : job.waits_for ? verhm.say("Another waits") : verhm.say("Another {n} %", { n: job.percent });
  if (slot.textContent !== words) slot.textContent = words;
  slot.title = all;
}

function openTab() {
  return document.querySelector('#tabs [role="tab"][aria-selected="true"]')?.dataset.tabId ?? "";
}

function notice(jobs) {
  for (const job of jobs) {
    const before = known.get(job.id);
    known.set(job.id, job.state);
    if (before === job.state || first) continue;
    trigger("job_changed", { session_id: job.session_id, state: job.state, tab: openTab() });
  }
  first = false;
}

async function ask() {
  try {
    const { jobs } = await verhm.send("/jobs", { signal: AbortSignal.timeout(PATIENCE) });
    alarm.textContent = "";
    return jobs;
  } catch (error) {
    // A browser that finds nobody at the address says so with a TypeError.
    alarm.textContent = error instanceof TypeError ? GONE : SILENT;
    return null;
  }
}

async function poll() {
  clearTimeout(timer);
  const jobs = verhm.isLocked() ? null : await ask(); // a locked page would be told nothing
  timer = setTimeout(poll, jobs?.some((job) => !job.has_ended) ? 700 : 3000);
  if (!jobs) return;
  dispatchEvent(new CustomEvent("verhm-jobs", { detail: jobs }));
  show(jobs);
  notice(jobs);
}

// What is open comes back after a reload, as a change of the language is. The browser keeps it with
// this entry of its history alone: whoever comes here otherwise, as by signing in, finds nothing open.
const cameBy = performance.getEntriesByType("navigation")[0]?.type;
const SETTLED = 1000; // ms from the app's first answer until Gradio goes to no tab by itself any more
let before = (cameBy === "reload" && history.state?.opened) || null;

function keepOpened() {
  const { patient, session } = element.querySelector(".banner").dataset;
  history.replaceState({ opened: { patient_id: patient, session_id: session, tab: openTab() } }, "");
}

// At once, and here: an answer from the app would take away the tab that somebody has chosen meanwhile.
// While Gradio builds the page, it goes to the first tab itself, sooner or later.
function holdTab() {
  if (!before?.tab || openTab() === before.tab) return;
  const button = document.querySelector(`#tabs [role="tab"][data-tab-id="${CSS.escape(before.tab)}"]`);
  if (button) button.click();
  else requestAnimationFrame(holdTab);
}
document.addEventListener("click", ({ isTrusted, target }) => {
  const isChoice = isTrusted && before && target.closest("#tabs") && !target.closest('[role="tabpanel"]');
  if (isChoice) before.tab = target.closest('[role="tab"]')?.dataset.tabId ?? "";
}, { capture: true });
holdTab();

let isAsked = false; // for what was open
watch("value", () => {
  if (!before) { keepOpened(); return; }
  if (isAsked) return;
  isAsked = true;
  trigger("reopen", before);
  setTimeout(() => { before = null; keepOpened(); }, SETTLED);
});
const follow = () => (before ? holdTab() : keepOpened());
new MutationObserver(follow).observe(element.closest(".gradio-container"), { subtree: true, attributeFilter: ["aria-selected"] });

window.verhm.poll = poll;
poll();

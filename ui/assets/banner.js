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
  const words = isOwn(job) ? describe(job) : `${verhm.say("Another session")} · ${describe(job)}`;
  if (slot.textContent !== words) slot.textContent = slot.title = words;
}

function notice(jobs) {
  for (const job of jobs) {
    const before = known.get(job.id);
    known.set(job.id, job.state);
    if (before === job.state || first) continue;
    const tab = document.querySelector('#tabs [role="tab"][aria-selected="true"]');
    trigger("job_changed", {
      session_id: job.session_id,
      state: job.state,
      tab: tab?.dataset.tabId ?? "",
    });
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

window.verhm.poll = poll;
poll();

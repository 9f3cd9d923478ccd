// Follows the analyses from any tab: shows the one at work, and tells the page when one changes.
const known = new Map();
let first = true;
let timer = null;

const minutes = (seconds) =>
  seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.max(1, Math.round(seconds))} s`;

function describe(job) {
  const left = job.seconds_left === null ? "" : ` · ${minutes(job.seconds_left)} left`;
  if (job.state === "waiting") return "Analysis waiting";
  return `${job.stage_label} · ${Math.round(100 * job.overall)} % done${left}`;
}

function show(jobs) {
  const slot = element.querySelector(".job-slot");
  const job = jobs.find((each) => !each.has_ended && each.state !== "waiting")
    || jobs.find((each) => !each.has_ended);
  slot.hidden = !job;
  if (job && slot.textContent !== describe(job)) slot.textContent = describe(job);
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
      tab: tab ? tab.textContent.trim().toLowerCase().replace(" ", "-") : "",
    });
  }
  first = false;
}

async function poll() {
  clearTimeout(timer);
  let busy = false;
  try {
    const { jobs } = await verhm.send("/jobs");
    busy = jobs.some((job) => !job.has_ended);
    document.body.classList.remove("is-cut-off");
    dispatchEvent(new CustomEvent("verhm-jobs", { detail: jobs }));
    show(jobs);
    notice(jobs);
  } catch {
    document.body.classList.add("is-cut-off");
  }
  timer = setTimeout(poll, busy ? 700 : 3000);
}

window.verhm.poll = poll;
poll();

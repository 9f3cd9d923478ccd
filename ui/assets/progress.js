// Step 4 of a new session: how far the analysis is that was begun here.
let made = null; // id of the session that was made here last; Review shows what became of others
let job = null;
let isFresh = false; // whether another recording is being made, or waits to be analysed
let told = null; // {id, words}: the job that was told to stop, and what came of it

const open = () => element.querySelector(".analysis")?.dataset.session; // the open session's id
const slot = (name) => element.querySelector(`[data-slot="${name}"]`);

function draw() {
  const stages = [...element.querySelectorAll(".stages span")];
  const isAtWork = Boolean(job) && !job.has_ended;
  stages.forEach((stage, index) => {
    stage.classList.toggle("done", isAtWork && index < job.stage_number);
    stage.classList.toggle("now", isAtWork && index === job.stage_number);
  });
  slot("working").hidden = !isAtWork;
  element.querySelector(".hint").hidden = isAtWork;
  const ending = element.querySelector(".ending");
  if (ending) ending.hidden = isAtWork || isFresh || open() !== made;
  slot("left").textContent = isAtWork && job.seconds_left !== null ? verhm.left(job.seconds_left) : "";
  if (!isAtWork) return;
  slot("words").textContent =
    job.id === told?.id ? told.words : job.waits_for ?? `${job.stage_label} ${job.percent} %`;
}

addEventListener("verhm-jobs", (event) => {
  job = event.detail.findLast((each) => each.session_id === made && open() === made) ?? null;
  if (job?.has_ended) dispatchEvent(new CustomEvent("verhm-taken", { detail: { words: "" } }));
  draw();
});

addEventListener("verhm-taken", (event) => {
  if (event.detail.words) made = open();
});

addEventListener("verhm-recorder", (event) => {
  isFresh = !["idle", "checking"].includes(event.detail.phase);
  draw();
});

async function cancel() {
  const order = { id: job.id, words: verhm.say("Stopping") };
  told = order;
  draw();
  try {
    await verhm.send(`/jobs/${order.id}/cancel`, { method: "POST" });
  } catch {
    order.words = verhm.say("Not stopped: the app did not answer as it should. Press Cancel again");
    draw();
  }
  verhm.poll();
}

element.addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  if (name === "again") trigger("again", {});
  if (name === "cancel" && job) cancel();
});

watch("value", () => {
  const { taken, words } = element.querySelector(".analysis").dataset;
  if (taken) dispatchEvent(new CustomEvent("verhm-taken", { detail: { id: taken, words } }));
  draw();
  verhm.poll();
});

// The form of the tab Export: has videos made, follows them, and remembers what was chosen.
const PACE = 700; // ms between two looks at a video that is being made
const chosen = new Map(); // choices by name, as long as the page is open
let timer = null;
let isOrdering = false; // a video, which takes a moment

const form = () => element.querySelector(".film-form");
const slot = (name) => element.querySelector(`[data-slot="${name}"]`);
const inputs = () => [...element.querySelectorAll(".film-choice input")];

function remember(input) {
  chosen.set(input.name, input.type === "radio" ? input.value : input.checked);
}

/** Another session's form begins with what was chosen last; a choice that it lacks is kept for later. */
function recall() {
  for (const input of inputs()) {
    if (!chosen.has(input.name)) continue;
    const value = chosen.get(input.name);
    input.checked = input.type === "radio" ? input.value === value : value;
  }
}

function escapeText(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(text).replace(/[&<>"']/g, (sign) => signs[sign]);
}

function left(seconds) {
  if (seconds === null) return "";
  return ` · ${verhm.left(seconds)}`;
}

const STATES = {
  waiting: () => verhm.say("Waiting for what is made before it"),
  analysing: (film) => `${verhm.say("Finding the neutral face")} · ${Math.round(100 * film.share)} %${left(film.seconds_left)}`,
  rendering: (film) => `${verhm.say("Drawing")} · ${Math.round(100 * film.share)} %${left(film.seconds_left)}`,
  done: () => verhm.say("Ready. Kept until VERHM is closed or eight newer ones are made; download it to keep it longer."),
  cancelled: () => verhm.say("Cancelled."),
  failed: (film) => `${film.error.code} ${film.error.cause} ${film.error.remedy}`,
};

function row(film) {
  const bar = film.has_ended ? "" :
    `<progress max="100" value="${Math.round(100 * film.share)}" aria-label="${verhm.say("Video")}"></progress>`;
  let act = "";
  if (film.state === "done") act = `<a class="btn small" href="/films/${film.id}" download>${verhm.say("Download")}</a>`;
  if (!film.has_ended) act = `<button type="button" class="btn small" data-cancel="${film.id}">${verhm.say("Cancel")}</button>`;
  return `<li class="film-${film.state}"><div><b>${escapeText(film.words)}</b>` +
    `<span class="muted small">${escapeText(STATES[film.state](film))}</span></div>${bar || "<span></span>"}${act}</li>`;
}

async function poll() {
  clearTimeout(timer);
  const run = form()?.dataset.run;
  if (!run) return;
  let films = null;
  try {
    ({ films } = await verhm.send(`/runs/${run}/films`));
  } catch {
    timer = setTimeout(poll, 3000); // the banner says that the app does not answer
    return;
  }
  if (form()?.dataset.run !== run) return;
  const html = films.map(row).join("");
  const list = slot("films");
  if (list.dataset.shown !== html) {
    const held = document.activeElement?.dataset?.cancel;
    list.innerHTML = list.dataset.shown = html;
    if (held) list.querySelector(`[data-cancel="${held}"]`)?.focus();
  }
  if (films.some((film) => !film.has_ended)) timer = setTimeout(poll, PACE);
}

async function make() {
  const isOn = (name) => Boolean(element.querySelector(`[name="film-${name}"]`)?.checked);
  const asked = new URLSearchParams({
    size: element.querySelector('[name="film-size"]:checked').value,
    timeline: isOn("timeline"), neutral: isOn("neutral"), picture: isOn("picture"),
  });
  slot("problem").textContent = "";
  isOrdering = true;
  try {
    await verhm.send(`/runs/${form().dataset.run}/films?${asked}`, { method: "POST" });
  } catch (error) {
    slot("problem").textContent = error.message;
  } finally {
    isOrdering = false;
  }
  poll();
}

async function cancel(id) {
  try {
    await verhm.send(`/films/${id}/cancel`, { method: "POST" });
  } catch (error) {
    slot("problem").textContent = error.message;
  }
  poll();
}

element.addEventListener("change", (event) => {
  if (event.target.closest(".film-choice")) remember(event.target);
});
element.addEventListener("click", (event) => {
  // The second click of a double click (detail 2) orders nothing, nor does one while it is ordered.
  if (event.target.closest('[data-do="make"]') && event.detail < 2 && !isOrdering) make();
  const id = event.target.closest("[data-cancel]")?.dataset.cancel;
  if (id) cancel(id);
});
watch("value", () => {
  recall();
  poll();
});
recall();
poll();

/* Trends: the server draws, this tells it what to draw and which session to open.
 * Events: "choose", "choose_usual", "open", "visit", "edit_event", "remove_event". A choice is kept per patient
 * while the page is open. */

const choices = new Map();
let isChoosing = false; // whether the list of usual sessions is open
let isRemoving = false; // whether an event is, whose button goes with it

function patient() {
  return element.querySelector(".tr")?.dataset.patient;
}

function currentChoice() {
  const boxes = [...element.querySelectorAll(".opt input")];
  const months = element.querySelector("[data-months].on");
  return {
    shown: boxes.filter((box) => box.checked).map((box) => box.name),
    months: months ? months.dataset.months : "all",
  };
}

function choose(changes) {
  const choice = { ...currentChoice(), ...changes };
  choices.set(patient(), choice);
  trigger("choose", choice);
}

function openFrom(target) {
  const session = target.closest("[data-session]");
  if (session) trigger("open", { session_id: session.dataset.session });
  const place = target.closest("[data-visit]");
  if (place) trigger("visit", { tab: place.dataset.visit });
  return Boolean(session || place);
}

function write({ write: verb, event }) {
  isRemoving = verb === "remove_event";
  trigger(verb, { event_id: event });
  if (!isRemoving) document.querySelector("#event-text input")?.focus(); // where it is open already
}

element.addEventListener("change", (event) => {
  if (event.target.closest(".opt")) choose({});
  if (event.target.dataset.usual) {
    const ticked = [...element.querySelectorAll("[data-usual]:checked")];
    trigger("choose_usual", { sessions: ticked.map((box) => box.dataset.usual) });
  }
});
element.addEventListener("click", (event) => {
  const months = event.target.closest("[data-months]");
  const writing = event.target.closest("[data-write]");
  if (months) choose({ months: months.dataset.months });
  else if (writing) write(writing.dataset);
  else openFrom(event.target);
});
element.addEventListener("toggle", (event) => {
  if (event.target.closest(".tr-against")) isChoosing = event.target.open;
}, true);
element.addEventListener("keydown", (event) => {
  const isButton = event.target.matches('[role="button"]');
  if (isButton && (event.key === "Enter" || event.key === " ") && openFrom(event.target)) {
    event.preventDefault();
  }
});

// A refresh from the server forgets the choice: ask for it again.
watch("value", () => {
  for (const box of element.querySelectorAll(".opt input")) box.checked = box.hasAttribute("checked");
  const list = element.querySelector(".tr-against details");
  if (list) list.open = isChoosing;
  if (isRemoving) element.querySelector("[data-write]")?.focus();
  isRemoving = false;
  const kept = choices.get(patient());
  if (kept && JSON.stringify(kept) !== JSON.stringify(currentChoice())) trigger("choose", kept);
});

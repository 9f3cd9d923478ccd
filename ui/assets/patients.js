// The list of patients: a row opens, the buttons in it do what they say.
const ACTIONS = {
  new: () => trigger("new", {}),
  demonstrate: (button) => {
    verhm.keepWaiting(button, verhm.say("Loading…"));
    trigger("demonstrate", {});
  },
  edit: () => trigger("edit", {}),
  consent: () => trigger("consent", {}),
  bring_back: () => trigger("bring_back", {}),
  new_session: () => trigger("new_session", {}),
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) return ACTIONS[button.dataset.do](button);
  const erase = event.target.closest("[data-erase]");
  if (erase) return trigger("erase_session", { session_id: erase.dataset.erase });
  const session = event.target.closest("[data-session]");
  if (session) return trigger("open_session", { session_id: session.dataset.session });
  const row = event.target.closest("tr[data-patient]");
  if (row) trigger("open_patient", { patient_id: row.dataset.patient });
});

watch("value", () => verhm.refocus(element));

element.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr[data-patient]");
  if (!row || event.target !== row) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    row.click();
  }
  const rows = [...element.querySelectorAll("tr[data-patient]")];
  const next = rows[rows.indexOf(row) + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});

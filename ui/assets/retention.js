// What is due for erasing: each button says what it does, and to whom.
const reasons = {}; // typed so far, by patient
let isOpen = false;
const VERBS = {
  erase: (patient_id) => trigger("erase_recordings", { patient_id }),
  remove: (patient_id) => trigger("remove", { patient_id }),
  lift: (patient_id) => trigger("lift", { patient_id }),
  hold: (patient_id) => trigger("hold", { patient_id, reason: reasons[patient_id] ?? "" }),
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-due]");
  if (button) VERBS[button.dataset.due](button.dataset.patient);
});
element.addEventListener("input", (event) => {
  reasons[event.target.dataset.patient] = event.target.value;
});
element.addEventListener("toggle", (event) => { isOpen = event.target.open; }, true);

// Drawn anew, the list stays unfolded, and what was typed stays beside whom it was typed for.
watch("value", () => {
  const details = element.querySelector("details");
  if (details) details.open = isOpen;
  for (const field of element.querySelectorAll("input")) field.value = reasons[field.dataset.patient] ?? "";
});

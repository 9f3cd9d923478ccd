// What is due for erasing: each button says what it does, and to whom.
const VERBS = {
  erase: (button) => trigger("erase_recordings", { patient_id: button.dataset.patient }),
  remove: (button) => trigger("remove", { patient_id: button.dataset.patient }),
  lift: (button) => trigger("lift", { patient_id: button.dataset.patient }),
  hold: (button) => trigger("hold", {
    patient_id: button.dataset.patient,
    reason: button.parentElement.querySelector("input").value,
  }),
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-due]");
  if (button) VERBS[button.dataset.due](button);
});

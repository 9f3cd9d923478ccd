// Says of each "?" whether its explanation is open; the rest is the browser's.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("[popover]")) return;
  for (const button of document.querySelectorAll(`[popovertarget="${event.target.id}"]`)) {
    button.setAttribute("aria-expanded", event.newState === "open");
  }
}, true);
document.addEventListener("click", (event) => {
  if (event.target.closest?.('[data-do="help"]')) document.getElementById("help-dialog").showModal();
});

// The tour: boxes beside real elements, one after the other. A tab's content may come a moment late.
(() => {
  const KEY = "verhm-tour";
  const PATIENCE = 3000; // ms until an element is taken to be missing
  let at = -1; // which step is shown; -1 for none
  let pointed = null; // what it points at
  let before = null; // what had the keyboard

  const boxes = () => document.querySelectorAll(".tour-step");
  const tab = (which) =>
    [...document.querySelectorAll('#tabs .tab-container:not(.visually-hidden) [role="tab"]')].find(which);

  function hideOffer() {
    document.documentElement.dataset.tourAnswered = "";
  }
  function answer() {
    localStorage.setItem(KEY, "answered");
    hideOffer();
  }
  async function found(selector) {
    const latest = performance.now() + PATIENCE;
    while (performance.now() < latest) {
      const seen = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility());
      if (seen) return seen;
      await new Promise(requestAnimationFrame);
    }
    return null;
  }
  function leave() {
    const box = boxes()[at];
    at = -1;
    if (box?.matches(":popover-open")) box.hidePopover();
    pointed?.classList.remove("tour-at");
    pointed = null;
  }
  async function go(step) {
    leave();
    at = step;
    const box = boxes()[step];
    const name = tab((each) => each.textContent.trim() === box.dataset.tab);
    name.click();
    const element = (await found(box.dataset.at)) ?? name;
    if (at !== step) return; // ended meanwhile, or gone on
    pointed = element;
    element.classList.add("tour-at");
    element.scrollIntoView({ block: "center" });
    box.showPopover();
  }
  function end() {
    leave();
    const back = before?.checkVisibility() ? before : tab((each) => each.ariaSelected === "true");
    back?.focus();
  }

  const verbs = {
    start() {
      document.querySelector("dialog[open]")?.close(); // gives the keyboard back
      before = document.activeElement;
      answer();
      go(0);
    },
    never: answer,
    next: () => go(at + 1),
    back: () => go(at - 1),
    end,
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-tour]");
    if (button) verbs[button.dataset.tour]();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && at >= 0) end();
  });
  document.addEventListener("toggle", (event) => {
    if (event.newState === "closed" && event.target === boxes()[at]) end(); // by the lock
  }, true);
  if (localStorage.getItem(KEY)) hideOffer();
})();

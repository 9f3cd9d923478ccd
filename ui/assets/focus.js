// Where the keyboard goes when what it was at is taken away: to the next step, not to the page's beginning.
(() => {
  const PATIENCE = 8_000; // ms until a next step is taken to be missing
  const OFTEN = 40; // ms between two looks
  // The recorder's next step, in each of its phases.
  const NEXT = { idle: '[data-do="record"]', recording: '[data-do="stop"]', ready: '[data-slot="player"]' };
  let last = null; // what had the keyboard last
  let search = 0; // counts what the person does, which ends the searches before it

  const isUsable = (each) => each.checkVisibility() && !each.disabled;
  const isLost = () => !document.activeElement || document.activeElement === document.body;

  function named(element) {
    const names = [...element.attributes].filter(({ name }) => name.startsWith("data-"));
    return names.length ? element.localName + names.map(({ name, value }) => `[${name}="${CSS.escape(value)}"]`).join("") : null;
  }

  /** Give the keyboard to the first of what a selector means, as soon as it can be used; whoever goes on first is left alone. */
  verhm.focus = (selector) => {
    const mine = search;
    const latest = performance.now() + PATIENCE;
    const look = () => {
      if (mine !== search) return;
      const found = [...document.querySelectorAll(selector)].find(isUsable);
      if (found) found.focus();
      else if (performance.now() < latest) setTimeout(look, OFTEN);
    };
    look();
  };
  /** After what was in an element has been drawn anew: give the keyboard back to what it was at. */
  verhm.refocus = (element) => {
    if (!last || last.isConnected || !isLost()) return;
    const name = named(last);
    (name && element.querySelector(name))?.focus({ preventScroll: true });
  };

  document.addEventListener("focusin", ({ target }) => { last = target; });
  // Whoever goes on is not called back.
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { search += 1; }, true);
  // Of an entry that is refused, Gradio tells no event that comes after.
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.(".row.acts button, #analyse")) verhm.focus(":is(input, textarea).validation-error");
  });
  addEventListener("verhm-recorder", ({ detail: { phase } }) => {
    if (isLost() && last?.closest("#recorder") && NEXT[phase]) verhm.focus(`#recorder ${NEXT[phase]}`);
  });
})();

/* Analysing the session again with other settings, as a run beside those that are there. */

function againDialog(settings) {
  const number = (name, label, hint, [lowest, highest, step]) =>
    `<label>${label}<input type="number" name="${name}" value="${settings[name]}" min="${lowest}" max="${highest}" step="${step}" aria-describedby="rv-again-${name}">` +
    `<small id="rv-again-${name}">${hint}</small></label>`;
  const sizes = CHOICES.size.map((size) => `<option${size === settings.size ? " selected" : ""}>${size}</option>`);
  const channels = CHOICES.channel.map(([words, name]) => `<option value="${name}"${name === settings.channel ? " selected" : ""}>${verhm.say(words)}</option>`);
  return `<dialog class="rv-again" aria-labelledby="rv-again-title"><h2 id="rv-again-title">${verhm.say("Analyse again with other settings")}</h2>` +
    `<p class="small muted">${verhm.say("This adds a run. Those that are there stay as they are, and Compare holds two beside each other.")}</p>` +
    `<form novalidate><div class="rv-again-fields">` +
    number("window", verhm.say("Window, s"), verhm.say("2 to 6. Longer ones are steadier, and follow changes less."), CHOICES.window) +
    number("hop", verhm.say("Hop, s"), verhm.say("0.5 to 1. From one window's start to the next one's."), CHOICES.hop) +
    `<label>${verhm.say("Patient's voice on")}<select name="channel" aria-describedby="rv-again-channel">${channels.join("")}</select><small id="rv-again-channel">${verhm.say("Of a recording with two people on two channels.")}</small></label>` +
    `<label>${verhm.say("Face, pixels")}<select name="size" aria-describedby="rv-again-size">${sizes.join("")}</select><small id="rv-again-size">${verhm.say("Of the video. No figure depends on it.")}</small></label>` +
    number("strength", verhm.say("Expression"), verhm.say("0 to 2. How strongly the face moves. No figure depends on it."), CHOICES.strength) +
    number("seed", verhm.say("Seed"), verhm.say("Of blinks and of the intervals' random draws."), [0, "", 1]) +
    `</div><p class="rv-problem" role="alert"></p><div class="row"><button class="btn primary">${verhm.say("Analyse")}</button>` +
    `<button type="button" class="btn" data-do="cancel">${verhm.say("Cancel")}</button></div></form></dialog>`;
}

/** Opens the form for a session; what was entered stays when it is refused or put away. */
function makeAgain(root, session) {
  const dialog = root.querySelector(".rv-again");
  const form = dialog.querySelector("form");
  const problem = dialog.querySelector(".rv-problem");
  const begin = form.querySelector(".primary");

  function entered() {
    const value = (name) => parseFloat(form.elements[name].value);
    const names = ["window", "hop", "size", "strength", "seed"];
    const numbers = names.map((name) => [name, Number.isFinite(value(name)) ? value(name) : null]);
    return { ...Object.fromEntries(numbers), channel: form.elements.channel.value };
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (begin.disabled) return;
    problem.textContent = "";
    begin.disabled = true;
    try {
      const body = JSON.stringify(entered());
      await verhm.send(`/sessions/${session}/runs`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
      dialog.close();
      verhm.poll(); // so that the page says at once that it is at it
    } catch (error) {
      problem.textContent = error.message;
    } finally {
      begin.disabled = false;
    }
  });
  dialog.querySelector('[data-do="cancel"]').addEventListener("click", () => dialog.close());
  return {
    open: () => {
      problem.textContent = "";
      dialog.showModal();
    },
  };
}

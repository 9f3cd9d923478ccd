/* Why a window has its result: what the server finds when it listens again, and how the voice sounds there. */

const WHY_PACE = 500; // ms between two looks at an explanation that is being made

function whyDialog() {
  const list = (name, title) => `<section hidden><h3>${title}</h3><ul data-list="${name}"></ul></section>`;
  return `<dialog class="rv-why" aria-labelledby="rv-why-title"><header><h2 id="rv-why-title">${verhm.say("Why this result?")}</h2>` +
    `<span class="rv-why-found"></span><span class="grow"></span>` +
    `<form method="dialog"><button class="btn small">${verhm.say("Close")}</button></form></header>` +
    `<div class="rv-why-body" tabindex="0" role="region" aria-label="${verhm.say("Explanation")}"><div class="rv-why-main">` +
    `<p role="status"></p><progress max="100" value="0" aria-label="${verhm.say("Explanation")}"></progress>` +
    `<p role="alert" class="rv-problem"></p><button type="button" class="btn small" data-ask>${verhm.say("Ask again")}</button>` +
    `<figure hidden><img class="on-light" alt=""><img class="on-dark" alt="">` +
    `<figcaption class="small muted">${verhm.say("Over the voice as the model sees it: low sounds below, loud ones {loud}. Each field was covered in turn. Orange (+): it speaks for the result. Blue (−): against it.", { loud: `<span class="on-light">${verhm.say("dark")}</span><span class="on-dark">${verhm.say("bright")}</span>` })} <small>${verhm.say("Figures in nats: 0.7 is a factor of two in the odds.")}</small></figcaption></figure></div>` +
    `<div class="rv-why-words">${list("influence", verhm.say("What in the sound spoke for it and against it"))}${list("voice", verhm.say("How the voice sounds"))}</div></div>` +
    `<p class="small">${WHY_NOTE}</p></dialog>`;
}

/** A sentence whose figures, in brackets at its end, are small print for who wants them. */
function plainFirst(sentence) {
  const [, words, figures] = sentence.match(/^(.+) \((.+)\)$/) ?? [null, sentence, ""];
  return escapeText(words) + (figures ? ` <small>${escapeText(figures)}</small>` : "");
}

/** What the dialog says while there is no picture yet, or none at all. */
function whyStatus(answer) {
  if (answer.reason) return answer.reason;
  if (answer.state === "waiting") return verhm.say("Waiting for the analysis before it.");
  if (answer.state === "analysing") return verhm.say("Listening again… {n} %", { n: answer.percent });
  return answer.state === "cancelled" ? verhm.say("It was stopped.") : "";
}

/** Opens the explanation of a window of a run; silence() is called then. Closing it stops the work. */
function makeWhy(root, model, run, silence) {
  const dialog = root.querySelector(".rv-why");
  const part = (name) => dialog.querySelector(name);
  let asked = null; // address of the window that is shown
  let isOpen = false; // whether the server is at it
  let timer = null;
  let opening = 0; // number of it: what is answered for an earlier one comes too late

  function list(name, sentences) {
    const items = part(`[data-list="${name}"]`);
    items.innerHTML = sentences.map((each) => `<li>${plainFirst(each)}</li>`).join("");
    items.parentElement.hidden = !sentences.length;
  }
  function show(answer) {
    isOpen = Boolean(answer.state) && !answer.has_ended;
    const { error } = answer;
    dialog.classList.toggle("waiting", isOpen);
    const words = whyStatus(answer);
    if (part("[role=status]").textContent !== words) part("[role=status]").textContent = words;
    part("[role=status]").hidden = !words;
    part("progress").hidden = !isOpen;
    part("progress").value = answer.percent || 0;
    part(".rv-problem").textContent = error ? `${error.code} ${error.cause} ${error.remedy}` : "";
    part("[data-ask]").hidden = !["failed", "cancelled"].includes(answer.state);
    part("figure").hidden = !answer.light;
    if (answer.light) {
      for (const [name, source] of [["light", answer.light], ["dark", answer.dark]]) part(`img.on-${name}`).src = source;
    }
    if (answer.voice) list("voice", answer.voice);
    list("influence", answer.influence || []);
  }
  /** Ask, or look how far it is; what comes for a window that is not shown any more is dropped. */
  async function send(options) {
    const address = asked;
    const mine = opening;
    clearTimeout(timer);
    try {
      const answer = await verhm.send(address, options);
      if (mine !== opening) {
        if (options && answer.state && !answer.has_ended && asked !== address) cancel(address);
        return;
      }
      show(answer);
      if (isOpen) timer = setTimeout(send, WHY_PACE);
    } catch (error) {
      if (mine === opening) show({ state: "failed", has_ended: true, error: { code: "", cause: error.message, remedy: "" } });
    }
  }
  function cancel(address) {
    verhm.send(`${address}/cancel`, { method: "POST" }).catch(() => {}); // it ends by itself
  }
  function ask() {
    show({ state: "analysing", percent: 0 });
    send({ method: "POST" });
  }
  function close() {
    clearTimeout(timer);
    if (asked && isOpen) cancel(asked);
    asked = null;
    opening += 1;
    isOpen = false;
  }
  function open(index) {
    silence();
    asked = `/runs/${run}/explanations/${index}`;
    const [best] = model.hasResult(index) ? model.ranking(index) : [];
    const found = best === undefined ? verhm.say("no result")
      : `<span class="emo">${markSvg(model.labels[best], 14)}<b>${named(model.labels[best])}</b></span> <b>${probabilityText(model.probabilities[best][index])}</b>`;
    part(".rv-why-found").innerHTML = `${found} <span class="muted small">${verhm.say("window {span}", { span: model.span(index) })}</span>`;
    const alt = verhm.say("The window {span} as a spectrogram, with what each of its fields does to the result", { span: model.span(index) });
    for (const image of dialog.querySelectorAll("img")) image.alt = alt;
    list("voice", []);
    dialog.showModal();
    ask();
  }
  part("[data-ask]").addEventListener("click", ask);
  dialog.addEventListener("close", close);
  return { open, end: close };
}

/* The review screen: puts the parts together, so that one clock drives them all.
 *
 * `element`, `trigger`, `props` and `watch` are Gradio's; Python is asked for nothing while the
 * voice plays. Events to the server: "render_face", "analyse_again", "visit", "erase_session", "edit_details". */

/** A session with a result; returns what the page's life needs of it. choose(run) is called when
 *  another of its runs is to be shown. */
function mountSession(root, value, face, choose) {
  const model = makeModel(value.data);
  root.innerHTML = reviewPage(model, value);
  const timeline = makeTimeline(root.querySelector(".rv-time"), model, {
    onSeek: (time) => player.seek(time),
    onScroll: () => cursor.update(player.time()),
    onDraw: () => annotations.draw(),
  });
  const annotations = makeAnnotations(root, model, value, timeline, {
    time: () => player.time(), isPlaying: () => player.isPlaying(), seek: (time) => player.seek(time),
    changed: ({ cards }) => {
      root.querySelector(".cards").outerHTML = cards;
      timeline.refresh();
      table.refresh();
      cursor.update(player.time(), true);
    },
  });
  const cursor = makeCursor(root, model, timeline);
  const table = makeTable(root, model, value.runs, (index) => player.seek(model.centres[index]));
  const player = makePlayer(root, model, {
    show: (time) => stage.show(time),
    follow: (time, playing) => {
      const followed = playing ? timeline.stepOf(time) : time;
      timeline.reveal(followed, playing);
      table.follow(cursor.update(followed));
      annotations.follow();
    },
  });
  const stage = makeStage(root, { attach: player.attach, render: () => trigger("render_face", {}) });
  const silence = () => { if (player.isPlaying()) player.toggle(); };
  const comparison = makeComparison(root, value.run, silence);
  const again = makeAgain(root, value.session);
  const why = makeWhy(root, model, value.run, silence);
  const redraw = () => { timeline.redraw(); cursor.update(player.time(), true); };

  function show(mode) {
    for (const button of root.querySelectorAll("[data-view]")) {
      const isOn = button.dataset.view === mode;
      button.classList.toggle("on", isOn);
      button.setAttribute("aria-pressed", String(isOn));
    }
    root.querySelector(".rv-legend").innerHTML = legends()[mode];
    timeline.show(mode);
    cursor.update(player.time());
  }
  function zoom(step) {
    timeline.zoom(step, player.time());
    describeSpan();
    cursor.update(player.time());
  }
  function describeSpan() {
    root.querySelector(".rv-span").textContent = timeline.widest() ? verhm.say("all") : `${Math.round(timeline.view.span)} s`;
    root.querySelector(".rv-less").disabled = timeline.closest();
    root.querySelector(".rv-more").disabled = timeline.widest();
  }
  function gap(step) {
    const index = model.nextGap(model.windowAt(player.time()), step);
    if (index !== null) player.seek(model.centres[index]);
  }
  const help = root.querySelector(".rv-keys");
  const keys = {
    " ": player.toggle, l: player.loop, h: () => show("heat"), s: () => show("stacked"), m: () => show("multiples"),
    ArrowLeft: () => player.step(-1), ArrowRight: () => player.step(1),
    "shift ArrowLeft": () => player.seek(player.time() - 0.1), "shift ArrowRight": () => player.seek(player.time() + 0.1),
    Home: () => player.seek(0), End: () => player.seek(model.duration),
    "[": () => gap(-1), "]": () => gap(1), "-": () => zoom(-1), "+": () => zoom(1),
    "?": () => help.showModal(), ...annotations.keys,
  };
  root.querySelector(".rv-help").addEventListener("click", () => help.showModal());
  root.querySelector(".rv-less").addEventListener("click", () => zoom(-1));
  root.querySelector(".rv-more").addEventListener("click", () => zoom(1));
  for (const button of root.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => show(button.dataset.view));
  }
  // A button pressed with the mouse would keep Space for itself.
  root.firstElementChild.addEventListener("click", (event) => {
    if (event.detail) event.target.closest("button")?.blur();
    // Asked for here, since the header that holds the button is renewed.
    if (event.target.closest("[data-again]") && event.detail < 2) trigger("analyse_again", {});
    if (event.target.closest("[data-compare]")) comparison.open();
    if (event.target.closest("[data-otherwise]")) again.open();
    if (event.target.closest("[data-why]")) why.open(model.windowAt(player.time()));
  });
  root.firstElementChild.addEventListener("change", (event) => {
    if (event.target.matches(".rv-run")) choose(event.target.value);
  });
  const life = watchPage(root, { keys, redraw, resized: () => { timeline.resize(); table.draw(); cursor.update(player.time(), true); } });
  timeline.resize();
  show("heat");
  describeSpan();
  stage.showFace(face);
  player.seek(0);
  const end = () => { life.abort(); comparison.end(); why.end(); player.stop(); stage.end(); };
  return { run: value.run, showFace: stage.showFace, showShare: stage.showShare, end };
}

/** Whether a key belongs to the person's typing, or to another control. */
function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Keys, size and theme, for as long as the session is shown. */
function watchPage(root, { keys, redraw, resized }) {
  const life = new AbortController();
  const { signal } = life;
  document.addEventListener("keydown", (event) => {
    const isHidden = !root.isConnected || root.offsetParent === null;
    if (isHidden || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    // The tab that led here still has the focus: its own Space would do nothing.
    if (event.key === " " && event.target.closest('button:not([role="tab"]), a, summary')) return;
    // A key that is held down goes on stepping and zooming; it does not say the same again and again.
    if (event.repeat && /^[a-z0-9 ?]$/i.test(event.key)) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = keys[event.shiftKey && event.key.length > 1 ? `shift ${name}` : name];
    if (!action) return;
    if (event.key !== "Escape") event.preventDefault(); // which also closes what is open
    action();
  }, { signal });
  const sizes = new ResizeObserver(resized);
  sizes.observe(root);
  const themes = new MutationObserver(redraw);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal });
  signal.addEventListener("abort", () => { sizes.disconnect(); themes.disconnect(); });
  return life;
}

/** A page without a result: what is the matter, and what to do. */
function mountNotice(root, html) {
  root.innerHTML = html;
  root.querySelector("[data-again]")?.addEventListener("click", () => trigger("analyse_again", {}));
  for (const button of root.querySelectorAll("[data-visit]")) {
    button.addEventListener("click", () => trigger("visit", { tab: button.dataset.visit }));
  }
  const erase = root.querySelector("[data-erase]");
  erase?.addEventListener("click", () => trigger("erase_session", { session_id: erase.dataset.erase }));
}

/** The stage an analysis is in, while there is no result to show. */
function showStage(root, job) {
  const words = root.querySelector(".rv-stage");
  if (!words) return;
  const left = job.seconds_left === null ? "" : ` · ${verhm.left(job.seconds_left)}`;
  words.textContent = job.waits_for ?? `${job.stage_label} ${job.percent} %${left}`;
  root.querySelector("progress").value = job.percent;
}

/** Opens the form above, or goes to it where it is open already. */
function editDetails(session) {
  trigger("edit_details", { session_id: session });
  document.querySelector("#edited-recorded-on :is(input, textarea)")?.focus();
}

/** What was entered about the session, in the header of an earlier run; all else there is the run's. */
function renewEntered(card, header) {
  const renewed = new DOMParser().parseFromString(header, "text/html").querySelectorAll("[data-entered]");
  card.querySelectorAll("[data-entered]").forEach((part, index) => part.replaceWith(renewed[index]));
}

function startReview() {
  const root = element.querySelector(".rv");
  const nothing = { session: null, avatar: null, motion: null, video: null, audio: null, camera: null, busy: false, erased: "", problem: null, can_render: false, withheld: "" };
  const face = () => ({ ...nothing, ...JSON.parse(props.face || "{}") });
  let session = null;
  let latest = null; // run that the server last asked to show
  let isEarlier = false; // whether the person chose another one
  let opened = null; // session that is shown
  let isPutOff = false; // whether what is new waits until a dialog is closed

  function mount(value, shownFace) {
    session?.end();
    session = value.data ? mountSession(root, value, shownFace, choose) : null;
    if (!session) mountNotice(root, value.notice || "");
  }
  function showPage() {
    const value = JSON.parse(props.value || "{}");
    const dialog = root.querySelector("dialog[open]");
    if (dialog && value.session && value.session === opened) { // whoever reads or types there goes on
      if (!isPutOff) dialog.addEventListener("close", () => { isPutOff = false; showPage(); }, { once: true });
      isPutOff = true;
      return;
    }
    opened = value.session;
    const isSame = session && value.run === latest;
    const isBack = document.activeElement?.closest(".rv [data-details]"); // from the form
    latest = value.run;
    if (isSame && isEarlier) renewEntered(root.querySelector(".who-card"), value.header);
    else if (isSame) root.querySelector(".who-card").outerHTML = value.header; // what plays goes on
    else { isEarlier = false; mount(value, face()); }
    if (isBack) root.querySelector("[data-details]")?.focus();
  }
  async function choose(run) {
    const asked = latest;
    try {
      const value = await verhm.send(`/runs/${run}/review`);
      if (latest !== asked) return; // something else was opened meanwhile
      isEarlier = run !== latest;
      mount(value, value.face);
    } catch (error) {
      root.querySelector(".rv-problem").textContent = error.message;
    }
  }
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-details]");
    if (button) editDetails(button.dataset.details);
  });
  watch("value", showPage);
  watch("face", () => { if (!isEarlier) session?.showFace(face()); });
  // The banner asks the server how the analyses stand, and tells everybody.
  addEventListener("verhm-jobs", (event) => {
    const job = event.detail.find((each) => each.session_id === face().session && !each.has_ended);
    if (!job) return;
    if (session) session.showShare(job.state === "rendering" ? job.percent : 0, job.waits_for);
    else showStage(root, job);
  });
  showPage();
}

startReview();

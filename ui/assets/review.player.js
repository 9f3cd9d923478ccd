/* The clock: the voice, or the face's video. */

const STEP_ICONS = {
  back: "M2 2h2v10H2zM13 2v10L5 7z",
  forward: "M10 2h2v10h-2zM1 2v10l8-5z",
  play: "M3 1.5v11l9-5.5z",
  pause: "M3 2h3v10H3zM8 2h3v10H8z",
};

function iconSvg(name) {
  return `<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path d="${STEP_ICONS[name]}"/></svg>`;
}

const PATIENCE = 130; // ms that what follows the voice waits where drawing the face is slow

/** Keeps one media element, its buttons and its loop.
 *
 *  show(time) is called for every new position, at the screen's own pace, and says whether that was
 *  slow; if so, follow(time, playing) may come a little later. */
function makePlayer(root, model, actions) {
  const part = (name) => root.querySelector(name);
  const state = { time: 0, rate: 1, loops: false, playing: false, media: null, isReady: false };
  let frameRequest = 0;
  let followed = 0;

  /** The face first, so that lips and voice stay together; the page once the processor is free. */
  function paint() {
    const isBusy = actions.show(state.time) && state.playing;
    if (isBusy && performance.now() - followed < PATIENCE) return;
    followed = performance.now();
    actions.follow(state.time, state.playing);
    const now = clockText(state.time, true);
    if (state.playing && part(".rv-now").textContent === now) return;
    part(".rv-now").textContent = now;
    // Scaled, not made wider: that would lay out the page each time.
    part(".rv-scrub i").style.transform = `scaleX(${state.time / model.duration})`;
  }
  function tick() {
    frameRequest = 0;
    if (!root.isConnected || !state.media) return;
    if (state.isReady && !state.media.seeking) state.time = Math.min(model.duration, state.media.currentTime);
    keepLooping();
    paint();
    if (state.playing) frameRequest = requestAnimationFrame(tick);
  }
  function keepLooping() {
    if (!state.loops || !state.playing) return;
    const [start, end] = state.loops;
    if (state.time >= end || state.time < start - 0.05) seek(start);
  }
  function seek(time) {
    state.time = Math.max(0, Math.min(model.duration, time));
    if (state.isReady) state.media.currentTime = state.time;
    paint();
  }
  function jump(time) {
    seek(time);
    if (state.loops) setLoop(true);
  }
  function setPlaying(playing) {
    state.playing = playing;
    const button = part(".rv-play");
    button.innerHTML = iconSvg(playing ? "pause" : "play");
    button.setAttribute("aria-label", playing ? verhm.say("Pause") : verhm.say("Play"));
    button.title = playing ? verhm.say("Pause (Space)") : verhm.say("Play (Space)");
    if (playing && !frameRequest) frameRequest = requestAnimationFrame(tick);
  }
  function toggle() {
    if (!state.media) return;
    if (!state.media.paused) { state.media.pause(); return; } // the element knows before its events tell
    if (state.time >= model.duration - 0.05) seek(0);
    state.media.play().catch(() => setPlaying(false));
  }
  function setLoop(loops) {
    const index = model.windowAt(state.time);
    state.loops = loops && [model.starts[index], model.ends[index]];
    const button = part(".rv-loop");
    button.setAttribute("aria-pressed", String(Boolean(loops)));
    button.classList.toggle("on", Boolean(loops));
  }
  function setRate(rate) {
    state.rate = rate;
    if (state.media) state.media.playbackRate = rate;
  }
  /** Take another element as the clock; time, pace and whether it plays go on. */
  function attach(media) {
    const resume = state.playing;
    if (state.media) { state.media.pause(); state.media.removeAttribute("src"); state.media.load(); }
    state.media = media;
    state.isReady = false;
    setPlaying(false);
    part(".rv-play").disabled = !media;
    if (!media) return;
    media.addEventListener("play", () => setPlaying(true));
    media.addEventListener("pause", () => { if (state.media === media) { setPlaying(false); tick(); } });
    media.addEventListener("ended", () => setPlaying(false));
    media.addEventListener("loadedmetadata", () => {
      state.isReady = true; // until now its own time is 0, wherever the playhead stands
      media.currentTime = state.time;
      media.playbackRate = state.rate;
      if (resume) media.play().catch(() => setPlaying(false));
    }, { once: true });
  }
  function step(windows) {
    const index = Math.max(0, Math.min(model.count - 1, model.windowAt(state.time) + windows));
    jump(Math.min(model.duration, model.centres[index]));
  }
  part(".rv-back").addEventListener("click", () => step(-1));
  part(".rv-forward").addEventListener("click", () => step(1));
  part(".rv-play").addEventListener("click", toggle);
  part(".rv-loop").addEventListener("click", () => setLoop(!state.loops));
  part(".rv-speed").addEventListener("change", (event) => {
    setRate(Number(event.target.value));
    event.target.blur(); // so that the keys are the player's again
  });
  setPlaying(false);
  return {
    seek: jump, toggle, step, attach,
    loop: () => setLoop(!state.loops),
    time: () => state.time,
    isPlaying: () => state.playing,
    stop: () => attach(null),
  };
}

/* Where the face is seen: turning in 3D, or as the video, or the reason why there is neither; and the
 * person's own picture, where there is one. */

/** Why there is no 3D face. */
function no3d(why) {
  return {
    missing: verhm.say("This browser cannot draw the 3D face: it has no WebGL 2."),
    lost: verhm.say("The browser interrupted the 3D face."),
    failed: verhm.say("The 3D face could not be loaded."),
  }[why];
}
function noMotion() {
  return verhm.say("A part of the face's motion could not be loaded; the face is neutral there.");
}
const FRONT_ICON = '<svg width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><path d="M2.6 5.2A5 5 0 1 1 2 7.6"/><path d="M2.2 1.8v3.6h3.6"/></svg>';

/** What stands where the video will be. */
function facePlaceholder(face) {
  if (face.withheld) return `<div class="rv-wait"><b>${escapeText(face.withheld)}</b></div>`;
  if (face.erased) {
    return `<div class="rv-wait"><b>${escapeText(face.erased)}</b><p>${verhm.say("The results and the face in 3D stay.")}</p></div>`;
  }
  if (face.problem) {
    return `<div class="rv-wait" role="alert"><b>${escapeText(face.problem.code)} ${escapeText(face.problem.cause)}</b>` +
      `<p>${escapeText(face.problem.remedy)}</p>${face.can_render ? renderButton(verhm.say("Render again")) : ""}</div>`;
  }
  if (face.busy) {
    return `<div class="rv-wait"><b class="rv-doing">${verhm.say("The face is being rendered…")}</b>` +
      `<progress max="100" aria-label="${verhm.say("Rendering of the face")}"></progress>` +
      `<p>${verhm.say("The voice and the probabilities are ready.")}</p></div>`;
  }
  return `<div class="rv-wait"><b>${verhm.say("No face has been rendered yet")}</b>` +
    `${face.can_render ? renderButton(verhm.say("Render the face")) : ""}</div>`;
}

function renderButton(text) {
  return `<button type="button" class="btn primary rv-render">${text}</button>`;
}

/** The choice between the turning face, its video and the person's own picture. */
function modesMarkup() {
  return `<div class="seg rv-modes" role="group" aria-label="${verhm.say("What is shown")}">` +
    `<button type="button" data-mode="3d" title="${verhm.say("Drag it to see the face from the side")}">3D</button>` +
    `<button type="button" data-mode="video">${verhm.say("Video")}</button>` +
    `<button type="button" data-mode="camera" title="${verhm.say("The person’s own picture at the same moment; it is not analysed")}">${verhm.say("Camera")}</button></div>`;
}

function frontMarkup() {
  return `<button type="button" class="rv-front" title="${verhm.say("Back to the front (double-click)")}" aria-label="${verhm.say("Turn the face back to the front")}">${FRONT_ICON}</button>`;
}

/** The words under the 3D face: the same that are written into the video. */
function captionMarkup(caption) {
  return `<p class="rv-caption"><span>${escapeText(caption)}</span><span class="rv-hint" aria-hidden="true">${verhm.say("drag to turn")}</span></p>`;
}

/** Builds the stage; attach(media) hands the element that is the clock to the player. */
function makeStage(root, { attach, render }) {
  const stage = root.querySelector(".rv-face");
  const state = { face: null, mode: null, clock: "", canvas: null, viewer: null, time: 0, why: "", share: "", camera: null, media: null };
  stage.insertAdjacentHTML("beforeend", modesMarkup());
  const modes = stage.querySelector(".rv-modes");
  for (const button of modes.querySelectorAll("[data-mode]")) {
    button.addEventListener("click", () => choose(button.dataset.mode));
  }

  /** The element that sounds; kept while its source stays the same. */
  function setClock() {
    const { video, audio } = state.face;
    const isVideo = state.mode === "video" && Boolean(video) || !audio;
    const source = isVideo ? video : audio;
    const clock = `${isVideo} ${source}`;
    if (clock === state.clock) return;
    state.clock = clock;
    const media = source ? document.createElement(isVideo ? "video" : "audio") : null;
    state.media = media;
    attach(media);
    stage.querySelector("video:not(.rv-camera), audio")?.remove();
    if (!media) return;
    media.preload = "auto";
    if (isVideo) { media.playsInline = true; media.setAttribute("aria-label", verhm.say("Synthetic face driven by voice")); }
    media.src = source;
    stage.prepend(media);
  }
  function layOut() {
    const { face, mode } = state;
    setClock();
    stage.dataset.mode = mode;
    stage.querySelector(".rv-wait:not(.rv-unseen)")?.remove();
    seeCamera(mode === "camera" ? face.camera : null);
    if (mode === "video" && !face.video) stage.insertAdjacentHTML("beforeend", facePlaceholder(face));
    if (mode === "3d" && !state.viewer) stage.insertAdjacentHTML("beforeend", `<div class="rv-wait" role="status">${verhm.say("Loading the face…")}</div>`);
    stage.querySelector(".rv-render")?.addEventListener("click", render);
    for (const button of stage.querySelectorAll("[data-mode]")) {
      const isOn = button.dataset.mode === mode;
      button.classList.toggle("on", isOn);
      button.setAttribute("aria-pressed", String(isOn));
    }
    modes.querySelector('[data-mode="3d"]').hidden = !state.canvas;
    modes.querySelector('[data-mode="camera"]').hidden = !face.camera;
    modes.hidden = !state.canvas && !face.camera;
    describeVideo();
  }
  /** The person's picture from an address, or none. */
  function seeCamera(source) {
    if ((state.camera?.source ?? null) === source) return;
    state.camera?.end();
    state.camera = null;
    stage.querySelector(".rv-caption.own")?.remove();
    tellCamera("");
    if (!source) return;
    state.camera = makeCamera(source, tellCamera);
    modes.before(state.camera.picture);
    stage.insertAdjacentHTML("beforeend", `<p class="rv-caption own"><span>${verhm.say("the person’s own picture · not analysed")}</span></p>`);
  }
  function tellCamera(words) {
    const note = stage.querySelector(".rv-unseen");
    if ((note?.textContent ?? "") === words) return;
    note?.remove();
    if (words) stage.insertAdjacentHTML("beforeend", `<p class="rv-wait rv-unseen" role="status">${escapeText(words)}</p>`);
  }
  /** How far the video is, in the words of the button that shows it. */
  function describeVideo() {
    const button = modes.querySelector('[data-mode="video"]');
    const { busy, erased, problem, video } = state.face;
    const hasFailed = problem && !video && !erased;
    const words = busy ? `${verhm.say("Video")} ${state.share}` : hasFailed ? verhm.say("Video failed") : verhm.say("Video");
    if (button.textContent !== words.trim()) button.textContent = words.trim();
    button.title = busy ? verhm.say("The video is being rendered") : video ? "" : erased || verhm.say("There is no video yet");
  }
  function choose(mode) {
    state.mode = mode;
    layOut();
    show(state.time); // it may have gone on meanwhile
  }
  function say(words) {
    const note = stage.querySelector(".rv-note");
    if (note?.textContent === words) return; // a screen reader has said it
    note?.remove();
    if (words) stage.insertAdjacentHTML("beforeend", `<p class="rv-note" role="status">${words}</p>`);
  }
  /** Without the 3D face: say why, once, and show what there is. */
  function giveUp(why) {
    say(no3d(why));
    choose(state.mode === "3d" ? "video" : state.mode);
  }
  function close() {
    state.viewer?.end();
    state.viewer = null;
    state.canvas?.remove();
    for (const part of stage.querySelectorAll(".rv-front, .rv-caption:not(.own)")) part.remove();
    state.canvas = null;
  }
  async function open(address) {
    const canvas = document.createElement("canvas");
    state.canvas = canvas;
    canvas.className = "rv-canvas";
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    let before = "3d"; // how the face was shown when the browser took the drawing away
    modes.before(canvas);
    modes.insertAdjacentHTML("afterend", frontMarkup());
    try {
      const viewer = await openViewer(canvas, address, {
        lost: () => { before = state.mode; setUsable(false); giveUp("lost"); },
        found: () => { setUsable(true); say(""); choose(before); },
        failed: () => say(noMotion()),
        arrived: () => { if (stage.querySelector(".rv-note")?.textContent === noMotion()) say(""); },
      });
      if (state.canvas !== canvas) { viewer.end(); return; }
      begin3d(viewer, canvas);
    } catch (error) {
      if (state.canvas !== canvas) return;
      console.warn(error);
      close();
      giveUp("failed");
    }
  }
  function begin3d(viewer, canvas) {
    state.viewer = viewer;
    if (state.mode === "3d") stage.querySelector(".rv-wait:not(.rv-unseen)")?.remove();
    const caption = verhm.say(viewer.about.caption);
    const words = caption.charAt(0).toUpperCase() + caption.slice(1);
    canvas.setAttribute("aria-label", verhm.say("{caption}. Arrow keys turn it.", { caption: words }));
    stage.insertAdjacentHTML("beforeend", captionMarkup(caption));
    stage.querySelector(".rv-front").addEventListener("click", viewer.orbit.reset);
    viewer.show(state.time);
  }
  function setUsable(isUsable) {
    stage.querySelector('[data-mode="3d"]').disabled = !isUsable;
  }
  /** What there is to see of the session; called again whenever that changes. */
  function showFace(face) {
    const before = state.face;
    state.face = face;
    if (face.motion !== before?.motion || face.avatar !== before?.avatar) {
      close();
      say("");
      const canTurn = face.motion && canTurnFaces();
      // Another face of what is seen already is no reason to turn away from its video.
      if (face.motion !== before?.motion || !canTurn) state.mode = canTurn ? "3d" : "video";
      if (canTurn) open(face.motion);
      else if (face.motion) say(no3d("missing"));
    }
    if (state.mode === "camera" && !face.camera) state.mode = state.canvas ? "3d" : "video";
    layOut();
  }
  /** How far the rendering is, in percent, or what it waits for. */
  function showShare(percent, waitsFor) {
    state.share = waitsFor ? "" : `${percent} %`;
    describeVideo();
    const words = stage.querySelector(".rv-doing");
    if (!words) return;
    words.textContent = waitsFor ?? `${verhm.say("The face is being rendered…")} ${percent} %`;
    stage.querySelector("progress").value = percent;
  }
  /** Show a time; whether a face was drawn for it, slowly. */
  function show(time) {
    state.time = time;
    state.camera?.follow(state.media, time);
    return state.mode === "3d" && Boolean(state.viewer?.show(time));
  }
  return { showFace, showShare, show, end: () => { close(); seeCamera(null); } };
}

// The box "Film as well" of the recorder: off each time. What the camera sees is shown from then on, but
// only where somebody sees it: before a take, the camera is on while its picture is on the screen.
const NO_CAMERA = {
  NotAllowedError: verhm.say("The browser does not let this page use the camera. To film, allow it beside the address."),
  NotFoundError: verhm.say("No camera was found. To film, connect one."),
  NotReadableError: verhm.say("The camera is used by another program. To film, close that one."),
};
const ONLY_VOICE = verhm.say("The voice is recorded without picture.");
const WAITS = verhm.say("The picture waits in this page as well, for about a quarter of an hour; then it ends, and the voice goes on.");

function makeFilming($) {
  const box = $("film"), preview = $("preview"), words = $("film-words");
  const state = { camera: null, opening: null, asked: 0, film: null, phase: "idle", isSeen: true };

  function say(text) {
    words.textContent = text;
  }

  // Opens the camera where it is wanted. Whatever becomes of it, the voice is recorded.
  function open() {
    if (box.checked && state.isSeen && !state.camera) {
      // Again, where it was not wanted for a moment: what had been asked for then was let go.
      state.opening ??= ask().finally(() => (state.opening = null)).then(open);
    }
    return state.opening;
  }

  async function ask() {
    const { asked } = state;
    say("");
    try {
      const camera = await Camera.open(lost);
      if (asked !== state.asked) return camera.close(); // not wanted any more
      state.camera = camera;
      preview.srcObject = camera.stream;
      show();
    } catch (error) {
      box.checked = false;
      say(`${NO_CAMERA[error.name] || verhm.say("The camera could not be opened.")} ${ONLY_VOICE}`);
    }
  }

  function close() {
    state.asked += 1;
    state.camera?.close();
    state.camera = null;
    preview.srcObject = null;
    show();
  }

  // Whether somebody sees the box: not on another tab, in a hidden window, or behind the lock. A film that
  // is under way goes on all the same.
  function look() {
    state.isSeen = box.offsetParent !== null && !document.hidden && !document.querySelector(".lock");
    if (state.film) return;
    if (state.isSeen) open();
    else close();
  }

  // Films nothing more of a take that goes on; what was seen is kept.
  function end(why) {
    close();
    box.checked = false;
    say(`${why} ${state.film ? verhm.say("The picture ends here; the voice is recorded on.") : ONLY_VOICE}`);
  }

  function refused(error) {
    state.film.forget();
    end(error.message);
  }

  // Says so while the app is away, and ends the picture before it fills the browser's memory.
  function watchWaiting() {
    const { film } = state;
    if (film.isFull) end(verhm.say("The app has not answered for too long."));
    else if (film.isWaiting !== (words.textContent === WAITS)) say(film.isWaiting ? WAITS : "");
  }

  function lost() {
    if (state.camera) end(verhm.say("The camera is gone."));
  }

  function show() {
    preview.hidden = !state.camera;
    box.disabled = !["idle", "checking"].includes(state.phase);
  }

  // A take begins.
  function begin(take) {
    if (!box.checked) return;
    if (!state.camera) return end(verhm.say("The camera could not be opened."));
    try {
      state.film = new Film(state.camera, preview, take, refused);
    } catch {
      end(verhm.say("This browser cannot record a picture."));
    }
  }

  // A block of the voice has come; see `Film.follow`.
  function follow(seconds, length) {
    const { film } = state;
    if (!film) return;
    try {
      if (state.camera && !film.isOver) {
        film.follow(seconds, length);
        return watchWaiting();
      }
    } catch (error) {
      console.warn(error); // whatever it is, the voice goes on
    }
    if (seconds !== null && box.checked) end(verhm.say("The camera was stopped."));
  }

  // Resolves once all of the picture has arrived, or the app has refused it.
  async function finish() {
    await state.film?.stop();
    close();
    await state.film?.pieces.flush();
  }

  function setPhase(phase) {
    state.phase = phase;
    if (phase === "ready" && words.textContent === WAITS) say("");
    if (["saving", "uploading", "ready"].includes(phase) && !state.film) {
      box.checked = false;
      close();
    }
    if (phase === "ready" && state.film?.pieces.safe && !words.textContent) say(verhm.say("With picture."));
    show();
  }

  // Nothing of a take is in the page any more.
  function reset() {
    state.film?.forget();
    state.film = null;
    box.checked = false;
    close();
    say("");
  }

  box.addEventListener("change", () => {
    say("");
    if (box.checked) open();
    else close();
  });
  new ResizeObserver(look).observe(box); // which has no size where it is not on the screen
  document.addEventListener("visibilitychange", look);
  addEventListener("verhm-lock", look);
  return { open, begin, follow, setPhase, reset, finish };
}

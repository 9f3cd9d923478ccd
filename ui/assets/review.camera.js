/* The person's own picture, beside the voice that is the clock: seen at the same moment as a face. */

const CAMERA_LAG = 0.08; // s between voice and picture that nobody notices yet
const CAMERA_JUMP = 0.3; // s from which on the picture jumps; less is made up for by its pace
const CAMERA_PACE = 3; // by how much per second of lag the pace differs
const NO_CAMERA_PICTURE = "This browser cannot play the recording\u2019s own picture. The voice is played as before.";
const CAMERA_ENDS = "There is no picture of this moment.";

/** A muted video that follows an element which sounds. tell(words) says why nothing is seen. */
function makeCamera(source, tell) {
  const picture = document.createElement("video");
  picture.className = "rv-camera";
  picture.muted = picture.playsInline = picture.disablePictureInPicture = true;
  picture.preload = "auto";
  picture.setAttribute("aria-label", "The person\u2019s own picture");
  let isUnfit = false;
  let asked = null; // voice and time that were asked for last
  const refuse = () => { isUnfit = true; tell(NO_CAMERA_PICTURE); };
  picture.addEventListener("error", refuse);
  // Of a coding that a browser lacks, it may play the sound alone.
  picture.addEventListener("loadedmetadata", () => { if (picture.videoWidth) again(); else refuse(); });
  picture.addEventListener("seeked", () => { if (picture.paused) again(); }); // what was asked for meanwhile
  picture.src = source;

  function hold(time) {
    if (!picture.paused) picture.pause();
    if (!picture.seeking && Math.abs(picture.currentTime - time) > CAMERA_LAG / 4) picture.currentTime = time;
  }
  function run(time, rate) {
    if (picture.paused) picture.play().catch(() => {}); // stopped at once again: the next call tells
    const lag = time - picture.currentTime;
    const isFar = Math.abs(lag) > CAMERA_JUMP;
    if (isFar && !picture.seeking) picture.currentTime = time;
    const isClose = Math.abs(lag) < CAMERA_LAG / 4;
    const pace = isFar || isClose ? 1 : Math.min(2, Math.max(0.5, 1 + CAMERA_PACE * lag));
    if (picture.playbackRate !== rate * pace) picture.playbackRate = rate * pace;
  }
  /** Show what was seen at the voice's time; called for every new one. */
  function follow(voice, time) {
    asked = [voice, time];
    if (isUnfit || picture.readyState < HTMLMediaElement.HAVE_METADATA) return;
    const isOver = time > picture.duration + CAMERA_JUMP;
    picture.hidden = isOver;
    tell(isOver ? CAMERA_ENDS : "");
    if (!voice || voice.paused || voice.seeking || isOver) hold(Math.min(time, picture.duration));
    else run(time, voice.playbackRate);
  }
  function again() {
    if (asked) follow(...asked);
  }
  function end() {
    picture.pause();
    picture.removeAttribute("src");
    picture.load();
    picture.remove();
  }
  return { picture, source, follow, end };
}

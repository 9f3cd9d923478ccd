// The camera beside a take: seen before it is recorded, then sent in pieces of its own.
const FILM_PIECE = 5_000; // ms; browsers give a piece out late, and it is to be one of 10 s at most
const FILM = { videoBitsPerSecond: 600_000, videoKeyFrameIntervalDuration: 2_000 };
const MOST_WAITING = 2 ** 26; // bytes, some 15 min; the voice needs the browser's memory more
const RECENT = 44; // blocks of the voice, 2 s
const LEAD = 60; // ms of which the picture is rid at once; 80 would be noticed
const FILM_KINDS = ["video/webm;codecs=vp8", "video/webm", "video/mp4"]; // some record mp4 only

class Camera {
  static async open(onLost) {
    const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 24 } };
    return new Camera(await navigator.mediaDevices.getUserMedia({ video }), onLost);
  }

  constructor(stream, onLost) {
    this.stream = stream;
    stream.getVideoTracks()[0].addEventListener("ended", onLost);
  }

  close() {
    this.stream.getTracks().forEach((track) => track.stop());
  }
}

// What the camera sees of one take. It rests where the voice rests: which of its blocks are recorded says
// when. Pages are told late, though, and a busy computer loses sound: so the picture may come to lead the
// voice, or to lag. How far, is measured all along; the next rest makes up for it, or one of its own.
class Film {
  constructor(camera, preview, take, onRefusal) {
    const mimeType = FILM_KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    this.recorder = new MediaRecorder(camera.stream, { ...FILM, mimeType });
    this.preview = preview;
    this.isOn = true;
    // In ms of the page's clock:
    this.origin = Infinity; // where the voice began
    this.recent = []; // where it would have begun without its rests, by each block that came of late
    this.first = null; // when the first frame was seen
    this.rested = 0; // how long the picture did
    const kind = mimeType.includes("mp4") ? "mp4" : "webm";
    const address = () => `/takes/${take.id}/picture?kind=${kind}&start=${this.start}&`;
    this.voice = take.pieces;
    this.pieces = new Pieces(address, () => {}, onRefusal, this.voice);
    this.recorder.ondataavailable = ({ data }) => data.size && this.pieces.add(data);
    this.stopped = new Promise((resolve) => (this.recorder.onstop = resolve)); // after the last piece
  }

  // Milliseconds of the voice at the first frame.
  get start() {
    return Math.round((this.first ?? this.began) - this.origin);
  }

  // By how much it leads the voice; negative where it lags.
  get lead() {
    return this.recent.length ? Math.min(...this.recent) - this.origin - this.rested : 0;
  }

  // A block of the voice has come: of these seconds on and so long; of null while it rests.
  follow(seconds, length) {
    const isOn = seconds !== null;
    if (this.began === undefined) {
      if (!isOn) return;
      this.begin();
    }
    if (isOn !== this.isOn) this.turn(isOn);
    if (isOn) this.measure(seconds + length);
  }

  // Of a block that comes late the page learns when it came, not when it was heard: the earliest counts.
  measure(end) {
    this.recent.push(performance.now() - 1000 * end);
    if (this.recent.length <= RECENT) {
      if (!this.hasRested) this.origin = Math.min(...this.recent);
      return;
    }
    this.recent.shift();
    if (this.lead < LEAD || this.recorder.state !== "recording") return;
    setTimeout(() => this.isOn && this.resume(), this.lead);
    this.pause();
  }

  turn(isOn) {
    this.isOn = isOn;
    const wait = isOn ? this.lead : -this.lead; // leading, it rests longer; lagging, it rests later
    if (isOn) this.recent = [];
    this.hasRested = true;
    const act = () => {
      if (isOn !== this.isOn) return;
      if (isOn) this.resume();
      else if (this.pause()) this.recorder.requestData();
    };
    if (wait > 0) setTimeout(act, wait);
    else act();
  }

  pause() {
    if (this.recorder.state !== "recording") return false;
    this.recorder.pause();
    this.restedFrom = performance.now();
    return true;
  }

  resume() {
    if (this.recorder.state !== "paused") return;
    this.recorder.resume();
    this.rested += performance.now() - this.restedFrom;
    this.recent = []; // of before it rested
  }

  begin() {
    this.recorder.start(FILM_PIECE); // where this fails, nothing has begun that could be waited for
    this.began = performance.now();
    const seen = (now, { captureTime = now }) => {
      if (captureTime >= this.began) this.first = captureTime;
      else this.preview.requestVideoFrameCallback(seen);
    };
    this.preview.requestVideoFrameCallback?.(seen);
  }

  get isWaiting() {
    return this.pieces.isAppAway || this.voice.isAppAway;
  }

  // Whether no more may wait for an app that does not answer.
  get isFull() {
    return this.pieces.waiting > MOST_WAITING;
  }

  // Whether nothing more comes, though the voice goes on.
  get isOver() {
    return this.began !== undefined && this.recorder.state === "inactive";
  }

  // Resolves once the last piece is there, which may still be on its way to the app.
  async stop() {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    if (this.began !== undefined) await this.stopped;
  }

  forget() {
    this.pieces.forget();
    this.recorder.ondataavailable = null;
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }
}

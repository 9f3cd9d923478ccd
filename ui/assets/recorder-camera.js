// The camera beside a take: seen before it is recorded, then sent in pieces of its own.
const FILM_PIECE = 5_000; // ms; browsers give a piece out late, and it is to be one of 10 s at most
const FILM = { videoBitsPerSecond: 600_000, videoKeyFrameIntervalDuration: 2_000 };
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

// What the camera sees of one take. It goes on and off with the blocks of the voice as they come, so
// that each stretch between two pauses is as long in the one as in the other.
class Film {
  constructor(camera, preview, take, onRefusal) {
    const mimeType = FILM_KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    this.recorder = new MediaRecorder(camera.stream, { ...FILM, mimeType });
    this.preview = preview;
    this.origin = Infinity; // ms of the page's clock at the voice's beginning
    this.first = null; // ms of the page's clock at the first frame
    const kind = mimeType.includes("mp4") ? "mp4" : "webm";
    const address = () => `/takes/${take.id}/picture?kind=${kind}&start=${this.start}&`;
    this.pieces = new Pieces(address, () => {}, onRefusal);
    this.recorder.ondataavailable = ({ data }) => data.size && this.pieces.add(data);
    this.stopped = new Promise((resolve) => (this.recorder.onstop = resolve)); // after the last piece
  }

  // Milliseconds of the voice at the first frame.
  get start() {
    return Math.round((this.first ?? this.began) - this.origin);
  }

  // A block of the voice has come: that of these seconds, or of none while it is paused.
  follow(seconds, length) {
    const { recorder } = this;
    if (seconds === null) {
      if (recorder.state !== "recording") return;
      this.hasPaused = true;
      recorder.pause();
      recorder.requestData();
      return;
    }
    // Of blocks that come late the page learns when they came, not when they were heard.
    if (!this.hasPaused) this.origin = Math.min(this.origin, performance.now() - 1000 * (seconds + length));
    if (recorder.state === "paused") recorder.resume();
    else if (this.began === undefined) this.begin();
  }

  begin() {
    this.began = performance.now();
    this.recorder.start(FILM_PIECE);
    const seen = (now, { captureTime = now }) => {
      if (captureTime >= this.began) this.first = captureTime;
      else this.preview.requestVideoFrameCallback(seen);
    };
    this.preview.requestVideoFrameCallback?.(seen);
  }

  // Whether nothing more comes, though the voice goes on.
  get isOver() {
    return this.began !== undefined && this.recorder.state === "inactive";
  }

  // Resolves once all has arrived, or the app has refused it.
  async finish() {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    if (this.began !== undefined) await this.stopped;
    await this.pieces.flush();
  }

  forget() {
    this.pieces.forget();
    this.recorder.ondataavailable = null;
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }
}

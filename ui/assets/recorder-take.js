// The microphone, and a take that is sent to the app in pieces while it is made.
const PIECE_SECONDS = 10;
const RETRY = 2000; // ms
const LONGEST_WAIT = 7_200; // s of voice that wait for the app: as many as it can analyse

class Microphone {
  static async open(onBlock) {
    // The browser's own processing evens out exactly what the analysis listens for.
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: false,
        noiseSuppression: false,
        autoGainControl: false,
        channelCount: 1,
      },
    });
    const microphone = new Microphone(stream, new AudioContext());
    try {
      await microphone.listen(onBlock);
    } catch (error) {
      microphone.close();
      throw error;
    }
    return microphone;
  }

  constructor(stream, context) {
    this.stream = stream;
    this.context = context;
    this.track = stream.getAudioTracks()[0];
  }

  async listen(onBlock) {
    const { context } = this;
    await context.audioWorklet.addModule("/assets/recorder-worklet.js");
    const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 1 });
    tap.port.onmessage = (message) => onBlock(message.data);
    context.createMediaStreamSource(this.stream).connect(tap);
    // Only what leads to the speakers is computed; the tap's output is silence.
    tap.connect(context.destination);
    await context.resume();
  }

  get name() {
    return this.track.label || verhm.say("microphone");
  }

  get isProcessed() {
    const { echoCancellation, noiseSuppression, autoGainControl } = this.track.getSettings();
    return Boolean(echoCancellation || noiseSuppression || autoGainControl);
  }

  close() {
    this.stream.getTracks().forEach((track) => track.stop());
    this.context.close();
  }
}

// Pieces on their way to the app, one after the other. What cannot be kept is said to onRefusal.
class Pieces {
  constructor(address, onChange, onRefusal, first = null) {
    this.address = address; // how the next one is sent, without its offset
    this.first = first; // pieces of something else that are sent before these
    this.onChange = onChange;
    this.onRefusal = onRefusal;
    this.unsent = []; // that have not arrived, the oldest first
    this.safe = 0; // bytes
    this.isAppAway = false;
    this.sending = null;
  }

  // Bytes that are in this page only.
  get waiting() {
    return this.unsent.reduce((sum, piece) => sum + piece.size, 0);
  }

  add(piece) {
    this.unsent.push(piece);
    return this.flush();
  }

  // Resolves to null once all has arrived, or to why the app refuses to keep more.
  flush() {
    this.sending ??= this.send().finally(() => (this.sending = null));
    return this.sending;
  }

  async send() {
    while (this.unsent.length) {
      if (this.first?.sending) {
        await this.first.sending;
        continue;
      }
      try {
        const url = `${this.address()}offset=${this.safe}`;
        const { safe } = await verhm.send(url, { method: "POST", body: this.unsent[0] });
        this.unsent.shift();
        this.safe = safe;
        this.isAppAway = false;
        this.onChange();
      } catch (error) {
        // Only an app that cannot be reached may take the same piece later.
        if (!(error instanceof TypeError)) {
          this.onRefusal(error);
          return error;
        }
        this.isAppAway = true;
        this.onChange();
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
    return null;
  }

  // What is still on its way may be refused; that concerns nobody any more.
  forget() {
    this.onChange = this.onRefusal = () => {};
    this.unsent = [];
  }
}

class Take {
  static async begin(rate, leave, onChange, onRefusal) {
    const { id } = await verhm.send(`/takes?sample_rate=${rate}${ownedBy(leave)}`, { method: "POST" });
    return new Take(id, rate, onChange, onRefusal);
  }

  constructor(id, rate, onChange, onRefusal) {
    this.id = id;
    this.rate = rate;
    this.waiting = []; // blocks that are not in a piece yet
    this.waitingLength = 0;
    this.refusal = null;
    this.refuse = (error) => {
      this.refusal = error;
      onRefusal(error);
    };
    const changed = () => {
      if (!this.pieces.isAppAway) this.refusal = null;
      onChange();
    };
    this.pieces = new Pieces(() => `/takes/${id}/pieces?`, changed, (error) => this.refuse(error));
  }

  get savedSeconds() {
    return this.pieces.safe / 2 / this.rate;
  }

  // Why not all of it is safe; empty where it is.
  get problem() {
    if (this.isFull) return verhm.say("The app does not answer; what was recorded is saved when it does.");
    if (this.pieces.isAppAway) return verhm.say("The app does not answer; the recording goes on and is saved when it does.");
    return this.refusal ? verhm.say("only {time} saved", { time: clock(this.savedSeconds) }) : "";
  }

  // Whether no more may wait for an app that does not answer.
  get isFull() {
    return this.pieces.waiting > 2 * LONGEST_WAIT * this.rate;
  }

  add(block) {
    const piece = new Int16Array(block.length);
    block.forEach((value, i) => {
      piece[i] = Math.max(-32768, Math.min(32767, Math.round(value * 32767)));
    });
    this.waiting.push(piece);
    this.waitingLength += piece.length;
    if (this.waitingLength >= PIECE_SECONDS * this.rate) this.flush();
    if (this.isFull) this.refuse(new Error(verhm.say("The app has not answered for too long, so the recording is paused. What was recorded waits in this page: leave it open, and start the app.")));
  }

  // As `Pieces.flush`, with what is not in a piece yet.
  async flush() {
    const { waiting } = this;
    this.waiting = [];
    this.waitingLength = 0;
    return waiting.length ? this.pieces.add(new Blob(waiting)) : this.pieces.flush();
  }

  // Says that the take is still being made, also while it is paused.
  keep() {
    const url = `/takes/${this.id}/pieces?offset=${this.pieces.safe}`;
    // Should the app not answer, or the take be gone, then the next piece says so.
    return verhm.send(url, { method: "POST" }).catch(() => null);
  }

  // Makes a recording of all that the app keeps; what it refused before is tried once more.
  async finish() {
    const refusal = await this.flush();
    const finished = await verhm.send(`/takes/${this.id}/finish`, { method: "POST" });
    return { ...finished, refusal };
  }

  discard() {
    this.pieces.forget();
    this.waiting = [];
    return verhm.send(`/recordings/${this.id}`, { method: "DELETE" });
  }
}

// The microphone, and a take that is sent to the app in pieces while it is made.
const PIECE_SECONDS = 10;
const RETRY = 2000; // ms

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
    const context = new AudioContext();
    await context.audioWorklet.addModule("/assets/recorder-worklet.js");
    const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 1 });
    tap.port.onmessage = (message) => onBlock(message.data);
    context.createMediaStreamSource(stream).connect(tap);
    // Only what leads to the speakers is computed; the tap's output is silence.
    tap.connect(context.destination);
    await context.resume();
    return new Microphone(stream, context);
  }

  constructor(stream, context) {
    this.stream = stream;
    this.context = context;
    this.track = stream.getAudioTracks()[0];
  }

  get name() {
    return this.track.label || "microphone";
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

class Take {
  static async begin(rate, onChange) {
    const { id } = await verhm.send(`/takes?sample_rate=${rate}`, { method: "POST" });
    return new Take(id, rate, onChange);
  }

  constructor(id, rate, onChange) {
    this.id = id;
    this.rate = rate;
    this.onChange = onChange;
    this.waiting = []; // blocks that are not in a piece yet
    this.waitingLength = 0;
    this.safe = 0; // bytes
    this.problem = "";
    this.sending = Promise.resolve();
  }

  get savedSeconds() {
    return this.safe / 2 / this.rate;
  }

  add(block) {
    const piece = new Int16Array(block.length);
    block.forEach((value, i) => {
      piece[i] = Math.max(-32768, Math.min(32767, Math.round(value * 32767)));
    });
    this.waiting.push(piece);
    this.waitingLength += piece.length;
    if (this.waitingLength >= PIECE_SECONDS * this.rate) this.flush();
  }

  flush() {
    const pieces = this.waiting;
    this.waiting = [];
    this.waitingLength = 0;
    if (pieces.length) this.sending = this.sending.then(() => this.send(new Blob(pieces)));
    return this.sending;
  }

  // Sends a piece until it has arrived: the take goes on meanwhile.
  async send(piece) {
    for (;;) {
      try {
        const url = `/takes/${this.id}/pieces?offset=${this.safe}`;
        const { safe } = await verhm.send(url, { method: "POST", body: piece });
        this.safe = safe;
        this.problem = "";
        this.onChange();
        return;
      } catch (error) {
        if (error.code) throw error;
        this.problem = "The app does not answer; the recording goes on and is saved when it does.";
        this.onChange();
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  }

  async finish() {
    await this.flush();
    return verhm.send(`/takes/${this.id}/finish`, { method: "POST" });
  }

  discard() {
    this.waiting = [];
    return verhm.send(`/recordings/${this.id}`, { method: "DELETE" });
  }
}

// Hands what the microphone hears to the page, as mono, some 40 ms at a time.
const SIZE = 2048;

class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Float32Array(SIZE);
    this.filled = 0;
  }

  process([channels]) {
    if (!channels.length) return true;
    for (let i = 0; i < channels[0].length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      this.block[this.filled++] = sum / channels.length;
      if (this.filled === SIZE) {
        this.port.postMessage(this.block);
        this.block = new Float32Array(SIZE);
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("tap", Tap);

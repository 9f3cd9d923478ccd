// What a recording sounds like, tenth of a second by tenth: level, room noise, speech, clipping.
const STEP = 0.1; // s
const FLOOR = -90; // dBFS
const SPEECH_OVER_NOISE = 9; // dB; only an aid while recording, the analysis uses its own detector

const decibels = (value) => (value > 0 ? Math.max(FLOOR, 20 * Math.log10(value)) : FLOOR);

class Sound {
  constructor(rate) {
    this.rate = rate;
    this.stepLength = Math.round(rate * STEP);
    this.steps = []; // {peak, level}
    this.clipped = 0;
    this.samples = 0;
    this.open = { peak: 0, power: 0, count: 0 };
  }

  add(block) {
    let run = 0;
    for (const value of block) {
      const size = Math.abs(value);
      run = size >= 0.999 ? run + 1 : 0;
      if (run === 3) this.clipped += 1;
      this.open.peak = Math.max(this.open.peak, size);
      this.open.power += value * value;
      if (++this.open.count === this.stepLength) this.close();
    }
    this.samples += block.length;
  }

  close() {
    const { peak, power, count } = this.open;
    this.steps.push({ peak, level: decibels(Math.sqrt(power / count)) });
    this.open = { peak: 0, power: 0, count: 0 };
  }

  get seconds() {
    return this.samples / this.rate;
  }

  // The level that a tenth of the last minute stays under.
  get noise() {
    const levels = this.steps.slice(-600).map((step) => step.level).sort((a, b) => a - b);
    return levels.length < 10 ? null : levels[Math.floor(levels.length / 10)];
  }

  get threshold() {
    return Math.max(-55, (this.noise ?? -60) + SPEECH_OVER_NOISE);
  }

  get speech() {
    const threshold = this.threshold;
    const levels = this.steps.map((step) => step.level).filter((level) => level > threshold);
    levels.sort((a, b) => a - b);
    return { seconds: levels.length * STEP, level: levels[Math.floor(levels.length / 2)] ?? null };
  }

  get now() {
    const last = this.steps.slice(-3);
    if (!last.length) return { level: FLOOR, peak: FLOOR };
    return {
      level: Math.max(...last.map((step) => step.level)),
      peak: decibels(Math.max(...this.steps.slice(-20).map((step) => step.peak))),
    };
  }
}

function clock(seconds, tenths = false) {
  const whole = Math.floor(seconds);
  const text = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return tenths ? `${text}${DECIMAL}${Math.floor((seconds % 1) * 10)}` : text;
}

// Thirty seconds of waveform, with the stretches of speech and what has been saved beneath.
function drawWave(canvas, sound, savedSeconds, isRecording) {
  const { width: boxWidth, height: boxHeight } = canvas.parentElement.getBoundingClientRect();
  const width = boxWidth - 30, height = boxHeight - 20, ratio = devicePixelRatio || 1;
  if (width < 50 || height < 60) return;
  const floor = height - 42, middle = (floor - 16) / 2;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name).trim();
  const span = 30, margin = 16, scale = (width - 2 * margin) / span; // px beside the outer times
  const steps = sound ? sound.steps : [];
  const length = steps.length * STEP;
  const start = Math.max(0, Math.ceil((length - span + 4) / 5) * 5);
  const x = (seconds) => margin + (seconds - start) * scale;
  pen.font = `11px ${style.fontFamily}`;
  const every = 5 * scale < 60 ? 10 : 5; // two times at the end need 60 px beside each other
  for (let mark = start; mark <= start + span; mark += 5) {
    pen.fillStyle = colour("--line");
    pen.fillRect(x(mark), 0, 1, floor);
    pen.fillStyle = colour("--ink-3");
    pen.textAlign = "center";
    if ((mark - start) % every === 0) pen.fillText(clock(mark), x(mark), floor + 16);
  }
  const threshold = sound ? sound.threshold : 0;
  pen.fillStyle = colour("--wave");
  steps.forEach((step, index) => {
    const left = x(index * STEP);
    if (left < margin) return;
    const half = Math.max(1.5, (middle - 4) * Math.min(1, step.peak * 1.6));
    pen.fillRect(left, middle - half, 2, 2 * half);
    if (step.level > threshold) pen.fillRect(left, floor - 14, STEP * scale + 0.5, 8);
  });
  pen.fillStyle = colour("--ink-3");
  pen.textAlign = "left";
  if (steps.length) pen.fillText(verhm.say("speech found"), Math.min(x(length) + 8, width - 76), floor - 6);
  if (savedSeconds > start) {
    pen.fillStyle = colour("--accent");
    pen.fillRect(margin, floor + 28, x(savedSeconds) - margin, 3);
    pen.fillStyle = colour("--ink-3");
    pen.fillText(verhm.say("saved in pieces of 10 s"), Math.min(x(savedSeconds) + 8, width - 130), floor + 34);
  }
  if (isRecording) {
    pen.fillStyle = colour("--alert");
    pen.fillRect(x(length), 0, 2, floor);
  }
}

function drawLevel($, sound, speech) {
  const { level, peak } = sound ? sound.now : { level: FLOOR, peak: FLOOR };
  const place = (value) => `${Math.max(0, Math.min(100, (100 * (value + 60)) / 60))}%`;
  $("level").style.width = place(level);
  $("peak").style.left = place(peak);
  $("peak").hidden = !sound;
  $("meter").setAttribute("aria-valuenow", Math.round(Math.max(-60, level)));
  const isClipping = Boolean(sound?.clipped);
  $("clip").classList.toggle("on", isClipping);
  $("clip-words").textContent = isClipping ? verhm.say("Clipping: lower the gain") : verhm.say("No clipping");
  const shown = (value) => String(Math.round(value)).replace("-", "−");
  $("level-words").textContent = sound?.steps.length
    ? verhm.say("{level} dBFS · peak {peak}", { level: shown(level), peak: shown(peak) })
    : verhm.say("aim between −24 and −9 dBFS");
  const noise = sound?.noise ?? null;
  $("noise").textContent = noise === null ? "–" : `${shown(noise)} dBFS`;
  $("snr").textContent =
    noise === null || speech.level === null ? "–" : `${shown(speech.level - noise)} dB`;
}

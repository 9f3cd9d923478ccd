/* The session's data, and how its figures are written. Nothing here touches the page. */

const SHAPES = {
  neutral: "dark", sad: "dark", happy: "light", angry: "light",
  fearful: "light", disgust: "light", surprised: "light", calm: "outline",
};

/** Text that cannot become markup. */
function escapeText(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(text).replace(/[&<>"']/g, (sign) => signs[sign]);
}

/** A time in the recording: 4:24, or 4:24.6 with tenths. */
function clockText(seconds, tenths = false) {
  const scale = tenths ? 10 : 1;
  const units = Math.floor(seconds * scale + 1e-6);
  const whole = Math.floor(units / scale);
  const minutes = Math.floor(whole / 60);
  const two = (number) => String(number).padStart(2, "0");
  const clock = minutes >= 60
    ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
  return tenths ? `${clock}${DECIMAL}${units % 10}` : clock;
}

/** Thousandths as a probability: .62, and 1.00 when certain; 0,62 where a comma is written. */
function probabilityText(thousandths) {
  const text = (thousandths / 1000).toFixed(2);
  if (DECIMAL !== ".") return verhm.decimal(text);
  return text.startsWith("0") ? text.slice(1) : text;
}

/** Hundredths on a scale around zero: −0.66. */
function signedText(hundredths) {
  const size = verhm.decimal(Math.abs(hundredths / 100).toFixed(2));
  return hundredths === 0 ? size : (hundredths < 0 ? "−" : "+") + size;
}

function capitalised(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** An emotion's name, or what else a label says. */
function named(label) {
  return capitalised(verhm.say(label));
}

/** An emotion's marker; its name belongs beside it. */
function markSvg(label, size = 12) {
  return `<svg class="mk" style="width:${size}px;height:${size}px" aria-hidden="true">` +
    `<use href="#m-${label}"/></svg>`;
}

/** Which of the ten steps of the ramp shows a probability (thousandths). */
function rampStep(thousandths) {
  return Math.min(9, Math.round(thousandths / 100));
}

/** The session as the screen reads it: windows by index, the voice by time. */
function makeModel(data) {
  const count = data.starts.length;
  const half = data.hop / 2;
  const centres = data.starts.map((start, index) => (start + data.ends[index]) / 2);
  const ranks = new Array(count);
  const status = [...data.status]; // with what the clinician left out
  const windows = new Map(data.starts.map((start, index) => [`${start} ${data.ends[index]}`, index]));
  let said = new Map(); // annotations of windows, by index
  let elsewhere = new Map(); // labels of windows that another run has, by the window nearest to them

  function hasResult(index) {
    return status[index] === 0;
  }
  /** Take over what the clinician says: what is left out has no result that counts. */
  function annotate(annotations) {
    const out = annotations.filter((each) => each.is_excluded);
    const excluded = data.reasons.indexOf("excluded");
    data.status.forEach((found, index) => {
      const isOut = out.some(({ start, end }) => start <= centres[index] && centres[index] <= end);
      status[index] = isOut ? excluded : found;
    });
    said = new Map();
    elsewhere = new Map();
    for (const each of annotations) {
      const own = windows.get(`${each.start} ${each.end}`);
      if (own !== undefined) said.set(own, each);
      else if (each.label) {
        const near = windowAt((each.start + each.end) / 2);
        elsewhere.set(near, [...(elsewhere.get(near) ?? []), each]);
      }
    }
  }
  /** The emotions of a window from the likeliest down, as indices. */
  function ranking(index) {
    if (!ranks[index]) {
      ranks[index] = data.labels.map((_, row) => row)
        .sort((a, b) => data.probabilities[b][index] - data.probabilities[a][index]);
    }
    return ranks[index];
  }
  /** The window whose middle is nearest to a time. */
  function windowAt(time) {
    return Math.max(0, Math.min(count - 1, Math.round((time - centres[0]) / data.hop)));
  }
  /** How many windows have their middle in a stretch: those are what leaving it out takes. */
  function windowsIn({ start, end }) {
    return centres.filter((middle) => start <= middle && middle <= end).length;
  }
  /** What a window is drawn as: its likeliest emotion, or the reason of its absence. */
  function kindOf(index) {
    return hasResult(index) ? data.labels[ranking(index)[0]] : "!" + data.reasons[data.status[index]];
  }
  /** Windows first…last as stretches of one kind: {kind, first, last}. */
  function stretches(first, last, kind) {
    const found = [];
    for (let index = first; index <= last; index += 1) {
      const name = kind(index);
      const previous = found[found.length - 1];
      if (previous && previous.kind === name) previous.last = index;
      else found.push({ kind: name, first: index, last: index });
    }
    return found;
  }
  /** Start of the next (or previous) stretch without a result, seen from a window; or null. */
  function nextGap(from, step) {
    let index = from;
    while (index >= 0 && index < count && !hasResult(index)) index += step;
    while (index >= 0 && index < count && hasResult(index)) index += step;
    if (index < 0 || index >= count) return null;
    while (step < 0 && index > 0 && !hasResult(index - 1)) index -= 1;
    return index;
  }
  function reason(index) {
    return verhm.say(data.reasons[status[index]]);
  }
  /** What a reason means, and what to do about it. */
  function meaning(index) {
    return verhm.say(data.meanings[status[index]]);
  }
  function voiceCell(time) {
    const cells = data.voice.loudness.length;
    return Math.max(0, Math.min(cells - 1, Math.floor(time / data.voice.step)));
  }
  return {
    ...data, count, centres, hasResult, annotate, ranking, windowAt, windowsIn, kindOf, stretches, nextGap, reason, meaning, voiceCell,
    /** From when to when a window lasts. */
    span: (index) => `${clockText(data.starts[index], true)}–${clockText(data.ends[index], true)}`,
    /** What the clinician says of a window itself. */
    said: (index) => said.get(index),
    /** What they said of about the same stretch, on a run with other windows. */
    saidElsewhere: (index) => (said.get(index)?.label ? [] : elsewhere.get(index) ?? []), // none where there is one of this run
    /** A window's cell is one hop wide and lies at its middle; the outermost reach to the ends. */
    cellStart: (index) => (index === 0 ? 0 : centres[index] - half),
    cellEnd: (index) => (index === count - 1 ? data.duration : centres[index] + half),
    ...voiceRanges(data.voice),
  };
}

/** The ranges of the pitch and loudness lanes, without the outermost values. */
function voiceRanges(voice) {
  const spread = (values, low, high) => {
    const known = values.filter((value) => value !== null).sort((a, b) => a - b);
    if (!known.length) return null;
    const at = (share) => known[Math.min(known.length - 1, Math.floor(share * known.length))];
    return [at(low), at(high)];
  };
  const pitch = spread(voice.pitch, 0.03, 0.97);
  const loudness = spread(voice.loudness, 0, 0.995) || [-60, 0];
  return {
    pitchRange: pitch && [Math.floor(pitch[0] / 10) * 10 - 10, Math.ceil(pitch[1] / 10) * 10 + 10],
    loudnessRange: [Math.max(loudness[0], loudness[1] - 45), loudness[1]],
  };
}

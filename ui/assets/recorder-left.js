// Recordings of earlier visits that are no session yet. Each is its patient's: it is used where that one is open.
const LEFT_BEHIND = 25_000; // ms after which the app takes an unfinished recording for left behind

function makeLeftBehind($, openPatient, recorder) {
  const notice = $("left-behind");
  let takes = [];

  async function find() {
    const found = await verhm.send("/takes");
    const { id, take } = recorder.held(); // which nobody has left
    takes = found.takes.filter((each) => each.id !== id && each.id !== take?.id);
    show(recorder.held().phase);
  }

  // The open patient's first; then those of nobody known, and of others.
  function next() {
    const open = openPatient()?.id ?? null;
    const rank = (each) => (each.patient_id === null ? 1 : each.patient_id === open ? 0 : 2);
    return takes
      .filter((each) => each.patient_id === null || each.code)
      .sort((one, other) => rank(one) - rank(other))[0];
  }

  // Taking one over would break off what is under way, or take the place of what is ready.
  function show(phase) {
    const { owner } = recorder.held(), open = openPatient();
    if (phase !== "idle" && phase !== "checking") {
      const isAnothers = owner && owner.id !== open?.id;
      if (isAnothers) put(verhm.say("This recording was made for {code}, and can only become a session there.", { code: owner.code }), opener(owner));
      notice.hidden = !isAnothers;
      return;
    }
    const take = phase === "idle" ? next() : null;
    notice.hidden = !take;
    if (take) offer(take, open);
  }

  function offer(take, open) {
    if (take.patient_id !== null && take.patient_id !== open?.id) {
      put(`${take.code}: ${described(take)}`, opener({ id: take.patient_id, code: take.code }));
      return;
    }
    const settle = (work) => recorder.attempt(() => work().finally(find));
    const discard = () => settle(() => verhm.send(`/recordings/${take.id}`, { method: "DELETE" }));
    const use = () => settle(() => recorder.use(take));
    const isUnknown = take.patient_id === null;
    const words = isUnknown ? `${described(take)}. ${verhm.say("Whose voice it is, is not known: listen to it first.")}` : described(take);
    const name = isUnknown && open ? verhm.say("Use it for {code}", { code: open.code }) : verhm.say("Use it");
    put(words, [name, "", use], [verhm.say("Discard"), "quiet", discard]);
  }

  const opener = ({ id, code }) => [verhm.say("Open {code}", { code }), "", () => recorder.open(id)];

  function put(words, ...buttons) {
    const text = document.createElement("b"), gap = document.createElement("span");
    text.textContent = words;
    gap.className = "grow";
    notice.replaceChildren(text, gap, ...buttons.map(([name, kind, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `btn small ${kind}`;
      button.textContent = name;
      button.onclick = act;
      return button;
    }));
  }

  function start() {
    recorder.attempt(find);
    setTimeout(() => find().catch(recorder.say), LEFT_BEHIND);
  }

  return { start, show };
}

function described({ seconds, is_finished: isFinished, kept_until: end, begun_at: begun, has_picture: hasPicture }) {
  const form = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const moment = (at) => new Date(1000 * at).toLocaleString(language, form);
  const words = (hasPicture ? `${verhm.say("with picture")}, ` : "") + (isFinished ? verhm.say("not analysed yet") : verhm.say("broken off"));
  const values = { time: clock(seconds), words, until: moment(end), begun: begun && moment(begun) };
  return begun
    ? verhm.say("A recording of {time}, made on {begun}, {words}, is kept until {until}", values)
    : verhm.say("A recording of {time}, {words}, is kept until {until}", values);
}

// Hears a take that lies with the app, piece by piece: two hours of it would fill the browser's memory.
async function soundOf(address) {
  const HEADER = 44, answer = await fetch(address);
  if (!answer.ok) throw new Error((await answer.json()).text);
  const reader = answer.body.getReader();
  let sound = null, rest = new Uint8Array(0);
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return sound;
    let bytes = new Uint8Array(rest.length + value.length);
    bytes.set(rest);
    bytes.set(value, rest.length);
    rest = bytes;
    if (!sound) {
      if (bytes.length < HEADER) continue;
      sound = new Sound(new DataView(bytes.buffer).getUint32(24, true));
      bytes = bytes.slice(HEADER);
    }
    const whole = bytes.length - (bytes.length % 2);
    sound.add(Float32Array.from(new Int16Array(bytes.slice(0, whole).buffer), (sample) => sample / 32768));
    rest = bytes.slice(whole);
  }
}

// Whether a voice of the open patient may be kept: asked before anything is. A consent that was just ticked is
// written down then.
const NOT_THERE = 10_000; // ms after which an app that does not answer is taken for gone

function makePermission(ask, openPatient) {
  const waiting = new Map();
  let last = 0;

  function answered(text) {
    const answer = JSON.parse(text || "{}");
    waiting.get(answer.key)?.(answer);
    waiting.delete(answer.key);
  }

  // Resolves to whose voice it is, and whether it is only tried; fails with why it may not be kept.
  async function permission() {
    const owner = openPatient();
    if (!owner || owner.agrees) return { owner, isTrial: false };
    const { problem, is_trial: isTrial } = await new Promise((resolve, reject) => {
      const key = ++last;
      waiting.set(key, resolve);
      setTimeout(() => waiting.delete(key) && reject(new Error(verhm.say("The app does not answer. Start it, then try again."))), NOT_THERE);
      ask(key);
    });
    if (problem) throw new Error(problem);
    return { owner, isTrial };
  }

  return { answered, ask: permission };
}

// What all tabs share: the theme, asking the app, and the keys that work everywhere.
(() => {
  const KEY = "verhm-theme";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const contrast = matchMedia("(prefers-contrast: more), (forced-colors: active)");

  function chosenTheme() {
    return localStorage.getItem(KEY) || "system";
  }
  function systemTheme() {
    return contrast.matches ? "contrast" : dark.matches ? "dark" : "light";
  }
  function applyTheme() {
    const chosen = chosenTheme();
    const theme = chosen === "system" ? systemTheme() : chosen;
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.chosenTheme = chosen;
    document.body?.classList.toggle("dark", theme === "dark");
  }

  const underWay = []; // functions that say whether something would be lost
  let waiting = []; // buttons whose work goes on, each with its own words

  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

  window.verhm = {
    /** A text of the page in the language of whoever looks; {name} in it is a value. */
    say(text, values = {}) {
      return filled(WORDS[text] || text, values);
    },
    /** The text that fits a number, which is {n} in it. */
    sayOf(one, several, n) {
      return verhm.say(n === 1 ? one : several, { n });
    },
    /** A figure as whoever looks writes it: 0.5, or 0,5. */
    decimal(text) {
      return String(text).replace(".", DECIMAL);
    },
    /** How long something still takes. */
    left(seconds) {
      return seconds >= 90
        ? verhm.say("{n} min left", { n: Math.round(seconds / 60) })
        : verhm.say("{n} s left", { n: Math.max(1, Math.round(seconds)) });
    },
    /** Let a button say that it was heard, until `endWaiting`. */
    keepWaiting(button, words) {
      waiting.push([button, button.textContent]);
      button.disabled = true;
      button.textContent = words;
    },
    endWaiting() {
      for (const [button, words] of waiting) {
        button.disabled = false;
        button.textContent = words;
      }
      waiting = [];
    },
    /** Ask before the page is left while something is under way, which the function says. */
    askBeforeLeaving(isUnderWay) {
      underWay.push(isUnderWay);
    },
    /** Heard before Gradio, which ends its stream where a page is left, and forgets it an hour later. */
    leave(event) {
      if (!underWay.some((isUnderWay) => isUnderWay())) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // whoever is asked may stay
    },
    setTheme(name) {
      localStorage.setItem(KEY, name);
      applyTheme();
    },
    theme: chosenTheme,
    async send(url, options = {}) {
      const answer = await fetch(url, options);
      const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
      if (!answer.ok) throw Object.assign(new Error(body.text || verhm.say("The app does not answer.")), body);
      return body;
    },
  };
  applyTheme();
  for (const wish of [dark, contrast]) wish.addEventListener("change", applyTheme);

  // Gradio sets its own dark class from the system, sooner or later.
  new MutationObserver(() => {
    const isDark = document.documentElement.dataset.theme === "dark";
    if (document.body.classList.contains("dark") !== isDark) applyTheme();
  }).observe(document.body, { attributes: true, attributeFilter: ["class"] });

  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
  const visible = (selector) =>
    [...document.querySelectorAll(selector)].find((element) => element.offsetParent);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !typing(event.target)) {
      const search = visible("#patient-search input, #patient-search textarea");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const analyse = visible("button#analyse");
      if (analyse && !analyse.disabled) {
        event.preventDefault();
        analyse.click();
      }
    }
  });
})();

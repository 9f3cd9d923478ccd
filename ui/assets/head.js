// What all tabs share: the theme, asking the app, and the keys that work everywhere.
(() => {
  const KEY = "verhm-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");

  function applyTheme() {
    const chosen = localStorage.getItem(KEY) || "system";
    const dark = chosen === "dark" || (chosen === "system" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.documentElement.dataset.chosenTheme = chosen;
    document.body?.classList.toggle("dark", dark);
  }

  window.verhm = {
    setTheme(name) {
      localStorage.setItem(KEY, name);
      applyTheme();
    },
    theme: () => localStorage.getItem(KEY) || "system",
    async send(url, options = {}) {
      const answer = await fetch(url, options);
      const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
      if (!answer.ok) throw Object.assign(new Error(body.text || "The app does not answer."), body);
      return body;
    },
  };
  applyTheme();
  system.addEventListener("change", applyTheme);

  // Gradio's date fields have no names of their own for those who hear the page.
  function nameDates() {
    for (const box of document.querySelectorAll(".timebox:not([data-named])")) {
      const words = box.parentElement.querySelector(".label-content")?.textContent.trim() ?? "Date";
      box.querySelector("input")?.setAttribute("aria-label", words);
      box.querySelector("button")?.setAttribute("aria-label", `Calendar: ${words}`);
      box.dataset.named = "";
    }
  }
  // Gradio adds this script once the page stands, and sets its own dark class from the system.
  new MutationObserver(() => {
    const dark = document.documentElement.dataset.theme === "dark";
    if (document.body.classList.contains("dark") !== dark) applyTheme();
  }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  new MutationObserver(nameDates).observe(document.body, { childList: true, subtree: true });
  nameDates();

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

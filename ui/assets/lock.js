// The lock: covers the page at once, and asks for the passphrase. A recording goes on behind it.
(() => {
  let cover = null;
  let locking = null; // what was sent, for an unlocking must not get there before it

  function put(title, words, content) {
    cover?.remove();
    // The browser draws these above everything, and lets nobody type elsewhere.
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    for (const box of document.querySelectorAll(":popover-open")) box.hidePopover();
    cover = document.createElement("div");
    cover.className = "lock";
    cover.setAttribute("role", "dialog");
    cover.setAttribute("aria-modal", "true");
    cover.setAttribute("aria-label", title);
    cover.innerHTML = `<div><h1>${title}</h1><p>${words}</p>${content}</div>`;
    for (const other of document.body.children) other.inert = true;
    document.body.append(cover);
    cover.querySelector("input, a")?.focus();
    dispatchEvent(new Event("verhm-lock"));
  }

  function takeAway() {
    cover?.remove();
    cover = null;
    for (const other of document.body.children) other.inert = false;
    dispatchEvent(new Event("verhm-lock"));
  }

  function showLocked() {
    if (cover?.dataset.kind === "locked") return;
    const recording = document.querySelector('#recorder [data-phase="recording"]');
    put(
      verhm.say("Locked"),
      recording ? verhm.say("The recording goes on. Enter your passphrase to see the page.") : verhm.say("Enter your passphrase to go on."),
      `<form><label>${verhm.say("Passphrase")}<input type="password" autocomplete="current-password" required></label>
       <p role="alert"></p><button>${verhm.say("Unlock")}</button></form>`,
    );
    cover.dataset.kind = "locked";
    cover.querySelector("form").addEventListener("submit", unlock);
  }

  async function unlock(event) {
    event.preventDefault();
    const input = cover.querySelector("input");
    try {
      await locking;
      await verhm.send("/unlock", { method: "POST", body: new URLSearchParams({ passphrase: input.value }) });
      takeAway();
      verhm.poll?.();
    } catch (error) {
      if (error.code === "E68") return;
      cover.querySelector("[role=alert]").textContent = error.message;
      input.select();
    }
  }

  function showEnded() {
    if (cover?.dataset.kind === "ended") return;
    put(
      verhm.say("Signed out"),
      verhm.say("You were signed out here: by yourself, because nobody used the page for a while, or because VERHM was started anew. What was saved stays."),
      `<form action="/sign-in"><button>${verhm.say("Sign in")}</button></form>`,
    );
    cover.dataset.kind = "ended";
    cover.querySelector("button").focus();
  }

  async function lock() {
    showLocked();
    locking = verhm.send("/lock", { method: "POST" }).catch(() => {});
    await locking;
  }

  verhm.isLocked = () => cover?.dataset.kind === "locked";

  const send = verhm.send;
  verhm.send = async (...request) => {
    try {
      return await send(...request);
    } catch (error) {
      if (error.code === "E68") (error.status === 423 ? showLocked : showEnded)();
      throw error;
    }
  };

  addEventListener("click", (event) => {
    if (event.target.closest?.('[data-do="lock"]')) lock();
  });
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "l" && event.ctrlKey && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      if (!cover) lock();
    }
  });
})();

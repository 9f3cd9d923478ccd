// The look is the browser's own affair: it is kept there and applies at once.
function draw() {
  element.querySelectorAll("[data-theme-choice]").forEach((button) => {
    const isOn = button.dataset.themeChoice === verhm.theme();
    button.classList.toggle("on", isOn);
    button.setAttribute("aria-checked", isOn);
  });
}

element.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (choice) {
    verhm.setTheme(choice.dataset.themeChoice);
    draw();
  }
  const spoken = event.target.closest("[data-language]");
  if (spoken) {
    // No secret: it says how the app answers this browser, also before anybody signed in.
    document.cookie = `verhm-language=${spoken.dataset.language}; path=/; max-age=31536000; samesite=strict`;
    location.reload();
  }
  const load = event.target.closest('[data-do="demonstrate"]');
  if (load) {
    verhm.keepWaiting(load, verhm.say("Loading…"));
    trigger("demonstrate", {});
  }
  if (event.target.closest('[data-do="retention"]')) {
    trigger("retention", {});
    scrollTo({ top: 0 }); // where the form opens
  }
});

let wasChoosing = false; // whether the answer to a choice must find the keyboard where it was
element.addEventListener("change", (event) => {
  if (event.target.name !== "avatar") return;
  wasChoosing = true;
  trigger("choose_avatar", { name: event.target.value });
});

watch("value", () => {
  draw();
  if (wasChoosing) element.querySelector('[name="avatar"]:checked')?.focus();
  wasChoosing = false;
});
draw();

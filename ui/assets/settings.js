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
  if (event.target.closest('[data-do="demonstrate"]')) trigger("demonstrate", {});
});
draw();

// A patient's file is sent as soon as it is chosen; what comes of it, the page says below.
const field = element.querySelector("#patient-file");
const words = element.querySelector('[data-slot="state"]');

field.addEventListener("change", async () => {
  const file = field.files[0];
  if (!file) return;
  field.disabled = true;
  words.textContent = verhm.say("Copying…");
  try {
    const { id } = await verhm.send("/patient-files", { method: "POST", body: file });
    words.textContent = "";
    trigger("arrived", { id });
  } catch (error) {
    words.textContent = error.message;
  }
  field.disabled = false;
  field.value = ""; // the same file can be chosen again
});

// Light, dark, or as the device is set. Loaded before the first paint, so that nothing flashes.
const device = window.matchMedia("(prefers-color-scheme: dark)");
let choice = "auto";
try {
  choice = localStorage.getItem("theme") ?? "auto";
} catch {
  // Storage is blocked: the choice lasts for this page.
}

const show = () => {
  const dark = choice === "dark" || (choice === "auto" && device.matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    const chosen = button.dataset.themeChoice === choice;
    button.setAttribute("aria-pressed", String(chosen));
    button.classList.toggle("active", chosen);
  }
};

show();
device.addEventListener("change", show);
document.addEventListener("DOMContentLoaded", show);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  choice = button.dataset.themeChoice;
  try {
    localStorage.setItem("theme", choice);
  } catch {
    // As above.
  }
  show();
});

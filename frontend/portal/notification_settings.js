// What this device allows: notifications, asked for by a click only, and how Enter behaves.
const show = () => {
  const place = document.querySelector("[data-permission]");
  if (!place) return;
  const state = !window.isSecureContext
    ? "insecure"
    : "Notification" in window
      ? Notification.permission
      : "unsupported";
  for (const part of place.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
};

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-allow]")) {
    await Notification.requestPermission();
    show();
  }
  const tryOut = event.target.closest("[data-try]");
  if (tryOut) {
    const worker = await navigator.serviceWorker?.getRegistration();
    if (worker?.active) worker.showNotification(tryOut.dataset.title, { body: tryOut.dataset.body });
    else new Notification(tryOut.dataset.title, { body: tryOut.dataset.body });
  }
});

document.addEventListener("DOMContentLoaded", () => {
  show();
  const enter = document.getElementById("enter-sends");
  if (!enter) return;
  try {
    enter.checked = localStorage.getItem("enter-sends") === "1";
    enter.addEventListener("change", () => localStorage.setItem("enter-sends", enter.checked ? "1" : "0"));
  } catch {
    enter.disabled = true; // storage is blocked
  }
});

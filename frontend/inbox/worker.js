// The service worker: what the page shows without a connection, and notifications. On https and localhost only.
const worker = document.querySelector('meta[name="pbx-worker"]')?.content;
if (worker && navigator.serviceWorker) {
  window.addEventListener("load", () => navigator.serviceWorker.register(worker).catch(() => {}));
}

// The page without a connection: says what waits, and goes on as soon as it can.
(() => {
  const again = () => location.reload();

  document.addEventListener("DOMContentLoaded", async () => {
    document.querySelector("[data-again]").addEventListener("click", again);
    const waiting = (await window.outboxStore.all()).length;
    const place = document.querySelector("[data-waiting]");
    place.hidden = !waiting;
    place.textContent = (waiting === 1 ? place.dataset.one : place.dataset.many).replace("{n}", waiting);
  });
  window.addEventListener("online", again);
})();

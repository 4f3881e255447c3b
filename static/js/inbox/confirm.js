// hx-confirm asks in a dialog of the page, not in the browser's own.
(() => {
  const dialog = document.getElementById("confirm");
  let issue = null;

  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    document.getElementById("confirm-question").textContent = event.detail.question;
    issue = () => event.detail.issueRequest(true);
    dialog.returnValue = "no";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") issue?.();
    issue = null;
  });
})();

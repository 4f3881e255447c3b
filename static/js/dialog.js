// The page's one dialog: htmx swaps its content in, the server closes it by the event "dialog:close".
(() => {
  const dialog = () => document.getElementById("dialog");

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "dialog-content") return;
    bootstrap.Modal.getOrCreateInstance(dialog()).show();
    const first = dialog().querySelector(".is-invalid, [autofocus], input:not([type=hidden])");
    if (dialog().classList.contains("show")) first?.focus();
    else dialog().addEventListener("shown.bs.modal", () => first?.focus(), { once: true });
  });

  document.addEventListener("dialog:close", () => bootstrap.Modal.getOrCreateInstance(dialog()).hide());

  // htmx has no "remove this row"; a removed rule is simply not sent.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    button.closest(button.dataset.remove).remove();
    document.dispatchEvent(new CustomEvent("rows:changed"));
  });
})();

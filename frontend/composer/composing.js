// What the composer's scripts share: when a composer appears, whose it is, and how they ask the server.
(() => {
  const acts = [];

  const ready = () => {
    const root = document.querySelector("#composer[data-session]:not([data-ready])");
    if (!root) return;
    root.dataset.ready = "";
    for (const act of acts) act(root);
  };

  // The page's own token ends when one logs in again in another tab; the cookie does not.
  const token = () =>
    document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ??
    JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  window.composing = {
    // act(root): for the composer that is there and each that comes in its place.
    onReady: (act) => acts.push(act),
    agent: () => document.querySelector('meta[name="pbx-agent"]')?.content ?? "",
    openSession: () => document.querySelector("#composer[data-session]")?.dataset.session ?? "",
    textarea: () => document.querySelector("#composer .composer-text textarea"),
    setText: (input, text) => {
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    // crypto.randomUUID is there on https and localhost only.
    newId: () =>
      "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
        (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16),
      ),
    post: (url, data, options = {}) =>
      fetch(url, {
        method: "POST",
        body: data,
        headers: { Accept: "application/json", "X-CSRFToken": token() },
        ...options,
      }),
    isJson: (answer) => (answer.headers.get("Content-Type") ?? "").startsWith("application/json"),
  };

  // What is there when one comes to a field for the first time goes on at its end; where one clicks or has been
  // already, the browser knows better.
  const visited = new WeakSet();
  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches("textarea") || visited.has(target)) return;
    visited.add(target);
    if (!target.selectionEnd) target.setSelectionRange(target.value.length, target.value.length);
  });

  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:afterSettle", ready);
  // The composer becomes another one while somebody types: because the session was closed elsewhere, say.
  let typed = "";
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.id === "composer") typed = window.composing.textarea()?.value ?? "";
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    const kept = document.querySelector("#composer [data-kept]");
    if (kept && typed.trim()) {
      kept.hidden = false;
      kept.elements.body.value = typed;
    }
    typed = "";
    ready();
  });
})();

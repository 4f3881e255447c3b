// The composer as a place for internal notes: another colour, another field, so that none goes to the contact.
(() => {
  const { agent, isJson, onReady, post } = window.composing;

  onReady((root) => {
    const note = root.querySelector(".composer-note");
    const input = note.elements.body;
    const error = note.querySelector("[data-note-error]");
    const key = `note:${agent()}:${root.dataset.session}`;

    const keep = () => {
      try {
        if (input.value) localStorage.setItem(key, input.value);
        else localStorage.removeItem(key);
      } catch {
        // Storage is blocked: it lasts for this page.
      }
    };
    const complain = (words) => {
      error.textContent = words;
      error.classList.toggle("d-block", Boolean(words));
    };
    const mode = (on) => {
      root.classList.toggle("composer-noting", on);
      note.hidden = !on;
      if (on) input.focus();
      else window.composing.textarea()?.focus();
    };

    const add = async () => {
      const answer = await post(note.action, new FormData(note)).catch(() => null);
      if (answer?.status === 201) {
        input.value = "";
        keep();
        complain("");
        mode(false);
        htmx.trigger("#thread", "refresh");
      } else if (answer?.status === 422 && isJson(answer)) complain((await answer.json()).reason);
      else complain(error.dataset.offline);
    };

    try {
      input.value = localStorage.getItem(key) ?? "";
    } catch {
      // As above.
    }
    if (input.value) mode(true);
    input.addEventListener("input", keep);
    note.addEventListener("submit", (event) => {
      event.preventDefault();
      add();
    });
    root.querySelector("[data-note-open]").addEventListener("click", () => mode(true));
    note.querySelector("[data-note-close]").addEventListener("click", () => mode(false));
  });
})();

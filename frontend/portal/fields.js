// Fields that depend on another one, and searchable drop-downs; also in what htmx swaps in.
// <div data-shown-when="name=value other=value"> is shown while every named control has its value;
// "name" alone asks for a ticked box, "name=one|other" for either. What is hidden is disabled, so that it isn't submitted.
const controlled = (form, name) => {
  const control = form.elements[name];
  if (!control) return "";
  if (control.type === "checkbox") return control.checked ? "on" : "";
  return control.value;
};

const showDependents = (form) => {
  for (const part of form.querySelectorAll("[data-shown-when]")) {
    const shown = part.dataset.shownWhen.split(" ").every((condition) => {
      const [name, values = "on"] = condition.split("=");
      return values.split("|").includes(controlled(form, name));
    });
    part.hidden = !shown;
  }
};

// What people have named stands in its own direction.
const labelled = (data, escaped) => `<div dir="auto">${escaped(data.text)}</div>`;

// What somebody types into a select before its search is there, Enter included, is done as soon as it is.
const typedTooSoon = new WeakMap();
/** @type {Promise<typeof import("./select_library.js")> | null} */
let library = null; // asked for by the first that needs it
let isLost = false; // then the browser's own search is better than none
const keepWhatIsTyped = (event) => {
  const select = event.target;
  if (isLost || !select.matches?.("select[data-searchable]") || select.tomselect) return;
  const typed = typedTooSoon.get(select) ?? { text: "", hasEnter: false };
  const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!isText && !(event.key === "Enter" && typed.text)) return;
  event.preventDefault(); // or the browser chooses by it
  if (isText) typed.text += event.key;
  else typed.hasEnter = true;
  typedTooSoon.set(select, typed);
};

const takeFocus = (tomSelect) => {
  tomSelect.control_input.focus();
  // A list that opens takes the focus a moment later, and would open again over what was chosen in between.
  tomSelect.settings.openOnFocus = false;
  setTimeout(() => {
    tomSelect.settings.openOnFocus = true;
  });
};

const goOnTyping = (tomSelect, typed, hadFocus) => {
  if (hadFocus) takeFocus(tomSelect);
  const text = typed?.text.trimStart();
  if (!text) return;
  const best = typed.hasEnter && tomSelect.search(text).items[0];
  if (best) {
    tomSelect.addItem(best.id);
  } else if (hadFocus) {
    tomSelect.setTextboxValue(text);
    tomSelect.refreshOptions();
  }
};

const makeSearchable = async (root) => {
  const plain = () => [...root.querySelectorAll("select[data-searchable]")].filter((select) => !select.tomselect);
  if (!plain().length) return;
  library ??= import("./select_library.js");
  const found = await library.catch(() => null);
  isLost = !found;
  if (!found) return;
  const TomSelect = found.default;
  for (const select of plain()) {
    const hadFocus = select === document.activeElement;
    const empty = select.querySelector("option[value='']");
    const tomSelect = new TomSelect(select, {
      plugins: select.multiple ? { remove_button: {} } : {},
      maxOptions: null,
      clearAfterSelect: true, // or what was typed for the first stays in the way of the next
      refreshThrottle: 0,
      sortField: [{ field: "$order" }, { field: "$score" }],
      maxItems: select.multiple ? null : 1,
      allowEmptyOption: Boolean(empty) && !select.required,
      placeholder: select.dataset.placeholder ?? empty?.textContent ?? "",
      render: {
        item: labelled,
        option: labelled,
        no_results: (_data, escaped) => `<div class="no-results">${escaped(select.dataset.none ?? "–")}</div>`,
      },
    });
    // At once, or the Enter of who types fast chooses from the list of before.
    tomSelect.hook("after", "onInput", () => tomSelect.refreshOptions());
    // The select itself is out of sight now: what stands for it says what it said.
    const notes = select.getAttribute("aria-describedby");
    if (notes) tomSelect.control_input.setAttribute("aria-describedby", notes);
    if (select.getAttribute("aria-invalid")) tomSelect.control_input.setAttribute("aria-invalid", "true");
    select.setAttribute("aria-hidden", "true");
    tomSelect.control_input.dir = "auto";
    goOnTyping(tomSelect, typedTooSoon.get(select), hadFocus);
  }
};

const prepare = (root) => {
  makeSearchable(root);
  for (const form of document.querySelectorAll("form")) showDependents(form);
};

document.addEventListener("keydown", keepWhatIsTyped);
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form) showDependents(form);
});
document.addEventListener("DOMContentLoaded", () => prepare(document));
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt.parentElement ?? document));

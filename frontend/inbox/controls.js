// What can be done on the page: its controls. A control says its key by aria-keyshortcuts, and by data-command
// what it does, where its own words say it too shortly. Keys and the command palette use them as a click does.

/** Several may say the same key, such as the bar's of what is selected: the first that is not hidden has it. */
const keyed = (key) =>
  /** @type {any} */ ([...document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(key)}"]`)]).find(
    (control) => !control.closest("[hidden]"),
  );

/** @param {string} key */
export const press = (key) => {
  const control = keyed(key);
  if (!control || control.disabled) return false;
  if (control.matches("input")) control.select();
  if (control.matches("input, textarea")) control.focus();
  else control.click();
  return true;
};

/**
 * The controls with a key that would do something now.
 * @returns {HTMLElement[]}
 */
export const possible = () =>
  [...document.querySelectorAll("[aria-keyshortcuts]")].filter(
    (control) =>
      !control.disabled &&
      !control.closest("[hidden], [inert]") &&
      control === keyed(control.getAttribute("aria-keyshortcuts")),
  );

/**
 * What a control does, in words.
 * @param {HTMLElement} control
 */
export const wordsOf = (control) => {
  const said = control.dataset.command ?? control.getAttribute("aria-label");
  if (said) return said;
  const copy = /** @type {HTMLElement} */ (control.cloneNode(true));
  for (const other of copy.querySelectorAll("kbd, .visually-hidden, .badge")) other.remove();
  return copy.textContent?.trim().replace(/\s+/g, " ") ?? "";
};

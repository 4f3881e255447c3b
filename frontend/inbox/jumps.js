// Going to a list: `g` and its letter, or by the command palette. To other pages, by their links.
const LISTS = { m: "mine", w: "waiting", q: "queue", s: "snoozed", c: "closed", a: "archived", l: "put_off" };
const SECOND_KEY_MS = 2000;

const tabOf = (name) => document.querySelector(`[data-tab="${name}"]`);
const TABS = { closed: "closed", archived: "archived", put_off: "later" }; // of lists that are not open ones

// Follows a link to other lists; what it shows is there then.
const follow = (link) =>
  new Promise((resolve) => {
    const settled = (event) => {
      if (event.detail.target.id !== "inbox-lists") return;
      document.removeEventListener("htmx:afterSettle", settled);
      resolve(undefined);
    };
    document.addEventListener("htmx:afterSettle", settled);
    link.click();
  });

/**
 * Shows a list, unfolded, with the focus on its first row, or on its title where it is empty.
 * @param {string} name of its group
 */
export const goToList = async (name) => {
  const wanted = TABS[name] ?? "open";
  if (!tabOf(wanted)) await follow(document.querySelector(".inbox-found [data-lists-link]"));
  if (!tabOf(wanted).hasAttribute("aria-current")) await follow(tabOf(wanted));
  const lists = document.getElementById("session-list");
  if (!lists.checkVisibility()) document.dispatchEvent(new CustomEvent("inbox:back")); // a phone shows one or the other
  const group = lists.querySelector(`[data-group="${name}"]`);
  if (group) group.querySelector("details").open = true;
  const place = group?.querySelector(".inbox-row") ?? group?.querySelector("summary") ?? lists;
  place.focus();
  place.scrollIntoView({ block: "nearest" });
};

let begun = Number.NEGATIVE_INFINITY; // when `g` was pressed

/**
 * Takes the keys of a jump: true if this one was of it.
 * @param {string} key
 */
export const jumps = (key) => {
  const isSecond = performance.now() - begun < SECOND_KEY_MS;
  begun = !isSecond && key === "g" ? performance.now() : Number.NEGATIVE_INFINITY;
  if (begun > 0) return true;
  if (!isSecond) return false;
  if (key in LISTS) goToList(LISTS[key]);
  else document.querySelector(`[data-jump="${CSS.escape(key)}"]`)?.click();
  return true;
};

// Sessions that are ticked, to do something with all of them: by click, `x`, and Shift for a range. What is
// ticked stays so while rows are fetched anew; a session that leaves the lists is ticked no more.
import htmx from "../htmx.js";

const bar = document.getElementById("bulk");
const field = (name) => bar.querySelector(`[name=${name}]`);
const list = () => document.getElementById("session-list");
const boxes = () => [...document.querySelectorAll(".inbox-check")].filter((box) => box.checkVisibility?.() ?? true);
const groupOf = (box) => box.closest("[data-group]");

const chosen = new Set();
let all = ""; // the group that is meant as a whole, also what of it is not shown
let last = ""; // from which a range goes on
let isSelecting = false;

/** Whether something is ticked. */
export const isOn = () => chosen.size > 0;

const words = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const titleOf = (group) => group.querySelector("[role=heading]").textContent;
const countOf = (group) => group.querySelector(".inbox-count")?.textContent ?? "";

// The one group in which all that is shown is ticked, though there is more of it.
const completable = () => {
  const groups = new Set(
    boxes()
      .filter((box) => box.checked)
      .map(groupOf),
  );
  const [group] = groups;
  if (groups.size !== 1 || !group.querySelector(".inbox-more")) return null;
  return [...group.querySelectorAll(".inbox-check")].every((box) => box.checked) ? group : null;
};

const show = () => {
  list().classList.toggle("is-selecting", isSelecting || isOn());
  for (const box of document.querySelectorAll(".inbox-check")) {
    box.checked = chosen.has(box.value) || (all !== "" && groupOf(box)?.dataset.group === all);
    box.tabIndex = isSelecting || isOn() ? 0 : -1;
  }
  bar.hidden = !(isSelecting || isOn());
  const whole = all && list().querySelector(`[data-group="${all}"]`);
  const { one, many, all: allOf, chooseAll } = bar.dataset;
  const count = chosen.size === 1 ? one : words(many, { n: chosen.size });
  bar.querySelector("[data-bulk-count]").textContent = whole
    ? `${words(allOf, { group: titleOf(whole) })} (${countOf(whole)})`
    : count;
  const group = all ? null : completable();
  const more = bar.querySelector("[data-bulk-all]");
  more.hidden = !group;
  more.textContent = group ? words(chooseAll, { n: countOf(group), group: titleOf(group) }) : "";
  more.dataset.group = group?.dataset.group ?? "";
  for (const verb of bar.querySelectorAll("[hx-post]")) verb.disabled = !isOn();
  field("sessions").value = [...chosen].join(".");
  field("all").value = all;
  field("query").value = list().dataset.query;
};

const set = (box, isChosen) => {
  if (isChosen) chosen.add(box.value);
  else chosen.delete(box.value);
};

const choose = (box, isChosen, isRange) => {
  all = "";
  const shown = boxes();
  const from = shown.findIndex(({ value }) => value === last);
  const to = shown.indexOf(box);
  const range = isRange && from >= 0 ? shown.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
  for (const one of range) set(one, isChosen);
  last = box.value;
  show();
};

/**
 * Ticks the session of a row, or takes the tick off; as a range, all from the last one that was ticked.
 * @param {Element | null | undefined} row
 * @param {boolean} isRange
 */
export const toggle = (row, isRange) => {
  const box = row?.closest(".inbox-item")?.querySelector(".inbox-check");
  if (!box) return false;
  choose(box, isRange || !box.checked, isRange);
  return true;
};

/** Takes all ticks off. False if there was nothing to end. */
export const end = () => {
  if (!(isSelecting || isOn())) return false;
  chosen.clear();
  all = last = "";
  isSelecting = false;
  show();
  return true;
};

const keep = () => {
  if (!(isSelecting || isOn())) return;
  for (const id of chosen) if (!document.getElementById(`row-${id}`)) chosen.delete(id);
  show();
};

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches(".inbox-check")) choose(target, target.checked, event.shiftKey);
  else if (target.closest("[data-bulk-end]")) end();
  else if (target.closest("[data-select-start]")) {
    isSelecting = true;
    show();
    boxes()[0]?.focus();
  } else if (target.closest("[data-bulk-all]")) {
    all = target.closest("[data-bulk-all]").dataset.group;
    show();
    bar.querySelector("[hx-post]").focus();
  }
});
document.addEventListener("inbox:listed", keep);
document.addEventListener("inbox:bulk-done", end);
// Other lists have other rows; a further page of the same has more of them.
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id === "inbox-lists" && !end()) show();
  else if (target.closest?.("#session-list")) keep();
});
document.addEventListener("DOMContentLoaded", () => htmx.process(bar));

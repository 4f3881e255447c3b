// hx-swap="keyed": a list whose items have ids takes over only what changed, so that the place one has
// scrolled to, the focus, older pages, and what is selected all stay.
import { Idiomorph } from "idiomorph";
import htmx from "../htmx.js";

const numberOf = (item) => Number(item.id.match(/^message-(\d+)$/)?.[1] ?? NaN);

// Of a line between messages: the message below it.
const numberAt = (item) => {
  while (item && Number.isNaN(numberOf(item))) item = item.nextElementSibling;
  return item ? numberOf(item) : NaN;
};

// The line above what is new stays where it is, unless the update has one.
const keepLine = (list, update) => {
  const line = list.querySelector("#thread-unread");
  if (!line || update.querySelector("#thread-unread")) return;
  const next = line.nextElementSibling;
  if (next?.id) update.querySelector(`#${next.id}`)?.before(line.cloneNode(true));
};

/**
 * @param {Element} place
 * @param {Element | Element[]} update
 * @param {"innerHTML" | "outerHTML"} morphStyle
 * @param {(node: Node) => boolean} mayGo whether what the update does not have is removed
 * @returns {Element[]} what is new in the page, or asks for something else than it did
 */
export const morph = (place, update, morphStyle, mayGo = () => true) => {
  /** @type {Element[]} */
  const touched = [];
  Idiomorph.morph(place, update, {
    morphStyle,
    callbacks: {
      beforeNodeRemoved: mayGo,
      afterNodeAdded: (node) => {
        if (node instanceof Element) touched.push(node);
      },
      // htmx has read it, and reads it again of what is new only.
      beforeAttributeUpdated: (name, element) => {
        if (name.startsWith("hx-")) touched.push(element);
        return true;
      },
    },
  });
  return touched;
};

/**
 * Afterwards the list is as a page that is loaded anew would show it, below the older pages that it had. An
 * update that was overtaken by a newer one takes nothing away that came after it.
 * @param {Element} list
 * @param {Element} update
 */
export const merge = (list, update) => {
  keepLine(list, update);
  const numbers = [...update.children].map(numberOf).filter((number) => !Number.isNaN(number));
  if (!numbers.some((number) => document.getElementById(`message-${number}`))) list.replaceChildren(); // too much was missed
  const isAbove = (item) => item.id === "thread-older" || numberAt(item) < numbers[0];
  const above = new Set([...list.children].filter(isAbove));
  const idsAbove = new Set([...above].map(({ id }) => id));
  const items = [...update.children].filter(({ id }) => !idsAbove.has(id) && !(id === "thread-older" && above.size));
  const isKept = (item) => above.has(item) || numberAt(item) > (numbers.at(-1) ?? NaN);
  const mayGo = (node) => !(node.parentNode === list && node instanceof Element && isKept(node));
  return morph(list, items, "innerHTML", mayGo);
};

htmx.defineExtension("keyed", {
  isInlineSwap: (style) => style === "keyed",
  /** @type {(style: string, target: PageElement, fragment: PageElement) => false | Element[]} */
  handleSwap: (style, target, fragment) => {
    if (style !== "keyed") return false;
    const update = fragment.querySelector(`#${target.id}`);
    if (!update) return false;
    if (target.id !== "thread") return morph(target, update, "outerHTML"); // a clicked button stays
    document.dispatchEvent(new CustomEvent("inbox:before-thread", { detail: { update } }));
    const touched = merge(target, update);
    for (const { name, value } of update.attributes) target.setAttribute(name, value);
    return touched; // not the list itself: initialized anew, it would forget the request that is queued on it
  },
});

// hx-swap="keyed": a list whose items have ids takes over only what changed, so that the place one has
// scrolled to, the focus, older pages, and what is selected all stay.
(() => {
  const sameAttributes = (old, now) => {
    for (const { name } of [...old.attributes]) if (!now.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  };

  // Makes `old` as `now` is; returns what is new in the page.
  const patch = (old, now) => {
    if (old.isEqualNode(now)) return [];
    const parts = [...now.children];
    const sameShape =
      old.tagName === now.tagName &&
      parts.length > 0 &&
      old.children.length === parts.length &&
      parts.every((part, i) => part.tagName === old.children[i].tagName) &&
      wordsOf(old) === wordsOf(now);
    if (!sameShape) {
      old.replaceWith(now);
      return [now];
    }
    sameAttributes(old, now);
    return parts.flatMap((part, i) => patch(old.children[i], part));
  };

  const wordsOf = (element) =>
    [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data.trim() : "")).join("");

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

  // Afterwards the list is as a page that is loaded anew would show it, below the older pages that it had. An
  // update that was overtaken by a newer one takes nothing away that came after it.
  const merge = (list, update) => {
    keepLine(list, update);
    const items = [...update.children];
    const numbers = items.map(numberOf).filter((number) => !Number.isNaN(number));
    if (!numbers.some((number) => document.getElementById(`message-${number}`))) list.replaceChildren(); // too much was missed
    const here = [...list.children];
    const above = new Set(here.filter((item) => item.id === "thread-older" || numberAt(item) < numbers[0]));
    const shown = new Set(items.map((item) => item.id));
    for (const item of here) {
      if (!above.has(item) && !shown.has(item.id) && !(numberAt(item) > numbers.at(-1))) item.remove();
    }
    const touched = [];
    let last = [...above].at(-1);
    for (const item of items) {
      const old = document.getElementById(item.id);
      if (above.has(old) || (item.id === "thread-older" && above.size)) continue;
      touched.push(...(old ? patch(old, item) : [item]));
      const now = old?.isConnected ? old : item;
      const next = last ? last.nextElementSibling : list.firstElementChild;
      if (next !== now) list.insertBefore(now, next);
      last = now;
    }
    return touched;
  };

  htmx.defineExtension("keyed", {
    isInlineSwap: (style) => style === "keyed",
    handleSwap: (style, target, fragment) => {
      if (style !== "keyed") return false;
      const update = fragment.querySelector(`#${target.id}`);
      if (!update) return false;
      document.dispatchEvent(new CustomEvent("inbox:before-thread", { detail: { update } }));
      const touched = merge(target, update);
      sameAttributes(target, update);
      return touched; // not the list itself: initialized anew, it would forget the request that is queued on it
    },
  });
})();

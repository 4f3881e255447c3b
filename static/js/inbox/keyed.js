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

  const ONLY_WHILE_SENT = ["places", "thread-notice"];

  const merge = (list, update) => {
    const items = [...update.children];
    const known = items.filter((item) => item.id && document.getElementById(item.id));
    const touched = [];
    if (!known.some((item) => item.id.startsWith("message-"))) list.replaceChildren(); // too much was missed
    for (const id of ONLY_WHILE_SENT) {
      if (!items.some((item) => item.id === id)) list.querySelector(`#${id}`)?.remove();
    }
    let after = null;
    for (const item of items) {
      if (item.id === "thread-older") {
        if (list.children.length === 0) list.append(item), touched.push(item);
        continue; // what is shown already reaches further back
      }
      const old = list.querySelector(`#${item.id}`);
      if (old) {
        touched.push(...patch(old, item));
        after = list.querySelector(`#${item.id}`);
      } else if (after) {
        after.after(item);
        touched.push((after = item));
      } else if (item.classList.contains("thread-day")) {
        continue; // of the first message of the update, which stands further up
      } else {
        list.append(item);
        touched.push((after = item));
      }
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

// The texts of the open session that are not accepted yet, below its thread.
import { shownName } from "../composer/file_names.js";
import { newIcon } from "../icons.js";

const ICONS = {
  sending: "bi-clock",
  sent: "bi-clock",
  waiting: "bi-cloud-slash",
  refused: "bi-exclamation-circle-fill",
};

const place = () => {
  const thread = document.getElementById("thread");
  if (!thread) return null;
  let list = document.getElementById("outbox");
  if (!list) {
    list = document.createElement("ol");
    list.id = "outbox";
    list.className = "thread-messages list-unstyled";
  }
  if (thread.nextElementSibling !== list) thread.after(list);
  return list;
};

const toEnd = () => {
  const scroller = document.getElementById("thread-scroll");
  if (scroller) scroller.scrollTop = scroller.scrollHeight;
};

const words = (entry) => document.getElementById("outbox-entry").dataset[entry.shown];

const showFiles = (item, files) => {
  for (const file of files) {
    const isPicture = file.type.startsWith("image/");
    const shown = isPicture ? new Image() : document.createElement("span");
    if (shown instanceof HTMLImageElement) {
      shown.alt = shownName(file);
      shown.className = "attachment";
      shown.src = URL.createObjectURL(file);
      shown.addEventListener(
        "load",
        () => {
          toEnd();
          URL.revokeObjectURL(shown.src);
        },
        { once: true },
      );
    } else shown.textContent = shownName(file);
    item.querySelector(".local-files").append(shown);
  }
};

const make = (entry, actions) => {
  const item = document.getElementById("outbox-entry").content.firstElementChild.cloneNode(true);
  item.dataset.id = entry.id;
  showFiles(item, entry.files);
  const edit = item.querySelector(".local-edit");
  edit.value = entry.body;
  edit.addEventListener("input", () => actions.edit(entry.id, edit.value));
  for (const name of ["takeBack", "send", "discard"]) {
    const button = item.querySelector(`[data-${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}]`);
    button.addEventListener("click", () => actions[name](entry.id));
  }
  return item;
};

const update = (item, entry) => {
  const refused = entry.state === "refused";
  const old = entry.shown === "old";
  item.dataset.state = entry.shown;
  item.querySelector(".message-body").textContent = entry.body;
  item.querySelector(".bubble").hidden = refused && !entry.files.length;
  item.querySelector(".message-body").hidden = refused;
  item.querySelector(".local-edit").hidden = !refused;
  item.querySelector("[data-take-back]").hidden = refused || entry.tried;
  item.querySelector("[data-send]").hidden = !(refused || old);
  item.querySelector("[data-discard]").hidden = !(refused || old);
  const next = item.querySelector("[data-new]");
  next.hidden = entry.code !== "session_closed";
  next.href = `${entry.newUrl}&body=${encodeURIComponent(entry.body)}`;
  const state = item.querySelector(".local-state");
  if (state.dataset.shown !== entry.shown) {
    state.replaceChildren(newIcon(ICONS[entry.shown] ?? ICONS[entry.state], "me-1"), words(entry));
    state.dataset.shown = entry.shown;
  }
  const reason = item.querySelector(".message-reason");
  reason.hidden = !(refused && entry.reason);
  reason.textContent = entry.reason ?? "";
};

/**
 * Shows these texts and no others. Keeps what is there, so that nobody loses the focus.
 * @param {import("./entry").ShownEntry[]} entries
 * @param {import("./entry").Actions} actions
 */
export const show = (entries, actions) => {
  const list = place();
  if (!list || !document.getElementById("outbox-entry")) return;
  const before = list.childElementCount;
  const items = entries.map((entry) => {
    const item = list.querySelector(`[data-id="${entry.id}"]`) ?? make(entry, actions);
    update(item, entry);
    return item;
  });
  for (const item of [...list.children]) if (!items.includes(item)) item.remove();
  for (const item of items) if (item.parentElement !== list) list.append(item);
  if (items.length > before) toEnd();
};

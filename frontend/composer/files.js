// Pictures and files of a text: chosen, pasted or dropped, judged as the server does, shown before they go, and
// taken away again. They stay with their session while others are open.
import { newIcon } from "../icons.js";
import { onReady, openSession } from "./composing.js";
import { shownName } from "./file_names.js";
import { HEAD, isRefused } from "./file_types.js";

const KNOWN = JSON.parse(document.getElementById("file-signatures").textContent);
const heldBy = new Map(); // session: what goes with its text; the field is written from it
const field = () => document.getElementById("composer-attachments");
const form = () => document.querySelector("#composer .composer-text");
const heldIn = (session) => heldBy.get(session) ?? [];
const named = (words, file) => words.replace("{name}", shownName(file));

const complain = (lines) => {
  const place = form().querySelector("[data-files-error]");
  place.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
  place.classList.toggle("d-block", lines.length > 0);
};

// Pictures are made to fit by the server. Some systems don't know what a phone's picture is: its name tells.
const isPicture = (file) => file.type.startsWith("image/") || /\.(hei[cf]|avif|tiff?|bmp)$/i.test(file.name);
const isMadeToFit = (file) => isPicture(file) && Number(field().dataset.pictureBytes) > 0;
const sizeOf = (files) => files.reduce((sum, file) => sum + file.size, 0);

// Why a file can't go with the others, as far as its size tells; "" if it can.
const whyNot = (file, others) => {
  const { most, mostBytes, mostUpload, tooMany, tooLarge, empty } = field().dataset;
  if (!file.size) return named(empty, file);
  if (others.length >= Number(most)) return named(tooMany, file).replace("{n}", most);
  const all = [...others, file];
  const tooMuch = (files, limit) =>
    sizeOf(files) > Number(limit) && named(tooLarge, file).replace("{n}", Math.floor(Number(limit) / 2 ** 20));
  return (
    tooMuch(all, mostUpload) ||
    tooMuch(
      all.filter((one) => !isMadeToFit(one)),
      mostBytes,
    ) ||
    ""
  );
};

const sizeInWords = (bytes) => {
  const isLarge = bytes >= 2 ** 20;
  const size = bytes / 2 ** (isLarge ? 20 : 10);
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: isLarge ? "megabyte" : "kilobyte",
    maximumFractionDigits: size < 10 ? 1 : 0,
  }).format(size);
};

const noteOn = (file) => {
  const { pictureBytes, madeToFit } = field().dataset;
  const size = sizeInWords(file.size);
  return isMadeToFit(file) && file.size > Number(pictureBytes) ? `${size}, ${madeToFit}` : size;
};

const fileIcon = () => newIcon("bi-file-earmark");

const isWrong = async (file, accepted) => {
  try {
    return isRefused(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()), KNOWN, accepted);
  } catch {
    return true; // a folder, for instance
  }
};

const itemOf = (file) => {
  const item = document.createElement("li");
  item.className = "composer-file";
  const shown = isPicture(file) ? new Image() : fileIcon();
  if (shown instanceof HTMLImageElement) {
    const url = URL.createObjectURL(file);
    shown.src = url;
    shown.alt = "";
    shown.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
    shown.addEventListener("error", () => shown.replaceWith(fileIcon()), { once: true }); // HEIC, for instance
  }
  const name = document.createElement("span");
  name.dir = "auto";
  name.textContent = shownName(file);
  const size = Object.assign(document.createElement("span"), { className: "composer-file-size" });
  size.textContent = noteOn(file);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "btn-close";
  remove.setAttribute("aria-label", named(field().dataset.remove, file));
  remove.addEventListener("click", () => set(heldIn(openSession()).filter((other) => other !== file)));
  item.append(shown, name, size, remove);
  return item;
};

const set = (files, session = openSession()) => {
  if (files.length) heldBy.set(session, files);
  else heldBy.delete(session);
  if (session !== openSession() || !field()) return;
  const kept = new DataTransfer();
  for (const file of files) kept.items.add(file);
  field().files = kept.files;
  const list = form().querySelector("[data-files]");
  list.replaceChildren(...files.map(itemOf));
  list.hidden = !files.length;
  complain([]);
};

// Reading takes a moment: what turns out to be nothing that can be sent goes again, and the server looks, too.
const lookInto = async (files, said) => {
  const session = openSession();
  const { accept, dataset } = field();
  const wrong = [];
  for (const file of files) if (await isWrong(file, accept.split(","))) wrong.push(file);
  if (!wrong.length) return;
  set(
    heldIn(session).filter((file) => !wrong.includes(file)),
    session,
  );
  if (session === openSession() && form()) complain([...said, ...wrong.map((file) => named(dataset.wrongType, file))]);
};

const add = (files) => {
  if (!files.length || !field()) return;
  const all = [...heldIn(openSession())];
  const said = field().dataset.notPossible ? [field().dataset.notPossible] : [];
  const added = [];
  for (const file of field().dataset.notPossible ? [] : files) {
    const why = whyNot(file, all);
    if (why) said.push(why);
    else added.push(file) && all.push(file);
  }
  set(all); // a file dialog has put the new ones in the place of the old
  complain(said);
  lookInto(added, said);
};

/**
 * Puts files to the text of the open session.
 * @param {Iterable<File>} files
 */
export const addFiles = (files) => add([...files]);

/**
 * The files of a text that goes out now; the field is empty then.
 * @returns {File[]}
 */
export const takeFiles = () => {
  const files = heldIn(openSession());
  if (files.length) set([]);
  return files;
};

onReady((root) => {
  const composer = root.querySelector(".composer-text");
  if (!composer) return;
  const input = field();
  if (heldIn(openSession()).length) set(heldIn(openSession()));
  composer.querySelector("[data-attach]").addEventListener("click", () => {
    if (input.dataset.notPossible) return complain([input.dataset.notPossible]);
    input.click();
  });
  input.addEventListener("change", () => add([...input.files]));
  composer.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    addFiles(files);
  });
});

// A text with a time of its own goes as a form; once it is accepted, its files have gone with it.
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (detail.elt.matches(".composer-text") && detail.xhr.status < 300) {
    heldBy.delete(detail.elt.closest("[data-session]")?.dataset.session);
  }
});

// Anywhere in the session: whoever misses the composer must not lose the page.
const zone = (event) => form() && event.target.closest?.("#session") && event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!zone(event)) return;
  event.preventDefault();
  form().classList.add("composer-drop");
});
for (const kind of /** @type {const} */ (["dragleave", "drop"])) {
  document.addEventListener(kind, (event) => {
    if (!zone(event)) return;
    form().classList.remove("composer-drop");
    if (kind === "dragleave") return;
    event.preventDefault();
    addFiles(event.dataTransfer?.files ?? []);
  });
}

// Pictures and files of a text: chosen, pasted or dropped, shown before they go, and taken away again.
(() => {
  const { onReady } = window.composing;
  const field = () => document.getElementById("composer-attachments");
  const form = () => document.querySelector("#composer .composer-text");
  let held = []; // what goes with the text; the field is written from it

  const complain = (words) => {
    const place = form().querySelector("[data-files-error]");
    place.textContent = words;
    place.classList.toggle("d-block", Boolean(words));
  };

  const problemOf = (files) => {
    const { most, mostBytes, tooMany, tooLarge, notPossible } = field().dataset;
    if (notPossible) return notPossible;
    if (files.length > Number(most)) return tooMany.replace("{n}", most);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    return size > Number(mostBytes) ? tooLarge.replace("{n}", Math.floor(Number(mostBytes) / 2 ** 20)) : "";
  };

  const itemOf = (file, index) => {
    const item = document.createElement("li");
    item.className = "composer-file";
    const isPicture = file.type.startsWith("image/");
    const shown = document.createElement(isPicture ? "img" : "i");
    if (isPicture) {
      shown.src = URL.createObjectURL(file);
      shown.alt = "";
      shown.addEventListener("load", () => URL.revokeObjectURL(shown.src), { once: true });
    } else shown.className = "bi bi-file-earmark";
    const name = document.createElement("span");
    name.textContent = file.name;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "btn-close";
    remove.setAttribute("aria-label", field().dataset.remove.replace("{name}", file.name));
    remove.addEventListener("click", () => set(held.filter((_, other) => other !== index)));
    item.append(shown, name, remove);
    return item;
  };

  const set = (files) => {
    held = files;
    const kept = new DataTransfer();
    for (const file of files) kept.items.add(file);
    field().files = kept.files;
    const list = form().querySelector("[data-files]");
    list.replaceChildren(...files.map(itemOf));
    list.hidden = !files.length;
    complain("");
  };

  const add = (files) => {
    if (!files.length || !field()) return;
    const all = [...held, ...files];
    const problem = problemOf(all);
    set(problem ? held : all); // a file dialog has put the new ones in the place of the old
    complain(problem);
  };

  window.composerFiles = {
    add: (files) => add([...files]),
    // The files of a text that goes out now; the field is empty then.
    taken: () => {
      const files = held;
      if (files.length) set([]);
      return files;
    },
  };

  onReady((root) => {
    const composer = root.querySelector(".composer-text");
    held = [];
    if (!composer) return;
    const input = field();
    composer.querySelector("[data-attach]").addEventListener("click", () => {
      if (input.dataset.notPossible) return complain(input.dataset.notPossible);
      input.click();
    });
    input.addEventListener("change", () => add([...input.files]));
    composer.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      window.composerFiles.add(files);
    });
  });

  // Anywhere in the session: whoever misses the composer must not lose the page.
  const zone = (event) => form() && event.target.closest?.("#session") && event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!zone(event)) return;
    event.preventDefault();
    form().classList.add("composer-drop");
  });
  for (const kind of ["dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (!zone(event)) return;
      form().classList.remove("composer-drop");
      if (kind === "dragleave") return;
      event.preventDefault();
      window.composerFiles.add(event.dataTransfer.files);
    });
  }
})();

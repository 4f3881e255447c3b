// The pictures chosen for the next text.
import { make } from "./common.js";

const MOST = 10;
const input = document.getElementById("pictures");
const attach = document.getElementById("attach");
const list = document.getElementById("picked");
const note = document.getElementById("count");

export class Pictures {
  constructor() {
    this.picked = [];
    input.addEventListener("change", () => this.add([...input.files]));
  }

  allow(allowed) {
    input.disabled = !allowed;
    attach.classList.toggle("off", !allowed);
    attach.title = allowed ? "Pictures" : "This number takes no pictures; numbers of the US, Canada and Australia do";
  }

  async add(files) {
    const read = await Promise.all(files.map(readFile));
    this.picked = [...this.picked, ...read].slice(0, MOST);
    input.value = "";
    this.draw();
  }

  clear() {
    this.picked = [];
    this.draw();
  }

  draw() {
    note.textContent = this.picked.length ? `${this.picked.length} of ${MOST} pictures` : "";
    list.replaceChildren(...this.picked.map((picture, index) => {
      const src = `data:${picture.content_type};base64,${picture.data}`;
      const remove = make("button", { type: "button", "aria-label": `Remove picture ${index + 1}` },
        make("img", { src, alt: "" }));
      remove.addEventListener("click", () => { this.picked.splice(index, 1); this.draw(); });
      return make("li", {}, remove);
    }));
  }
}

function readFile(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done({ content_type: file.type, data: reader.result.split(",")[1] });
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}

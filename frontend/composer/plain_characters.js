// Offers plain characters in the place of typographic ones, which double what a text costs.
import { onReady, setText } from "./composing.js";

const PLAIN = {
  "‘": "'",
  "’": "'",
  "‚": "'",
  "‛": "'",
  "′": "'",
  "´": "'",
  "“": '"',
  "”": '"',
  "„": '"',
  "‟": '"',
  "″": '"',
  "«": '"',
  "»": '"',
  "‹": "'",
  "›": "'",
  "‐": "-",
  "‑": "-",
  "‒": "-",
  "–": "-",
  "—": "-",
  "―": "-",
  "−": "-",
  "…": "...",
  "•": "-",
  "·": ".",
  "×": "x",
  "\u00a0": " ",
  "\u2002": " ",
  "\u2003": " ",
  "\u2009": " ",
  "\u202f": " ",
  "\u200b": "",
  "\u2060": "",
  "\ufeff": "",
  "\t": " ",
};
const TYPOGRAPHIC = new RegExp(`[${Object.keys(PLAIN).join("")}]`, "gu");
/**
 * What costs less and says the same.
 * @param {string} text
 */
export const plain = (text) => text.replace(TYPOGRAPHIC, (char) => PLAIN[char]);

onReady((root) => {
  const form = root.querySelector(".composer-text");
  if (!form) return;
  const button = form.querySelector("[data-plain]");
  const input = form.elements.body;
  const look = () => {
    button.hidden = plain(input.value) === input.value;
  };
  input.addEventListener("input", look);
  look();
  button.addEventListener("click", () => {
    setText(input, plain(input.value));
    input.focus();
  });
});

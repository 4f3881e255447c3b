// The icons that pages name, in one file: each is a <symbol>, by the name that Bootstrap Icons gives it.
import { existsSync, readFileSync } from "node:fs";

const FROM = "node_modules/bootstrap-icons/icons";
const NAME = /\bbi-([a-z0-9]+(?:-[a-z0-9]+)*)/g;
const SVG = /<svg[^>]*viewBox="([^"]+)"[^>]*>([\s\S]*)<\/svg>/;

const symbol = (name) => {
  const [, box, shapes] = readFileSync(`${FROM}/${name}.svg`, "utf8").match(SVG);
  return `<symbol id="bi-${name}" viewBox="${box}">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
};

/**
 * @param {Map<string, string>} named
 * @returns {string} the file; throws where there is no such icon
 */
export const sprite = (named) => {
  const places = new Map();
  for (const [path, text] of named) {
    if (path.startsWith("node_modules/")) continue;
    for (const [, name] of text.matchAll(NAME)) places.set(name, path);
  }
  const wrong = [...places].filter(([name]) => !existsSync(`${FROM}/${name}.svg`));
  if (wrong.length) {
    const lines = wrong.map(([name, path]) => `  ${path}: bi-${name}`);
    throw new Error(`Bootstrap Icons has no such icon:\n${lines.join("\n")}\nSee https://icons.getbootstrap.com.`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${[...places.keys()].sort().map(symbol).join("")}</svg>\n`;
};

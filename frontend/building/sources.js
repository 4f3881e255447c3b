// The files that may name a class or an icon: templates, our own Python, and what the scripts are made of.
import { readdirSync, readFileSync } from "node:fs";

const FOLDERS = [
  "templates",
  "accounts",
  "imports",
  "routing",
  "channels",
  "sessions",
  "stats",
  "health",
  "upkeep",
  "api",
];
const KINDS = /\.(html|py)$/;

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && KINDS.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`);

/**
 * What pages may name, by file.
 * @param {string[]} scripts that were bundled, the libraries' among them
 * @returns {Map<string, string>}
 */
export const sources = (scripts) =>
  new Map([...FOLDERS.flatMap(filesIn), ...scripts].map((path) => [path, readFileSync(path, "utf8")]));

// Copies the few files that pages load from node_modules to build/vendor: `node pbx_messaging/vendor.mjs`.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const from = "node_modules";
const to = "build/vendor";
const files = [
  "@tabler/core/dist/css/tabler.min.css",
  "@tabler/core/dist/js/tabler.min.js",
  "chart.js/dist/chart.umd.min.js",
  "htmx.org/dist/htmx.min.js",
  "tom-select/dist/js/tom-select.complete.min.js",
  "tom-select/dist/css/tom-select.bootstrap5.min.css",
];

rmSync(to, { recursive: true, force: true });
mkdirSync(`${to}/bootstrap-icons`, { recursive: true });
for (const file of files) {
  // The source maps are not served, and collectstatic refuses references to missing files.
  const text = readFileSync(`${from}/${file}`, "utf8").replace(/\/[/*]# sourceMappingURL=.*/, "");
  writeFileSync(`${to}/${file.split("/").pop()}`, text);
}
for (const name of ["bootstrap-icons.min.css", "fonts"]) {
  cpSync(`${from}/bootstrap-icons/font/${name}`, `${to}/bootstrap-icons/${name}`, { recursive: true });
}

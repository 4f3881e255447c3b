// Builds what pages load into build/assets: `node frontend/build.js`, by `make assets`.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";
import { sprite } from "./building/icons.js";
import { sources } from "./building/sources.js";
import { onlyUsed } from "./building/styles.js";

const TO = "build/assets";
const PAGES = ["portal", "inbox", "offline"]; // a script for each kind of page
const SHEETS = ["portal", "inbox"];
const LIBRARIES = ["portal/chart_library", "portal/select_library", "composer/emoji_library"];

const options = {
  bundle: true,
  format: "esm",
  minify: true,
  outdir: TO,
  target: ["chrome120", "edge120", "firefox121", "safari17.2"],
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
};

rmSync(TO, { recursive: true, force: true });

// Of the emoji only what the picker shows: the character, its group, its name and other words for it. Those of the
// last years, which many phones cannot show yet, are left out; so are the parts that others are made of.
const NEWEST_EMOJI = 14;
const PARTS = 2;
const emoji = {
  name: "emoji",
  setup: ({ onLoad }) =>
    onLoad({ filter: /emoji-picker-element-data.*data\.json$/ }, ({ path }) => {
      const usable = JSON.parse(readFileSync(path, "utf8")).filter(
        ({ group, version }) => group !== PARTS && version <= NEWEST_EMOJI,
      );
      const data = usable.map(({ emoji, group, annotation, tags }) => ({ emoji, group, annotation, tags }));
      return { contents: JSON.stringify(data), loader: "json" };
    }),
};

// What few pages need is a file of its own, named by its content and loaded when it is asked for.
const late = await build({
  ...options,
  entryPoints: LIBRARIES.map((name) => `frontend/${name}.js`),
  entryNames: "[name]-[hash]",
  plugins: [emoji],
});
const built = Object.entries(late.metafile.outputs).map(([path, { entryPoint }]) => [
  basename(entryPoint),
  basename(path),
]);
const byName = new Map(built);

// esbuild's own splitting would put what pages and libraries share into one more file that each page must wait for.
const libraries = {
  name: "libraries",
  setup: ({ onResolve }) =>
    onResolve({ filter: /_library\.js$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path: `./${byName.get(basename(path))}`, external: true } : null,
    ),
};
const pages = await build({
  ...options,
  entryPoints: PAGES.map((name) => `frontend/${name}.js`),
  plugins: [libraries],
});
await build({ ...options, entryPoints: ["frontend/theme.js"], format: "iife" }); // it must run before the first paint

const scripts = [late, pages].flatMap(({ metafile }) => Object.keys(metafile.inputs));
const named = sources([...new Set([...scripts, "frontend/theme.js"])]);
await build({ ...options, entryPoints: SHEETS.map((name) => `frontend/${name}.css`), plugins: [onlyUsed(named)] });
writeFileSync(`${TO}/icons.svg`, sprite(named));

// Builds what pages load into build/assets: `node frontend/build.js`, by `make assets`.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";

const FROM = "node_modules";
const TO = "build/assets";
const PAGES = ["portal", "inbox", "offline"]; // a script for each kind of page
const LIBRARIES = ["portal/chart_library", "portal/select_library", "composer/emoji_library"];
const STYLES = ["@tabler/core/dist/css/tabler.min.css", "tom-select/dist/css/tom-select.bootstrap5.min.css"];

const options = {
  bundle: true,
  format: "esm",
  minify: true,
  outdir: TO,
  target: ["chrome120", "edge120", "firefox121", "safari17.2"],
  legalComments: "none",
  logLevel: "warning",
};

rmSync(TO, { recursive: true, force: true });
mkdirSync(`${TO}/bootstrap-icons`, { recursive: true });

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
const { metafile } = await build({
  ...options,
  entryPoints: LIBRARIES.map((name) => `frontend/${name}.js`),
  entryNames: "[name]-[hash]",
  plugins: [emoji],
  metafile: true,
});
const built = Object.entries(metafile.outputs).map(([path, { entryPoint }]) => [basename(entryPoint), basename(path)]);
const byName = new Map(built);

// esbuild's own splitting would put what pages and libraries share into one more file that each page must wait for.
const libraries = {
  name: "libraries",
  setup: ({ onResolve }) =>
    onResolve({ filter: /_library\.js$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path: `./${byName.get(basename(path))}`, external: true } : null,
    ),
};
await build({ ...options, entryPoints: PAGES.map((name) => `frontend/${name}.js`), plugins: [libraries] });
await build({ ...options, entryPoints: ["frontend/theme.js"], format: "iife" }); // it must run before the first paint

for (const file of STYLES) {
  // The source maps are not served, and collectstatic refuses references to missing files.
  const text = readFileSync(`${FROM}/${file}`, "utf8").replace(/\/[/*]# sourceMappingURL=.*/, "");
  writeFileSync(`${TO}/${file.split("/").pop()}`, text);
}
for (const name of ["bootstrap-icons.min.css", "fonts"]) {
  cpSync(`${FROM}/bootstrap-icons/font/${name}`, `${TO}/bootstrap-icons/${name}`, { recursive: true });
}

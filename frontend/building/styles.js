// Of the libraries' style sheets only the rules for what a page may show; ours stay whole.
import { readFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";

// Classes that are put together when a page is made, so that no source names them as a whole.
const MADE = [/^bg-[a-z]+-lt$/];
// No class of ours, but a word of our sources. Its `:has() > :last-child` makes the browser style the whole page
// anew whenever anything is added to it.
const UNUSED = ["steps"];
const WORD = /[\w-]+/g;

/**
 * An esbuild plugin.
 * @param {Map<string, string>} named
 */
export const onlyUsed = (named) => {
  const words = [...new Set([...named.values()].flatMap((text) => text.match(WORD) ?? []))];
  const purge = async (path) => {
    const [{ css }] = await new PurgeCSS().purge({
      content: [{ raw: words.join(" "), extension: "html" }],
      css: [{ raw: readFileSync(path, "utf8") }],
      defaultExtractor: (text) => text.split(" "),
      safelist: { standard: MADE },
      blocklist: UNUSED,
      keyframes: true,
    });
    return { contents: css, loader: "css" };
  };
  return {
    name: "only-used",
    setup: ({ onLoad }) => onLoad({ filter: /node_modules.*\.css$/ }, ({ path }) => purge(path)),
  };
};

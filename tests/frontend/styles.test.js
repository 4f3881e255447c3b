// Rules of style that make the browser work on a whole page where little of it has changed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// A `:has()` followed by a descendant that may be anything: all of it is styled anew when what `:has()` asks changes.
const ANYTHING = /:has\((?:[^()]|\([^()]*\))*\)\)?\s*[\s>+~]\s*(?:\*|::?(?!is|where)[\w-])/;

const selectorsOf = (sheet) =>
  [...readFileSync(`build/assets/${sheet}.css`, "utf8").matchAll(/([^{}]+)\{/g)].flatMap(([, list]) => list.split(","));

test("the judge knows such a selector", () => {
  assert.match(".steps:not(:has(> .step-item)) > :last-child", ANYTHING);
  assert.match(".a:has(.b) *", ANYTHING);
  assert.doesNotMatch(".a:has(> .b:first-child) .c", ANYTHING);
});

for (const sheet of ["inbox", "portal"]) {
  test(`nothing has all of a page of ${sheet}.css styled anew`, () => {
    const selectors = selectorsOf(sheet);
    assert.ok(selectors.length > 500);
    assert.deepEqual(
      selectors.filter((selector) => ANYTHING.test(selector)),
      [],
    );
  });
}

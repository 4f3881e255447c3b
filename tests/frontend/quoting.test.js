import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.js";

openPage("");

const { quote } = await import("../../frontend/composer/quoting.js");

test("each line of a quote begins with its mark, and the answer has a line of its own", () => {
  assert.equal(quote("", "One"), "> One\n");
  assert.equal(quote("", "One\n\nTwo\n"), "> One\n> \n> Two\n");
});

test("a quote begins a line of its own", () => {
  assert.equal(quote("Hello", "One"), "Hello\n> One\n");
  assert.equal(quote("Hello\n", "One"), "Hello\n> One\n");
});

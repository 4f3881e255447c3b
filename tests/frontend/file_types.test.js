import assert from "node:assert/strict";
import { test } from "node:test";
import { isSurelyRefused } from "../../frontend/composer/file_types.js";

const SIGNATURES = [
  { types: ["image/a"], parts: [{ at: 0, bytes: [1, 2] }] },
  { types: ["x/zip", "x/docx"], parts: [{ at: 0, bytes: [80, 75] }] },
  {
    types: ["x/wav"],
    parts: [
      { at: 0, bytes: [82] },
      { at: 2, bytes: [87] },
    ],
  },
];
const refused = (head, ...accepted) => isSurelyRefused(Uint8Array.from(head), SIGNATURES, accepted);

test("what begins like something accepted is left to the server, and so is what nobody knows", () => {
  assert.equal(refused([1, 2, 3], "image/a"), false);
  assert.equal(refused([80, 75, 3], "x/docx"), false);
  assert.equal(refused([9, 9], "image/a"), false);
  assert.equal(refused([], "image/a"), false);
});

test("what begins like nothing that is accepted is refused", () => {
  assert.equal(refused([1, 2, 3], "x/docx"), true);
  assert.equal(refused([80, 75, 3], "image/a"), true);
  assert.equal(refused([82, 0, 87], "image/a"), true);
  assert.equal(refused([82, 0, 0], "image/a"), false);
});

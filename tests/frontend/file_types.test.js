import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefused } from "../../frontend/composer/file_types.js";

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
const WORDS = [{ type: "x/card", text: "begin:card" }];
const KNOWN = { signatures: SIGNATURES, words: WORDS };
const refused = (head, ...accepted) => isRefused(Uint8Array.from(head), KNOWN, accepted);
const refusedText = (text, ...accepted) => isRefused(new TextEncoder().encode(text), KNOWN, accepted);

test("what begins like something accepted is left to the server", () => {
  assert.equal(refused([1, 2, 3], "image/a"), false);
  assert.equal(refused([80, 75, 3], "x/docx"), false);
  assert.equal(refused([82, 0, 87], "x/wav"), false);
});

test("what begins like nothing that is accepted is refused", () => {
  assert.equal(refused([1, 2, 3], "x/docx"), true);
  assert.equal(refused([80, 75, 3], "image/a"), true);
  assert.equal(refused([82, 0, 87], "image/a"), true);
  assert.equal(refused([82, 0, 0], "x/wav"), true);
  assert.equal(refused([9, 9], "image/a"), true);
  assert.equal(refused([], "image/a"), true);
});

test("text is known by its first words, whatever stands before them and however it is written", () => {
  assert.equal(refusedText("\ufeff\r\n Begin:Card\r\n", "x/card"), false);
  assert.equal(
    refused(
      [..."BEGIN:CARD"].flatMap((one) => [one.charCodeAt(0), 0]),
      "x/card",
    ),
    false,
  );
  assert.equal(refusedText("Begin:Card", "image/a"), true);
  assert.equal(refusedText("Hello", "x/card"), true);
});

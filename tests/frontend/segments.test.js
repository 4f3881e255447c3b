import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.js";

openPage(`
  <div id="rules"><script type="application/json" id="segment-rules">
    {"one": "abcdef", "two": "[]", "units": {"gsm7": [6, 5], "ucs2": [4, 3]}}
  </script></div>
  <textarea data-segments="#segments"></textarea>
  <span id="segments" data-one="1 segment" data-many="{n} segments" data-units="{used} of {room}"
        data-culprit="{char}"></span>`);
document.documentElement.lang = "en";
const { segmentation } = await import("../../frontend/portal/segments.js");

// Short ones, so that a text of a few letters shows each rule.
const RULES = { one: "abcdef", two: "[]", units: { gsm7: [6, 5], ucs2: [4, 3] } };
const count = (text) => segmentation(text, RULES);

test("a text that fits is one segment, and its room is a lone segment's", () => {
  assert.deepEqual(count(""), { segments: 1, units: 0, room: 6, culprit: "" });
  assert.deepEqual(count("abcdef"), { segments: 1, units: 6, room: 6, culprit: "" });
});

test("the segments of a longer text hold less each", () => {
  assert.deepEqual(count("abcdefa"), { segments: 2, units: 7, room: 10, culprit: "" });
  assert.equal(count("a".repeat(10)).segments, 2);
  assert.equal(count("a".repeat(11)).segments, 3);
});

test("a character of two units is not cut by the border of segments", () => {
  assert.deepEqual(count("abc[abc["), { segments: 2, units: 10, room: 10, culprit: "" });
  assert.deepEqual(count("abcd[abcd"), { segments: 3, units: 10, room: 15, culprit: "" });
});

test("one foreign character makes the whole text longer, and is named", () => {
  assert.deepEqual(count("ab[ж"), { segments: 1, units: 4, room: 4, culprit: "ж" });
  assert.equal(count("abcdж").segments, 2);
});

test("a surrogate pair counts twice, stays whole, and is named whole", () => {
  assert.deepEqual(count("ab😀"), { segments: 1, units: 4, room: 4, culprit: "😀" });
  assert.deepEqual(count("ab😀😀"), { segments: 3, units: 6, room: 9, culprit: "😀" });
});

test("what is typed costs its segments, where the price of one is known", () => {
  const [field, place] = ["textarea", "#segments"].map((one) => document.querySelector(one));
  const says = (text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return place.textContent;
  };
  assert.equal(says("abcdefa"), "7 of 10 · 2 segments");
  for (const [name, value] of Object.entries({ each: "0.0079", currency: "USD", price: "about {price}" })) {
    place.setAttribute(`data-${name}`, value);
  }
  assert.equal(says("abcdefa"), "7 of 10 · 2 segments · about 0.0158 USD");
  assert.equal(says(""), "");
  place.setAttribute("data-each", "0.75");
  assert.equal(says("abcdefa"), "7 of 10 · 2 segments · about 1.50 USD");
});

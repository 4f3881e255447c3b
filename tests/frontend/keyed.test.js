import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.js";

openPage('<div id="here"></div>');
const { merge } = await import("../../frontend/inbox/keyed.js");

const OLDER = '<li id="thread-older">more</li>';
const LINE = '<li id="thread-unread">New</li>';
const text = (number, words = `text ${number}`) => `<li id="message-${number}">\n  <p>${words}</p>\n</li>\n`;
const texts = (...numbers) => numbers.map((number) => text(number)).join("");

const listOf = (items) => {
  document.getElementById("here").innerHTML = `<ol id="thread">${items}</ol>`;
  return document.getElementById("thread");
};
const updateOf = (items) => {
  const update = document.createElement("ol");
  update.id = "thread";
  update.innerHTML = items;
  return update;
};
const idsOf = (list) => [...list.children].map((item) => item.id.replace("message-", ""));

test("what is the same stays the same element, so that focus and selection do", () => {
  const list = listOf(texts(4, 5));
  const [fourth, fifth] = list.children;
  const touched = merge(list, updateOf(texts(4, 5, 6)));
  assert.deepEqual(idsOf(list), ["4", "5", "6"]);
  assert.deepEqual([list.children[0] === fourth, list.children[1] === fifth], [true, true]);
  assert.deepEqual(
    touched.map((item) => item.id),
    ["message-6"],
  );
});

test("of an item that changed, only the part that did is another one", () => {
  const item = (status) => `<li id="message-7" data-status="${status}"><p>Till six.</p><small>${status}</small></li>`;
  const list = listOf(item("queued"));
  const [here] = list.children;
  const words = here.querySelector("p");
  merge(list, updateOf(item("delivered")));
  assert.equal(list.children[0], here);
  assert.equal(here.querySelector("p"), words);
  assert.deepEqual([here.dataset.status, here.querySelector("small").textContent], ["delivered", "delivered"]);
});

test("what asks for something else now is named, so that htmx reads it again", () => {
  const item = (verb) => `<li id="message-7"><p>Till six.</p><button hx-post="/7/${verb}/">${verb}</button></li>`;
  const list = listOf(texts(6) + item("cancel"));
  assert.deepEqual(merge(list, updateOf(texts(6) + item("cancel"))), []);
  const touched = merge(list, updateOf(texts(6) + item("retry")));
  assert.deepEqual(touched, [list.querySelector("button")]);
  assert.equal(touched[0].getAttribute("hx-post"), "/7/retry/");
});

test("pages that were loaded above stay, and ask for no page twice", () => {
  const list = listOf(texts(1, 2, 3, 4));
  merge(list, updateOf(OLDER + texts(3, 4, 5)));
  assert.deepEqual(idsOf(list), ["1", "2", "3", "4", "5"]);
});

test("an update that was overtaken takes nothing away that came after it", () => {
  const list = listOf(texts(3, 4, 5, 6));
  merge(list, updateOf(texts(3, 4, 5)));
  assert.deepEqual(idsOf(list), ["3", "4", "5", "6"]);
});

test("what is gone from between is gone", () => {
  const list = listOf(texts(3, 4, 5));
  merge(list, updateOf(texts(3, 5, 6)));
  assert.deepEqual(idsOf(list), ["3", "5", "6"]);
});

test("where too much was missed, the list begins anew, without a gap", () => {
  const list = listOf(texts(1, 2));
  merge(list, updateOf(OLDER + texts(40, 41)));
  assert.deepEqual(idsOf(list), ["thread-older", "40", "41"]);
});

test("the line above what is new stays above it until an update has another", () => {
  const list = listOf(texts(3) + LINE + texts(4));
  merge(list, updateOf(texts(3, 4, 5)));
  assert.deepEqual(idsOf(list), ["3", "thread-unread", "4", "5"]);
  merge(list, updateOf(texts(3, 4, 5) + LINE + texts(6)));
  assert.deepEqual(idsOf(list), ["3", "4", "5", "thread-unread", "6"]);
});

test("updates in any order end in the order of a page that is loaded anew", () => {
  let seed = 20;
  const random = (below) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  for (let run = 0; run < 100; run += 1) {
    const page = (last) =>
      texts(...Array.from({ length: Math.min(last, 6) }, (_, place) => last - Math.min(last, 6) + place + 1));
    let last = 1 + random(6);
    const list = listOf(page(last));
    for (let step = 0; step < 8; step += 1) {
      const late = page(last);
      last += random(3);
      merge(list, updateOf(page(last)));
      if (random(2)) merge(list, updateOf(late));
    }
    const ids = idsOf(list).map(Number);
    assert.deepEqual(
      ids,
      [...ids].sort((one, other) => one - other),
    );
    assert.deepEqual(
      ids.slice(-Math.min(last, 6)),
      [...updateOf(page(last)).children].map((item) => Number(item.id.slice(8))),
    );
    assert.equal(new Set(ids).size, ids.length);
  }
});

// Asks for a session before it is opened: while somebody presses on its row, or rests on it with the pointer or by
// the keyboard. That marks nothing as read. What is not opened soon, or has changed meanwhile, is never shown.
import { keyOf, read } from "../composer/kept_drafts.js";

const REST_MS = 100; // on a row; who only passes by asks for nothing
const HOLDS_MS = 5000; // for whatever no event tells of

/**
 * @typedef {object} Ahead
 * @property {string} path
 * @property {string} session
 * @property {number} at when it was asked for
 * @property {boolean} isUnderWay
 * @property {boolean} isStale
 * @property {AbortController} stop
 * @property {Promise<string | null>} html null where nothing came that could be shown
 */

/** @type {Set<Ahead>} */
const all = new Set(); // the latest, and one that is being opened
/** @type {Ahead | null} */
let latest = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let resting;
let restingOn = null;

const isFresh = (one) => !one.isStale && performance.now() - one.at < HOLDS_MS;

const forget = (one) => {
  if (one === latest) latest = null;
  all.delete(one);
};

const drop = () => {
  latest?.stop.abort();
  forget(latest);
};

const ask = async (one) => {
  const headers = { "HX-Request": "true", "PBX-Ahead": "true" };
  try {
    const answer = await fetch(one.path, { headers, signal: one.stop.signal });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  } finally {
    one.isUnderWay = false;
  }
};

// Without events nobody tells that it has changed; and what was typed there last, the server may not know yet.
const mayAsk = (row, pathname) =>
  document.getElementById("live")?.dataset.state === "on" &&
  !row.hasAttribute("aria-current") &&
  read(keyOf(`${pathname}draft/`)) === null;

const begin = (row) => {
  const { pathname, search } = new URL(row.href);
  const path = pathname + search;
  if (!mayAsk(row, pathname) || (latest?.path === path && isFresh(latest))) return;
  drop();
  latest = {
    path,
    session: row.dataset.session,
    at: performance.now(),
    isUnderWay: true,
    isStale: false,
    stop: new AbortController(),
    html: Promise.resolve(null),
  };
  latest.html = ask(latest);
  all.add(latest);
};

const rest = (row) => {
  if (row === restingOn) return;
  restingOn = row;
  clearTimeout(resting);
  if (row) resting = setTimeout(() => latest?.isUnderWay || begin(row), REST_MS);
};

/**
 * What was asked for ahead of opening a path, as soon as it is there: null if that failed or has changed meanwhile.
 * Without any, null at once.
 * @param {string} path
 * @returns {Promise<string | null> | null}
 */
export const take = (path) => {
  clearTimeout(resting);
  const one = latest;
  if (one?.path !== path || !isFresh(one)) {
    if (one) drop();
    return null;
  }
  latest = null;
  return one.html.then((html) => {
    forget(one);
    return one.isStale ? null : html;
  });
};

const outdate = (isMeant) => {
  for (const one of all) if (isMeant(one)) one.isStale = true;
};

const rowAt = (target) => target.closest?.(".inbox-row") ?? null;
// Rows that move below a pointer that stays are nothing that anybody points at.
let pointedAt = "";
document.addEventListener("pointermove", ({ target, pointerType, screenX, screenY }) => {
  if (pointerType !== "mouse" || pointedAt === `${screenX} ${screenY}`) return;
  pointedAt = `${screenX} ${screenY}`;
  rest(rowAt(target));
});
document.addEventListener("focusin", ({ target }) => rest(rowAt(target)));
// By touch a list is scrolled more often than a row is opened.
document.addEventListener("pointerdown", ({ target, button, pointerType }) => {
  const row = rowAt(target);
  if (row && button === 0 && pointerType === "mouse") begin(row);
});
document.addEventListener("inbox:event", ({ detail }) => outdate((one) => one.session === String(detail.session)));
document.addEventListener("inbox:reset", () => outdate(() => true));
document.addEventListener("htmx:beforeRequest", ({ detail: { requestConfig } }) => {
  if (requestConfig.verb !== "get") outdate(() => true);
});

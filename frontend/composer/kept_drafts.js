// What is typed and not known to be with the server, in the browser's storage by the address of its session's draft.
import { agent } from "./composing.js";

/** @param {string} url */
export const keyOf = (url) => `draft:${agent()}:${url}`;

/** @param {string} key */
export const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
};

/**
 * @param {string} key
 * @param {{ body: string, clientId?: string, at: number } | null} draft null forgets it
 */
export const write = (key, draft) => {
  try {
    if (draft) localStorage.setItem(key, JSON.stringify(draft));
    else localStorage.removeItem(key);
  } catch {
    // Storage is blocked: the server alone keeps it.
  }
};

// Asks the server for something that is no fragment of the page.

// The page's own token ends when one logs in again in another tab; the cookie does not.
const token = () =>
  document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ??
  JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"];

/**
 * @param {string} url
 * @param {BodyInit} data
 * @param {RequestInit} [options]
 */
export const post = (url, data, options = {}) =>
  fetch(url, {
    method: "POST",
    body: data,
    headers: { Accept: "application/json", "X-CSRFToken": token() },
    ...options,
  });

/** @param {Response} answer */
export const isJson = (answer) => (answer.headers.get("Content-Type") ?? "").startsWith("application/json");

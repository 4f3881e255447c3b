// What somebody chose in the command palette lately, the latest first: no names, only what leads to them.
const MOST = 5;
const { user } = document.getElementById("palette").dataset;
const place = `palette-lately-${user}`;

/** @returns {string[]} */
export const lately = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "[]");
    return Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : [];
  } catch {
    return []; // storage is blocked, or somebody else's words are in it
  }
};

/** @param {string} key */
export const remember = (key) => {
  try {
    localStorage.setItem(place, JSON.stringify([key, ...lately().filter((other) => other !== key)].slice(0, MOST)));
  } catch {
    // As above.
  }
};

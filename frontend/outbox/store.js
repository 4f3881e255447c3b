// Texts that were written and not accepted yet, kept in the browser across reloads: {id, agent, session, …}.
const memory = new Map(); // where storage is blocked: they last as long as the page
/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** @returns {Promise<IDBDatabase>} */
const open = () => {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("pbx-outbox", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("texts", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
};

const run = async (mode, act) => {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction("texts", mode);
    const request = act(transaction.objectStore("texts"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
};

const stored = async (mode, act, instead) => {
  try {
    return await run(mode, act);
  } catch {
    return instead();
  }
};

/**
 * In the order in which they were written; of one agent, or of all.
 * @param {string} [agent]
 * @returns {Promise<import("./entry").Entry[]>}
 */
export const all = async (agent) => {
  const found = await stored(
    "readonly",
    (texts) => texts.getAll(),
    () => [],
  );
  const kept = [...found, ...memory.values()].filter((entry) => !agent || entry.agent === agent);
  return kept.sort((one, other) => one.order - other.order);
};

/** @param {import("./entry").Entry} entry */
export const put = (entry) =>
  stored(
    "readwrite",
    (texts) => texts.put(entry),
    () => memory.set(entry.id, entry),
  );

/** @param {string} id */
export const remove = (id) => {
  memory.delete(id);
  return stored(
    "readwrite",
    (texts) => texts.delete(id),
    () => undefined,
  );
};

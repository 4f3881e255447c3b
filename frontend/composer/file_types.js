// Which files the server refuses, by what stands at their beginning.

export const HEAD = 4096; // bytes that tell

/**
 * Never true for a file that the server takes, which looks at more: words of a file of text count wherever they stand,
 * and where several types begin alike, one that is accepted is enough.
 * @param {Uint8Array} head
 * @param {{signatures: {types: string[], parts: {at: number, bytes: number[]}[]}[],
 *          words: {type: string, text: string}[]}} known signatures in their order: the first counts
 * @param {string[]} accepted
 */
export const isRefused = (head, { signatures, words }, accepted) => {
  const fits = ({ at, bytes }) => bytes.every((byte, index) => head[at + index] === byte);
  const signature = signatures.find(({ parts }) => parts.every(fits));
  if (signature) return !signature.types.some((type) => accepted.includes(type));
  // In UTF-16 an empty byte stands beside each letter.
  const seen = new TextDecoder("latin1").decode(head.filter((byte) => byte !== 0)).toLowerCase();
  return !words.some(({ type, text }) => accepted.includes(type) && seen.includes(text));
};

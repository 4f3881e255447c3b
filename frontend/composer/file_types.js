// Which files the server will surely refuse, by what stands at their beginning.

export const HEAD = 32; // bytes that the signatures look at

/**
 * Whether a file begins like such of which none is accepted. One whose beginning isn't known, such as a contact card
 * behind blank lines, is left to the server, which looks at more.
 * @param {Uint8Array} head
 * @param {{types: string[], parts: {at: number, bytes: number[]}[]}[]} signatures in their order: the first counts
 * @param {string[]} accepted
 */
export const isSurelyRefused = (head, signatures, accepted) => {
  const fits = ({ at, bytes }) => bytes.every((byte, index) => head[at + index] === byte);
  const known = signatures.find(({ parts }) => parts.every(fits));
  return known !== undefined && !known.types.some((type) => accepted.includes(type));
};

/** Where bytes lie: chunks, segments, paths, and the info string of the KDF (docs/format.md §2, §4, §5). Does not know keys. */
import { concat, uint, utf8 } from './bytes.js';

export const CHUNK = 16384;
export const SEALED_CHUNK = CHUNK + 16;
export const HEADER = 56;
export const SEGMENT = 2 ** 20;
export const SEALED_SEGMENT = 64 * SEALED_CHUNK;

/** @param {number} padded */
export function sealedLength(padded) {
  return HEADER + padded + 16 * (Math.floor(padded / CHUNK) + 1);
}

/** @param {number} sealed */
export function segmentCount(sealed) {
  return Math.ceil((sealed - HEADER) / SEALED_SEGMENT);
}

/** Whether a file of this role and padded length has segments. @param {string} role @param {number} padded */
export function hasSegments(role, padded) {
  return role === 'media' && padded > SEGMENT;
}

/** First and one past the last sealed byte of segment i. @param {number} i @param {number} sealed @returns {[number, number]} */
export function segmentSpan(i, sealed) {
  return [i && HEADER + i * SEALED_SEGMENT, Math.min(sealed, HEADER + (i + 1) * SEALED_SEGMENT)];
}

/** Of a page, medium, index or catalogue. @param {string} name */
export function objectPath(name) {
  return `o/${name.slice(0, 2)}/${name}`;
}

/** Of a keyring or invitation. @param {string} name */
export function keyringPath(name) {
  return `k/${name.slice(0, 2)}/${name}`;
}

/** @typedef {string | number | Uint8Array} Part */

/** @param {string} label @param {Part[]} parts */
export function kdfInfo(label, ...parts) {
  const pieces = [label, ...parts].map((part) => {
    const bytes = typeof part === 'string' ? utf8(part) : typeof part === 'number' ? uint(part, 8) : part;
    return concat(uint(bytes.length, 2), bytes);
  });
  return concat(utf8('pluttra/1'), ...pieces);
}

/** Padded lengths of the roles and their undoing (docs/format.md §5). Does not know keys. */
import { must } from './errors.js';
import { readUint } from './bytes.js';

/** @typedef {'page'|'media'|'index'|'catalogue'|'row'|'keyring'|'invitation'|'root'} Role */

/** @param {number} n */
export function padme(n) {
  if (n < 2) return n;
  const e = n.toString(2).length - 1; // ⌊log₂ n⌋, exact where Math.log2 is not
  const step = 2 ** Math.max(0, e - (e ? e.toString(2).length : 0));
  return Math.ceil(n / step) * step;
}

/** Throws ReaderError: padding, where the role has no length for so much. @param {Role} role @param {number} framed */
export function paddedLength(role, framed) {
  if (role === 'media') return padme(framed);
  if (role === 'row' || role === 'invitation') {
    const fixed = role === 'row' ? 88 : 4096;
    must(role === 'row' ? framed === fixed : framed <= fixed, 'padding');
    return fixed;
  }
  if (role !== 'keyring') return Math.max(4096, padme(framed));
  let bucket = 4096;
  while (bucket < framed) bucket *= 4;
  return bucket;
}

/** Throws ReaderError: padding. @param {Uint8Array} bytes @param {number} from */
export function mustBeZero(bytes, from) {
  let found = 0;
  let at = from;
  for (; at < bytes.length && (bytes.byteOffset + at) % 4; at++) found |= bytes[at];
  const left = bytes.length - at;
  const words = left < 4 ? [] : new Uint32Array(bytes.buffer, bytes.byteOffset + at, left >> 2); // a quarter of the steps
  for (let i = 0; i < words.length; i++) found |= words[i];
  for (at += 4 * words.length; at < bytes.length; at++) found |= bytes[at];
  must(found === 0, 'padding');
}

/**
 * The content; of a root, body ‖ signature. `length` is the true length where something above told it.
 * Throws ReaderError: padding.
 * @param {Role} role @param {import('./bytes.js').Bytes} padded @param {number | null} length
 */
export function unpad(role, padded, length) {
  let prefix = 0;
  if (role === 'catalogue' || role === 'keyring' || role === 'invitation' || role === 'root') {
    must(padded.length >= 4, 'padding');
    const told = readUint(padded.subarray(0, 4));
    must(length === null || length === told, 'padding');
    prefix = 4;
    length = told + (role === 'root' ? 64 : 0);
  }
  if (length === null) length = padded.length; // only a row, which is all content
  const end = prefix + length;
  const least = role === 'keyring' ? Math.max(end, padded.length) : end; // the note that access ended keeps the keyring's length
  must(end <= padded.length && paddedLength(role, least) === padded.length, 'padding');
  mustBeZero(padded, end);
  return padded.subarray(prefix, end);
}

/** Canonical bytes (RFC 8785, integers from 0 only) to values (docs/format.md §3). Does not know their shapes. */
import { must, layerOf } from './errors.js';

/** Throws ReaderError: encoding. @param {any} value @returns {string} */
export function canonicalText(value) {
  if (typeof value === 'string') must(!/[\ud800-\udfff]/u.test(value), 'encoding');
  else if (typeof value === 'number') must(Number.isSafeInteger(value) && value >= 0, 'encoding');
  else if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  else if (value && typeof value === 'object') {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${canonicalText(name)}:${canonicalText(value[name])}`).join()}}`;
  }
  return JSON.stringify(value);
}

/** Whether a value that JSON.stringify writes as it stood is canonical: the quick way to tell, and the usual one. @param {any} value @returns {boolean} */
function isInOrder(value) {
  if (typeof value === 'string') return !/[\ud800-\udfff]/u.test(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  if (Array.isArray(value)) return value.every(isInOrder);
  if (!value || typeof value !== 'object') return true;
  const members = Object.keys(value);
  return members.every((name, i) => (!i || members[i - 1] < name) && isInOrder(name) && isInOrder(value[name]));
}

/**
 * The value whose canonical form these bytes are: an object of format 1.
 * Throws ReaderError: encoding, version.
 * @param {Uint8Array} bytes @returns {Record<string, any>}
 */
export function decodeValue(bytes) {
  let value;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
    must((JSON.stringify(value) === text && isInOrder(value)) || canonicalText(value) === text, 'encoding');
  } catch (error) {
    must(layerOf(error), 'encoding'); // a syntax, UTF-8 or nesting error of the platform is one too
    throw error;
  }
  must(value && typeof value === 'object' && !Array.isArray(value) && Number.isInteger(value.v) && value.v > 0, 'encoding');
  must(value.v === 1, 'version');
  return value;
}

/** Values to canonical bytes (RFC 8785, integers from 0 only) and back (docs/format.md §3). Does not know their shapes. */
import { must, layerOf } from './errors.js';
import { utf8 } from './bytes.js';

/** Throws ReaderError: encoding. @param {any} value @returns {string} */
function canonicalText(value) {
  if (typeof value === 'string') must(!/[\ud800-\udfff]/u.test(value), 'encoding');
  else if (typeof value === 'number') must(Number.isSafeInteger(value) && value >= 0, 'encoding');
  else if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  else if (value && typeof value === 'object') {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${canonicalText(name)}:${canonicalText(value[name])}`).join()}}`;
  }
  return JSON.stringify(value);
}

/** @param {unknown} value */
export function encodeValue(value) {
  return utf8(canonicalText(value));
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
    must(canonicalText(value) === text, 'encoding');
  } catch (error) {
    must(layerOf(error), 'encoding'); // a syntax, UTF-8 or nesting error of the platform is one too
    throw error;
  }
  must(value && typeof value === 'object' && !Array.isArray(value) && Number.isInteger(value.v) && value.v > 0, 'encoding');
  must(value.v === 1, 'version');
  return value;
}

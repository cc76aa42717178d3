/** The one derivation (docs/format.md §4), HKDF and SHA-256. Does not know which label belongs where. */
import { concat } from './bytes.js';
import { kdfInfo } from './layout.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */

/** RFC 5869. @param {string} hash @param {Bytes} secret @param {Bytes} salt @param {Bytes} info @param {number} length in bytes */
export async function hkdf(hash, secret, salt, info, length) {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash, salt, info }, key, length * 8));
}

/** The second half of RFC 5869 alone, which WebCrypto does not offer. @param {string} hash @param {Bytes} prk @param {Bytes} info @param {number} length in bytes */
export async function hkdfExpand(hash, prk, info, length) {
  const key = await crypto.subtle.importKey('raw', prk, { name: 'HMAC', hash }, false, ['sign']);
  let block = new Uint8Array(0);
  let expanded = block;
  for (let i = 1; expanded.length < length; i++) {
    block = new Uint8Array(await crypto.subtle.sign('HMAC', key, concat(block, info, Uint8Array.of(i))));
    expanded = concat(expanded, block);
  }
  return expanded.subarray(0, length);
}

/** @param {Bytes} secret @param {number} length in bytes @param {string} label @param {import('./layout.js').Part[]} parts */
export function kdf(secret, length, label, ...parts) {
  return hkdf('SHA-512', secret, new Uint8Array(0), kdfInfo(label, ...parts), length);
}

/** @param {Bytes} bytes */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

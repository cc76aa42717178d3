/** The one derivation (docs/format.md §4) and the platform's hash. Does not know which label belongs where. */
import { kdfInfo } from './layout.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */

/** RFC 5869. @param {string} hash @param {Bytes} secret @param {Bytes} salt @param {Bytes} info @param {number} length in bytes */
export async function hkdf(hash, secret, salt, info, length) {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash, salt, info }, key, length * 8));
}

/** @param {Bytes} secret @param {number} length in bytes @param {string} label @param {import('./layout.js').Part[]} parts */
export function kdf(secret, length, label, ...parts) {
  return hkdf('SHA-512', secret, new Uint8Array(0), kdfInfo(label, ...parts), length);
}

/** @param {Bytes} bytes */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** Bytes, hexadecimal, base64url and big-endian integers (docs/format.md §3). Does not know what they mean. */
import { must } from './errors.js';

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @param {string} text @returns {Bytes} */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** @param {Uint8Array[]} parts @returns {Bytes} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array} a @param {Uint8Array} b */
export function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** An unsigned big-endian integer of `size` bytes. @param {number} value @param {number} size @returns {Bytes} */
export function uint(value, size) {
  return Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i))); // the array keeps the last 8 bits
}

/** @param {Uint8Array} bytes */
export function readUint(bytes) {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Throws ReaderError: encoding. @param {string} text @param {number} length in bytes */
export function mustBeHex(text, length) {
  must(text.length === 2 * length && /^[0-9a-f]*$/.test(text), 'encoding');
}

/** Throws ReaderError: encoding. @param {string} text @param {number} [length] in bytes @returns {Bytes} */
export function fromHex(text, length = Math.ceil(text.length / 2)) {
  mustBeHex(text, length);
  return Uint8Array.from({ length }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/**
 * What base64url without padding stands for. Refuses padding, other characters and non-zero spare bits. Throws ReaderError: encoding.
 * @param {string} text @param {number} [length] in bytes @returns {Bytes}
 */
export function fromB64(text, length = Math.floor((text.length * 3) / 4)) {
  must(text.length === Math.ceil((length * 4) / 3) && /^[\w-]*$/.test(text), 'encoding');
  const standard = text.replace(/-/g, '+').replace(/_/g, '/');
  const plain = atob(standard);
  must(btoa(plain).startsWith(standard), 'encoding');
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = plain.charCodeAt(i);
  return bytes;
}

/** Bytes to base64url without padding (docs/format.md §3). The way back is in bytes.js, where the first page needs it. */

const ROW = 2 ** 15; // bytes that one call takes as arguments, of which there may not be too many

/** @param {Uint8Array} bytes */
export function toB64(bytes) {
  const rows = Array.from({ length: Math.ceil(bytes.length / ROW) }, (_, i) => String.fromCharCode(...bytes.subarray(i * ROW, (i + 1) * ROW)));
  return btoa(rows.join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

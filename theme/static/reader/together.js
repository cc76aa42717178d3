/**
 * The chain's files that led to what was shown last, kept once more as one: a start reads that one, where it else reads ten, each when the one before has
 * told of it. Knows paths and sealed bytes. Does not know what they hold.
 */
import { concat, readUint, uint, utf8 } from './bytes.js';
import { CHAIN_PLACE, keepBytes, keptBytes } from './store.js';

/** @typedef {Map<string, import('./bytes.js').Bytes>} Files sealed, by their paths */

export const TOGETHER = 'together';

/** None where the device has kept none, or has damaged them. @returns {Promise<Files>} */
export async function readTogether() {
  try {
    const whole = /** @type {import('./bytes.js').Bytes} */ (await keptBytes(CHAIN_PLACE, TOGETHER));
    let at = 4 + readUint(whole.subarray(0, 4));
    /** @type {[string, number][]} */
    const lengths = JSON.parse(new TextDecoder().decode(whole.subarray(4, at)));
    return new Map(lengths.map(([path, length]) => [path, whole.slice(at, (at += length))]));
  } catch {
    return new Map();
  }
}

/** @param {Files} files */
export function keepTogether(files) {
  const lengths = utf8(JSON.stringify([...files].map(([path, { length }]) => [path, length])));
  keepBytes(CHAIN_PLACE, TOGETHER, concat(uint(lengths.length, 4), lengths, ...files.values()));
}

/** Named sealed files, opened: from what the device keeps, else from the host. Does not know which file belongs where. */
import { objectPath, sealedLength } from './layout.js';
import { paddedLength } from './padding.js';
import { openSealed } from './cobblestone.js';
import { fetchSealed } from './host.js';
import { CHAIN_PLACE, keepBytes, keptBytes } from './store.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./values.js').Reference} Reference */

/**
 * What `open` makes of a sealed file. Only bytes that opened are kept; kept bytes that do not open are fetched anew.
 * @template T @param {string} place @param {string} path @param {(sealed: Bytes) => Promise<T>} open
 * @param {() => Promise<{ bytes: Bytes }>} [fetched] @param {Bytes} [here] what may be the file, already read @returns {Promise<T>}
 */
export async function openNamed(place, path, open, fetched = () => fetchSealed(path), here) {
  for (const find of [() => here, () => keptBytes(place, path)]) {
    try {
      const kept = await find();
      if (kept) return await open(kept);
    } catch {
      // the device has damaged it; what comes from the host takes its place
    }
  }
  const { bytes } = await fetched();
  const opened = await open(bytes);
  keepBytes(place, path, bytes);
  return opened;
}

/** Where the objects that one index names are kept. @param {Reference} reference */
export function placeOf({ at }) {
  return at ? `${at.audience}:${at.month}` : CHAIN_PLACE;
}

/** @param {Reference} reference @param {'page' | 'media'} role */
export function openObject(reference, role) {
  const { name, secret, digest, length } = reference;
  const limit = sealedLength(paddedLength(role, length));
  const path = objectPath(name);
  const open = (/** @type {Bytes} */ sealed) => openSealed(sealed, role, secret, digest, length);
  return openNamed(placeOf(reference), path, open, () => fetchSealed(path, { limit }));
}

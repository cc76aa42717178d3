/**
 * The letterbox: where answers are left, and what the preschool asks to be told (docs/format.md §17). Knows the drop box's secret, the host and what is kept.
 * Does not send anything.
 */
import { layerOf, must } from './errors.js';
import { decodeValue } from './canonical.js';
import { openAll } from './cobblestone.js';
import { toHex } from './bytes.js';
import { fetchSealed } from './host.js';
import { kdf } from './kdf.js';
import { keyringPath } from './layout.js';
import { unpad } from './padding.js';
import { openNamed } from './sealed.js';
import { CHAIN_PLACE, keepBytes, keptBytes } from './store.js';
import { b64, list, natural, nullable, pair, record, text } from './values.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {{ kind: 's3', url: string, fields: [string, string][], prefix: string, ends: number }} FormWay `ends`: Unix seconds */
/** @typedef {{ kind: 'post', url: string }} PostWay */
/** @typedef {{ kind: 'mail', to: string }} MailWay */
/** @typedef {FormWay | PostWay | MailWay} Way */
/** @typedef {{ ways: Way[], push: { key: Bytes } | null, receipts: boolean, posts: 'draft' | 'published' }} Letterbox ways in the order they are tried */

/** @type {Record<string, (value: any) => any>} */
const WAYS = {
  s3: record({ ends: natural, fields: list(pair(text, text)), kind: text, prefix: text, url: text }),
  post: record({ kind: text, url: text }),
  mail: record({ kind: text, to: text }),
};
const ANY_WAY = record({ kind: text });
const LETTERBOX = record({
  posts(value) {
    must(value === 'draft' || value === 'published', 'encoding');
    return /** @type {Letterbox['posts']} */ (value);
  },
  push: nullable(record({ key: b64(65) })),
  receipts(value) {
    must(typeof value === 'boolean', 'encoding');
    return /** @type {boolean} */ (value);
  },
  ways: (value) => list((way) => {
    const { kind } = ANY_WAY(way);
    return Object.hasOwn(WAYS, kind) ? /** @type {Way} */ (WAYS[kind](way)) : null; // one that only a newer reader knows
  })(value).filter((way) => way !== null),
});

/** A letterbox. Throws ReaderError: encoding, version. @param {Uint8Array} bytes @returns {Letterbox} */
export function letterboxValue(bytes) {
  return LETTERBOX(decodeValue(bytes));
}

/** Throws ReaderError: object, padding, encoding, version. @param {Bytes} sealed @param {Bytes} secret of the drop box */
export async function letterboxFrom(sealed, secret) {
  const key = await kdf(await kdf(secret, 32, 'letterbox'), 32, 'seal', 'letterbox');
  return letterboxValue(unpad('catalogue', await openAll(key, sealed), null)); // framed and padded alike
}

/** @param {Bytes} secret of the drop box */
export async function letterboxPath(secret) {
  return keyringPath(toHex(await kdf(secret, 16, 'letterbox-name')));
}

/** @type {WeakMap<Vault, { path: string, letterbox: Letterbox }>} what was last opened */
const known = new WeakMap();

/**
 * Null where there is no way back. As this device has it, or the host where it has none; `fresh` asks the host first, and takes what is kept only where that
 * doesn't answer. Throws ReaderError: host (neither has it), missing, and what the letterbox refuses.
 * @param {Vault} vault @param {boolean} [fresh] @returns {Promise<Letterbox | null>}
 */
export async function letterboxOf(vault, fresh = false) {
  const { drop } = vault;
  if (!drop) return null;
  const path = await letterboxPath(drop.secret);
  const before = known.get(vault);
  if (!fresh && before?.path === path) return before.letterbox;
  const letterbox = await (fresh ? asHostHasIt(path, drop.secret) : openNamed(CHAIN_PLACE, path, (sealed) => letterboxFrom(sealed, drop.secret)));
  known.set(vault, { path, letterbox });
  return letterbox;
}

/** @param {string} path @param {Bytes} secret */
async function asHostHasIt(path, secret) {
  try {
    const { bytes } = await fetchSealed(path, { fresh: true });
    const letterbox = await letterboxFrom(bytes, secret);
    keepBytes(CHAIN_PLACE, path, bytes);
    return letterbox;
  } catch (error) {
    const kept = layerOf(error) === 'host' ? await keptBytes(CHAIN_PLACE, path) : null;
    if (!kept) throw error;
    return letterboxFrom(kept, secret);
  }
}

/** From a link's secret down to an index: each sealed file opened, checked and tied to the one above (docs/format.md §7–13). Does not know hosts or storage. */
import { must } from './errors.js';
import { concat, equal, fromB64, fromHex, readUint, toHex, utf8 } from './bytes.js';
import { kdf, sha256 } from './kdf.js';
import { openSealed } from './cobblestone.js';
import { catalogueValue, indexValue, invitationValue, keyringValue, monthNumber, rootValue } from './values.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {{ site?: string, publisher?: Bytes, generation?: number }} Known of a keyring, before it is opened */
/** @typedef {{ name: string, digest: Bytes }} Catalogued where a catalogue is */
/** @typedef {{ secret: Bytes, name: string, digest: Bytes, length: number }} Row */
/** @typedef {Awaited<ReturnType<typeof rootFrom>>} Root */
/** @typedef {{ sequence: number, digest: string }} Accepted a root, by the SHA-256 of its body */

/**
 * The invitation's secret in an address or any pasted text, or null when there is none in it. Throws ReaderError: link.
 * @param {string} text @returns {{ secret: Bytes | null, written: string, mangled: boolean } | null} `written`: the secret as it stood in the link; without a secret, a saved key
 */
export function parseLink(text) {
  const found = /(#|%(?:25)*23)i(?:=|%(?:25)*3d)(\S*)/i.exec(text);
  if (!found) return null;
  try {
    return { secret: found[2].startsWith('pluttra') ? null : fromB64(found[2], 32), written: found[2], mangled: found[1] !== '#' };
  } catch {
    must(false, 'link');
  }
}

/** @param {'keyring' | 'invitation'} what @param {Bytes} secret */
export async function nameFrom(what, secret) {
  return toHex(await kdf(secret, 16, `${what}-name`));
}

/** Throws ReaderError: object, padding, encoding, version, ends. @param {Bytes} sealed @param {Bytes} secret @param {number} now Unix seconds */
export async function invitationFrom(sealed, secret, now) {
  const value = invitationValue(await openSealed(sealed, 'invitation', await kdf(secret, 32, 'invitation')));
  must(now < value.ends, 'ends');
  return value;
}

/**
 * The keyring of a guardian key, held against what is remembered with that key, or told by its invitation.
 * Throws ReaderError: object, padding, encoding, version, binding, signature, generation, ended.
 * @param {Bytes} sealed @param {Bytes} key @param {Known} known
 */
export async function keyringFrom(sealed, key, { site, publisher, generation = 0 }) {
  const value = keyringValue(await openSealed(sealed, 'keyring', await kdf(key, 32, 'keyring')));
  must(!site || value.site === site, publisher ? 'signature' : 'binding');
  must(value.generation >= generation, 'generation');
  must('siteKey' in value, 'ended');
  must(!publisher || equal(value.publisher, publisher), 'signature');
  return value;
}

/** Whether an ECDSA P-256 signature, r ‖ s, is this key's over these bytes. @param {Bytes} publisher @param {Bytes} signature @param {Bytes} signed */
export async function verifies(publisher, signature, signed) {
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', publisher, ecdsa, false, ['verify']).catch(() => null);
  return Boolean(key && (await crypto.subtle.verify(ecdsa, key, signature, signed))); // a point off the curve has signed nothing
}

/**
 * The root, signed by the keyring's publisher for the keyring's site. Sequence and generation are yet to be compared.
 * Throws ReaderError: object, padding, signature, encoding, version.
 * @param {Bytes} sealed @param {Pick<import('./values.js').Keyring, 'siteKey' | 'publisher' | 'site'>} keyring
 */
export async function rootFrom(sealed, { siteKey, publisher, site }) {
  const framed = await openSealed(sealed, 'root', siteKey);
  const body = framed.subarray(0, -64);
  const signed = concat(utf8('pluttra/1 root\0'), fromHex(site), body);
  must(await verifies(publisher, framed.subarray(-64), signed), 'signature');
  const value = rootValue(body);
  must(value.site === site, 'signature');
  return { ...value, slots: new Map(value.slots), digest: toHex(await sha256(body)) };
}

/** Throws ReaderError: sequence. @param {Accepted} root @param {Accepted | null | undefined} accepted */
export function mustNotBeRolledBack(root, accepted) {
  if (!accepted) return;
  must(root.sequence > accepted.sequence || (root.sequence === accepted.sequence && root.digest === accepted.digest), 'sequence');
}

/** Throws ReaderError: sequence, generation. @param {Root} root @param {Accepted | null | undefined} accepted @param {{ generation: number }[]} keyrings */
export function mustBeCurrent(root, accepted, keyrings) {
  mustNotBeRolledBack(root, accepted);
  must(keyrings.every(({ generation }) => generation >= root.keyrings), 'generation');
}

/** Where the catalogue with this file secret is, by its slot in the root; null when the root holds none. @param {Pick<Root, 'slots' | 'sequence'>} root @param {Bytes} secret @returns {Promise<Catalogued | null>} */
export async function cataloguedIn({ slots, sequence }, secret) {
  const derived = await kdf(secret, 64, 'slot', sequence);
  const value = slots.get(toHex(derived.subarray(0, 16)))?.map((byte, i) => byte ^ derived[16 + i]);
  return value ? { name: toHex(value.subarray(0, 16)), digest: value.slice(16) } : null;
}

/** Throws ReaderError: digest, object, padding, encoding, version, binding. @param {Bytes} sealed @param {Bytes} digest @param {Bytes} secret @param {{ id: string, kind: string }} audience */
export async function catalogueFrom(sealed, digest, secret, { id, kind }) {
  const value = catalogueValue(await openSealed(sealed, 'catalogue', secret, digest));
  must(value.audience === id && value.kind === kind, 'binding');
  return value;
}

/** The node that covers a month, if any does. @param {import('./values.js').Node[] | undefined} nodes @param {string} month */
export function nodeOf(nodes, month) {
  const at = monthNumber(month);
  return nodes?.find(({ n, size }) => n <= at && at < n + size);
}

/** The file secret of a month's row, from the node of the month tree that covers it. @param {import('./values.js').Node} node @param {string} month */
export async function monthSecret({ size, key }, month) {
  while ((size /= 2) >= 1) key = await kdf(key, 32, 'half', monthNumber(month) & size ? 1 : 0);
  return key;
}

/** Throws ReaderError: object, padding. @param {Bytes} sealed @param {Bytes} secret @returns {Promise<Row>} */
export async function rowFrom(sealed, secret) {
  const row = await openSealed(sealed, 'row', secret);
  return { secret: row.slice(0, 32), name: toHex(row.subarray(32, 48)), digest: row.slice(48, 80), length: readUint(row.subarray(80)) };
}

/** Throws ReaderError: digest, object, padding, encoding, version, binding. @param {Bytes} sealed @param {Row} row @param {string} audience @param {string} month */
export async function indexFrom(sealed, row, audience, month) {
  const value = await indexValue(await openSealed(sealed, 'index', row.secret, row.digest, row.length));
  must(value.audience === audience && value.month === month, 'binding');
  for (const post of [...value.posts, ...value.pages]) {
    post.page.at = { audience, month, post: post.id, n: -1 };
    post.media.forEach((medium, n) => (medium.at = { audience, month, post: post.id, n }));
  }
  if (value.page) value.page.at = { audience, month, post: '', n: -1 };
  return value;
}

/**
 * A guardian key as text for a password manager, and back (docs/format.md §10a). Knows what is written, and what its keyring must hold.
 * Does not know forms.
 */
import { toB64 } from './base64.js';
import { concat, equal, fromB64, fromHex } from './bytes.js';
import { keyringFrom, nameFrom } from './chain.js';
import { besideHeld } from './current.js';
import { must } from './errors.js';
import { fetchSealed } from './host.js';
import { kdf } from './kdf.js';
import { keyringPath } from './layout.js';
import { heldKeys } from './state.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {{ key: Bytes, pin: Bytes }} Saved */

const START = 'pluttra1.';
const WRITTEN = /^pluttra(\d+)\.(.*)$/s;
const KEY = 32;
const PIN = 16;
const CHECK = 3;

/** Whose keyring this key opens, told by a hash that only the key makes. @param {Bytes} key @param {string} site @param {Bytes} publisher */
function pinOf(key, site, publisher) {
  return kdf(key, PIN, 'saved-pin', fromHex(site), publisher);
}

/** @param {Bytes} key @param {Bytes} pin */
function checkOf(key, pin) {
  return kdf(key, CHECK, 'saved-check', pin);
}

/** The text that keeps a key and whom it trusts. @param {Bytes} key @param {string} site @param {Bytes} publisher */
export async function writeKey(key, site, publisher) {
  const pin = await pinOf(key, site, publisher);
  return START + toB64(concat(key, pin, await checkOf(key, pin)));
}

/** What was saved. White space is nobody's fault. Throws ReaderError: link (not whole), version. @param {string} text @returns {Promise<Saved>} */
export async function readKey(text) {
  const [, version, body] = WRITTEN.exec(text.replace(/\s+/g, '')) ?? [];
  must(body !== undefined, 'link');
  must(version === '1', Number(version) > 1 ? 'version' : 'link');
  let bytes;
  try {
    bytes = fromB64(body, KEY + PIN + CHECK);
  } catch {
    must(false, 'link');
  }
  const [key, pin] = [bytes.slice(0, KEY), bytes.slice(KEY, KEY + PIN)];
  must(equal(bytes.subarray(KEY + PIN), await checkOf(key, pin)), 'link');
  return { key, pin };
}

/**
 * Opens the keyring of a saved key as an invitation would be opened; nothing is kept yet.
 * Throws ReaderError: missing and ended (the key is an old one), signature (the keyring is not of the publisher that the key was saved with), and what a keyring refuses.
 * @param {Saved} saved @returns {Promise<import('./current.js').Invitation>}
 */
export async function openSaved({ key, pin }) {
  const { bytes } = await fetchSealed(keyringPath(await nameFrom('keyring', key)), { fresh: true });
  const { site, publisher, reader } = await keyringFrom(bytes, key, {});
  must(equal(await pinOf(key, site, publisher), pin), 'signature');
  return besideHeld({ key, name: reader.name, lang: reader.lang, site, publisher }, await heldKeys());
}

/** Opens the keyring of a key as it is written. Throws ReaderError, as reading and opening it do. @param {string} text */
export async function openWritten(text) {
  return openSaved(await readKey(text));
}

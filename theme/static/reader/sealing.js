/**
 * Sealing, which a reader does with what it sends and with what waits on the device (docs/format.md §5, §17). Knows keys.
 * Does not know what messages say, nor where they go.
 */
import { must } from './errors.js';
import { concat, fromHex, readUint, uint, utf8 } from './bytes.js';
import { openAll } from './cobblestone.js';
import { encodeValue } from './encoding.js';
import { hkdfExpand, kdf } from './kdf.js';
import { CHUNK, HEADER, SEALED_CHUNK, sealedLength } from './layout.js';
import { mustBeZero } from './padding.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */

/** Bytes of padded content, shortest first: all that the length of a message tells. */
const MESSAGE_SIZES = [2 ** 10, 2 ** 12, 2 ** 16, 2 ** 20, 2 ** 22];
/** Bytes of a file that one message carries at most. */
export const PIECE = 2 ** 22 - 4096;
/** Bytes of a draft that are sealed as one. */
export const DRAFT_PIECE = 2 ** 22 - 4;
const MEBIBYTE = 64; // chunks, sealed at one time

/** Throws ReaderError: padding, if it is too long. @param {number} framed */
export function messageLength(framed) {
  const least = MESSAGE_SIZES.find((size) => size >= framed);
  must(least, 'padding');
  return least;
}

/** The content of a message: u32(n) ‖ header ‖ attachment. Throws ReaderError: encoding. @param {object} header @param {Bytes} [attachment] */
export function messageContent(header, attachment = new Uint8Array(0)) {
  const value = encodeValue(header);
  return concat(uint(value.length, 4), value, attachment);
}

/** @param {Bytes} content */
function framed(content) {
  const padded = new Uint8Array(messageLength(4 + content.length));
  padded.set(uint(content.length, 4));
  padded.set(content, 4);
  return padded;
}

/** Throws ReaderError: padding. @param {Bytes} padded */
function unframed(padded) {
  must(padded.length >= 4, 'padding');
  const end = 4 + readUint(padded.subarray(0, 4));
  must(end <= padded.length && messageLength(end) === padded.length, 'padding');
  mustBeZero(padded, end);
  return padded.subarray(4, end);
}

/** Cobblestone-256 with a salt of its own: random, unless a vector gives it. @param {Bytes} key @param {Bytes} padded @param {Bytes} salt */
async function sealPadded(key, padded, salt) {
  const info = concat(utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'), salt, utf8('pluttra/1'));
  const expanded = await hkdfExpand('SHA-512', key, info, 76);
  const aes = await crypto.subtle.importKey('raw', expanded.subarray(0, 32), 'AES-GCM', false, ['encrypt']);
  const sealed = new Uint8Array(sealedLength(padded.length));
  sealed.set(salt);
  sealed.set(expanded.subarray(44), 24);
  const one = async (/** @type {number} */ k) => {
    const iv = expanded.slice(32, 44);
    const low = new DataView(iv.buffer, 8);
    low.setUint32(0, low.getUint32(0) ^ k);
    const chunk = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, aes, padded.subarray(k * CHUNK, (k + 1) * CHUNK));
    sealed.set(new Uint8Array(chunk), HEADER + k * SEALED_CHUNK);
  };
  const count = Math.floor(padded.length / CHUNK) + 1;
  for (let k = 0; k < count; k += MEBIBYTE) await Promise.all(Array.from({ length: Math.min(MEBIBYTE, count - k) }, (_, i) => one(k + i)));
  return sealed;
}

/** @param {Bytes} secret of the file @param {Bytes} content @param {Bytes} [salt] */
async function sealContent(secret, content, salt = crypto.getRandomValues(new Uint8Array(24))) {
  return sealPadded(await kdf(secret, 32, 'seal', 'message'), framed(content), salt);
}

/** Throws ReaderError: object, padding. @param {Bytes} secret of the file @param {Bytes} sealed */
async function openContent(secret, sealed) {
  return unframed(await openAll(await kdf(secret, 32, 'seal', 'message'), sealed));
}

/**
 * The file of a message. Throws ReaderError: padding, if it is too long.
 * @param {Bytes} key of the guardian @param {string} site hex @param {Bytes} id 16 random bytes @param {Bytes} content
 * @param {Bytes} [salt] random, unless it is given, which only vectors may @returns {Promise<Bytes>}
 */
export async function sealMessage(key, site, id, content, salt) {
  const drop = await kdf(key, 32, 'drop');
  const [tag, secret] = await Promise.all([kdf(drop, 16, 'sender', id), kdf(drop, 32, 'message', fromHex(site), id)]);
  return concat(id, tag, await sealContent(secret, content, salt));
}

/** What is kept on the device until it is sent. Throws ReaderError: padding, if it is too long. @param {Bytes} key of the guardian @param {string} name of the draft @param {Bytes} content */
export async function sealDraft(key, name, content) {
  return sealContent(await kdf(key, 32, 'draft', name), content);
}

/** Throws ReaderError: object, padding. @param {Bytes} key of the guardian @param {string} name of the draft @param {Bytes} sealed */
export async function openDraft(key, name, sealed) {
  return openContent(await kdf(key, 32, 'draft', name), sealed);
}

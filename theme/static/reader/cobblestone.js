/** Opening of sealed files, whole or by chunks (docs/format.md §5). Knows keys. Does not know hosts or what is inside. */
import { must } from './errors.js';
import { concat, equal, utf8 } from './bytes.js';
import { CHUNK, HEADER, SEALED_CHUNK, hasSegments, segmentCount, segmentSpan } from './layout.js';
import { hkdfExpand, kdf, sha256 } from './kdf.js';
import { padme, unpad } from './padding.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {{ key: CryptoKey, nonce: Bytes }} Opener */

/**
 * What opens the chunks behind this salt and commitment. Throws ReaderError: object.
 * @param {Bytes} key 32 bytes, the input key @param {Bytes} sealed at least salt and commitment
 * @returns {Promise<Opener>}
 */
export async function openerOf(key, sealed, context = utf8('pluttra/1'), hash = 'SHA-512') {
  must(key.length === 32 && sealed.length >= HEADER, 'object');
  const info = concat(
    utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'),
    sealed.subarray(0, 24),
    context,
  );
  const expanded = await hkdfExpand(hash, key, info, 76);
  must(equal(expanded.subarray(44), sealed.subarray(24, HEADER)), 'object');
  const opened = await crypto.subtle.importKey('raw', expanded.subarray(0, 32), 'AES-GCM', false, ['decrypt']);
  return { key: opened, nonce: expanded.slice(32, 44) };
}

/**
 * The plaintext of whole chunks that lie one after another, `first` being the number of the first. Throws ReaderError: object.
 * @param {Opener} opener @param {Bytes} sealed @param {number} first
 */
export async function openChunks({ key, nonce }, sealed, first) {
  const count = Math.ceil(sealed.length / SEALED_CHUNK);
  const opened = new Uint8Array(Math.max(0, sealed.length - 16 * count));
  const one = async (/** @type {number} */ i) => {
    const iv = nonce.slice();
    const low = new DataView(iv.buffer, 8);
    low.setUint32(0, low.getUint32(0) ^ (first + i));
    const chunk = sealed.subarray(i * SEALED_CHUNK, (i + 1) * SEALED_CHUNK);
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, chunk).catch(() => null);
    must(plain, 'object');
    opened.set(new Uint8Array(plain), i * CHUNK);
  };
  for (let i = 0; i < count; i += 64) {
    await Promise.all(Array.from({ length: Math.min(64, count - i) }, (_, j) => one(i + j)));
  }
  return opened;
}

/** All padded bytes of a sealed file. Throws ReaderError: object. @param {Bytes} key @param {Bytes} sealed @param {Bytes} [context] @param {string} [hash] */
export async function openAll(key, sealed, context, hash) {
  const opener = await openerOf(key, sealed, context, hash);
  must((sealed.length - HEADER) % SEALED_CHUNK >= 16, 'object'); // the last chunk is shorter than a full one, and is there
  return openChunks(opener, sealed.subarray(HEADER), 0);
}

/** Throws ReaderError: digest. @param {Bytes} sealed @param {Bytes} digest */
export async function mustHaveDigest(sealed, digest) {
  must(equal(await sha256(sealed), digest), 'digest');
}

/** The digests of all segments of a medium that is here whole, one after another. @param {Bytes} sealed */
async function digestsOfSegments(sealed) {
  const pieces = Array.from({ length: segmentCount(sealed.length) }, (_, i) => sealed.subarray(...segmentSpan(i, sealed.length)));
  return concat(...(await Promise.all(pieces.map(sha256))));
}

/**
 * The content of a sealed file that is here whole; `digest` and `length` where something above told them.
 * Throws ReaderError: digest, object, padding.
 * @param {Bytes} sealed @param {import('./padding.js').Role} role @param {Bytes} secret
 * @param {Bytes | null} [digest] @param {number | null} [length]
 */
export async function openSealed(sealed, role, secret, digest = null, length = null) {
  const key = kdf(secret, 32, 'seal', role);
  const segmented = hasSegments(role, padme(length ?? 0));
  if (digest) await mustHaveDigest(segmented ? await digestsOfSegments(sealed) : sealed, digest);
  return unpad(role, await openAll(await key, sealed), length);
}

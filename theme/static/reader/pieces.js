/** Media piece by piece, a piece being a segment (docs/format.md §5) or all of a medium without. Knows the vault. Loaded with the first medium. */
import { must } from './errors.js';
import { CHUNK, HEADER, SEALED_CHUNK, SEGMENT, objectPath, sealedLength, segmentSpan } from './layout.js';
import { mustBeZero, paddedLength } from './padding.js';
import { kdf } from './kdf.js';
import { mustHaveDigest, openChunks, openerOf } from './cobblestone.js';
import { fetchSealed } from './host.js';
import { keepBytes, keptBytes } from './store.js';
import { openNamed, openObject, placeOf } from './sealed.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./values.js').Reference} Reference */

const OPENERS_KEPT = 8;

/**
 * The bytes from `start` to `end` (before the true `length`) that lie in segment `i` of a medium; opens the chunks they need, whole.
 * The segment's digest has been compared. Throws ReaderError: object, padding.
 * @param {import('./cobblestone.js').Opener} opener @param {Bytes} segment @param {number} i @param {number} start @param {number} end @param {number} length
 */
export async function openSpan(opener, segment, i, start, end, length) {
  const origin = i * SEGMENT;
  const body = i ? segment : segment.subarray(HEADER);
  const from = Math.floor((Math.max(start, origin) - origin) / CHUNK);
  const to = Math.ceil((Math.min(end, origin + SEGMENT) - origin) / CHUNK);
  const opened = await openChunks(opener, body.subarray(from * SEALED_CHUNK, to * SEALED_CHUNK), origin / CHUNK + from);
  const base = origin + from * CHUNK;
  mustBeZero(opened, Math.max(0, length - base));
  return opened.subarray(Math.max(start - base, 0), end - base);
}

/** Segment i, still sealed, its digest compared. @param {Reference} reference @param {number} i */
function segmentOf(reference, i) {
  const place = placeOf(reference);
  const path = objectPath(reference.name);
  const total = sealedLength(paddedLength('media', reference.length));
  const compared = async (/** @type {Bytes} */ sealed) => {
    await mustHaveDigest(sealed, /** @type {Bytes} */ (reference.segments[i]));
    return sealed;
  };
  return openNamed(place, `${path}?s=${i}`, compared, async () => {
    const range = segmentSpan(i, total);
    const { bytes, whole } = await fetchSealed(path, { range, limit: total });
    if (!whole) return { bytes };
    reference.segments.forEach((_, other) => {
      if (other !== i) keepBytes(place, `${path}?s=${other}`, bytes.slice(...segmentSpan(other, total)));
    });
    return { bytes: bytes.slice(...range) };
  });
}

/** @type {Map<string, Promise<import('./cobblestone.js').Opener>>} */
const openers = new Map();

/** What opens the chunks: from the start of the file, which the commitment vouches for. @param {Reference} reference @param {Bytes | null} first the first segment, if it is here */
function openerFor(reference, first) {
  const { name, secret } = reference;
  const known = openers.get(name);
  if (known) return known;
  const opening = (async () => {
    const path = objectPath(name);
    const header = first || (await keptBytes(placeOf(reference), `${path}?s=0`)) || (await fetchSealed(path, { range: [0, HEADER], limit: HEADER })).bytes;
    return openerOf(await kdf(secret, 32, 'seal', 'media'), header);
  })();
  opening.catch(() => openers.delete(name));
  openers.set(name, opening);
  if (openers.size > OPENERS_KEPT) openers.delete([...openers.keys()][0]);
  return opening;
}

/** @param {Reference} reference @param {number} i @param {number} start @param {number} end */
async function openPiece(reference, i, start, end) {
  if (!reference.segments.length) return (await openObject(reference, 'media')).subarray(start, end);
  const sealed = await segmentOf(reference, i);
  return openSpan(await openerFor(reference, i ? null : sealed), sealed, i, start, end, reference.length);
}

/**
 * The bytes of a medium from `start` to `end`, piece by piece, one piece read ahead.
 * @param {import('./vault.js').Vault} vault @param {Reference} reference @returns {AsyncGenerator<Bytes, void, void>}
 */
export async function* piecesOf(vault, reference, start = 0, end = reference.length) {
  const size = reference.segments.length ? SEGMENT : Infinity;
  const last = Math.floor((end - 1) / size);
  let i = Math.max(0, Math.floor(start / size));
  let found = reference;
  let bytes = await vault.read(reference, (current) => {
    must(current.length === reference.length, 'host');
    found = current;
    return openPiece(current, i, start, end);
  });
  while (i < last) {
    const next = openPiece(found, (i += 1), start, end);
    next.catch(() => {});
    yield bytes;
    bytes = await next;
  }
  yield bytes;
}

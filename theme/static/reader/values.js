/** Shapes of the values (docs/format.md §6–11): canonical bytes to checked values. Does not know keys. Everything here throws ReaderError: encoding, version. */
import { must } from './errors.js';
import { concat, equal, fromB64, mustBeHex } from './bytes.js';
import { decodeValue } from './canonical.js';
import { paddedLength } from './padding.js';
import { hasSegments, sealedLength, segmentCount } from './layout.js';
import { sha256 } from './kdf.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {{ audience: string, month: string, post: string, n: number }} Place where a reference was found; n is -1 for a page */
/** @typedef {{ name: string, secret: Bytes, digest: Bytes, length: number, type: string, segments: Bytes[], at?: Place }} Reference */
/** @typedef {Awaited<ReturnType<typeof indexValue>>} Index */
/** @typedef {Index['posts'][number]} Card */
/** @typedef {Index['pages'][number]} Standing */
/** @typedef {ReturnType<typeof keyring>} Keyring */
/** @typedef {{ n: number, size: number, key: Bytes }} Node of the month tree: its first month's number, and how many it covers */
/** @template T @typedef {(value: any) => T} Shape */

const B64_OF_32 = /^[\w-]{42}[AEIMQUYcgkosw048]$/; // the last character ends in two spare bits, which are zero
const MEDIA_TYPES = /^(image\/(jpeg|webp|png)|video\/(mp4|webm)|audio\/(mp4|mpeg|ogg|wav|webm)|text\/(vtt|calendar))$/;

/** @param {RegExp} pattern @returns {Shape<string>} */
const textLike = (pattern) => (value) => {
  must(typeof value === 'string' && pattern.test(value), 'encoding');
  return value;
};
export const text = textLike(/^/);
const month = textLike(/^\d{4}-(0[1-9]|1[0-2])$/);
/** A month counted from the beginning of year 0. @param {string} text */
export const monthNumber = (text) => 12 * Number(text.slice(0, 4)) + Number(text.slice(5)) - 1;
const date = textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)$/);
const kind = textLike(/^(preschool|department|child|staff)$/);
const standingKind = textLike(/^(consents|goal|talk)$/);
const role = textLike(/^(guardian|pedagogue|principal)$/);

/** @type {Shape<number>} */
export const natural = (value) => {
  must(Number.isSafeInteger(value) && value >= 0, 'encoding');
  return value;
};
/** @param {number} length @returns {Shape<string>} */
const hex = (length) => (value) => {
  mustBeHex(text(value), length);
  return value;
};
/** @param {number} [length] @returns {Shape<Bytes>} */
export const b64 = (length) => (value) => fromB64(text(value), length);
/** @template T @param {Shape<T>} of @returns {Shape<T[]>} */
export const list = (of) => (value) => {
  must(Array.isArray(value), 'encoding');
  return value.map((/** @type {any} */ one) => of(one));
};
/** @template T @param {Shape<T>} of @returns {Shape<T | null>} */
export const nullable = (of) => (value) => (value === null ? null : of(value));
/** @template T, U @param {Shape<T>} first @param {Shape<U>} second @returns {Shape<[T, U]>} */
export const pair = (first, second) => (value) => {
  must(Array.isArray(value) && value.length === 2, 'encoding');
  return [first(value[0]), second(value[1])];
};
/** @template T, U, V @param {Shape<T>} first @param {Shape<U>} second @param {Shape<V>} third @returns {Shape<[T, U, V]>} */
const triple = (first, second, third) => (value) => {
  must(Array.isArray(value) && value.length === 3, 'encoding');
  return [first(value[0]), second(value[1]), third(value[2])];
};
/** @template {Record<string, Shape<any>>} S @param {S} shapes @returns {Shape<{ [K in keyof S]: ReturnType<S[K]> }>} */
export const record = (shapes) => (value) => {
  must(value && typeof value === 'object' && !Array.isArray(value), 'encoding');
  return /** @type {any} */ (Object.fromEntries(Object.entries(shapes).map(([name, of]) => [name, of(value[name])])));
};

/** @param {'page' | 'media'} of @returns {Shape<Reference>} */
export const referenceValue = (of) => (value) => {
  must(Array.isArray(value) && (value.length === 5 || value.length === 6), 'encoding');
  const [name, secret, digest, length, type] = value;
  const padded = paddedLength(of, natural(length));
  const digests = value.length === 6 ? b64()(value[5]) : new Uint8Array(0);
  const long = hasSegments(of, padded);
  must(value.length === (long ? 6 : 5), 'encoding');
  must(digests.length === (long ? 32 * segmentCount(sealedLength(padded)) : 0), 'encoding');
  must(of === 'page' ? type === 'text/html' : MEDIA_TYPES.test(text(type)), 'encoding');
  const segments = Array.from({ length: digests.length / 32 }, (_, i) => digests.subarray(32 * i, 32 * i + 32));
  must(B64_OF_32.test(text(secret)) && B64_OF_32.test(text(digest)), 'encoding');
  // An index names hundreds, and a visit opens a few: the bytes are made when they are asked for.
  return { name: hex(16)(name), get secret() { return fromB64(secret); }, get digest() { return fromB64(digest); }, length, type, segments };
};

/** Throws ReaderError: encoding, where a digest is not that of the segments beside it. @param {Reference} reference */
export async function mustBeOfSegments({ digest, segments }) {
  must(!segments.length || equal(await sha256(concat(...segments)), digest), 'encoding');
}

const card = record({
  by: list(text),
  children: list(pair(hex(8), text)),
  count: record({ film: natural, photo: natural, sound: natural }),
  cover: nullable(record({ alt: text, sizes: list(triple(natural, natural, natural)) })),
  date,
  home: hex(16),
  id: hex(8),
  lang: text,
  media: list(referenceValue('media')),
  page: referenceValue('page'),
  save: (value) => (value === undefined ? [] : list(natural)(value)),
  summary: text,
  title: text,
});
const standing = record({
  date: (value) => (value === '' ? '' : date(value)),
  id: hex(8),
  kind: standingKind,
  media: list(referenceValue('media')),
  page: referenceValue('page'),
  title: text,
});
const index = record({
  audience: hex(16),
  month,
  page: nullable(referenceValue('page')),
  pages: (value) => (value === undefined ? [] : list(standing)(value)),
  posts: list(card),
});
const catalogue = record({
  audience: hex(16),
  kind,
  months(value) {
    const months = list(pair(month, b64(160)))(value);
    must(months.every(([one], i) => !i || months[i - 1][0] > one), 'encoding');
    return new Map(months);
  },
  title: text,
});
export const epochValue = record({
  catalogue: b64(32),
  /** The nodes that cover the runs of months (§8). */
  months(value) {
    /** @type {Node[]} */
    const nodes = [];
    let before = -2; // the last month of the run before
    for (const [first, last, keys] of list(triple(month, month, b64()))(value)) {
      let [n, at, size] = [monthNumber(first), 0, 1];
      must(n > before + 1 && first <= last, 'encoding');
      before = monthNumber(last);
      for (; n <= before; n += size) {
        for (size = n & -n || 1 << 17; n + size - 1 > before; ) size /= 2;
        nodes.push({ n, size, key: keys.subarray(at, (at += 32)) });
      }
      must(keys.length === at, 'encoding');
    }
    return nodes;
  },
});
const keyring = record({
  audiences: list(record({ child: nullable(hex(8)), epochs: list(epochValue), id: hex(16), kind, title: text })),
  children: list(record({ audience: hex(16), departments: list(hex(16)), id: hex(8), may: (value) => (value === undefined ? value : list(text)(value)), name: text })),
  drop: nullable(record({ secret: b64(32) })),
  generation: natural,
  preschool: text,
  publisher: b64(65),
  reader: record({ id: text, lang: text, name: text, role }),
  site: hex(16),
  siteKey: b64(32),
});
const ended = record({ ended: natural, generation: natural, site: hex(16) });
const invitation = record({ ends: natural, key: b64(32), lang: text, name: text, site: hex(16) });
const root = record({
  keyrings: natural,
  keystore: natural,
  notice: natural,
  publisher: hex(16),
  sequence: natural,
  site: hex(16),
  slots: list(pair(hex(16), b64(48))),
  time: natural,
});

/** @param {Uint8Array} bytes */
export async function indexValue(bytes) {
  const whole = index(decodeValue(bytes));
  await Promise.all(whole.posts.flatMap(({ media }) => media.filter(({ segments }) => segments.length).map(mustBeOfSegments)));
  must(whole.posts.every(({ cover, media, save }) => [...save, ...(cover?.sizes ?? []).map(([n]) => n)].every((n) => n < media.length)), 'encoding');
  return whole;
}

/** @param {Uint8Array} bytes */
export function catalogueValue(bytes) {
  return catalogue(decodeValue(bytes));
}

/** A keyring, or the note that access has ended. @param {Uint8Array} bytes */
export function keyringValue(bytes) {
  const value = decodeValue(bytes);
  if ('ended' in value) return ended(value);
  const whole = keyring(value);
  must(whole.publisher[0] === 4, 'encoding');
  must(whole.audiences.every((one) => one.epochs.length <= 2 && (one.kind === 'child' || one.child === null)), 'encoding');
  return whole;
}

/** @param {Uint8Array} bytes */
export function invitationValue(bytes) {
  return invitation(decodeValue(bytes));
}

/** @param {Uint8Array} bytes */
export function rootValue(bytes) {
  const whole = root(decodeValue(bytes));
  const { slots } = whole;
  must(slots.length && slots.length % 32 === 0 && slots.every(([label], i) => !i || slots[i - 1][0] < label), 'encoding');
  return whole;
}

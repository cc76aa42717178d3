/** How vectors write bytes (docs/format.md §16), and where vector files lie. Does not know any vector. */
import { readFileSync } from 'node:fs';
import { fromHex, concat, utf8 } from '../../theme/static/reader/bytes.js';
import { sealed } from './publisher.mjs';

export const VECTORS = new URL('../vectors/', import.meta.url);
export const PUBLIC_VECTORS = new URL('../../../shared/vectors/', import.meta.url);

/** @param {URL | string} file */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The bytes that a vector writes; `shared` are those of the file's member "bytes". */
export async function bytesOf(written, shared = {}) {
  if (typeof written === 'string') return fromHex(written);
  if ('text' in written) return utf8(written.text);
  if ('repeat' in written) {
    const unit = fromHex(written.repeat);
    const all = new Uint8Array(unit.length * written.times);
    for (let i = 0; i < written.times; i++) all.set(unit, i * unit.length);
    return all;
  }
  if ('join' in written) return concat(...(await Promise.all(written.join.map((part) => bytesOf(part, shared)))));
  if ('of' in written) return (await sharedBytes(written.of, shared)).slice(written.from, written.to);
  if ('seal' in written) {
    const { role, secret, content } = written.seal;
    return sealed(role, await bytesOf(secret, shared), await bytesOf(content, shared));
  }
  throw new Error(`unknown notation: ${JSON.stringify(written)}`);
}

const made = new WeakMap();

function sharedBytes(name, shared) {
  const known = made.get(shared) ?? new Map();
  made.set(shared, known);
  if (!known.has(name)) known.set(name, bytesOf(shared[name], shared));
  return known.get(name);
}

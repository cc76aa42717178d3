/** Media where no worker answers: fetched whole and shown from memory. Knows the vault. Does not know ranges. */
import { piecesOf } from './pieces.js';

/** @param {import('./vault.js').Vault} vault @param {import('./values.js').Reference} reference */
export async function blobAddress(vault, reference) {
  const parts = [];
  for await (const piece of piecesOf(vault, reference)) parts.push(new Blob([piece])); // a browser may put a blob aside on disk
  const url = URL.createObjectURL(new Blob(parts, { type: reference.type }));
  vault.blobs.add(url);
  return url;
}
